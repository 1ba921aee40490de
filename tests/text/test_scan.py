"""Words are found as a regular expression finds them, and known by their letters alone."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twin import reference

from thriftwatch.text import scan
from thriftwatch.text.fields import FIELDS, FLAGS, LONGEST_WORD, MOST_CACHED, NOT_ASCII

KINDS = {"as it runs": scan, "reference": reference("text.scan")}
ascii_text = st.text("abzABZ019 .-_@\n\x00/", max_size=80).map(str.encode)


@pytest.fixture(params=KINDS)
def module(request):
    return KINDS[request.param]


def spans(scanner):
    return list(zip(scanner.starts[: scanner.count], scanner.ends[: scanner.count], strict=True))


@given(ascii_text, ascii_text, ascii_text)
def test_words_are_runs_of_letters_and_digits(before, text, behind):
    for module in KINDS.values():
        scanner = module.Scanner()
        scanner.begin(before + text + b"\n" + behind, len(before), len(before + text) + 1)
        scanner.scan(0, len(text) + 1)
        assert spans(scanner) == [found.span() for found in re.finditer(rb"[A-Za-z0-9]+", text)]
        words = [found[0][:LONGEST_WORD].lower() for found in re.finditer(rb"[A-Za-z0-9]+", text)]
        assert [scanner.written_at(at) for at in range(scanner.count)] == words


@given(ascii_text, st.lists(ascii_text, max_size=5))
def test_a_word_is_the_same_wherever_it_stands(text, others):
    for module in KINDS.values():
        scanner = module.Scanner()
        words = sorted({*re.findall(rb"[a-z0-9]+", text.lower())})
        numbers = {word[:LONGEST_WORD]: scanner.keep(word[:LONGEST_WORD]) for word in words}
        for other in others:
            scanner.begin(other + text + b"\n", len(other), len(other + text) + 1)
            scanner.scan(0, len(text) + 1)
            scanner.look_up()
            found = [scanner.written_at(at) for at in range(scanner.count)]
            assert list(scanner.token[: scanner.count]) == [numbers[word] for word in found]
            assert scanner.unknown == 0


def test_words_are_told_apart_by_every_letter(module):
    scanner = module.Scanner()
    # Of all lengths around those at which letters are kept in another way.
    words = [
        stem[:length] + bytes(ends)
        for length in (0, 5, 6, 7, 12, 13, 14, 15, 28, 29)
        for stem in (b"a" * 29, b"b" * 29)
        for ends in product(b"ab0", repeat=3)
    ]
    numbers = {word: scanner.keep(word) for word in dict.fromkeys(words)}
    assert all(scanner.find(word) == number for word, number in numbers.items())
    assert scanner.find(b"a" * 31 + b"c") == scanner.find(b"") == -1


def test_every_word_is_found_after_the_table_has_grown(module):
    scanner = module.Scanner()
    words = [b"%d" % (number * 7919) for number in range(MOST_CACHED // 4)]
    numbers = [scanner.keep(word) for word in words]
    scanner.known[FIELDS * numbers[-1] + FLAGS] = 5
    assert [scanner.find(word) for word in words] == numbers
    assert [scanner.written(number) for number in numbers] == words
    scanner.begin(words[-1] + b"\n", 0, len(words[-1]) + 1)
    scanner.scan(0, len(words[-1]) + 1)
    scanner.look_up()
    assert scanner.flags[0] == scanner.flags_seen == 5
    scanner.clear()
    assert scanner.words_known == 0
    assert scanner.find(words[0]) == -1


def test_what_is_no_word_is_kept_and_never_found(module):
    scanner = module.Scanner()
    place, size = scanner.keep(b"<place>"), scanner.keep(b"<size>")
    assert (scanner.written(place), scanner.written(size)) == (b"<place>", b"<size>")
    assert scanner.find(b"<place>") == scanner.find(b"place") == scanner.find(b"") == -1


def test_a_text_that_is_not_ascii_is_to_be_folded_first(module):
    scanner = module.Scanner()
    text = "kaos b\u0430l\n".encode()
    scanner.begin(text, 0, len(text))
    assert scanner.scan(0, len(text)) & NOT_ASCII
    scanner.begin(text, 0, 5)
    assert not scanner.scan(0, 5) & NOT_ASCII


@given(st.binary(max_size=60))
def test_runs_are_put_together_again(text):
    runs = scan.runs_of(text)
    assert b"".join(runs) == text
    assert runs == KINDS["reference"].runs_of(text)
    assert all(run.isascii() for run in runs[::2])
    assert all(min(run) >= 0x80 for run in runs[1::2])


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (0, 0), (3, 2), (0, 9)])
def test_a_part_that_is_not_there_is_refused(module, start, end):
    with pytest.raises(IndexError):
        module.Scanner().begin(b"kaos\n", start, end)


def test_no_more_words_are_found_than_there_is_room_for(module):
    scanner = module.Scanner()
    text = b"a " * 5000
    scanner.begin(text, 0, len(text))
    assert scanner.scan(0, len(text)) & NOT_ASCII == 0
    with pytest.raises(IndexError):
        scanner.scan(0, len(text))
