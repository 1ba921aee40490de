"""Canonical JSON (RFC 8785): one way to write a value, so that its hash can be calculated again.

The package rfc8785 writes any value, in Python and so a hundred times slower than the encoder of
the standard library. Where that one writes the same bytes it does the work: with names that sort
alike in Unicode and in UTF-16, numbers that are exact, and no fraction whose shortest digits
Python puts into another notation than JavaScript.
"""

import json
from math import isfinite
from typing import Any

__all__ = ["canonical_json"]

_EXACT = 2**53 - 1
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def canonical_json(value: Any) -> bytes:
    """Write a value as canonical JSON.

    Raises
    ------
    ValueError
        For what has none: a number that is not finite, an integer beyond 2**53, half a letter.
    RecursionError
        Where values stand in one another too deep.

    Examples
    --------
    >>> canonical_json({"b": [], "a": 1.0})
    b'{"a":1,"b":[]}'
    """
    try:
        return _ENCODER.encode(_plain(value)).encode()
    except _NotPlainError:
        import rfc8785

        return rfc8785.dumps(value)


class _NotPlainError(Exception):
    """The standard encoder would write this otherwise, or not at all."""


def _plain(value: Any) -> Any:
    """Return what is equal to a value and what the standard encoder writes as RFC 8785 wants it."""
    kind = type(value)
    if kind is dict:
        if not _has_plain_names(value):
            raise _NotPlainError
        # Most values are text: a call for each would take longer than to write them.
        return {k: item if type(item) is str else _plain(item) for k, item in value.items()}
    if kind is list:
        return [item if type(item) is str else _plain(item) for item in value]
    if kind is float:
        if value.is_integer():
            return _plain(int(value))
        # What Python writes with an exponent (1e-05) JavaScript may write without.
        if isfinite(value) and "e" not in repr(value):
            return value
    if kind is int and -_EXACT <= value <= _EXACT:
        return value
    if kind is str or value is None or kind is bool:
        return value
    raise _NotPlainError


def _has_plain_names(value: dict[Any, Any]) -> bool:
    try:
        return "".join(value).isascii()
    except TypeError:  # a name that is no text
        return False
