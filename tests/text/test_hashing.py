"""The specification at the top of `thriftwatch.text.hashing`, written again in plain Python."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thriftwatch.text.hashing import (
    GRAM_SIZES,
    PADDING,
    HashTable,
    distinct,
    gram_rows,
    gram_rows_of_one,
    rows,
    signal_hash,
    word_keys,
    word_row,
    word_rows,
)

ALL_BITS = (1 << 64) - 1
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=50).map(str.encode)
keys = st.integers(0, ALL_BITS)


def mix(value):
    value ^= value >> 32
    value = value * 0x9E3779B97F4A7C15 & ALL_BITS
    return value ^ value >> 29


def specified_key(word):
    word = word[:32]
    blocks = [int.from_bytes(word[at : at + 8], "little") for at in range(0, len(word), 8)]
    found = mix((blocks[0] + 0xC2B2AE3D27D4EB4F * len(word)) & ALL_BITS)
    for block in blocks[1:]:
        found = mix(found ^ (block * 0x165667B19E3779F9 & ALL_BITS))
    return found


def specified_word_row(word, bits):
    remainder = 0xFFFFFFFF
    for byte in word:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ 0xEDB88320 * (remainder & 1)
    return (remainder ^ 0xFFFFFFFF) >> (32 - bits)


def specified_gram_rows(word, bits):
    framed = b"<" + word + b">"
    return [
        (int.from_bytes(framed[at : at + size], "little") * 0xD6E8FEB86659FD93 & ALL_BITS)
        >> (64 - bits)
        for size in (3, 5)
        for at in range(len(framed) - size + 1)
    ]


def laid_out(list_of_words):
    lengths = np.array([len(word) for word in list_of_words], np.int64)
    data = np.frombuffer(b"".join(list_of_words) + bytes(PADDING), np.uint8)
    return data, np.cumsum(lengths) - lengths, lengths


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (b"a", 59575),
        (b"bal", 36080),
        (b"thrift", 27340),
        (b"second", 46623),
        (b"preloved", 55058),
        (b"rombengan", 36757),
        (b"0", 62683),
        (b"00rb", 19377),
        (b"secondbranded", 43394),
        (b"balsegelimportjepang", 49976),
        (b"abcdefghijklmnopqrstuvwxyz012345", 25165),
    ],
)
def test_golden_word_rows(word, expected):
    assert word_row(word, 16) == expected == specified_word_row(word, 16)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (b"bal", [20468, 3586, 108956, 173017]),
        (b"thrift", [111555, 122031, 141022, 198351]),
        (b"0", [195612]),
    ],
)
def test_golden_gram_rows(word, expected):
    found, _ = gram_rows([word], 18)
    assert found.tolist()[: len(expected)] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ((1, 0, 0), 0xF5CE7F4DD266FA53),
        ((1, 7, 0), 0x84988AF4D594578),
        ((4, 3, 9), 0x93AB242735AB7DA0),
        ((7, 5, 14), 0xFF2A979D3AF175F0),
        ((9, 51, 0), 0x989E50524F4F82B4),
    ],
)
def test_golden_signal_hashes(code, expected):
    kind, first, second = code
    assert signal_hash(kind, np.array([first]), np.array([second])).tolist() == [expected]
    assert mix(kind << 48 | first << 24 | second) == expected


@given(st.lists(words, max_size=20))
@example([b"a" * 8, b"a" * 9, b"a" * 16, b"a" * 17, b"a" * 24, b"a" * 32, b"a" * 33])
def test_keys_are_as_specified(list_of_words):
    found = word_keys(*laid_out(list_of_words))
    assert found.tolist() == [specified_key(word) for word in list_of_words]


@given(st.lists(words, max_size=20), st.integers(1, 32))
def test_word_rows_are_as_specified(list_of_words, bits):
    specified = [specified_word_row(word, bits) for word in list_of_words]
    assert word_rows(list_of_words, bits).tolist() == specified
    assert [word_row(word, bits) for word in list_of_words] == specified


@given(words, st.binary(max_size=20), st.binary(max_size=50))
def test_what_stands_around_a_word_does_not_matter(word, before, after):
    data = np.frombuffer(before + word + after + bytes(PADDING), np.uint8)
    found = word_keys(data, np.array([len(before)]), np.array([len(word)]))
    assert found.tolist() == [specified_key(word)]


@given(st.lists(words.map(lambda word: word[:32]) | st.just(b""), min_size=1, max_size=12))
def test_gram_rows_are_as_specified_word_after_word(list_of_words):
    found, first = gram_rows(list_of_words, 18)
    specified = [specified_gram_rows(word, 18) for word in list_of_words]
    counts = np.diff(first).tolist()
    assert (first[0], first[-1]) == (0, len(found))
    assert counts == [len(of_word) for of_word in specified]
    assert counts == [
        sum(max(len(word) + 2 - size + 1, 0) for size in GRAM_SIZES) for word in list_of_words
    ]
    assert found.tolist() == [row for of_word in specified for row in of_word]
    assert specified == [gram_rows_of_one(word, 18) for word in list_of_words]


@given(st.integers(0, 15), st.integers(0, (1 << 24) - 1), st.integers(0, (1 << 24) - 1))
def test_signals_hash_as_specified(kind, first, second):
    found = signal_hash(kind, np.array([first, 0]), second)
    assert found.tolist() == [mix(kind << 48 | code << 24 | second) for code in (first, 0)]


@given(keys, st.integers(1, 24))
def test_a_row_is_the_top_bits(key, bits):
    assert rows(np.array([key], np.uint64), bits).tolist() == [key >> (64 - bits)]


@given(st.lists(st.integers(0, 5) | keys, max_size=60))
def test_distinct_values_are_found_once_each_where_they_stand_last(values):
    last = {value: place for place, value in enumerate(values)}
    assert distinct(np.array(values, np.uint64)).tolist() == sorted(last.values())


@given(st.lists(keys | st.integers(0, 3), unique=True, max_size=200), st.lists(keys, max_size=20))
def test_a_table_gives_back_what_was_put_in_and_nothing_else(known, asked):
    table = HashTable(np.array(known[::2], np.uint64), np.arange(0, len(known), 2))
    table.add(np.array(known[1::2], np.uint64), np.arange(1, len(known), 2))
    assert table.count == len(known)
    assert table.find(np.array(known, np.uint64)).tolist() == list(range(len(known)))
    expected = [known.index(key) if key in known else -1 for key in asked]
    assert table.find(np.array(asked, np.uint64)).tolist() == expected


def test_a_table_keeps_keys_with_equal_values_apart():
    keys = np.arange(1, 2_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    table = HashTable(keys, np.full(len(keys), 5))
    assert (table.find(keys) == 5).all()


def test_a_table_grows_with_what_is_added_bit_by_bit():
    everything = np.arange(20_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    table = HashTable(everything[:0])
    for start in range(0, len(everything), 777):
        part = everything[start : start + 777]
        table.add(part, start + np.arange(len(part)))
    assert (table.find(everything) == np.arange(len(everything))).all()


def test_a_table_interrupted_while_it_grows_still_answers(monkeypatch):
    keys = np.arange(1, 2000, dtype=np.uint64)
    table = HashTable(keys[:50])

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(np, "full", interrupted)
        with pytest.raises(KeyboardInterrupt):
            table.add(keys[50:], np.arange(50, len(keys)))
    assert table.find(keys).tolist() == [*range(50), *[-1] * (len(keys) - 50)]
    table.add(keys[50:], np.arange(50, len(keys)))
    assert table.find(keys).tolist() == list(range(len(keys)))
