"""Known listings, their re-posts by a ladder of edits, and what merely looks like them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from common import SAMPLE, SEED, Texts, read_table, real_texts, sample_texts
from reposting import EDITS, Post, Writer, shop_template, with_bale_code, with_other_goods

from thriftwatch.evaluation.groups import near_duplicate_groups

__all__ = ["LOOK_ALIKES", "NEW", "OTHER_TITLE", "TITLE", "Asked", "Cases", "cases_of", "sources"]

LOOK_ALIKES = ("shop template", "other garment", "bale code")
TITLE, OTHER_TITLE = "title only", "title only, other garment"
"""Rungs that are told apart from all others: of a title alone little can be said."""
NEW = "unrelated"
"""Listings of which no copy is known."""

_LEAST_WORDS = 20
"""Words of a listing that is edited; titles alone are a rung of their own."""
_SAME_GROUP = 0.3
"""Similarity of the texts that one author wrote as variants of one another. Of each such group one
listing is taken: of the others nobody can say whether they are the same listing."""
_TEMPLATED = 0.4


@dataclass(frozen=True, slots=True)
class Asked:
    """A new listing.

    Attributes
    ----------
    kind
        Its rung, or what it merely looks like.
    source
        Row of the known listing that it is; -1 for none.
    post
        The listing.
    """

    kind: str
    source: int
    post: Post


@dataclass(frozen=True, slots=True)
class Cases:
    """A trial: known listings, and new ones to be told apart.

    Attributes
    ----------
    name
        What the listings are called in tables.
    known
        The known ones.
    asked
        The new ones.
    """

    name: str
    known: list[Post]
    asked: list[Asked]


def sources() -> list[tuple[Texts, list[str] | None]]:
    """Return the texts to make cases of, each with the pairs that its authors marked."""
    pairs = read_table(SAMPLE).text("pair").to_pylist()
    found: list[tuple[Texts, list[str] | None]] = [(sample_texts(), pairs)]
    real = real_texts()
    return found if real is None else [*found, (real, None)]


def cases_of(
    texts: Texts, pairs: Sequence[str] | None, edited: int, *, part: int = 0, parts: int = 1
) -> Cases:
    """Make the cases of one source.

    Parameters
    ----------
    texts
        The listings.
    pairs
        Which of them were written as variants of one another.
    edited
        How many known listings come back, each by every edit.
    part, parts
        Which part of the listings to use, so that what is fitted on one is judged on another.
    """
    random = Random(SEED + part)
    posts = _one_of_each(texts, pairs)[part::parts]
    random.shuffle(posts)
    middle = len(posts) // 2
    known, held = _templated(posts[:middle], random), posts[middle:]
    long = [row for row, post in enumerate(known) if _is_long(post)]
    rows = sorted(random.sample(long, min(edited, len(long))))
    bales, held = held[: len(rows) // 2], held[len(rows) // 2 :]
    writer = Writer(random, held)
    asked: list[Asked] = []
    for name, make in EDITS.items():
        edit = make(writer)
        asked += [Asked(name, row, edit(known[row])) for row in rows]
    templates = [post.shop for post in known if post.shop]
    for template in random.sample(templates, min(edited, len(templates))):
        other = random.choice(held)
        text = f"{other.description}\n{template}".strip()
        asked.append(Asked("shop template", -1, other._replace(description=text)))
    for row in rows:
        changed = with_other_goods(known[row], random)
        if changed is not None:
            asked.append(Asked("other garment", -1, changed))
            asked.append(Asked(OTHER_TITLE, -1, changed._replace(description="")))
    for one, two in zip(bales[::2], bales[1::2], strict=False):
        code = writer.code()
        known.append(with_bale_code(one, code))
        asked.append(Asked("bale code", -1, with_bale_code(two, code)))
    asked += [Asked(NEW, -1, post) for post in random.sample(held, min(len(held), 2 * edited))]
    return Cases(texts.name, known, asked)


def _one_of_each(texts: Texts, pairs: Sequence[str] | None) -> list[Post]:
    """Return one listing of each group of variants."""
    keys = [] if pairs is None else [pairs]
    groups = near_duplicate_groups(texts.joined(), threshold=_SAME_GROUP, extra_keys=keys)
    _, first = np.unique(groups, return_index=True)
    return [Post(texts.titles[row], texts.descriptions[row]) for row in sorted(first.tolist())]


def _templated(posts: list[Post], random: Random) -> list[Post]:
    """Deal listings to shops, and put the template of some under all of theirs."""
    found: list[Post] = []
    while len(found) < len(posts):
        size = random.choice((1, 1, 2, 3, 5, 8, 15, 30))
        template = shop_template(random) if random.random() < _TEMPLATED else ""
        for post in posts[len(found) : len(found) + size]:
            text = f"{post.description}\n{template}".strip()
            found.append(Post(post.title, text, template))
    return found


def _is_long(post: Post) -> bool:
    """Return whether the listing says enough of itself, without the template of its shop."""
    own = post.description.removesuffix(post.shop)
    return bool(own.strip()) and len(f"{post.title} {own}".split()) >= _LEAST_WORDS
