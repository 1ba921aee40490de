"""Assemble the page: one file that allows its own script and style, and nothing else."""

import base64
import hashlib
import json
import os
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from thriftwatch import __version__
from thriftwatch.files.atomic import atomic_path
from thriftwatch.files.evidence import FORMAT, both_times
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN
from thriftwatch.review.listings import Review

__all__ = ["embedded_json", "review_page", "template", "write_page"]

_SCRIPTS = ("words.js", "sha256.js", "state.js", "exports.js", "view.js", "main.js")


def write_page(review: Review, path: str | os.PathLike[str]) -> None:
    """Write a page to review listings in, whole or not at all.

    Parameters
    ----------
    review
        From `thriftwatch.review.read_review`.
    path
        The file to write.
    """
    with atomic_path(path) as part:
        part.write_text(review_page(review), encoding="utf-8", newline="\n")


def review_page(review: Review) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    review
        From `thriftwatch.review.read_review`.

    Notes
    -----
    The content security policy stands in the page and allows the script and the style by their
    hashes: no other script, no style, no picture, no connection. Text of listings stands in it as
    JSON only, and the script puts it on the screen as text.
    """
    style = template("page.css")
    script = "".join(["'use strict';\n(() => {\n", *map(template, _SCRIPTS), "})();\n"])
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )
    parts = {
        "POLICY": policy,
        "STYLE": style,
        "DATA": embedded_json(_data(review)),
        "SCRIPT": script,
    }
    page = template("page.html")
    # From left to right and each once, so that no text of a listing is ever taken for a place.
    out = []
    for name, part in parts.items():
        before, page = page.split(f"{{{{{name}}}}}")
        out += [before, part]
    return "".join([*out, page])


def embedded_json(value: Any) -> str:
    r"""Write JSON that can stand in an HTML page: nothing in it ends a script or begins a tag.

    Examples
    --------
    >>> print(embedded_json({"title": "</script><!--"}))
    {"title":"\u003c/script\u003e\u003c!--"}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _data(review: Review) -> dict[str, Any]:
    return {
        "name": PurePath(review.source["name"]).name.partition(".")[0] or "review",
        "key": review.source["sha256"],
        "model": review.model,
        "policy": review.policy,
        "scored": both_times(review.moment),
        "rows": review.rows,
        "warnings": [{"id": one.text, "en": one.text_en} for one in review.warnings],
        "header": {
            "record": "header",
            "format": FORMAT,
            "tool": f"thriftwatch {__version__}",
            "sources": [dict(review.source)],
            "notice": DISCLAIMER,
            "notice_en": DISCLAIMER_EN,
        },
        "items": review.items,
    }


def template(name: str) -> str:
    """Return one of the files that the page is made of."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
