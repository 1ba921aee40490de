import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from listings import FLAGGED

from thriftwatch.text.hashing import LONGEST_WORD, gram_hashes, word_hash
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.reading import Reading, find_unusual, framed, hash_frames, read_word
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


@given(words)
@example(b"x")
@example(b"kilau")
@example(b"kilauaaa")
def test_an_ordinary_word_reads_as_itself_and_nothing_else(word):
    if not find_unusual([word]):
        assert read_word(word) == Reading(framed(word), 0, -1, 0, False, False)


@given(st.lists(words, unique=True, min_size=1, max_size=80))
def test_frames_hash_as_their_words_and_names_without_n_grams(written):
    frames = list(dict.fromkeys(read_word(word).frame for word in written))
    canonical, grams, first = hash_frames(frames)
    for place, frame in enumerate(frames):
        own = grams[first[place] : first[place + 1]]
        if frame.startswith(b"<"):
            assert canonical[place] == word_hash(frame[1:-1])
            assert np.array_equal(own, gram_hashes([frame])[0])
        else:
            assert len(own) == 0


def test_flagged_words_are_not_ordinary():
    words = [word.encode() for word in FLAGGED]
    assert find_unusual(words) == list(range(len(words)))
