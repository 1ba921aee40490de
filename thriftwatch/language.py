"""What analysts read, in Indonesian or English: all texts of their commands stand in one table."""

import os
from functools import cache
from importlib.resources import files

from thriftwatch.errors import InputError, shown
from thriftwatch.notes import Note

__all__ = ["LANGUAGES", "Texts", "chosen_language"]

LANGUAGES = ("id", "en")
"""Indonesian first: the people of the mission read it."""

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Texts:
    """The texts of the commands in one language.

    Parameters
    ----------
    language
        ``"id"`` or ``"en"``.

    Examples
    --------
    >>> Texts("id")["rows", 1200], Texts("en")["rows", 1]
    ('1.200 baris', '1 row')
    """

    def __init__(self, language: str) -> None:
        self.language = chosen_language(language)

    def __getitem__(self, asked: str | tuple[object, ...]) -> str:
        """Return a text by its name, alone or with what it speaks of: ``texts["rows", 5]``."""
        name, *values = asked if isinstance(asked, tuple) else (asked,)
        forms = _table()[str(name)][self.language]
        singular, plural = (forms, forms) if isinstance(forms, str) else forms
        text = singular if values and values[0] == 1 else plural
        return text.format(*map(self.written, values))

    def said(self, text: str) -> str:
        """Say a note in this language; any other text is said as it is."""
        return self[text.name, *text.values] if isinstance(text, Note) else text

    def written(self, value: object) -> str:
        """Write a number as the language does, a note in it, anything else as it is.

        Examples
        --------
        >>> Texts("id").written(12345), Texts("id").written(0.5), Texts("en").written(12345)
        ('12.345', '0,5', '12,345')
        """
        if isinstance(value, Note):
            return self.said(value)
        if isinstance(value, tuple):
            return ", ".join(map(self.written, value))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        english = f"{value:,}"
        if self.language == "en":
            return english
        return english.translate(str.maketrans(",.", ".,"))


def chosen_language(asked: str | None) -> str:
    """Return the language that was asked for, or that of the locale; Indonesian if neither says.

    Parameters
    ----------
    asked
        ``"id"``, ``"en"``, or None for the locale's.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If there is no such language.

    Examples
    --------
    >>> chosen_language("en")
    'en'
    """
    if asked is None:
        locale = next((os.environ[name] for name in _LOCALE_VARIABLES if os.environ.get(name)), "")
        return "en" if locale.startswith("en") else "id"
    if asked not in LANGUAGES:
        raise InputError(f"language must be {' or '.join(LANGUAGES)}, not {shown(asked)}")
    return asked


@cache
def _table() -> dict[str, dict[str, str | list[str]]]:
    import tomllib

    return tomllib.loads(files("thriftwatch").joinpath("texts.toml").read_text("utf-8"))
