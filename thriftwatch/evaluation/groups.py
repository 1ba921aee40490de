"""Which listings are the same listing again, and folds that keep them together.

Sellers post one text many times with another noun, size or price. If one copy is trained on and
the next one tested, the test measures memory. `near_duplicate_groups` finds the copies,
`grouped_folds` deals whole groups into folds.

Copies are found with MinHash signatures cut into bands (Broder 1997; Leskovec, Rajaraman and
Ullman, *Mining of Massive Datasets*, section 3.4). Rows that share a band are only candidates:
each candidate pair is joined on the exact Jaccard similarity of its shingles.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError
from thriftwatch.listing import as_text

__all__ = ["DEFAULT_THRESHOLD", "grouped_folds", "near_duplicate_groups"]

IntArray = npt.NDArray[np.int64]

#: Read on 5,030 labelled listings of eleven writers. From 0.45 up every linked pair is one writer's
#: template with the decisive words exchanged; between 0.40 and 0.45 three in four are. Below, ever
#: more pairs are different writers who sell the same goods. For folds a link too many costs little.
DEFAULT_THRESHOLD = 0.4

_SHINGLE = 5  # characters: long enough that common syllables do not count as agreement
_MISS = 0.01  # accepted probability that a pair exactly at the threshold shares no band
_HASHES = 320  # most hashes spent per text; narrower bands are taken to stay below it
_WINDOW = 32  # neighbours compared inside one bucket, so that a huge bucket stays linear
_BATCH = 256  # texts hashed at a time: their shingles stay in the processor's cache
_PAIR_SHINGLES = 1 << 18  # shingles compared at a time when candidates are verified: 2 MB

_DIGITS = re.compile(r"\d+")
_NOT_WORD = re.compile(r"[\W_]+")


def near_duplicate_groups(
    texts: Sequence[str | None],
    *,
    threshold: float = DEFAULT_THRESHOLD,
    extra_keys: Sequence[Sequence[str | None]] = (),
) -> IntArray:
    """Find the groups of listings whose text is nearly the same.

    Texts are compared without case, compatibility forms, punctuation and spacing, and with every
    number read as the same number. Two texts are linked when the sets of their character
    5-grams have a Jaccard similarity of at least `threshold`; groups are the connected
    components of the links. The groups depend on the texts, never on the order of the rows.

    Parameters
    ----------
    texts : sequence of str, length n
        One text per listing, usually title and description together. ``None`` and NaN are empty
        text; empty texts form one group, as a model cannot tell them apart.
    threshold : float, optional
        Jaccard similarity in (0, 1] from which two texts are linked. A pair exactly at the
        threshold is missed with probability 0.01, a more similar one far less often. Lower
        values need more time.
    extra_keys : sequence of (sequence of str, length n), optional
        Further columns, such as the pair a listing was written for or the account that posted it:
        rows with the same non-empty value in a column belong to one group.

    Returns
    -------
    ndarray of int64, shape (n,)
        The group of every row, numbered from 0 in order of first appearance.

    Raises
    ------
    InputError
        If a text or key is not text, a key column has another length than `texts`, or
        `threshold` is outside (0, 1].

    Notes
    -----
    Links chain: when A is close to B and B to C, all three are one group even if A and C are not
    close. The default suits folds over labelled listings, where a link too many costs little. In
    a large catalogue of short titles it chains whole categories together; to find one listing
    posted again, take 0.8 or more.

    In a bucket of more than 32 candidates a text is compared with the 32 that follow it in each
    band.

    Examples
    --------
    >>> near_duplicate_groups(
    ...     [
    ...         "Kaos Uniqlo second size M 45rb",
    ...         "KAOS UNIQLO SECOND size L, 50rb!",
    ...         "Keripik pisang 250 gr",
    ...         "Keripik singkong",
    ...     ],
    ...     extra_keys=[["", "", "snack", "snack"]],
    ... )
    array([0, 0, 1, 1])
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold must be above 0 and at most 1, not {threshold!r}.")
    normalised = [_normalise(text) for text in _as_texts(texts, "texts")]
    # Sorting the distinct texts makes everything below a function of the content alone.
    distinct = sorted(set(normalised))
    number = {text: node for node, text in enumerate(distinct)}
    nodes = np.fromiter((number[text] for text in normalised), np.int64, len(normalised))
    roots = _join_similar(distinct, threshold)
    for position, column in enumerate(extra_keys):
        keys = _as_texts(column, f"extra_keys[{position}]")
        if len(keys) != len(nodes):
            raise InputError(
                f"extra_keys[{position}] has {len(keys)} values for {len(nodes)} texts; "
                "give one value per text, empty where there is none."
            )
        roots = _connect(roots, *_same_key(nodes, keys))
    return _by_first_appearance(roots[nodes])


def grouped_folds(
    groups: npt.ArrayLike,
    labels: npt.ArrayLike,
    folds: int = 5,
    seed: int = 0,
    *,
    keys: Sequence[str] | None = None,
) -> IntArray:
    """Deal whole groups into folds with nearly the same number of each label.

    Groups are dealt largest first, each to the fold that so far holds least of what the group
    brings; the idea of scikit-learn's ``StratifiedGroupKFold``, in linear time.

    Parameters
    ----------
    groups : array_like of int or str, shape (n,)
        The group of every row; rows of a group stay together.
    labels : array_like of int or str, shape (n,)
        The label of every row; any number of classes.
    folds : int, optional
        Number of folds, at least 2.
    seed : int, optional
        Decides among groups of the same size.
    keys : sequence of str, length n, optional
        A lasting name for every row, such as its id or text. With it the folds depend on content
        only: reordering the rows, or numbering the groups anew, changes nothing.

    Returns
    -------
    ndarray of int64, shape (n,)
        The fold of every row, from 0 to ``folds - 1``. No fold is empty.

    Raises
    ------
    InputError
        If the lengths differ, `folds` is below 2, or there are fewer groups than folds.

    Examples
    --------
    >>> grouped_folds([0, 0, 1, 2, 3], [1, 0, 1, 0, 1], folds=2, keys=list("abcde"))
    array([0, 0, 1, 1, 0])
    """
    groups, labels = np.asarray(groups), np.asarray(labels)
    if groups.ndim != 1 or groups.shape != labels.shape:
        raise InputError(
            f"groups and labels must be flat and of equal length, not of shapes {groups.shape} "
            f"and {labels.shape}."
        )
    if keys is not None and len(keys) != len(groups):
        raise InputError(f"keys has {len(keys)} values for {len(groups)} rows; give one per row.")
    if folds < 2:
        raise InputError(f"folds must be at least 2, not {folds}.")
    names, group = np.unique(groups, return_inverse=True)
    if len(names) < folds:
        raise InputError(
            f"{len(groups)} rows in {len(names)} groups cannot fill {folds} folds, because a group "
            "is never split; label more listings that are not copies of each other."
        )
    classes, label = np.unique(labels, return_inverse=True)
    content = np.zeros((len(names), len(classes)))
    np.add.at(content, (group, label), 1.0)
    tie_break = _content_rank(group, keys, seed) if keys is not None else _shuffled(names, seed)
    order = np.lexsort((tie_break, -content.sum(axis=1)))
    return _deal(content, order, folds)[group]


# --- links between rows ------------------------------------------------------------------------


def _connect(roots: IntArray, left: IntArray, right: IntArray) -> IntArray:
    """Merge components along links; `roots` names each node's lowest fellow, before and after."""
    while True:
        one, other = roots[left], roots[right]
        if np.array_equal(one, other):
            return roots
        roots = roots.copy()
        np.minimum.at(roots, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(jumped := roots[roots], roots):
            roots = jumped


def _same_key(nodes: IntArray, keys: list[str]) -> tuple[IntArray, IntArray]:
    """Links from every row with a key to the first row with that key."""
    first: dict[str, int] = {}
    rows = [row for row, key in enumerate(keys) if key]
    heads = [first.setdefault(keys[row], row) for row in rows]
    return nodes[np.array(rows, np.int64)], nodes[np.array(heads, np.int64)]


def _by_first_appearance(names: IntArray) -> IntArray:
    _, first, inverse = np.unique(names, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


# --- similar texts -----------------------------------------------------------------------------


class _Shingles(NamedTuple):
    """The distinct shingles of each text: text i holds ``values[start[i]:start[i + 1]]``."""

    values: npt.NDArray[np.uint32]
    start: IntArray


def _join_similar(texts: list[str], threshold: float) -> IntArray:
    """Components of the distinct `texts` under Jaccard similarity of at least `threshold`."""
    roots = np.arange(len(texts), dtype=np.int64)
    if len(texts) < 2:
        return roots
    bands, rows = _band_shape(threshold)
    shingles, signatures = _hash_texts(texts, bands * rows)
    for band in signatures.reshape(bands, rows, -1):
        for left, right in _bucket_mates(band):
            # A pair that is connected already needs no proof: this keeps large families cheap.
            apart = roots[left] != roots[right]
            one, other = left[apart], right[apart]
            near = _jaccard(shingles, one, other, threshold) >= threshold
            roots = _connect(roots, one[near], other[near])
    return roots


def _band_shape(threshold: float) -> tuple[int, int]:
    """Bands and rows per band: the widest band that still finds pairs at the threshold.

    Wide bands mean few false candidates. A pair of similarity s shares a band of r rows with
    probability s**r.
    """
    best = (_HASHES, 1)
    for rows in range(1, 17):
        chance = threshold**rows
        bands = 1 if chance >= 1 else math.ceil(math.log(_MISS) / math.log1p(-chance))
        if bands * rows > _HASHES:
            break
        best = (bands, rows)
    return best


def _hash_texts(texts: list[str], hashes: int) -> tuple[_Shingles, npt.NDArray[np.uint32]]:
    """Shingles and MinHash signatures, the latter of shape (hashes, texts)."""
    # Fixed, because the same texts must always make the same groups.
    random = np.random.default_rng(20260101)
    factors = random.integers(0, 1 << 31, hashes, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    offsets = random.integers(0, 1 << 32, hashes, dtype=np.uint32)
    signatures = np.empty((hashes, len(texts)), np.uint32)
    parts: list[_Shingles] = []
    for begin in range(0, len(texts), _BATCH):
        part = _shingle(texts[begin : begin + _BATCH])
        parts.append(part)
        mixed = np.empty_like(part.values)
        for row in range(hashes):
            np.multiply(part.values, factors[row], out=mixed)
            np.add(mixed, offsets[row], out=mixed)
            signatures[row, begin : begin + _BATCH] = np.minimum.reduceat(mixed, part.start[:-1])
    sizes = np.concatenate([np.diff(part.start) for part in parts])
    values = np.concatenate([part.values for part in parts])
    return _Shingles(values, _starts(sizes)), signatures


def _shingle(texts: list[str]) -> _Shingles:
    """Hashes of the distinct character 5-grams; a text shorter than that is one 5-gram."""
    padded = [text.ljust(_SHINGLE) for text in texts]
    points = np.frombuffer("".join(padded).encode("utf-32-le"), np.uint32)
    lengths = np.array([len(text) for text in padded], np.int64)
    ends = np.cumsum(lengths)
    text = np.repeat(np.arange(len(texts)), lengths)
    begin = np.flatnonzero(np.arange(len(points)) + _SHINGLE <= ends[text])
    hashed = np.zeros(len(begin), np.uint64)
    for place in range(_SHINGLE):
        hashed = (hashed + points[begin + place]) * np.uint64(0x9E3779B97F4A7C15)
        hashed ^= hashed >> np.uint64(29)
    # One sort both removes repeats and keeps the shingles of a text together.
    pairs = np.unique(text[begin].astype(np.uint64) << np.uint64(32) | hashed >> np.uint64(32))
    sizes = np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=len(texts))
    return _Shingles(pairs.astype(np.uint32), _starts(sizes))


def _bucket_mates(band: npt.NDArray[np.uint32]) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs of texts with equal columns in `band` (rows, texts), nearest neighbours first."""
    keys = np.zeros(band.shape[1], np.uint64)
    for row in band:
        keys = (keys + row) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(32)
    order = np.argsort(keys, kind="stable").astype(np.int64)
    keys = keys[order]
    for lag in range(1, min(_WINDOW, len(keys) - 1) + 1):
        begin = np.flatnonzero(keys[lag:] == keys[:-lag])
        if not begin.size:
            return
        yield order[begin], order[begin + lag]


def _jaccard(
    shingles: _Shingles, left: IntArray, right: IntArray, threshold: float
) -> npt.NDArray[np.float64]:
    """Exact similarity of each pair, or 0 where the sizes alone rule `threshold` out."""
    sizes = np.diff(shingles.start)
    similarity = np.zeros(len(left))
    smaller = np.minimum(sizes[left], sizes[right])
    possible = np.flatnonzero(smaller >= threshold * np.maximum(sizes[left], sizes[right]))
    left, right = left[possible], right[possible]
    total = sizes[left] + sizes[right]
    work = np.cumsum(total) // _PAIR_SHINGLES
    for part in np.split(np.arange(len(left)), np.flatnonzero(np.diff(work)) + 1):
        both = _common(shingles, left[part], right[part])
        similarity[possible[part]] = both / (total[part] - both)
    return similarity


def _common(shingles: _Shingles, left: IntArray, right: IntArray) -> IntArray:
    """Count the shingles that each pair shares."""
    rows = np.stack([left, right], axis=1).ravel()
    pair = np.repeat(np.arange(len(left)), 2)
    sizes = np.diff(shingles.start)[rows]
    within = np.arange(sizes.sum()) - np.repeat(_starts(sizes)[:-1], sizes)
    values = shingles.values[np.repeat(shingles.start[rows], sizes) + within]
    tagged = np.repeat(pair, sizes).astype(np.uint64) << np.uint64(32) | values
    # Every pair is two sorted runs side by side, which a stable sort merges in linear time.
    tagged.sort(kind="stable")
    twice = tagged[1:][tagged[1:] == tagged[:-1]] >> np.uint64(32)
    return np.bincount(twice.astype(np.int64), minlength=len(left))


def _starts(sizes: IntArray) -> IntArray:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def _normalise(text: str) -> str:
    """Reduce a text to what is left when case, layout and figures do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = _NOT_WORD.sub(" ", _DIGITS.sub("0", plain)).strip()
    return words or plain.strip()  # a row of emoji is a text too, not an empty one


def _as_texts(values: Sequence[str | None], name: str) -> list[str]:
    if isinstance(values, str):
        raise InputError(f"{name} must be a column of texts, not one text; put it in a list.")
    return [as_text(value, f"{name}[{row}]") for row, value in enumerate(values)]


# --- dealing groups into folds -----------------------------------------------------------------


def _deal(content: npt.NDArray[np.float64], order: IntArray, folds: int) -> IntArray:
    """Fold of every group, given its number of rows per class, dealt in `order`."""
    # A row of a rare class weighs more: there are fewer chances to make up for it. The number of
    # rows counts a little beside the classes; it settles ties, and an empty fold comes first.
    rows = content.sum(axis=1, keepdims=True)
    wanted = np.hstack([content / content.sum(axis=0), 0.01 * rows / rows.sum()])
    held = np.zeros((folds, wanted.shape[1]))
    fold = np.empty(len(content), np.int64)
    for group in order:
        # Least squares: adding g to the fold holding h costs 2 h.g + g.g, and g.g is constant.
        chosen = int(np.argmin(held @ wanted[group]))
        held[chosen] += wanted[group]
        fold[group] = chosen
    return fold


def _shuffled(names: npt.NDArray[np.generic], seed: int) -> IntArray:
    return np.random.default_rng(seed).permutation(len(names)).astype(np.int64)


def _content_rank(group: IntArray, keys: Sequence[str], seed: int) -> IntArray:
    """Rank of every group by a hash of the keys of its rows."""
    members: list[list[str]] = [[] for _ in range(int(group.max()) + 1)]
    for number, key in zip(group, keys, strict=True):
        members[number].append(str(key))
    digests = [
        hashlib.blake2b(repr((seed, sorted(names))).encode(), digest_size=8).digest()
        for names in members
    ]
    return np.argsort(np.argsort(np.array([int.from_bytes(d) for d in digests], np.uint64)))
