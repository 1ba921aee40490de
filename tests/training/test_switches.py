"""What the ablation switches off: each disguise by its name, kinds of features, trust."""

import numpy as np
import pytest

from thriftwatch.text.disguises import DISGUISES
from thriftwatch.text.document import Document
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.training.heads import HeadTargets, out_of_fold
from thriftwatch.training.matrix import count_frequencies, feature_matrix, read_listings


def words_of(written, without=()):
    vocabulary = Vocabulary.of(load_lexicon(), without=without)
    document = Document(vocabulary, Names(vocabulary, {}, growing=True))
    document.read(written.encode(), b"")
    return " ".join(document.reads(document.token[at]).decode() for at in range(document.count))


@pytest.mark.parametrize("rule", DISGUISES, ids=lambda rule: rule.name)
def test_a_disguise_is_undone_unless_it_is_switched_off(rule):
    written, read = rule.example
    assert words_of(written) == read
    # A word on its head is also one that is written from its last letter: a misspelling.
    others = ["misspelling"] if rule.name == "turned letters" else []
    assert words_of(written, [rule.name, *others]) != read


def test_the_kinds_of_features_share_the_columns_out():
    vocabulary = Vocabulary.of(load_lexicon())
    readings = read_listings(["Kaos bekas", "Kaos baru"], ["ex bal", ""], vocabulary)
    frequencies = count_frequencies(readings)
    columns = frequencies.columns
    matrix = feature_matrix(readings, frequencies)
    assert list(columns) == ["n-grams", "words", "features"]
    assert [*(part.start for part in columns.values()), matrix.shape[1]][1:] == [
        part.stop for part in columns.values()
    ]
    assert all(matrix[:, part].nnz for part in columns.values())


def test_a_vocabulary_without_terms_reads_words_alone():
    readings = read_listings(["Kaos b3kas"], ["ex b.a.l"], Vocabulary.of(()))
    assert readings.words == [[b"kaos", b"b0kas", b"ex", b"b", b"a", b"l"]]
    assert readings.features == [[]]


def test_heads_are_fitted_without_trust_on_request():
    vocabulary = Vocabulary.of(load_lexicon())
    titles = [f"Kaos bekas {word}" for word in "abcdef"] + [
        f"Kaos baru {word}" for word in "ghijkl"
    ]
    readings = read_listings(titles, [""] * 12, vocabulary)
    matrix = feature_matrix(readings, count_frequencies(readings))
    target = (np.arange(12) < 6).astype(np.int8)[:, None]
    targets = HeadTargets(("label",), target, np.ones((12, 1)))
    judged = [
        out_of_fold(
            matrix, targets, np.arange(12) % 3, jobs=1, on_done=lambda: None, trust=trust
        ).plain()
        for trust in (True, False)
    ]
    assert not np.allclose(*judged)
    assert all(((one > 0) == (target == 1)).all() for one in judged)
