import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from reading import features_of, signals_read, terms_read, words_read

from thriftwatch.text.compounds import maybe_compound, split_compound
from thriftwatch.text.features import CLASS, FAMILY
from thriftwatch.text.hashing import LONGEST_WORD

HIDDEN = ("thrift", "second", "bekas", "seken", "import", "preloved", "lelong", "karungan")
OTHERS = ("kaos", "hoodie", "sepatu", "murah", "jual", "korea", "bandung", "laptop", "tidak")
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12).map(str.encode)
glued = st.tuples(st.sampled_from(HIDDEN), st.lists(st.sampled_from(OTHERS), max_size=2)).flatmap(
    lambda drawn: st.permutations([drawn[0], *drawn[1]])
)


@given(glued)
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
    ],
)
def test_what_sellers_glue_is_taken_apart(written, pieces):
    assert words_read(written) == pieces


@pytest.mark.parametrize(
    "word",
    ["secondary", "important", "importir", "bekasi", "bekasitimur", "kurasi", "akurasi", "thrifting",
     "secondskin", "sortiran", "monzamu", "laptopbaru", "thrifttttt", "threesecond", "modeoffline",
     "trefactory"],
)  # fmt: skip
def test_other_words_stay_whole(word):
    assert split_compound(word.encode()) is None


def test_a_hashtag_stays_whole():
    assert words_read("#kaosbekas kaosbekas", "#sepatubekas") == [
        "kaosbekas",
        "kaos",
        "bekas",
        "sepatubekas",
    ]


def test_phrases_and_traps_see_the_pieces():
    assert [term.family for term in terms_read("bekasluka")] == [
        term.family for term in terms_read("bekas luka")
    ]
    for kind in (FAMILY, CLASS):
        apart = {code for code, _ in signals_read(kind, "laptop bekas")}
        assert {code for code, _ in signals_read(kind, "laptopbekas")} == apart


def test_pieces_stand_where_the_seller_wrote_them():
    words = features_of(("Ready kaosbekasnya!", "")).words
    text = b"Ready kaosbekasnya!"
    spans = zip(words.span_starts.tolist(), words.span_ends.tolist(), strict=True)
    assert [text[start:end] for start, end in spans] == [b"Ready", b"kaos", b"bekas", b"nya"]
    assert words.breaks.tolist() == [False, False, False, True]


@pytest.mark.parametrize("written", ["@thriftshop", "t.h.r.i.f.t.s.h.o.p", "b.a.j.u.b.e.k.a.s"])
def test_pieces_of_a_word_hidden_in_a_chain_stand_on_all_of_it(written):
    words = features_of((f"kaos {written} korea", "")).words
    spans = set(zip(words.span_starts.tolist()[1:-1], words.span_ends.tolist()[1:-1], strict=True))
    assert len(words) == 4
    assert spans == {(5, 5 + len(written))}


@given(st.lists(words, min_size=1, max_size=60))
@example([b"kaosbekas"] * 30)
@example([b"bekas", b"secondary"] * 12)
def test_no_compound_is_overlooked(written):
    maybe = maybe_compound(written)
    assert {word for word in written if split_compound(word)} <= maybe


@given(words)
def test_pieces_are_all_of_the_word(word):
    pieces = split_compound(word)
    assert pieces is None or (b"".join(pieces) == word and len(pieces) > 1)
