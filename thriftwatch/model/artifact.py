"""A model folder: read, check, write. Never pickle.

A folder holds ``model.json`` (the header: names, thresholds, figures, checksums),
``vocabulary.json`` (the lexicon, and the words and features that the weights are of),
``weights.npz`` (plain arrays) and ``CARD.md`` (the header for people). A folder is hostile until
its checks have passed: names, declared sizes, shapes and checksums come first.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from thriftwatch.domain import FACTS, OUTPUTS, POLICIES
from thriftwatch.errors import InputError, ModelError, shown
from thriftwatch.model.arrays import (
    ARRAYS,
    LIMIT,
    Arrays,
    ArraysError,
    checksums,
    pack,
    unpack,
)
from thriftwatch.model.model import Model
from thriftwatch.model.tables import MOST_WORDS, Interaction, Tables
from thriftwatch.text.lexicon import Term
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["FILES", "is_name", "load_model", "save_model", "seal", "with_added_words"]

HEADER, VOCABULARY, WEIGHTS, CARD = FILES = (
    "model.json", "vocabulary.json", "weights.npz", "CARD.md",
)  # fmt: skip
FORMAT = 4
"""Another one where files, arrays or the buckets of n-grams mean something else."""
BUNDLED = "thriftwatch-id"

_HEADER_LIMIT = 1 << 20
VOCABULARY_LIMIT = 1 << 24
MOST_HEADS = 64
_MOST_VALUES = 1 << 20
"""Of a few bytes of JSON every value becomes an object of some eighty."""
_GRAM_BITS = range(8, 25)
_LONGEST_NAME = 100
_LONGEST_TEXT = 1000
_MOST_LEVELS = 8
_MOST_IDF = ARRAYS["word_idf"].high
_JOIN = "interaction_"
"""What the names of the arrays begin with that join the heads."""
_COPY = "copy the file itself into the folder"
_RETRAIN = "get it again, or train it again: thriftwatch train LABELLED.csv -o FOLDER"


def load_model(path: str | os.PathLike[str] | None = None) -> Model:
    """Load a model.

    Parameters
    ----------
    path
        A model folder; None is the model that comes with the package.

    Returns
    -------
    Model
        The same object for the same unchanged folder: loading again costs nothing.

    Raises
    ------
    ModelError
        If the folder is missing, damaged, too new, or not a model. Its files must be plain files:
        links, devices and pipes are not opened.

    Examples
    --------
    >>> load_model() is load_model()
    True
    """
    return _load_bundled() if path is None else _load_folder(Path(path))


@cache
def _load_bundled() -> Model:
    return _load_folder(_bundled())


def _load_folder(folder: Path) -> Model:
    try:
        stamp = tuple((folder / name).lstat().st_mtime_ns for name in FILES[:3])
    except (OSError, ValueError):  # ValueError: a path with a NUL
        raise _not_a_model(folder) from None
    return _load(folder.resolve(), stamp)


def _bundled() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "_models" / BUNDLED
    return installed if installed.is_dir() else package.parent / "models" / BUNDLED


def _refused(path: Path, problem: str, step: str = _RETRAIN) -> ModelError:
    name = str(path)
    return ModelError(f"{name if name.isprintable() else ascii(name)}: {problem}; {step}")


def _not_a_model(folder: Path) -> ModelError:
    try:
        is_file, is_folder = folder.is_file(), folder.is_dir()
    except OSError:  # a name that is too long
        is_file = is_folder = False
    if is_file:
        return _refused(
            folder,
            f"a model is a folder with {HEADER} and its arrays, and this is a file",
            "pickled models (.pkl, .joblib) are never loaded: train again with thriftwatch train",
        )
    if not is_folder:
        step = "train one: thriftwatch train LABELLED.csv -o FOLDER"
        return _refused(folder, "no such model folder", step)
    if (folder / HEADER).exists():
        _read_header(folder / HEADER)  # another format has other files, and says what to do
    return _refused(folder, f"not a model folder: one of {', '.join(FILES[:3])} is missing")


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: tuple[int, ...]) -> Model:
    header = _read_header(folder / HEADER)
    vocabulary, words, features = _read_vocabulary(folder / VOCABULARY, header)
    path = folder / WEIGHTS
    content = _read_sealed(path, LIMIT, header)
    lengths = {
        "heads": len(header["heads"]),
        "outputs": len(OUTPUTS),
        "words": len(words),
        "features": len(features),
    }
    try:
        arrays = unpack(content, lengths)
    except ArraysError as error:
        raise _refused(path, str(error)) from None
    # Tells arrays of one shape that changed places. No more than that: whoever forges a model can
    # forge these checksums, too.
    if header["arrays"] != checksums(content):
        raise _refused(path, "its arrays are not those that the header names")
    buckets = arrays["gram_buckets"].tolist()
    if buckets != sorted(set(buckets)) or buckets[-1] >= 1 << header["gram_bits"]:
        raise _refused(path, "its n-grams are in no order, or beyond the buckets there are")
    return _assemble(header, arrays, vocabulary, words, features)


def _read_sealed(path: Path, limit: int, header: Mapping[str, Any]) -> bytes:
    """Read a file whose checksum the header holds."""
    content = _read_file(path, limit)
    if hashlib.sha256(content).hexdigest() != header["files"][path.name]:
        raise _refused(path, "changed since it was written")
    return content


def _read_vocabulary(
    path: Path, header: Mapping[str, Any]
) -> tuple[Vocabulary, list[bytes], list[str]]:
    """Read the lexicon, and the words and named features that weights are of."""
    content = _read_sealed(path, VOCABULARY_LIMIT, header)
    if sum(map(content.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise _refused(path, "more values than the vocabulary of a model has")
    try:
        stored = json.loads(content, parse_constant=_refuse_constant)
        vocabulary = Vocabulary.from_dict(stored["lexicon"])
        words = stored["words"].encode("ascii").split(None, MOST_WORDS)
        features = stored["features"]
        # Meanings are told in reasons: on terminals, and in tables.
        told = [text for row in vocabulary.rows for text in (row[2], row[4], row[5])] + features
        are_plain = (
            all(map(str.isprintable, told))
            and max(map(len, told)) <= _LONGEST_TEXT
            and all(row[0].isprintable() for row in vocabulary.rows)
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ArithmeticError):
        raise _refused(path, "not the vocabulary of a model") from None
    if len(words) > MOST_WORDS:
        raise _refused(path, f"more than the {MOST_WORDS} words a model may have")
    if not are_plain or len(set(words)) < len(words) or len(set(features)) < len(features):
        raise _refused(path, "words and features must be plain text, and each stand there once")
    return vocabulary, words, features


def _read_file(path: Path, limit: int) -> bytes:
    """Read a plain file, and open nothing else: a pipe would wait, and a device never end."""
    if path.parent == _bundled().resolve():
        path = path.resolve()  # some installers link the files of a package, this one's code, too
    # Without O_NONBLOCK even opening a pipe waits. Windows has neither of the first two.
    flags = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    try:
        if path.is_symlink():
            raise _refused(path, "a link; a model's files must be plain files", _COPY)
        number = os.open(path, os.O_RDONLY | sum(flags))
        try:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise _refused(path, "not a plain file, as a model's files must be", _COPY)
            with os.fdopen(number, "rb", closefd=False) as file:
                content = file.read(limit + 1)
        finally:
            os.close(number)
    except OSError as error:
        raise _refused(path, f"cannot be read ({error.strerror})") from None
    if len(content) > limit:
        raise _refused(path, f"more than the {limit} bytes a model may have there")
    return content


def _read_header(path: Path) -> dict[str, Any]:
    content = _read_file(path, _HEADER_LIMIT)
    try:
        header = json.loads(content, parse_constant=_refuse_constant)
        fingerprint = _fingerprint(header) if isinstance(header, dict) else ""
    except (ValueError, RecursionError):
        raise _refused(path, "not readable as JSON") from None
    if not isinstance(header, dict) or type(header.get("format")) is not int:
        raise _refused(path, "not the header of a thriftwatch model")
    number: int = header["format"]
    if not 0 < number < 1000:
        raise _refused(path, "not the header of a thriftwatch model")
    if number != FORMAT:
        raise _refused(
            path,
            f"model format {number}, this version reads {FORMAT}",
            "upgrade thriftwatch (pip install -U thriftwatch)" if number > FORMAT else _RETRAIN,
        )
    if header.get("sha256") != fingerprint:
        raise _refused(path, "changed since it was written")
    if not _is_plain(header):
        raise _refused(
            path,
            "what it says cannot be shown; short printable text and numbers are accepted",
        )
    for name, is_right in _FIELDS.items():
        if not is_right(header.get(name)):
            raise _refused(path, f'"{name}" is missing or not what a model has there')
    return header


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _is_plain(value: object, level: int = 0) -> bool:
    """Tell whether there is nothing but numbers and text fit for a terminal, few levels deep."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and value.isprintable()
    if isinstance(value, dict | list):
        held = [*value, *value.values()] if isinstance(value, dict) else value
        return level < _MOST_LEVELS and all(_is_plain(item, level + 1) for item in held)
    return True


def is_name(value: object) -> bool:
    r"""Tell whether a value can be the name of a model: it stands beside every score.

    Examples
    --------
    >>> is_name("thriftwatch-id"), is_name("two\nlines"), is_name("")
    (True, False, False)
    """
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _LONGEST_NAME


def _are_heads(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_HEADS
        and all(is_name(head) for head in value)
        and len(set(value)) == len(value)
        and set(FACTS) <= set(value)
    )


def _are_tiers(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(POLICIES)
        and all(
            isinstance(tier, dict)
            and set(tier) == {"review", "likely"}
            and all(_is_number(threshold, 1.0) for threshold in tier.values())
            and tier["review"] <= tier["likely"]
            for tier in value.values()
        )
    )


def _are_added_words(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"words", "sha256"}
        and type(value["words"]) is int
        and is_name(value["sha256"])
    )


def _is_number(value: object, high: float) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and 0 <= value <= high


_FIELDS: dict[str, Callable[[object], bool]] = {
    "name": is_name,
    "version": is_name,
    "heads": _are_heads,
    "outputs": lambda value: value == list(OUTPUTS),
    "tiers": _are_tiers,
    "unseen_idf": lambda value: _is_number(value, _MOST_IDF),
    "gram_bits": lambda value: type(value) is int and value in _GRAM_BITS,
    "files": lambda value: isinstance(value, dict) and set(value) == {VOCABULARY, WEIGHTS},
    "arrays": lambda value: isinstance(value, dict),
    "added_words": lambda value: value is None or _are_added_words(value),
}
"""What scoring reads from the header."""


def _fingerprint(header: Mapping[str, Any]) -> str:
    """Hash a header without its own hash; it holds the checksum of the weights."""
    content = {key: value for key, value in header.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _assemble(
    header: dict[str, Any],
    arrays: Arrays,
    vocabulary: Vocabulary,
    words: list[bytes],
    features: list[str],
) -> Model:
    joins = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_JOIN)}
    tables = Tables(
        words=words,
        features=features,
        gram_bits=header["gram_bits"],
        unseen_idf=float(header["unseen_idf"]),
        **arrays,
    )
    interaction = Interaction(**{name.removeprefix(_JOIN): part for name, part in joins.items()})
    return Model(header, tuple(header["heads"]), tables, interaction, vocabulary)


def _packed(model: Model) -> bytes:
    """Return the arrays as an ``.npz`` file; the same model gives the same bytes."""
    parts = {
        name: (model.interaction, name.removeprefix(_JOIN))
        if name.startswith(_JOIN)
        else (model.tables, name)
        for name in ARRAYS
    }
    return pack({name: getattr(part, field) for name, (part, field) in parts.items()})


def _spelled(model: Model) -> bytes:
    """Return the vocabulary as JSON; the same model gives the same bytes."""
    stored = {
        "lexicon": model.vocabulary.to_dict(),
        "words": b" ".join(model.tables.words).decode(),
        "features": list(model.tables.features),
    }
    return (json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def seal(model: Model) -> Model:
    """Return the model with the checksums of its files and of its header in its card."""
    header = dict(model.card)
    content = _packed(model)
    files = {VOCABULARY: _spelled(model), WEIGHTS: content}
    header["files"] = {name: hashlib.sha256(file).hexdigest() for name, file in files.items()}
    header["arrays"] = checksums(content)
    header["sha256"] = _fingerprint(header)
    return replace(model, card=header)


def with_added_words(model: Model, terms: Sequence[Term]) -> Model:
    """Return a model with more terms in its lexicon; see `Model.with_lexicon`."""
    for term in terms:
        for text in (term.family, term.meaning_id, term.meaning_en):
            if not _is_plain(text):
                raise InputError(
                    f"what {shown(term.term)} belongs to or means cannot be shown ({shown(text)}); "
                    f"printable text of at most {_LONGEST_TEXT} characters is accepted"
                )
    forms = sorted(form for term in terms for form in term.forms)
    before = model.card.get("added_words", {"words": 0, "sha256": ""})
    digest = hashlib.sha256("|".join([before["sha256"], *map(repr, terms)]).encode()).hexdigest()
    added = {"words": before["words"] + len(forms), "sha256": digest}
    return seal(
        replace(
            model,
            card={**model.card, "added_words": added},
            vocabulary=model.vocabulary.with_terms(terms),
        )
    )


def save_model(model: Model, folder: str | os.PathLike[str]) -> None:
    """Write a model folder, all or nothing.

    Parameters
    ----------
    model
        The model.
    folder
        Where to write it. An older model there is replaced once the new one is whole.

    Raises
    ------
    InputError
        If the folder holds anything that is not a model's, or cannot be written.
    """
    from thriftwatch.files import atomic_folder
    from thriftwatch.model.card import write_card  # with numpy, which scoring does without

    with atomic_folder(folder, may_replace=FILES) as target:
        header = json.dumps(model.card, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        (target / HEADER).write_text(header, encoding="utf-8")
        (target / VOCABULARY).write_bytes(_spelled(model))
        (target / WEIGHTS).write_bytes(_packed(model))
        (target / CARD).write_text(write_card(model.card), encoding="utf-8")
