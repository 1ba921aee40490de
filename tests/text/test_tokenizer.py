import re
from threading import Thread

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from listings import any_text, listing, listings, seller_text
from reading import new_document, read, reading_of, words_read
from twin import reference

from thriftwatch.text.fields import LONGEST_WORD, MOST_CACHED
from thriftwatch.text.fold import fold_text
from thriftwatch.text.lexicon import NAMES, load_lexicon
from thriftwatch.text.vocabulary import packaged_vocabulary

ascii_text = st.text(st.characters(codec="ascii"), max_size=60)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=LONGEST_WORD)
HARD = [
    ("thrift", ""), ("", "thrift"), ("", ""), ("\ud800", "\udfff bal\ud800"), ("\0", "\0b.a.l\0"),
    ("bukan", "bekas"), ("🇯🇵", "🇰🇷 b.a.l"), ("b", "a l"), ("bekas " * 400, ""),
    ("@thriftshop#@secondhand$", "$econd!mport@"), ("1 b a l 2", "t.h.r.i.f.t b a l"),
]  # fmt: skip
COLLIDED = ("mbrzhuifnlsyqyat", "wemuozzycplvwxza", "zhzlychcesyqkxmv")
"""They had the keys of *thrift*, *import* and *bekas* where words were known by a hash."""


def spans(title, description=""):
    """Return what the seller wrote for each token, of texts in ASCII."""
    reading = read(title, description)
    return [reading.text[token.start : token.end].decode() for token in reading.tokens]


def breaks(title, description=""):
    return [token.breaks for token in read(title, description).tokens]


# Words


@given(ascii_text, ascii_text)
@example("A1", "b")
@example("", "")
def test_without_disguises_a_word_is_a_run_of_letters_and_digits_of_one_text(title, description):
    in_title, behind = (
        [word[:LONGEST_WORD] for word in re.findall("[a-z0-9]+", text.lower())]
        for text in (title, description)
    )
    reading = read(title, description)
    assume(not any(token.disguised for token in reading.tokens))
    found = [token.reads.decode() for token in reading.tokens]
    assert "".join(found) == "".join(in_title + behind)
    if len(found) == len(in_title + behind):  # nothing was taken apart
        assert found == in_title + behind
        assert reading.titled == len(in_title)


@given(listing)
@example(("t.h.r.i.f.t b a l", "@thriftshop$ #@secondhand"))
@example(("\ud800", "\0"))
def test_tokens_are_in_order_and_lie_in_one_of_the_texts(one):
    reading = read(*one)
    text, border, before = reading.text, reading.border, (-1, -1)
    assert text[border : border + 1] == b"\n"
    assert text.isascii()
    assert text == text.lower()
    for at, token in enumerate(reading.tokens):
        assert 0 <= token.start < token.end <= len(text)
        assert token.end <= border if at < reading.titled else token.start > border
        # The pieces of a word that was hidden in a chain stand on all of it.
        assert token.start >= before[1] or (token.start, token.end) == before
        before = token.start, token.end
    for last in {reading.titled, len(reading.tokens)} - {0}:
        assert reading.tokens[last - 1].breaks


@given(listing)
def test_the_text_is_both_texts_folded(one):
    folded = [
        fold_text(text.encode("utf-8", "replace").decode(), packaged_vocabulary().words).lower()
        for text in one
    ]
    reading = read(*one)
    assert reading.text.decode() == "\n".join(folded)
    assert reading.border == len(folded[0])


@given(listing)
@example(("x" * 100, "y" * 33 + " b" + "a" * 40))
def test_a_token_stands_where_its_letters_were_written(one):
    reading = read(*one)
    for token in reading.tokens:
        span = reading.text[token.start : token.end]
        if not token.disguised:
            assert span[:LONGEST_WORD] == token.written == token.reads
        elif span.isalnum() and token.written != token.reads:
            assert span[:LONGEST_WORD] == token.written


@pytest.mark.parametrize("end", ["! ", "? ", "; ", "\n", ". ", "!", "?\n", ".\n", "\r"])
def test_a_clause_ends_between_words(end):
    assert breaks(f"jaket{end}import") == [True, True]


@pytest.mark.parametrize("link", [" ", ", ", "-", "/", ".", " - ", ": "])
def test_a_clause_goes_on_between_words(link):
    assert breaks(f"jaket{link}import") == [False, True]


@pytest.mark.parametrize("title", ["bekas", "bekas.", "bekas -", "bekas \n"])
def test_a_clause_ends_with_the_title(title):
    assert breaks(title, "import") == [True, True]
    assert read(title, "import").titled == 1


@pytest.mark.parametrize(
    ("title", "description", "titled"),
    [("", "", 0), ("", "bal", 0), ("bal", "", 1), (".", ".", 0), ("a b", "\n", 2), ("b.a.l x", "y", 2),
     ("jualthrift", "x", 2), ("x", "jualthrift", 1), ("#", "jualthrift", 0)],
)  # fmt: skip
def test_it_is_known_how_many_tokens_the_title_has(title, description, titled):
    assert read(title, description).titled == titled


# Chains


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t.h.r.i.f.t murah", ["t.h.r.i.f.t", "murah"]),
        ("jual thr/ift, ya", ["jual", "thr/ift", "ya"]),
        ("th**ft", ["th**ft"]),
        ("ex b a l jepang", ["ex", "b a l", "jepang"]),
        ("b@l", ["b@l"]),
        ("$econd ori", ["$econd", "ori"]),
        ("ori beka$", ["ori", "beka$"]),
        ("ada 1 0 b a l 3 ya", ["ada", "1", "0", "b a l", "3", "ya"]),
        ("hoodie uniqlo second", ["hoodie", "uniqlo", "second"]),
        ("hoodie. uniqlo", ["hoodie", "uniqlo"]),
        ("size M", ["size", "m"]),
        ("t.h.r.i.f.t b a l", ["t.h.r.i.f.t", "b a l"]),
        ("ex b.a.l korea. ori", ["ex", "b.a.l", "korea", "ori"]),
    ],
)
def test_chains_that_hide_a_word_are_one_token(text, expected):
    assert spans(text) == expected


def test_what_stands_behind_a_chain_stands_behind_its_word():
    assert breaks("ex b.a.l! korea. ori") == [False, True, True, True]


def test_a_chain_that_is_too_long_for_a_word_is_left_as_it_is():
    assert words_read(" ".join("x" * 40)) == ["x"] * 40
    assert words_read(".".join("thrift") + "." * 60) == ["thrift"]
    assert words_read("t" + "." + "h.r.i.f.t." * 20 + "x")[0] == "t"


@pytest.mark.parametrize(("first", "second"), [("b", "a l"), ("thr/", "ift"), ("t.h.r.i.f.", "t")])
def test_a_title_and_its_description_are_not_read_as_one_word(first, second):
    assert words_read(first, second) == words_read(first) + words_read(second)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s.e.c.o.n.d i.m.p.o.r.t", ["second", "import"]),
        ("m.o.n.z.a 3 pcs", ["monza", "3", "pcs"]),
        ("size M t-h-r-i-f-t", ["size", "m", "thrift"]),
    ],
)
def test_two_words_held_apart_by_symbols_are_two_words(text, expected):
    assert words_read(text) == expected


@given(ascii_text)
def test_what_is_one_token_is_never_longer_than_a_chain(text):
    for token in read(text).tokens:
        span = read(text).text[token.start : token.end]
        assert span.isalnum() or len(span) <= 64


# What words count as


@given(st.lists(words.map(lambda word: word[:20]), max_size=6))
@example(["m1nza", "m0nza", "monza", "thriiiitf", "thritf"])
def test_a_word_counts_as_it_reads_with_digits_as_0_and_names_as_one(parts):
    names = {form: term.word_class for term in load_lexicon() for form in term.forms}
    title = "\n".join(f"xq {part}" for part in parts)
    reading = read(title)
    forms = {
        f"<{names[word]}>" if names.get(word) in NAMES else re.sub("[1-9]", "0", word)
        for word in words_read(title)
    }
    negated = [term for term in reading.terms if term.negated]
    if not negated:
        assert {form.decode() for form, _ in reading.words} == forms


@pytest.mark.parametrize(
    ("word", "form"),
    [("m1nza", b"m0nza"), ("m0nza", b"monza"), ("thriiiitf", b"thritf"), ("thritf", b"thrift"),
     ("25rb", b"00rb"), ("bandung", b"<place>"), ("b4ndung", b"b0ndung")],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "m0nza thritf <place>", "m1nza thriiiitf"])
def test_a_form_that_reads_as_another_word_is_a_form_all_the_same(word, form, before):
    document = new_document()
    reading_of(document, before)
    assert reading_of(document, word).words == ((form, 0),)
    assert document.is_normal_form(document.word[0])
    assert document.written(document.word[0]) == form


def test_prices_are_not_forms():
    document = new_document()
    reading_of(document, "35rb")
    assert not document.is_normal_form(document.token[0])


# The cache


@given(listings)
@example(HARD)
@example([("m1nza", ""), ("m0nza", ""), ("monza", "")])
@settings(max_examples=60)
def test_what_was_read_before_changes_nothing(of):
    alone = [reading_of(new_document(), *one) for one in of]
    one_after_another = new_document()
    assert [reading_of(one_after_another, *one) for one in of] == alone
    backwards = [reading_of(one_after_another, *one) for one in reversed(of)]
    assert backwards[::-1] == alone
    one_after_another.evict()
    assert [reading_of(one_after_another, *one) for one in of] == alone


@given(listings)
def test_the_same_words_have_the_same_number_until_they_are_forgotten(of):
    document = new_document()
    numbers = {}
    for one in of * 2:
        reading_of(document, *one)
        for at in range(document.count):
            number = document.token[at]
            assert numbers.setdefault(document.written(number), number) == number
    assert len(set(numbers.values())) == len(numbers)
    assert max(numbers.values(), default=-1) < document.words_known


@given(words | st.text("abcdefghijklmnopqrstuvwxyz", min_size=33, max_size=50))
def test_a_word_is_found_by_its_letters(word):
    document = new_document()
    reading_of(document, f"{word[::-1]} x{word} {word}x {word[1:]} xq\n{word}")
    found = document.number(word[:LONGEST_WORD].encode())
    assert document.written(found) == word[:LONGEST_WORD].encode()
    assert (
        document.token[document.count - 1] == found
        or len(words_read(word)) > 1
        or (read(word).tokens[0].written != word[:LONGEST_WORD].encode())
    )


@pytest.mark.parametrize(
    "pair",
    [
        ("abcdefghijklmnopqrstuvwxyzabcdzz", "abcdefghijklmnopqrstuvwxyzabcdzy"),
        ("abcdefgh", "abcdefghi"),
        ("abcdefghi", "abcdefghj"),
        ("aaaaaaab", "aaaaaaabb"),
        COLLIDED[:2],
    ],
)
def test_words_with_an_equal_beginning_are_two(pair):
    one, other = (word.encode() for word in pair)
    document = new_document()
    assert document.number(one) != document.number(other)
    assert document.written(document.number(one)) == one
    assert document.written(document.number(other)) == other


def test_words_that_are_equal_as_far_as_they_are_read_are_one_word():
    first, second = read(f"{'xy' * 20}a {'xy' * 20}b").tokens
    assert first.written == second.written == b"xy" * (LONGEST_WORD // 2)
    assert (first.end, second.start) == (41, 42)


def test_a_cache_that_is_full_is_emptied_and_nothing_else_changes():
    document = new_document()
    before = reading_of(document, "Hoodie b.a.l thr1ft", "68x56 bandung")
    generation = document.generation
    text = " ".join(f"q{number:x}z".translate(str.maketrans("0123456789", "ghijklmnop"))
                    for number in range(MOST_CACHED + 10))  # fmt: skip
    assert reading_of(document, text).text.decode() == f"{text}\n"
    assert document.words_known > MOST_CACHED
    assert document.generation == generation  # a listing is read to its end first
    assert reading_of(document, "Hoodie b.a.l thr1ft", "68x56 bandung") == before
    assert document.generation == generation + 1
    assert document.words_known < 20


def test_what_was_seen_is_marked_anew_before_marks_run_out(monkeypatch):
    """Marks are whole numbers of 32 bits, which a catalogue of billions would use up."""
    source = reference("text.document")
    assert source._LAST_SERIAL < (1 << 31) - 1
    monkeypatch.setattr(source, "_LAST_SERIAL", 3)
    vocabulary = reference("text.vocabulary").packaged_vocabulary()
    document = source.Document(
        vocabulary, reference("text.names").Names(vocabulary, {}, growing=True)
    )
    for _ in range(3):
        for one in (("bekas bekas import", "bekas 9/10"), ("", ""), ("kaos import", "")):
            assert reading_of(document, *one) == read(*one)


# Words that were made to collide

TARGET = ("jaket thrift import korea", "bekas, minus noda")


def score_of(model, *listing):
    heads = model.explainer().heads
    heads.score(*(text.encode() for text in listing))
    return list(heads.probabilities), list(heads.log_odds)


@pytest.mark.parametrize("word", COLLIDED)
def test_a_word_made_to_collide_reads_as_what_it_is(word):
    assert words_read(word) == [word]
    assert read(word).words == ((word.encode(), 0),)
    assert read(word).features == ()


@pytest.mark.parametrize("before", [COLLIDED, COLLIDED[::-1], ("thrift", *COLLIDED), TARGET])
def test_words_made_to_collide_change_no_reading(before):
    document = new_document()
    expected = reading_of(document, *TARGET)
    document = new_document()
    for word in before:
        reading_of(document, word, word)
    reading_of(document, " ".join(before), "thrift")
    assert reading_of(document, *TARGET) == expected


def test_words_made_to_collide_change_no_score_in_whatever_order_batch_or_thread(model):
    scores = []

    def score(*before):
        for one in before:
            score_of(model, *one)
        scores.append(score_of(model, *TARGET))

    hostile = [(word, "") for word in COLLIDED] + [(" ".join(COLLIDED), " ".join(COLLIDED))]
    for before in ([], hostile, hostile[::-1], [*hostile, TARGET, *hostile]):
        thread = Thread(target=score, args=before)  # which has a cache of its own
        thread.start()
        thread.join()
    score(*hostile)
    assert len(scores) == 5
    assert all(found == scores[0] for found in scores)
    batches = [[TARGET], [*hostile, TARGET], [TARGET, *hostile], [*hostile * 50, TARGET]]
    for batch in batches:
        outputs = model.outputs(*zip(*batch, strict=True))
        assert outputs[batch.index(TARGET)].tolist() == scores[0][0]


# Hostile and huge texts


@given(any_text, any_text)
@example("\ud800\udfff", "\0\x1f\x7f\x80\xff")
@example("\u202e" * 50, "\u202c\u2069" * 50)
def test_any_text_at_all_is_read(title, description):
    reading = read(title, description)
    assert reading == read(title, description)
    replaced = (text.encode("utf-8", "replace").decode() for text in (title, description))
    assert reading == read(*replaced)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_bytes_that_are_no_utf8_are_read_as_if_they_were_replaced(title, description):
    document = new_document()
    document.read(title, description)
    found = [document.reads(document.token[at]) for at in range(document.count)]
    texts = (raw.decode("utf-8", "replace") for raw in (title, description))
    assert found == [token.reads for token in read(*texts).tokens]


@given(seller_text)
@settings(max_examples=30)
def test_reading_twice_is_reading_once(title):
    assert read(title, title) == read(title, title)


@pytest.mark.parametrize(
    ("part", "count"),
    [("x", 1), ("a b ", 500_000), ("b.a.l ", 166_666), ("bekas ", 166_666), ("1 ", 500_000),
     ("*", 0), (".", 0), ("b.", 500_000), ("jualthrift ", 181_818), ("#", 0), ("𝓽 ", 200_000)],
)  # fmt: skip
def test_a_megabyte_is_read(part, count):
    size = len(part.encode())
    document = new_document()
    document.read((part * (1_000_000 // size)).encode(), b"")
    assert document.count == count
    assert document.titled == count
    # What room it took is given back with the next listing.
    assert reading_of(document, "Hoodie b.a.l", "ori") == read("Hoodie b.a.l", "ori")
    assert len(document.starts) < 10_000


def test_a_megabyte_of_description_is_read():
    document = new_document()
    document.read(b"jaket", b"bal segel " * 100_000)
    assert (document.titled, document.count, document.terms) == (1, 200_001, 100_001)
    assert document.words == 3
