"""What is said beside a result: which columns were used, what was guessed, what was left out.

A `Note` is a sentence in English that can also be said in Indonesian. Whoever wants to hear the
notes of some work (the commands do) asks for them; where nobody does, those that warn are
ordinary Python warnings.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["Note", "hearing", "say"]

_listener: ContextVar["Callable[[Note], object] | None"] = ContextVar("listener", default=None)


class Note(str):
    """A sentence in English that knows how it is said in other languages.

    Parameters
    ----------
    name
        Name of the text in ``texts.toml``.
    values
        What it speaks of; may be notes themselves, or tuples of them.
    warns
        Whether something was left out or guessed that can change a result.

    Examples
    --------
    >>> from thriftwatch.language import Texts
    >>> note = Note("rows", 1200)
    >>> str(note), Texts("id").said(note)
    ('1,200 rows', '1.200 baris')
    """

    __slots__ = ("name", "values", "warns")
    name: str
    values: tuple[object, ...]
    warns: bool

    def __new__(cls, name: str, *values: object, warns: bool = False) -> "Note":
        """Make the sentence."""
        from thriftwatch.language import Texts

        note = super().__new__(cls, Texts("en")[name, *values])
        note.name, note.values, note.warns = name, values, warns
        return note

    def __reduce__(self) -> tuple[object, ...]:
        return Note, (self.name, *self.values), (None, {"warns": self.warns})


def say(note: Note) -> None:
    """Give a note to whoever hears; a warning that nobody hears is a Python warning."""
    listener = _listener.get()
    if listener is not None:
        listener(note)
    elif note.warns:
        warnings.warn(str(note), UserWarning, stacklevel=3)


@contextmanager
def hearing(listener: Callable[[Note], object]) -> Iterator[None]:
    """Hear the notes of the work that is done within.

    Examples
    --------
    >>> heard = []
    >>> with hearing(heard.append):
    ...     say(Note("rows", 5))
    >>> heard
    ['5 rows']
    """
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)
