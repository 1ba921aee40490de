import pickle

import pytest

from thriftwatch.language import Texts
from thriftwatch.notes import Note, hearing, say


def test_a_note_is_an_english_sentence_that_can_be_said_in_indonesian():
    note = Note("columns-missing", "a.csv", (Note("field-shop"), Note("field-url")))
    assert note == "a.csv: no column for shop, link"
    assert Texts("id").said(note) == "a.csv: tidak ada kolom toko, tautan"
    assert Texts("id").said("as it is") == "as it is"


def test_it_survives_a_process():
    note = pickle.loads(pickle.dumps(Note("rows", 3, warns=True)))
    assert (note, note.values, note.warns) == ("3 rows", (3,), True)


def test_a_warning_that_nobody_hears_is_a_python_warning():
    heard = []
    with hearing(heard.append):
        say(Note("rows", 1, warns=True))
    assert heard == ["1 row"]
    say(Note("rows", 2))
    with pytest.warns(UserWarning, match="3 rows"):
        say(Note("rows", 3, warns=True))
