import unicodedata

import pytest
from disguises import ALPHABET
from hypothesis import assume, example, given
from hypothesis import strategies as st
from listings import any_text, seller_text
from reading import read

from thriftwatch.text.fold import (
    fold_bytes,
    fold_character,
    fold_text,
    fold_with_origin,
    may_be_reversed,
)
from thriftwatch.text.vocabulary import packaged_vocabulary

LONGEST = 64  # no character folds to more bytes than this
FIRST_LETTERS = {
    "full-width small": 0xFF41,
    "full-width capital": 0xFF21,
    "mathematical bold": 0x1D41A,
    "mathematical bold italic": 0x1D482,
    "bold script": 0x1D4EA,
    "bold fraktur": 0x1D586,
    "double-struck": 0x1D552,
    "sans-serif": 0x1D5BA,
    "sans-serif bold italic": 0x1D656,
    "monospace": 0x1D68A,
    "circled small": 0x24D0,
    "circled capital": 0x24B6,
    "negative circled": 0x1F150,
    "squared": 0x1F130,
    "negative squared": 0x1F170,
    "parenthesised small": 0x249C,
    "parenthesised capital": 0x1F110,
    "regional indicator": 0x1F1E6,
}


@pytest.mark.parametrize("first", FIRST_LETTERS.values(), ids=FIRST_LETTERS)
def test_every_letter_of_a_decorated_alphabet_is_the_plain_letter(first):
    assert "".join(fold_character(chr(first + k)) for k in range(26)).lower() == ALPHABET


@pytest.mark.parametrize(
    ("decorated", "plain"),
    [
        ("ᴛʜʀɪꜰᴛ", "thrift"),  # small capitals
        ("ᵗʰʳⁱᶠᵗ", "thrift"),  # superscript
        ("1 ꞁɐq ʇɟᴉɹɥʇ", "1 bal thrift"),  # upside down
        ("buka \u202elab\u202c", "buka bal"),  # shown from right to left
        ("тhгіft", "thrift"),  # Cyrillic
        ("ѕесопd", "second"),
        ("imрогt", "import"),
        ("тняιƒт", "thrift"),  # mixed scripts of a font generator
        ("βεκαs", "bekas"),  # Greek
        ("ρrelονed", "preloved"),
        ("TᕼᖇIᖴT", "ThRIFT"),  # Canadian syllables
        ("ꓔꓧꓣꓲꓝꓔ", "ThrIFT"),  # Lisu
        ("t\u0336h\u0301r\u20dd", "thr"),  # combining and enclosing marks
        ("ťĥřïḟť", "thrift"),  # composed accents
        ("t\u200bh\u200cr\u200di\u2060f\ufefft", "thrift"),  # zero width
        ("\u202athr\u202eift\u202c\u2066\u2069\u200e\u200f", "thrift"),  # direction
        ("thr\xadift", "thrift"),  # soft hyphen
        ("ⓢⓔⓒⓞⓝⓓ ⑨/⑩", "second 9/10"),
        ("９０ × ６０", "90 x 60"),
        ("68×56", "68x56"),
        ("1️⃣2️⃣", "12"),  # keycaps
        ("Nike™ Levi’s® 501", "Nike  Levi's(R) 501"),
        ("東京", "DongJing"),
        ("„preloved“", '"preloved"'),
    ],
)
def test_folded_text_is_what_a_reader_sees(decorated, plain):
    assert fold_text(decorated, packaged_vocabulary().words) == plain


@pytest.mark.parametrize(
    ("emoji", "word"),
    [("♻️", "recycle"), ("🔥", "fire"), ("👕", "shirt"), ("📦", "package"), ("🧥", "coat")],
)
def test_an_emoji_is_a_word_of_its_own(emoji, word):
    assert fold_text(f"jual{emoji}murah").split() == ["jual", word, "murah"]


def test_flags_are_words_of_their_own_and_apart_they_are_letters():
    assert fold_text("hoodie🇯🇵ori").split() == ["hoodie", "JP", "ori"]
    assert fold_text("🇹🇭🇷🇮🇫🇹").strip() == "THRIFT"
    assert fold_text("🇹\u200b🇭\u200b🇷\u200b🇮\u200b🇫\u200b🇹") == "THRIFT"
    assert fold_text("🇹 🇭 🇷") == "T H R"


def test_regional_indicators_do_not_join_across_texts():
    assert read("a🇯", "🇵b").text == b"aj\npb"
    assert fold_text("a🇯🇵b") == "a JP b"


@given(st.text(st.characters(codec="ascii")))
def test_ascii_text_is_untouched(text):
    assert fold_text(text) == text
    places = list(range(len(text) + 1))
    assert fold_with_origin(text) == (text, places[:-1], places[1:])


@given(st.characters(exclude_categories=("Cs",)))
def test_a_character_folds_to_short_printable_ascii(character):
    folded = fold_character(character)
    assert len(folded) <= LONGEST
    assert folded.isascii()
    assert folded.isprintable() or character in "\t\n\r"


@given(st.characters(categories=["Mn", "Me", "Cf"]))
def test_marks_and_invisible_characters_vanish(character):
    decomposed = unicodedata.normalize("NFKC", character)
    if all(unicodedata.category(part) in {"Mn", "Me", "Cf"} for part in decomposed):
        assert fold_character(character) == ""


@given(any_text | seller_text)
@example("\ud800")
@example("𝓽\0🇯🇵\udfff")
@example("ʇɟᴉɹɥʇ é \u202elab, dnoces\u202c ½")
@example("🇯🇵🇰🇷 x🇯")
def test_every_folded_character_knows_where_it_was_written(text):
    folded, starts, ends = fold_with_origin(text)
    assert folded == fold_text(text)
    assert folded.isascii()
    assert len(folded) == len(starts) == len(ends) <= LONGEST * len(text)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    for place, start, end in zip(folded, starts, ends, strict=True):
        assert 0 <= start < end <= len(text)
        if end == start + 1 and text[start].isascii():
            assert may_be_reversed(text) or place == text[start]
        elif end > start + 1:  # a word whose letters changed places
            assert may_be_reversed(text[start:end]) or "\u202e" in text[:start]


@given(seller_text | any_text)
def test_what_is_folded_with_the_lexicon_at_hand_is_folded_so_with_its_origin(text):
    upright = packaged_vocabulary().words
    assert fold_with_origin(text, upright)[0] == fold_text(text, upright)


@given(seller_text | any_text)
@example("ʇɟᴉɹɥʇ \u202elab\u202c")
def test_without_turning_every_letter_stays_where_it_is(text):
    folded, starts, ends = fold_with_origin(text, None)
    assert folded == fold_text(text, None)
    assert all(end == start + 1 for start, end in zip(starts, ends, strict=True))
    if not may_be_reversed(text):
        assert folded == fold_text(text)


@given(any_text, any_text)
def test_text_behind_a_space_does_not_change_what_stands_before_it(text, rest):
    assume("\u202e" not in text)  # it turns all of a line around
    assert fold_text(f"{text} {rest}") == f"{fold_text(text)} {fold_text(rest)}"


def test_a_megabyte_of_decorated_text_is_folded():
    assert fold_text("𝓽é\u200b" * 100_000) == "te" * 100_000


@given(
    seller_text | any_text,
    st.sampled_from(["", "🇯🇵", "ʇɟᴉɹɥʇ", "\u202etfirht", "é" * 99]),
)
def test_bytes_are_folded_as_text_is(text, more):
    written = f"{text} {more}{text}".encode("utf-8", "replace")
    upright = packaged_vocabulary().words
    assert fold_bytes(written, upright) == fold_text(written.decode(), upright).encode()
    assert fold_bytes(written, None) == fold_text(written.decode(), None).encode()


@given(st.lists(st.binary(max_size=9) | st.sampled_from([b"bal", "бал".encode(), b"\xe2\x82"])))
def test_bytes_that_are_no_text_read_as_if_they_were_replaced(parts):
    text = b"".join(parts)
    assert fold_bytes(text) == fold_text(text.decode("utf-8", "replace")).encode()
