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
    gram_hashes,
    hash_words,
    rows,
    signal_hash,
    word_hash,
    word_hashes,
)

ALL_BITS = (1 << 64) - 1
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=50).map(str.encode)
keys = st.integers(0, ALL_BITS)


def mix(value):
    value ^= value >> 32
    value = value * 0x9E3779B97F4A7C15 & ALL_BITS
    return value ^ value >> 29


def specified_word_hash(word):
    word = word[:32]
    blocks = [int.from_bytes(word[at : at + 8], "little") for at in range(0, len(word), 8)]
    found = mix((blocks[0] + 0xC2B2AE3D27D4EB4F * len(word)) & ALL_BITS)
    for block in blocks[1:]:
        found = mix(found ^ (block * 0x165667B19E3779F9 & ALL_BITS))
    return found


def specified_gram_hashes(framed):
    return [
        mix(int.from_bytes(framed[at : at + size], "little") * 0xD6E8FEB86659FD93 & ALL_BITS)
        for size in (3, 4, 5, 6)
        for at in range(len(framed) - size + 1)
    ]


def laid_out(list_of_words):
    lengths = np.array([len(word) for word in list_of_words], np.int64)
    data = np.frombuffer(b"".join(list_of_words) + bytes(PADDING), np.uint8)
    return data, np.cumsum(lengths) - lengths, lengths


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (b"a", 0xACD33A220E4FD1AA),
        (b"bal", 0xCAB34E50656CE3E9),
        (b"thrift", 0x9F35CA9111763D18),
        (b"second", 0xADF5923743ED0A41),
        (b"preloved", 0x117CE002F9314263),
        (b"rombengan", 0xE38ECB543302F772),
        (b"0", 0x529290CD8A972012),
        (b"00rb", 0xA28E6FE5B6C00E88),
        (b"secondbranded", 0xBC847C04CFA31E3A),
        (b"balsegelimportjepang", 0xC8A9560D8B102116),
        (b"abcdefghijklmnopqrstuvwxyz012345", 0xB34134239D88A421),
        (b"abcdefghijklmnopqrstuvwxyz0123456789", 0xB34134239D88A421),
    ],
)
def test_golden_word_hashes(word, expected):
    assert word_hash(word) == expected == specified_word_hash(word)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (b"<bal>", [0x72BCE3BBB3BAEF26, 0xA24650A7295E5641, 0x14D2F038CDAA4DB, 0x6503A55867BBE4CB]),
        (
            b"<thrift>",
            [0x119E4FB34496116, 0x7E24A27A5185BF10, 0x7452E5BDCCCBE1C5, 0x306DEB41D916B1EB],
        ),
        (b"<0>", [0x2E0E2FD767A0F5F0]),
    ],
)
def test_golden_gram_hashes(word, expected):
    hashes, _ = gram_hashes([word])
    assert hashes.tolist()[: len(expected)] == expected


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
def test_words_hash_as_specified(list_of_words):
    specified = [specified_word_hash(word) for word in list_of_words]
    assert hash_words(list_of_words).tolist() == specified
    assert [word_hash(word) for word in list_of_words] == specified


@given(words, st.binary(max_size=20), st.binary(max_size=50))
def test_what_stands_around_a_word_does_not_matter(word, before, after):
    data = np.frombuffer(before + word + after + bytes(PADDING), np.uint8)
    found = word_hashes(data, np.array([len(before)]), np.array([len(word)]))
    assert found.tolist() == [specified_word_hash(word)]


@given(st.lists(words.map(lambda word: b"<" + word[:32] + b">"), max_size=12))
def test_grams_hash_as_specified_word_after_word(list_of_words):
    hashes, first = gram_hashes(list_of_words)
    bounds = first.tolist()
    assert (bounds[0], bounds[-1]) == (0, len(hashes))
    for place, word in enumerate(list_of_words):
        found = hashes[bounds[place] : bounds[place + 1]].tolist()
        assert found == specified_gram_hashes(word)
        assert len(found) == sum(max(len(word) - size + 1, 0) for size in GRAM_SIZES)


@given(st.integers(0, 15), st.integers(0, (1 << 24) - 1), st.integers(0, (1 << 24) - 1))
def test_signals_hash_as_specified(kind, first, second):
    found = signal_hash(kind, np.array([first, 0]), second)
    assert found.tolist() == [mix(kind << 48 | code << 24 | second) for code in (first, 0)]


@given(keys, st.integers(1, 24))
def test_a_row_is_the_top_bits(key, bits):
    assert rows(np.array([key], np.uint64), bits).tolist() == [key >> (64 - bits)]


@given(st.lists(st.integers(0, 5) | keys, max_size=60))
def test_distinct_values_are_found_once_each(values):
    found = distinct(np.array(values, np.uint64))
    assert sorted(values[place] for place in found.tolist()) == sorted(set(values))
    assert (np.diff(found) > 0).all()


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
