from hypothesis import example, given
from hypothesis import strategies as st
from listings import FLAGGED

from thriftwatch.text.hashing import LONGEST_WORD
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.reading import Reading, read_word, read_words, spellings
from thriftwatch.text.unmask import misspellings

FORMS = sorted({word.encode() for term in load_lexicon() for word in " ".join(term.forms).split()})
letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=LONGEST_WORD).map(str.encode)
words = (
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=LONGEST_WORD).map(
        str.encode
    )
    | letters
    | st.sampled_from(FORMS)
    | st.sampled_from(sorted(misspellings()))
)


@given(st.lists(words, min_size=1, max_size=80))
@example([b"x", b"10", b"kilau", b"kilauaaa", b"th12i1ft", b"5000rb", b"841"])
@example([b"kilau"] * 300 + [b"murahhh", b"b3k4sss"])
def test_words_read_together_as_one_by_one(written):
    forms, telling = read_words(written)
    for place, word in enumerate(written):
        reading = read_word(word)
        assert forms[place] == reading.form
        assert telling.get(place, Reading(reading.form)) == reading


@given(words)
@example(b"place")
@example(b"bandung")
@example(b"uniqlo")
def test_what_is_spelled_is_the_form_but_for_names(word):
    form = read_word(word).form
    assert spellings([form]) == [form if form.isalnum() else b""]


def test_of_flagged_words_there_is_something_to_say():
    words = [word.encode() for word in FLAGGED]
    assert list(read_words(words)[1]) == list(range(len(words)))
