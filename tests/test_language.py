import re
import tomllib
from importlib.resources import files

import pytest

from thriftwatch.errors import InputError
from thriftwatch.language import LANGUAGES, Texts, chosen_language

TABLE = tomllib.loads(files("thriftwatch").joinpath("texts.toml").read_text("utf-8"))


def slots(text):
    return re.findall(r"\{.*?\}", text)


@pytest.mark.parametrize("name", TABLE)
def test_every_text_stands_in_both_languages_and_speaks_of_the_same(name):
    assert set(TABLE[name]) == set(LANGUAGES)
    forms = [
        form
        for text in TABLE[name].values()
        for form in ([text] if isinstance(text, str) else text)
    ]
    assert all(form.strip() for form in forms)
    assert len({tuple(slots(form)) for form in forms}) == 1


@pytest.mark.parametrize(
    ("environment", "language"),
    [({}, "id"), ({"LANG": "C.UTF-8"}, "id"), ({"LANG": "en_GB.UTF-8"}, "en"),
     ({"LC_ALL": "id_ID.UTF-8", "LANG": "en_US.UTF-8"}, "id"), ({"LC_ALL": "", "LANG": "en_US"}, "en")],
)  # fmt: skip
def test_the_locale_chooses_the_language(environment, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert chosen_language(None) == language
    assert chosen_language("en") == "en"


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="id or en, not"):
        chosen_language("jv")


def test_a_text_that_is_not_there_is_a_fault_of_ours():
    with pytest.raises(KeyError):
        Texts("id")["nothing"]
