import pytest
from disguises import right_to_left, upside_down
from hypothesis import assume, given
from hypothesis import strategies as st

from thriftwatch import score_listing
from thriftwatch.text.fold import fold_character, fold_text, fold_with_origin
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.vocabulary import packaged_vocabulary

words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
LEXICON = {word for term in load_lexicon() for form in term.forms for word in form.split()}
lexicon_words = st.sampled_from(
    sorted(word for word in LEXICON if word.isalpha() and len(word) >= 3)
)


def folded(text):
    """Fold a text as a document does, with the lexicon at hand."""
    return fold_text(text, packaged_vocabulary().words)


@given(words | lexicon_words)
def test_any_word_on_its_head_is_set_upright(word):
    turned = upside_down(word)
    as_written = "".join(map(fold_character, turned))
    assume(as_written not in LEXICON or word in LEXICON)  # hq is one, not bh on its head
    assert folded(turned) == (turned if turned.isascii() else word)


@given(lexicon_words, lexicon_words)
def test_words_of_the_lexicon_are_shown_as_from_right_to_left(one, another):
    assert folded(right_to_left(one)) == one
    assert folded(f"\u202e{one[::-1]} {another[::-1]}\nbaru") == f"{one} {another}\nbaru"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mʌck", "mvck"),  # m and c are no letters upside down
        ("bɐl ɐdidɐs", "bal adidas"),  # upright words with a letter turned
        ("\u202eKemeja katun\u202c", "Kemeja katun"),  # shown as nutak ajemeK: no words
        ("\u202e\u202c lab", " lab"),
        ("lab \u202e", "lab "),
    ],
)
def test_what_is_no_turned_word_stays(written, read):
    assert folded(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ʇɟᴉ\u200bɹɥʇ", "thrift"),  # what is not seen does not end a word
        ("ʇɟᴉ\u0301ɹɥʇ", "thrift"),
        ("ןɐq ʇɹodɯı", "bal import"),  # of other generators
        ("\u202e\u202a\u202clab", "bal"),  # something opened and closed within
        ("\u202e\u202alab", "lab"),  # shown as it is written
        ("\u202elab\r\nlab", "bal\r\nlab"),  # up to the end of the line
        ("\u202elab, urab\u202c lab", "bal, baru lab"),
    ],
)
def test_bidi_words_are_read_however_they_are_turned(written, read):
    assert folded(written) == read


def test_digits_stay_beside_a_word_on_its_head():
    assert folded("ꞁnʍɐ2") == "awul2"


@pytest.mark.parametrize("part", ["jualthrift", "thrift", "jual"])
def test_a_part_of_a_turned_word_rests_on_all_of_it(part):
    text = "é 🔥ʇɟᴉɹɥʇꞁɐnɾ baru"
    found, starts, ends = fold_with_origin(text)
    at = found.index(part)
    assert text[starts[at] : ends[at + len(part) - 1]] == "ʇɟᴉɹɥʇꞁɐnɾ"


def test_the_reason_for_a_turned_word_quotes_it():
    title = "ʇɟᴉɹɥʇꞁɐnɾ murah"
    quoted = {reason.text for reason in score_listing(title, reasons=9).reasons}
    assert any(text.startswith("ʇɟᴉɹɥʇꞁɐnɾ") for text in quoted)
    assert all(title.startswith(text) or text == "murah" for text in quoted)


@pytest.mark.parametrize(
    "text", ["ɐ", "o", "o\u200b", "\u200b", "\u202e", "\u202c", "lab \u202e", "oɐ \u202a", "oɐk"]
)
def test_a_megabyte_of_turned_text_is_folded_as_its_parts_are(text):
    assert len(folded(text * 200_000 + "\n")) == 200_000 * len(folded(text)) + 1
