import re

import pytest
from disguises import DISGUISES as HIDING
from hypothesis import assume, example, given
from hypothesis import strategies as st
from listings import FLAGGED
from reading import features_read, new_document, read, reading_of, terms_read, words_read

from thriftwatch.text.disguises import (
    DISGUISES,
    Hidden,
    undo_separated,
    undo_text,
    undo_word,
    words_of,
    written_at,
)
from thriftwatch.text.fields import LONGEST_WORD
from thriftwatch.text.fold import fold_text
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.vocabulary import Vocabulary, packaged_vocabulary

HIDDEN = packaged_vocabulary().hidden
NAMES = [rule.name for rule in DISGUISES]
FORMS = {form for term in load_lexicon() for form in term.forms}
lower_words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=10)

UNREAD = {
    ("two stars", "monza"),  # nor are stars there
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


# The list


@pytest.mark.parametrize("rule", DISGUISES, ids=NAMES)
def test_the_example_of_each_rule_is_undone(rule):
    written, reads = rule.example
    assert rule.may_apply(written.encode(), HIDDEN)
    assert rule.undo(written.encode(), HIDDEN) in [tuple(reads.encode().split()), (reads.encode(),)]
    assert words_read(written) == reads.split()


@pytest.mark.parametrize("rule", DISGUISES, ids=NAMES)
def test_a_rule_that_is_switched_off_undoes_nothing(rule):
    written, reads = rule.example
    document = new_document(Vocabulary.of(load_lexicon(), [rule.name]))
    found = [token.reads.decode() for token in reading_of(document, written).tokens]
    assert found != reads.split()
    others = [other.example for other in DISGUISES if other.name not in (rule.name, NAMES[1])]
    for other_written, other_reads in others:
        read_as = [token.reads.decode() for token in reading_of(document, other_written).tokens]
        assert read_as == other_reads.split()


def test_rules_have_names_of_their_own_and_look_at_what_there_is():
    assert len(set(NAMES)) == len(NAMES)
    assert {rule.of for rule in DISGUISES} == {"text", "chain", "word", "any word"}


@given(lower_words.map(str.encode) | st.sampled_from(FLAGGED).map(str.encode))
def test_plain_lower_case_text_is_no_text_in_disguise(word):
    asked = [rule for rule in DISGUISES if rule.of == "text" and rule.may_apply(word, HIDDEN)]
    assert asked == []
    assert undo_text(word, (), HIDDEN) == word


@given(st.text(max_size=20))
@example("ʇɟᴉɹɥʇ é \u202elab ½ 🇯🇵")
@pytest.mark.parametrize("without", [[], NAMES[:1], NAMES[1:2]])
def test_what_text_reads_as_is_ascii_and_each_character_was_written_somewhere(without, text):
    hidden = Hidden.of([], [], without)
    words = packaged_vocabulary().words
    found = undo_text(text.encode(), words, hidden)
    starts, ends = written_at(text, words, hidden)
    assert found.isascii()
    assert len(found) == len(starts) == len(ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(starts, ends, strict=True))


def test_without_look_alikes_other_characters_are_spaces():
    hidden = Hidden.of([], [], ["look-alike characters"])
    assert undo_text("bаl é🇯🇵x".encode(), (), hidden) == b"b l    x"


@pytest.mark.parametrize("text", ["Bal", "bal  segel", " bal", "bal ", "bál", "b" * 33, "bal\n"])
def test_stored_words_are_lower_case_words_of_ascii(text):
    with pytest.raises(ValueError, match="not what is accepted"):
        words_of(text)


@pytest.mark.parametrize("words", [[], ["bal"], ["bal", "x" * LONGEST_WORD, "2nd"]])
def test_stored_words_are_read(words):
    assert words_of(" ".join(words)) == [word.encode() for word in words]


# Read as the plain word


@pytest.mark.parametrize("word", FLAGGED)
@pytest.mark.parametrize("name", HIDING)
def test_a_disguised_word_is_read_as_the_plain_word(name, word):
    disguised = HIDING[name](word)
    is_read = same_reading(f"jual {disguised} murah", f"jual {word} murah")
    assert is_read == ((name, word) not in UNREAD)


def test_thrift_is_read_under_every_disguise():
    found = {
        name
        for name, hide in HIDING.items()
        if words_read(f"jual {hide('thrift')} murah") == ["jual", "thrift", "murah"]
    }
    assert found == set(HIDING)
    assert len(found) >= 25


@given(st.sampled_from(FLAGGED), st.sampled_from(IN_CHARACTERS), st.sampled_from(IN_SPELLING))
def test_two_disguises_at_once_are_undone(word, in_characters, in_spelling):
    disguised = HIDING[in_characters](HIDING[in_spelling](word))
    assert same_reading(f"jual {disguised} murah", f"jual {word} murah")


@given(
    st.sampled_from(FLAGGED),
    st.sampled_from(sorted(HIDING)),
    st.sampled_from(["hoodie", "kaos polos.", "ready! ", "size XL", "nike /", "\n"]),
    st.sampled_from(["uniqlo", ", ori", "! murah", ". kondisi 9/10", "\n68x56", ""]),
)
def test_a_disguised_word_is_read_wherever_it_stands(word, name, before, after):
    assume((name, word) not in UNREAD)
    assert same_reading(f"{before} {HIDING[name](word)} {after}", f"{before} {word} {after}")


@given(st.sampled_from(["thrift", "bekas", "second", "seken"]), st.data())
def test_any_separator_after_any_letter_is_undone(word, data):
    marks = data.draw(
        st.lists(
            st.sampled_from(["", *"./-_|~'`^=\\,:"]), min_size=len(word) - 1, max_size=len(word) - 1
        )
    )
    assume(any(marks))
    chain = word[0] + "".join(mark + letter for mark, letter in zip(marks, word[1:], strict=True))
    assert undo_separated(chain.encode(), HIDDEN) == (word.encode(), 0, 0)
    assert words_read(f"jual {chain} murah") == ["jual", word, "murah"]


@given(st.sampled_from(["thrift", "bekas", "second", "monza", "lelong", "import"]), st.data())
def test_any_letters_stretched_are_undone(word, data):
    counts = data.draw(
        st.lists(st.sampled_from([1, 3, 4, 7]), min_size=len(word), max_size=len(word))
    )
    stretched = "".join(letter * count for letter, count in zip(word, counts, strict=True))
    assume(len(stretched) <= LONGEST_WORD)
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


@pytest.mark.parametrize("word_class", ["brand_foreign", "brand_local", "place", "size", "unit"])
def test_names_sizes_and_units_of_the_lexicon_are_left_alone(word_class):
    forms = [
        f for t in load_lexicon() if t.word_class == word_class for f in t.forms if " " not in f
    ]
    assert len(forms) > 5
    changed = [
        form
        for form in forms
        for rule in DISGUISES
        if "word" in rule.of and rule.may_apply(form.encode(), HIDDEN)
        if rule.undo(form.encode(), HIDDEN) is not None
    ]
    assert changed == []
    assert [form for form in forms if words_read(form) != [form]] == []


@given(
    st.integers(1, 9999),
    st.sampled_from(
        ["rb", "ribu", "k", "jt", "juta", "cm", "mm", "kg", "gr", "pcs", "rban", "ml", "xl", "th"]
    ),
)
@example(514, "m")
def test_a_number_with_a_unit_is_left_alone(number, unit):
    text = f"{number}{unit}"
    assert undo_word(text.encode(), HIDDEN) is None
    assert words_read(f"cuma {text} saja") == ["cuma", text, "saja"]


@given(
    st.sampled_from(["Rp", "rp ", "IDR "]),
    st.integers(1, 999),
    st.integers(0, 999),
    st.sampled_from(".,"),
)
def test_a_price_is_left_alone(currency, thousands, rest, mark):
    text = f"{currency}{thousands}{mark}{rest:03}"
    assert undo_separated(text.lower().strip().encode(), HIDDEN) is None
    assert words_read(text) == plainly(text)


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(["x", "×", "X", "*", "-", "/", ":", " x ", ","]),
)
def test_dimensions_and_ranges_are_left_alone(one, two, mark):
    text = f"ukuran {one}{mark}{two} cm"
    assert words_read(text) == plainly(text)


@given(st.from_regex(r"[A-Z]{1,3}-?[0-9]{2,4}|[A-Z][0-9]{2}-[0-9]{2}", fullmatch=True))
@example("B41-35")
@example("M15")
@example("BA11")
def test_a_model_number_is_left_alone(model):
    assert words_read(f"tipe {model} baru")[1:-1] == plainly(model)


@given(st.from_regex(r"[A-Z](\.[A-Z]){1,3}\.?|[A-Z]&[A-Z]|[A-Z]/[A-Z]", fullmatch=True))
def test_initialisms_are_left_alone_unless_they_spell_a_term(text):
    spelled = "".join(plainly(text))
    assume(spelled not in FORMS)
    assert words_read(f"merek {text} ori")[1:-1] == plainly(text)


@given(
    st.lists(st.sampled_from(["XS", "S", "M", "L", "XL", "XXL", "XXXL"]), min_size=2, max_size=7),
    st.sampled_from([" ", "/", "-", ","]),
)
def test_a_run_of_sizes_is_left_alone(sizes, mark):
    text = mark.join(sizes)
    assert words_read(f"size {text} ready")[1:-1] == plainly(text)


@given(lower_words)
@example("thrft")
@example("jualthrift")
def test_plain_words_change_only_if_misspelt_or_stretched_or_glued(word):
    changed = undo_word(word.encode(), HIDDEN)
    if re.search(r"(.)\1\1", word) is None:
        glued = b"".join(changed or ())
        assert (
            changed is None or HIDDEN.misspelt.get(word.encode()) == glued or glued == word.encode()
        )


@given(st.binary(min_size=1, max_size=70))
def test_undoing_anything_gives_plain_words_or_nothing(content):
    text = content.decode("latin-1").encode("ascii", "replace").lower()
    in_chain = undo_separated(text, HIDDEN)
    in_word = undo_word(re.sub(rb"[^a-z0-9]", b"", text) or b"x", HIDDEN)
    for word in (*(in_chain or ())[:1], *(in_word or ())):
        assert re.fullmatch(rb"[a-z0-9]+", word)


# Misspelt


@pytest.mark.parametrize(
    ("misspelt", "word"),
    [
        ("abl", None), ("suplir", None), ("cbao", "cabo"), ("sotrir", "sortir"), ("karungn", "karungan"),
        ("thrft", "thrift"), ("scnd", "second"), ("tfirht", "thrift"), ("bla", None), ("lab", None),
        ("sekarng", None), ("kepalan", None), ("kilan", None), ("balan", None),
    ],
)  # fmt: skip
def test_words_are_read_as_misspelt_only_where_they_are_no_other_word(misspelt, word):
    assert HIDDEN.misspelt.get(misspelt.encode()) == (word and word.encode())
    assert words_read(misspelt) == [word or misspelt]


def test_misspellings_are_no_words_of_the_lexicon():
    assert len(HIDDEN.misspelt) > 1000
    assert not FORMS & {form.decode() for form in HIDDEN.misspelt}
    assert set(HIDDEN.misspelt.values()) <= {form.encode() for form in FORMS}


# Chains


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


@pytest.mark.parametrize("disguise", ["leet", "leet symbols", "dots", "pipes", "two stars"])
@pytest.mark.parametrize("word", ["thrift", "karungan", "import"])
def test_a_chain_alone_is_undone_as_it_is_in_a_text(word, disguise):
    hidden = HIDING[disguise](word)
    found = undo_separated(hidden.encode(), HIDDEN)
    if disguise == "leet":  # which is no chain
        found = undo_word(hidden.encode(), HIDDEN)
    assert found is not None
    assert words_read(hidden) == [found[0].decode()]


@pytest.mark.parametrize("chain", ["kaos,polo", "t-shirt", "h&m", "9/10", "s/m/l/xl", "@toko"])
def test_other_chains_hide_nothing(chain):
    assert undo_separated(chain.encode(), HIDDEN) is None


# Glued words

COMPOUND = ("thrift", "second", "bekas", "seken", "import", "preloved", "lelong", "karungan")
OTHERS = ("kaos", "hoodie", "sepatu", "murah", "jual", "korea", "bandung", "laptop", "tidak")
any_word = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12).map(str.encode)
glued = st.tuples(st.sampled_from(COMPOUND), st.lists(st.sampled_from(OTHERS), max_size=2)).flatmap(
    lambda drawn: st.permutations([drawn[0], *drawn[1]])
)


@given(glued)
@example(["sepatu", "bekas"])  # a hashtag of the lexicon
def test_words_glued_together_are_read_apart(pieces):
    glue = "".join(pieces)
    assume(len(pieces) > 1 and len(glue) <= LONGEST_WORD)
    assert words_read(f"ada {glue} nih") == words_read(f"ada {' '.join(pieces)} nih")


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("KaosBekas", ["kaos", "bekas"]),
        ("secondnya", ["second", "nya"]),
        ("thriftbdg", ["thrift", "bdg"]),
        ("bajubekasimport", ["baju", "bekas", "import"]),
        ("2ndstreetjapan", ["2ndstreet", "japan"]),
        ("jualsecondhand", ["jual", "second", "hand"]),
    ],
)
def test_what_sellers_glue_is_taken_apart(written, pieces):
    assert words_read(written) == pieces


@pytest.mark.parametrize(
    "word",
    ["secondary", "important", "importir", "bekasi", "bekasitimur", "kurasi", "akurasi", "thrifting",
     "secondskin", "sortiran", "monzamu", "laptopbaru", "threesecond", "modeoffline", "trefactory"],
)  # fmt: skip
def test_other_words_stay_whole(word):
    assert words_read(word) == [word]


def test_a_hashtag_stays_whole():
    assert words_read("#kaosbekas kaosbekas", "#sepatubekas") == [
        "kaosbekas", "kaos", "bekas", "sepatubekas",
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["#@", "#$"])
def test_a_symbol_before_a_letter_makes_no_hashtag(mark):
    assert words_read(f"{mark}secondhand") == ["second", "hand"]


def test_phrases_and_traps_see_the_pieces():
    families = [term.family for term in terms_read("bekas luka")]
    assert [term.family for term in terms_read("bekasluka")] == families
    assert features_read("laptopbekas") == features_read("laptop bekas")


def test_pieces_stand_where_the_seller_wrote_them():
    reading = read("Ready kaosbekasnya!")
    spans = [(token.start, token.end) for token in reading.tokens]
    assert [b"Ready kaosbekasnya!"[a:b] for a, b in spans] == [b"Ready", b"kaos", b"bekas", b"nya"]
    assert [token.breaks for token in reading.tokens] == [False, False, False, True]


@pytest.mark.parametrize("written", ["@thriftshop", "t.h.r.i.f.t.s.h.o.p", "b.a.j.u.b.e.k.a.s"])
def test_pieces_of_a_word_hidden_in_a_chain_stand_on_all_of_it(written):
    tokens = read(f"kaos {written} korea").tokens
    assert len(tokens) == 4
    assert {(token.start, token.end) for token in tokens[1:-1]} == {(5, 5 + len(written))}
    assert [token.disguised for token in tokens] == [False, True, True, False]


@given(any_word | glued.map(lambda pieces: "".join(pieces).encode()))
def test_pieces_are_all_of_the_word(word):
    rule = next(rule for rule in DISGUISES if rule.name == "glued words")
    if rule.may_apply(word, HIDDEN):
        pieces = rule.undo(word, HIDDEN)
        assert pieces is None or (b"".join(pieces) == word and len(pieces) > 1)
    else:
        assert rule.undo(word, HIDDEN) is None  # the cheap test overlooks nothing
