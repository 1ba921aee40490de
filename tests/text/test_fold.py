import unicodedata

import numpy as np
import pytest
from disguises import ALPHABET
from hypothesis import assume, example, given
from hypothesis import strategies as st
from listings import any_text, seller_text

from thriftwatch.text.fold import fold_bytes, fold_character, fold_text

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


def fold_together(texts):
    """Fold texts as one block, and return it with the input's bytes and offsets."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)])
    data = np.frombuffer(b"".join(encoded), np.uint8)
    return fold_bytes(data, offsets), data, offsets


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
    assert fold_text(decorated) == plain


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
    folded, _, _ = fold_together(["a🇯", "🇵b"])
    assert folded.data.tobytes() == b"aJPb"


@given(st.text(st.characters(codec="ascii")))
def test_ascii_text_is_untouched(text):
    assert fold_text(text) == text
    assert fold_together([text])[0].origin is None


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


@given(any_text)
@example("\ud800")
@example("𝓽\0🇯🇵\udfff")
def test_every_folded_byte_knows_the_character_it_comes_from(text):
    folded, data, _ = fold_together([text])
    assert folded.data.tobytes().isascii()
    assert len(folded.data) <= LONGEST * len(text) + 2
    if folded.origin is None:
        assert len(folded.data) == len(data)
        return
    assert len(folded.origin) == len(folded.data)
    assert (np.diff(folded.origin) >= 0).all()
    assert ((folded.origin >= 0) & (folded.origin < len(data))).all()
    assert (data[folded.origin] & 0xC0 != 0x80).all()  # never inside a character
    plain = data[folded.origin] < 0x80
    for first, last in folded.turned:  # their letters are the word's, in another order
        plain[first : last + 1] = False
    assert (folded.data[plain] == data[folded.origin][plain]).all()


@given(st.lists(seller_text, max_size=8))
@example(["x🇯🇵", "🇰🇷y"])
@example(["ʇɟᴉɹɥʇ é", "dnoces", "\u202elab", "lab"])
@example(["é", "", "\0", "🇯", "🇵"])
def test_a_block_folds_every_text_as_it_is_folded_alone(texts):
    folded, _, offsets = fold_together(texts)
    for place, text in enumerate(texts):
        start, end = folded.offsets[place : place + 2]
        assert folded.data[start:end].tobytes().decode() == fold_text(text)
        if folded.origin is not None and start < end:
            assert folded.origin[start] >= offsets[place]
            assert folded.origin[end - 1] < offsets[place + 1]


@given(any_text, any_text)
def test_text_behind_a_space_does_not_change_what_stands_before_it(text, rest):
    assume("\u202e" not in text)  # it turns all of a line around
    assert fold_text(f"{text} {rest}") == f"{fold_text(text)} {fold_text(rest)}"


def test_a_megabyte_of_decorated_text_is_folded():
    assert fold_text("𝓽é\u200b" * 100_000) == "te" * 100_000
