import numpy as np
import pytest
from disguises import right_to_left, upside_down
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.text.fold import fold_bytes, fold_text
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.turned import turns

words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
lexicon_words = st.sampled_from(
    sorted(form for term in load_lexicon() for form in term.forms if form.isalpha())
).filter(lambda word: len(word) >= 3)


@given(words)
def test_any_word_on_its_head_is_set_upright(word):
    turned = upside_down(word)
    assert fold_text(turned) == (turned if turned.isascii() else word)


@given(lexicon_words, lexicon_words)
def test_words_of_the_lexicon_are_shown_as_from_right_to_left(one, another):
    assert fold_text(right_to_left(one)) == one
    assert fold_text(f"\u202e{one[::-1]} {another[::-1]}\nbaru") == f"{one} {another}\nbaru"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mʌck", "mvck"),  # m and c are no letters upside down
        ("\u202eKemeja katun\u202c", "Kemeja katun"),  # shown as nutak ajemeK: no words
        ("\u202e\u202c lab", " lab"),
        ("lab \u202e", "lab "),
    ],
)
def test_what_is_no_turned_word_stays(written, read):
    assert fold_text(written) == read


def test_digits_stay_beside_a_word_on_its_head():
    assert fold_text("ꞁnʍɐ2") == "awul2"


def test_turned_letters_rest_on_the_word_they_come_from():
    raw = "é 🔥ʇɟᴉɹɥʇ baru".encode()
    folded = fold_bytes(np.frombuffer(raw, np.uint8), np.array([0, len(raw)]))
    start = folded.data.tobytes().index(b"thrift")
    written = raw[folded.origin[start] : folded.origin[start + 6]].decode()
    assert written == "ʇɟᴉɹɥʇ"


def test_a_megabyte_of_turned_text_is_folded():
    for text in ("ɐ" * 500_000, "o" * 500_000 + "ɐk", "\u202e" * 300_000, "lab \u202e" * 100_000):
        assert len(list(turns(text))) <= len(text)
        assert len(fold_text(text)) <= len(text)
