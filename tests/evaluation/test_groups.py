"""Groups are a partition by content; folds never split one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.errors import InputError
from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups

TEMPLATE = "{} second import ex jepang, size {} panjang {}. kondisi 9/10 no minus, {}k belum ongkir"
OTHERS = [
    "keripik pisang coklat isi 250 gram renyah",
    "jasa permak jeans potong celana di depok",
    "helm bogo retro kaca datar sni dewasa",
    "buku bekas kuliah akuntansi semester tiga",
]

words = st.sampled_from(
    ["kaos", "hoodie", "second", "import", "baru", "bal", "karung", "jaket", "jepang", "kerupuk"]
)
listings = st.lists(words, max_size=12).map(" ".join)
catalogues = st.lists(listings, max_size=25)


def partition(groups, order=None):
    """Groups as a set of sets of rows, whatever their numbers."""
    rows = range(len(groups)) if order is None else order
    members = {}
    for group, row in zip(np.asarray(groups).tolist(), rows, strict=True):
        members.setdefault(group, set()).add(row)
    return {frozenset(rows) for rows in members.values()}


# --- near duplicates ---------------------------------------------------------------------------


def test_a_template_with_other_nouns_and_numbers_is_one_group():
    copies = [TEMPLATE.format(*row) for row in [("hoodie", "L", 68, 75), ("kemeja", "XL", 72, 110)]]
    groups = near_duplicate_groups([*OTHERS[:2], *copies, *OTHERS[2:]])
    assert groups.tolist() == [0, 1, 2, 2, 3, 4]
    assert groups.dtype == np.int64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kaos SECOND size M", "kaos second size m"),
        ("kaos second 45.000", "kaos second 120.000"),
        ("kaos  second\nsize M!!!", "kaos second, size M"),
        ("𝗸𝗮𝗼𝘀 second size M", "kaos second size M"),
        ("🔥🔥", "🔥🔥"),
        ("", None),
        ("", float("nan")),
        ("", "   "),
        ("ab", "AB"),
    ],
)
def test_case_layout_numbers_and_absence_make_no_difference(one, other):
    groups = near_duplicate_groups([one, OTHERS[0], other], threshold=1.0)
    assert groups.tolist() == [0, 1, 0]


@pytest.mark.parametrize(("one", "other"), [("🔥", ""), ("🔥", "😀"), ("a", "b"), ("a", "")])
def test_short_texts_are_not_all_alike(one, other):
    assert near_duplicate_groups([one, other]).tolist() == [0, 1]


def test_no_rows_and_one_row():
    assert near_duplicate_groups([]).tolist() == []
    assert near_duplicate_groups(["kaos"]).tolist() == [0]


@given(catalogues)
def test_groups_are_numbered_by_first_appearance(texts):
    groups = near_duplicate_groups(texts).tolist()
    assert list(dict.fromkeys(groups)) == list(range(len(set(groups))))


@given(catalogues.filter(bool), st.data())
def test_an_exact_copy_is_always_joined(texts, data):
    row = data.draw(st.integers(0, len(texts) - 1))
    groups = near_duplicate_groups([*texts, texts[row]])
    assert groups[-1] == groups[row]


@given(catalogues, st.data())
def test_the_partition_does_not_depend_on_the_order_of_rows(texts, data):
    order = data.draw(st.permutations(range(len(texts))))
    shuffled = near_duplicate_groups([texts[row] for row in order])
    assert partition(shuffled, order) == partition(near_duplicate_groups(texts))


@given(catalogues, st.floats(0.2, 1.0), st.floats(0.2, 1.0))
def test_linked_texts_are_similar_and_similar_texts_are_linked(texts, threshold, margin):
    """Against all pairs: nothing is joined without a link, and clear links are all found."""
    groups = near_duplicate_groups(texts, threshold=threshold)
    shingles = [{t[i : i + 5] for i in range(len(t) - 4)} or {t.ljust(5)} for t in texts]
    for row, mine in enumerate(shingles):
        similar = [len(mine & other) / len(mine | other) for other in shingles]
        linked = [other for other in range(len(texts)) if groups[other] == groups[row]]
        if len(linked) > 1:
            assert max(similar[other] for other in linked if other != row) >= threshold
        # A miss is possible only near the threshold: 0.1 above it, its chance is below 1e-4.
        for other, similarity in enumerate(similar):
            if similarity >= min(1.0, threshold + 0.1 + 0.1 * margin):
                assert groups[other] == groups[row]


def test_a_bucket_larger_than_the_window_is_still_one_group():
    base = " ".join(OTHERS * 3)
    texts = [f"{base} {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]
    assert set(near_duplicate_groups(texts, threshold=0.8).tolist()) == {0}


def test_rows_with_the_same_key_are_joined_across_columns():
    groups = near_duplicate_groups(
        OTHERS, extra_keys=[["p1", "", "p1", ""], [None, "shop", "shop", float("nan")]]
    )
    assert groups.tolist() == [0, 0, 0, 1]


@given(catalogues, st.data())
def test_keys_only_coarsen_the_partition(texts, data):
    key = st.sampled_from(["", "a", "b"])
    keys = data.draw(st.lists(key, min_size=len(texts), max_size=len(texts)))
    plain, keyed = near_duplicate_groups(texts), near_duplicate_groups(texts, extra_keys=[keys])
    for fine in partition(plain):
        assert any(fine <= coarse for coarse in partition(keyed))
    for name in ("a", "b"):
        assert len({keyed[row] for row, key in enumerate(keys) if key == name}) <= 1


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        (["a"], {"threshold": 0}, "threshold"),
        (["a"], {"threshold": 60}, "threshold"),
        ("kaos", {}, "put it in a list"),
        (["a", 3], {}, r"texts\[1\] must be text"),
        (["a", "b"], {"extra_keys": [["x"]]}, r"extra_keys\[0\] has 1 values for 2"),
        (["a"], {"extra_keys": [[7]]}, r"extra_keys\[0\]\[0\] must be text"),
    ],
)
def test_bad_columns_are_refused(texts, options, message):
    with pytest.raises(InputError, match=message):
        near_duplicate_groups(texts, **options)


# --- folds -------------------------------------------------------------------------------------


@st.composite
def grouped_rows(draw):
    groups = [0, 1, 2, *draw(st.lists(st.integers(0, 15), max_size=60))]
    size = len(groups)
    labels = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    return np.array(groups), np.array(labels)


@given(grouped_rows(), st.integers(2, 3), st.integers(0, 3))
def test_no_group_is_split_and_no_fold_is_empty(rows, folds, seed):
    groups, labels = rows
    fold = grouped_folds(groups, labels, folds, seed)
    for group in np.unique(groups):
        assert len(set(fold[groups == group].tolist())) == 1
    assert set(fold.tolist()) == set(range(folds))


@given(grouped_rows(), st.data())
def test_with_keys_the_folds_depend_on_content_alone(rows, data):
    groups, labels = rows
    order = np.array(data.draw(st.permutations(range(len(groups)))))
    keys = [f"row {number}" for number in range(len(groups))]
    renamed = (groups * 7 + 3) % 31  # another numbering of the same groups
    shuffled = grouped_folds(
        renamed[order], labels[order], folds=3, keys=[keys[row] for row in order]
    )
    assert shuffled.tolist() == grouped_folds(groups, labels, 3, keys=keys)[order].tolist()


def test_labels_are_balanced_to_about_one_group():
    random = np.random.default_rng(0)
    groups = random.integers(0, 300, 1000)
    labels = (random.random(1000) < 0.1).astype(int)
    fold = grouped_folds(groups, labels, folds=5)
    largest = np.bincount(groups).max()
    assert np.ptp(np.bincount(fold)) <= largest
    assert np.ptp(np.bincount(fold[labels == 1])) <= 2


def test_single_rows_are_balanced_exactly():
    labels = np.repeat([0, 1], [30, 10])
    fold = grouped_folds(np.arange(40), labels, folds=5)
    assert np.bincount(fold[labels == 0]).tolist() == [6] * 5
    assert np.bincount(fold[labels == 1]).tolist() == [2] * 5


def test_a_seed_gives_the_same_folds_and_another_seed_others():
    groups, labels = np.arange(50), np.arange(50) % 2
    keys = [str(row) for row in groups]
    for names in (None, keys):
        one, again, other = (
            grouped_folds(groups, labels, seed=s, keys=names).tolist() for s in (1, 1, 2)
        )
        assert one == again
        assert one != other


def test_groups_and_labels_may_be_words():
    fold = grouped_folds(["toko a", "toko b", "toko a"], ["ya", "tidak", "ya"], folds=2)
    assert fold[0] == fold[2] != fold[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 0, 1], [0, 1, 0], 3), "3 rows in 2 groups cannot fill 3 folds"),
        (([0, 0, 0], [0, 1, 0], 2), "3 rows in 1 groups"),
        (([], [], 2), "0 rows"),
        (([0, 1], [0], 2), "equal length"),
        (([0, 1], [0, 1], 1), "at least 2"),
        (([0, 1], [0, 1], 2, 0), "keys has 1 values"),
    ],
)
def test_impossible_folds_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        grouped_folds(*arguments, keys=["only one"] if "keys" in message else None)
