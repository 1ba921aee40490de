import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reading import features_of, words_read

from thriftwatch.text.tokens import chains, replace_chains, split_words

ascii_text = st.text(st.characters(codec="ascii"), max_size=60)


def split(*texts):
    """Split ASCII texts as one block."""
    data = np.frombuffer("".join(texts).encode() or b"", np.uint8)
    return split_words(data, np.cumsum([0, *map(len, texts)])), data


def chains_of(*texts):
    words, data = split(*texts)
    return chains(words, data, np.cumsum([0, *map(len, texts)]))


def word_list(words):
    return [
        words.data[start : start + length].tobytes().decode()
        for start, length in zip(words.starts.tolist(), words.lengths.tolist(), strict=True)
    ]


def chain_texts(text):
    return [chain.text.decode() for chain in chains_of(text)]


@given(st.lists(ascii_text, max_size=6))
@example(["a", "b"])
@example(["", "A1", "", "b"])
def test_a_word_is_a_run_of_letters_and_digits_of_one_text(texts):
    words, data = split(*texts)
    expected = [
        (n, word) for n, text in enumerate(texts) for word in re.findall("[a-z0-9]+", text.lower())
    ]
    assert list(zip(words.text.tolist(), word_list(words), strict=True)) == expected
    assert (words.span_ends - words.span_starts == words.lengths).all()
    for start, end, word in zip(words.span_starts, words.span_ends, word_list(words), strict=True):
        assert data[start:end].tobytes().decode().lower() == word


@given(st.lists(ascii_text, min_size=1, max_size=5))
def test_the_last_word_of_every_text_ends_a_sentence(texts):
    words, _ = split(*texts)
    ends = {int(np.flatnonzero(words.text == text)[-1]) for text in set(words.text.tolist())}
    assert all(words.breaks[end] for end in ends)


@pytest.mark.parametrize("end", ["! ", "? ", "; ", "\n", ". ", "!", "?\n", ".\n"])
def test_a_sentence_ends_between_words(end):
    words, _ = split(f"bekas{end}import")
    assert words.breaks.tolist() == [True, True]


@pytest.mark.parametrize("link", [" ", ", ", "-", "/", ".", " - ", ": "])
def test_a_sentence_goes_on_between_words(link):
    words, _ = split(f"bekas{link}import")
    assert words.breaks.tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t.h.r.i.f.t murah", ["t.h.r.i.f.t"]),
        ("jual thr/ift, ya", ["thr/ift"]),
        ("th**ft", ["th**ft"]),
        ("ex b a l jepang", ["b a l"]),
        ("b@l", ["b@l"]),
        ("$econd ori", ["$econd"]),
        ("hoodie uniqlo second", []),
        ("hoodie. uniqlo", []),
        ("size M", []),
        ("", []),
        (" ".join("x" * 40), []),  # too long to be one word
    ],
)
def test_chains_are_words_held_together_by_symbols_or_single_letters(text, expected):
    assert chain_texts(text) == expected


@given(ascii_text)
def test_chains_are_in_order_and_hold_whole_words(text):
    words, data = split(text)
    end = -1
    for chain in chains_of(text):
        assert end < chain.first <= chain.last < len(words)
        assert len(chain.text) <= 64
        assert data[chain.span_start : chain.span_end].tobytes().lower() == chain.text
        end = chain.last


@given(st.lists(ascii_text, min_size=1, max_size=4))
def test_chains_never_cross_texts(texts):
    words, _ = split(*texts)
    for chain in chains_of(*texts):
        assert words.text[chain.first] == words.text[chain.last]


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


def test_a_replaced_chain_stands_where_the_seller_wrote_it():
    words, _ = split("ex b.a.l korea. ori")
    (chain,) = chains_of("ex b.a.l korea. ori")
    replaced = replace_chains(words, [(chain, b"bal")])
    assert word_list(replaced) == ["ex", "bal", "korea", "ori"]
    assert (replaced.span_starts[1], replaced.span_ends[1]) == (3, 8)
    assert replaced.breaks.tolist() == [False, False, True, True]


def test_a_megabyte_without_a_space_is_one_word():
    assert len(features_of(("x" * 1_000_000, "")).words) == 1


def test_a_megabyte_of_single_letters_is_read():
    assert len(features_of(("a b " * 250_000, "")).words) == 500_000
