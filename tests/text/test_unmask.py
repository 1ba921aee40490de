import re

import numpy as np
import pytest
from disguises import DISGUISES
from hypothesis import assume, example, given
from hypothesis import strategies as st
from listings import FLAGGED
from reading import terms_read, words_read

from thriftwatch.text.fold import fold_text
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.unmask import (
    may_hide,
    misspellings,
    unmask_chain,
    unmask_spelled,
    unmask_word,
)

UNREAD = {
    ("leet symbols", "bekas"),  # a symbol at the edge of a word is not taken for a letter
    ("leet symbols", "import"),
    ("leet symbols", "balpres"),
    ("two stars", "monza"),  # nor are stars there
    ("two stars", "seken"),  # se**n is also "secon"
}
"""What is not read, of all the disguises and words here."""

IN_CHARACTERS = (
    "full width", "mathematical bold", "script", "fraktur", "double-struck", "circled",
    "negative circled", "squared", "negative squared", "small capitals", "superscript",
    "accents", "combining marks", "mixed case",
)  # fmt: skip
IN_SPELLING = (
    "leet", "leet all vowels", "dots", "dashes", "slash", "underscores", "spaces", "pipes",
    "stretched end", "stretched vowel", "vowel dropped", "neighbours swapped",
)  # fmt: skip

UNTOUCHED = [
    "5XL", "25rb", "1,2jt", "3Second", "H&M", "501", "A1 s.d. A4", "T-shirt", "90x60", "U.S.A",
    "K-Pop", "Rp35.000", "XXXL", "XXXXL", "S/M/L/XL", "S M L XL", "38-40-42", "P 68 x L 56",
    "9/10", "95%", "100%", "2,5 kg", "84L", "10pak", "min5", "TOP1", "M15", "US4", "RB3025",
    "A/W 2019", "S/S 20", "Y-3", "C&A", "M&S", "P&B", "D&G", "F.O.G", "A.P.C.", "N.Y", "B/W",
    "www", "AAA", "XVIII", "COD", "c/p", "s.d.", "d.a.n", "a.n.", "d/a", "no. 5", "1:1", "24/7",
    "3-in-1", "4x4", "mp3", "ps5", "20th", "b41-35", "574in", "LD 104 P 68", "Rp 1.250.000,-",
    "8/9/10", "50*60", "p*l*t", "v-neck", "o-neck", "e-toll", "J.Crew", "AC/DC", "R&B", "CK", "i.e.",
]  # fmt: skip
HONEST = [
    "beksan", "cakap", "cakra", "cekas", "gasan", "kurang", "kursi", "kuras", "laws", "lush", "seni",
    "sekian", "sekolah", "bekal", "berkas", "bebas", "bekasi", "monas", "thief", "theft", "input",
    "export", "report", "important", "sedan", "seconds", "longgar", "lelang", "telong", "perlop",
    "skrng", "sekrng", "sekarang", "kepalan", "barengan", "brngan", "karangan", "krngan", "keras", "kras",
]  # fmt: skip


def plainly(text):
    """Return the words of a text with nothing undone but characters and case."""
    return re.findall("[a-z0-9]+", fold_text(text).lower())


def same_reading(one, two):
    return words_read(one) == words_read(two) or terms_read(one) == terms_read(two) != []


# Read as the plain word


@pytest.mark.parametrize("word", FLAGGED)
@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_word_is_read_as_the_plain_word(name, word):
    if (name, word) in UNREAD:
        pytest.skip("known not to be read")
    disguised = DISGUISES[name](word)
    assert same_reading(f"jual {disguised} murah", f"jual {word} murah")


def test_thrift_is_read_under_every_disguise():
    found = {
        name
        for name, hide in DISGUISES.items()
        if words_read(f"jual {hide('thrift')} murah") == ["jual", "thrift", "murah"]
    }
    assert found == set(DISGUISES)
    assert len(found) >= 25


@given(st.sampled_from(FLAGGED), st.sampled_from(IN_CHARACTERS), st.sampled_from(IN_SPELLING))
def test_two_disguises_at_once_are_undone(word, in_characters, in_spelling):
    disguised = DISGUISES[in_characters](DISGUISES[in_spelling](word))
    assert same_reading(f"jual {disguised} murah", f"jual {word} murah")


@given(
    st.sampled_from(FLAGGED),
    st.sampled_from(sorted(DISGUISES)),
    st.sampled_from(["hoodie", "kaos polos.", "ready! ", "size XL", "nike /", "\n"]),
    st.sampled_from(["uniqlo", ", ori", "! murah", ". kondisi 9/10", "\n68x56", ""]),
)
def test_a_disguised_word_is_read_wherever_it_stands(word, name, before, after):
    assume((name, word) not in UNREAD)
    assert same_reading(f"{before} {DISGUISES[name](word)} {after}", f"{before} {word} {after}")


@given(st.sampled_from(["thrift", "bekas", "second", "seken"]), st.data())
def test_any_separator_after_any_letter_is_undone(word, data):
    marks = data.draw(
        st.lists(
            st.sampled_from(["", *"./-_|~'`^=\\,:"]), min_size=len(word) - 1, max_size=len(word) - 1
        )
    )
    assume(any(marks))
    chain = word[0] + "".join(mark + letter for mark, letter in zip(marks, word[1:], strict=True))
    assert unmask_chain(chain.encode()) == word.encode()
    assert words_read(f"jual {chain} murah") == ["jual", word, "murah"]


@given(st.sampled_from(["thrift", "bekas", "second", "monza", "lelong", "import"]), st.data())
def test_any_letters_stretched_are_undone(word, data):
    counts = data.draw(
        st.lists(st.sampled_from([1, 3, 4, 7]), min_size=len(word), max_size=len(word))
    )
    stretched = "".join(letter * count for letter, count in zip(word, counts, strict=True))
    assert words_read(f"jual {stretched} murah") == ["jual", word, "murah"]


@pytest.mark.parametrize(
    ("stretched", "read"),
    [
        ("mantaaap", "mantap"),
        ("muraaaah", "murah"),
        ("baguuuuss", "baguss"),
        ("XXXL", "xxxl"),
        ("iii", "iii"),
    ],
)
def test_stretched_ordinary_words_are_shortened_and_sizes_are_not(stretched, read):
    assert words_read(f"jual {stretched} nih")[1] == read


# Left alone


@pytest.mark.parametrize("text", UNTOUCHED)
def test_sizes_prices_models_and_names_are_left_alone(text):
    assert words_read(f"jual {text} murah") == plainly(f"jual {text} murah")


@pytest.mark.parametrize("word", HONEST)
def test_words_a_letter_away_from_a_flagged_word_are_left_alone(word):
    assert words_read(f"jual {word} murah") == ["jual", word, "murah"]


@pytest.mark.parametrize("term", ["brand_foreign", "brand_local", "place", "size", "unit"])
def test_names_sizes_and_units_of_the_lexicon_are_left_alone(term):
    forms = [f for t in load_lexicon() if t.word_class == term for f in t.forms if " " not in f]
    assert [form for form in forms if unmask_word(form.encode())] == []
    assert [form for form in forms if form.encode() in misspellings()] == []


@given(
    st.integers(1, 9999),
    st.sampled_from(
        ["rb", "ribu", "k", "jt", "juta", "cm", "mm", "kg", "gr", "pcs", "rban", "ml", "xl", "th"]
    ),
)
@example(514, "m")
def test_a_number_with_a_unit_is_left_alone(number, unit):
    text = f"{number}{unit}"
    assert unmask_word(text.encode()) is None
    assert words_read(f"cuma {text} saja") == ["cuma", plainly(text)[0], "saja"]


@given(
    st.sampled_from(["Rp", "rp ", "IDR "]),
    st.integers(1, 999),
    st.integers(0, 999),
    st.sampled_from(".,"),
)
def test_a_price_is_left_alone(currency, thousands, rest, mark):
    text = f"{currency}{thousands}{mark}{rest:03}"
    assert unmask_chain(text.lower().strip().encode()) is None


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(["x", "×", "X", "*", "-", "/", ":", " x ", ","]),
)
def test_dimensions_and_ranges_are_left_alone(one, two, mark):
    text = f"ukuran {one}{mark}{two} cm"
    read = words_read(text)
    assert read[0] == "ukuran"
    assert re.sub("[0-9]", "0", "".join(read)) == re.sub("[0-9]", "0", "".join(plainly(text)))


@given(st.from_regex(r"[A-Z]{1,3}-?[0-9]{2,4}|[A-Z][0-9]{2}-[0-9]{2}", fullmatch=True))
@example("B41-35")
@example("M15")
@example("BA11")
def test_a_model_number_is_left_alone(model):
    assert words_read(f"tipe {model} baru")[1:-1] == plainly(model)


@given(st.from_regex(r"[A-Z](\.[A-Z]){1,3}\.?|[A-Z]&[A-Z]|[A-Z]/[A-Z]", fullmatch=True))
def test_initialisms_are_left_alone_unless_they_spell_a_term(text):
    spelled = "".join(plainly(text))
    assume(spelled not in {form for term in load_lexicon() for form in term.forms})
    assert words_read(f"merek {text} ori")[1:-1] == plainly(text)


@given(
    st.lists(st.sampled_from(["XS", "S", "M", "L", "XL", "XXL", "XXXL"]), min_size=2, max_size=7),
    st.sampled_from([" ", "/", "-", ","]),
)
def test_a_run_of_sizes_is_left_alone(sizes, mark):
    text = mark.join(sizes)
    assert words_read(f"size {text} ready")[1:-1] == plainly(text)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=10))
def test_plain_words_change_only_by_the_list_of_misspellings_or_by_stretching(word):
    stretched = re.search(r"(.)\1\1", word) is not None
    if not stretched:
        assert unmask_word(word.encode()) is None


@given(st.binary(min_size=1, max_size=70))
def test_unmasking_anything_gives_a_plain_word_or_nothing(content):
    text = content.decode("latin-1").encode("ascii", "replace").lower()
    for read in (unmask_chain(text), unmask_word(re.sub(rb"[^a-z0-9]", b"", text) or b"x")):
        assert read is None or re.fullmatch(rb"[a-z0-9]+", read)


@pytest.mark.parametrize(
    ("misspelt", "word"),
    [
        ("abl", None), ("suplir", None), ("cbao", "cabo"), ("sotrir", "sortir"), ("karungn", "karungan"),
        ("thrft", "thrift"), ("scnd", "second"), ("tfirht", "thrift"), ("bla", None), ("lab", None),
        ("sekarng", None), ("kepalan", None), ("kilan", None), ("balan", None),
    ],
)  # fmt: skip
def test_words_are_read_as_misspelt_only_where_they_are_no_other_word(misspelt, word):
    assert misspellings().get(misspelt.encode()) == (word and word.encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("isi 1 b a l kaos", ["isi", "1", "bal", "kaos"]),
        ("1 0 b a l kaos", ["1", "0", "bal", "kaos"]),
        ("m o n z a 3 pcs", ["monza", "3", "pcs"]),
        ("b a l 5 0 rb", ["bal", "5", "0", "rb"]),
        ("b 4 l 7 pcs", ["bal", "7", "pcs"]),
        ("5 e c o n d", ["second"]),  # a digit at the end may be a letter, too
        ("k a o s 3", ["k", "a", "o", "s", "3"]),
    ],
)
def test_numbers_beside_spelled_letters_are_none_of_them(text, words):
    assert words_read(text) == words


def test_misspellings_are_no_words_of_the_lexicon():
    forms = {form for term in load_lexicon() for form in term.forms}
    assert not forms & {form.decode() for form in misspellings()}
    assert set(misspellings().values()) <= {form.encode() for form in forms}


# Which chains are looked at at all


def may_hide_in_one_block(chains):
    ends = np.cumsum([len(chain) for chain in chains])
    data = np.frombuffer("".join(chains).encode(), np.uint8)
    return may_hide(data, ends - [len(chain) for chain in chains], ends).tolist()


masked_letters = st.sampled_from("aA4@bB8eE3iI1!|lLoO0sS5$tT7+kKnNuUrRmMpPgG69zZ2.-*/ ")


@given(st.lists(st.text(masked_letters, min_size=1, max_size=9), min_size=1, max_size=20))
@example(["B.4.L", "h&m", "b@l", "7hr|f+", "B3-K@-$$$", "2-nd", "th**ft"])
def test_every_chain_that_hides_a_word_is_looked_at(chains):
    looked_at = may_hide_in_one_block(chains)
    for chain, is_looked_at in zip(chains, looked_at, strict=True):
        assert is_looked_at or unmask_spelled(chain.lower().encode()) is None


@pytest.mark.parametrize("disguise", ["leet", "leet symbols", "dots", "pipes", "two stars"])
@pytest.mark.parametrize("word", ["bal", "thrift", "bekas", "karungan", "balpres", "import"])
def test_disguised_words_are_looked_at(word, disguise):
    assert may_hide_in_one_block([DISGUISES[disguise](word)]) == [True]


def test_most_chains_are_not_looked_at():
    assert not any(
        may_hide_in_one_block(["kaos,polo", "t-shirt", "h&m", "9/10", "s/m/l/xl", "@toko"])
    )
