"""Tasks for Label Studio: the listings of a review, with what the model found as pre-annotations.

A task file goes with a *labelling interface*, which names the controls that its predictions are
for: a choice ``label`` (ya, tidak), a choice ``certainty``, and for each text the words that speak
for a fact, or against. What Label Studio exports (JSON, JSON-MIN or CSV) is what
`thriftwatch.train` takes as it is.

The label is preselected where the model is sure of it, at "likely" and "clear"; a listing for
review is left to the reviewer. Offsets are code points of the text as the seller wrote it, which
is how Label Studio counts.
"""

import json
import os
from itertools import cycle
from pathlib import Path
from typing import Any

from thriftwatch.domain import AGAINST, ELEMENTS, FIELDS
from thriftwatch.files.atomic import atomic_path
from thriftwatch.review.listings import Review

__all__ = ["interface_path", "labelling_interface", "review_tasks", "write_tasks"]

_FACTS = {element.name: element.short for element in ELEMENTS} | {"score": "tanda lain"}
_LABELS = {"likely": "ya", "clear": "tidak"}
_COLOURS = ("#e69f00", "#d55e00", "#cc79a7", "#56b4e9", "#009e73")
_HEADINGS = {
    "title": "Judul / title",
    "description": "Deskripsi / description",
    "shop": "Toko / shop",
}
_CHOICES = """\
  <Header value="Barang bekas pakai dari luar negeri? / Worn and imported?"/>
  <Choices name="label" toName="title" choice="single-radio" required="true" showInline="true">
    <Choice value="ya"/>
    <Choice value="tidak"/>
  </Choices>
  <Header value="Seberapa yakin? / How sure?"/>
  <Choices name="certainty" toName="title" choice="single-radio" showInline="true">
    <Choice value="sure" hint="yakin"/>
    <Choice value="probable" hint="kemungkinan besar"/>
    <Choice value="uncertain" hint="ragu"/>
  </Choices>
"""


def review_tasks(review: Review) -> list[dict[str, Any]]:
    r"""Return the listings of a review as tasks of Label Studio, the highest score first.

    Parameters
    ----------
    review
        From `thriftwatch.review.read_review`.

    Returns
    -------
    list of dict
        JSON-ready; see https://labelstud.io/guide/predictions.

    Examples
    --------
    >>> import tempfile
    >>> from thriftwatch import load_model
    >>> from thriftwatch.review import read_review
    >>> file = Path(tempfile.mkdtemp(), "listings.csv")
    >>> _ = file.write_text("judul\nHoodie second import\n")
    >>> (task,) = review_tasks(read_review(file, load_model()))
    >>> task["data"]["title"], task["predictions"][0]["result"][0]["value"]["choices"]
    ('Hoodie second import', ['ya'])
    """
    return [_task(review, item) for item in review.items]


def write_tasks(review: Review, path: str | os.PathLike[str]) -> None:
    """Write tasks for Label Studio, and the labelling interface beside them.

    Parameters
    ----------
    review
        From `thriftwatch.review.read_review`.
    path
        The JSON file to write; the interface goes to `interface_path`.
    """
    with atomic_path(interface_path(path)) as part:
        part.write_text(labelling_interface(), encoding="utf-8", newline="\n")
    with atomic_path(path) as part:
        text = json.dumps(review_tasks(review), ensure_ascii=False, indent=1)
        part.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def interface_path(path: str | os.PathLike[str]) -> Path:
    """Return where the labelling interface of a task file stands.

    Examples
    --------
    >>> str(interface_path("tasks.json"))
    'tasks.xml'
    """
    return Path(path).with_suffix(".xml")


def labelling_interface() -> str:
    """Return the XML that goes into a project's *Settings > Labeling Interface > Code*."""
    texts = "".join(_text_with_labels(name) for name in FIELDS)
    return f"<View>\n{texts}{_CHOICES}</View>\n"


def _text_with_labels(name: str) -> str:
    labels = "".join(
        f'    <Label value="{label}" background="{colour}"/>\n'
        for label, colour in zip([*_FACTS.values(), AGAINST], cycle(_COLOURS), strict=False)
    )
    return (
        f'  <Header value="{_HEADINGS[name]}"/>\n'
        f'  <Labels name="{name}_spans" toName="{name}">\n{labels}  </Labels>\n'
        f'  <Text name="{name}" value="${name}"/>\n'
    )


def _task(review: Review, item: dict[str, Any]) -> dict[str, Any]:
    evidence = item["evidence"]
    # A text is cut where reasons begin and end; a piece is text, or text and the reason's number.
    texts = {
        name: "".join(
            piece if isinstance(piece, str) else piece[0] for piece in item["texts"][name]
        )
        for name in FIELDS
    }
    about = {"listing": item["id"], "url": evidence["link"], "platform": item["platform"]}
    # What the interface asks for is what the law means, whatever else was searched for.
    label = _LABELS.get(evidence["tier"]) if review.policy == "imported" else None
    result = [] if label is None else [_choice(label)]
    result += [_mark(number, reason) for number, reason in enumerate(evidence["reasons"])]
    prediction = {
        "model_version": f"{review.model}, {review.policy}",
        "score": evidence["score"],
        "result": result,
    }
    data = {**texts, **about, "score": evidence["score"], "tier": evidence["tier"]}
    return {"data": data, "predictions": [prediction]}


def _choice(label: str) -> dict[str, Any]:
    return {
        "id": "label",
        "from_name": "label",
        "to_name": "title",
        "type": "choices",
        "value": {"choices": [label]},
    }


def _mark(number: int, reason: dict[str, Any]) -> dict[str, Any]:
    name = reason["field"]
    label = _FACTS[reason["fact"]] if reason["weight"] > 0 else AGAINST
    place = {"start": reason["start"], "end": reason["end"], "text": reason["text"]}
    return {
        "id": f"reason-{number}",
        "from_name": f"{name}_spans",
        "to_name": name,
        "type": "labels",
        "value": {**place, "labels": [label]},
        "meta": {"text": [reason["note"], reason["note_en"]]},
    }
