"""Run behaviour cases on a model."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from thriftwatch.errors import InputError, did_you_mean, shown
from thriftwatch.evaluation.behaviour.cases import BehaviourCase, bundled_cases, read_cases
from thriftwatch.evaluation.behaviour.result import BehaviourResult, CaseResult
from thriftwatch.listing import Listing
from thriftwatch.model.model import Model
from thriftwatch.result import ListingScore
from thriftwatch.scoring import as_model, check_options, score_listings

__all__ = ["Scorer", "run_behaviour"]

Scorer = Callable[[Sequence[Listing], str], Sequence[ListingScore]]
"""Anything that scores listings under a policy can be tested."""


def run_behaviour(
    model: Model | str | os.PathLike[str] | Scorer | None = None,
    cases: str | os.PathLike[str] | Iterable[BehaviourCase] | None = None,
    *,
    policy: str | None = None,
) -> BehaviourResult:
    """Run behaviour cases on a model.

    Parameters
    ----------
    model
        A model, the path of a model folder, or None for the bundled model. Or any function that
        takes listings and a policy and returns one `ListingScore` each.
    cases
        Cases, or a file of them (see `read_cases`); None is the bundled cases. To add your own:
        ``[*bundled_cases(), *read_cases("mine.csv")]``.
    policy
        Run only the cases written for this policy: ``"imported"`` or ``"all-used"``. None runs
        all, each under its own.

    Returns
    -------
    BehaviourResult

    Raises
    ------
    InputError
        If an argument is not accepted, two cases have one id, or a case is set against one that
        is not there.
    TableError, ColumnError
        If the file of cases cannot be used.

    Notes
    -----
    An error that the model raises on some of the listings fails their cases, not the run.

    Examples
    --------
    >>> mine = [BehaviourCase("a", "used import", "MFT", "Jaket bekas import Jepang", "flagged")]
    >>> print(run_behaviour(cases=mine).pass_rate)
    1.0
    """
    if policy is not None:
        check_options(policy)
    every = _read(cases)
    by_id = _by_id(every)
    chosen = [case for case in every if policy in (None, case.policy)]
    if not chosen:
        raise InputError("there is no case to run; give at least one")
    scores, name = _score(model, chosen, by_id)
    return BehaviourResult(tuple(_compare(case, by_id, scores) for case in chosen), name)


_Key = tuple[str, Listing]
_Found = ListingScore | Exception


def _read(cases: str | os.PathLike[str] | Iterable[BehaviourCase] | None) -> list[BehaviourCase]:
    if cases is None:
        return list(bundled_cases())
    if isinstance(cases, str | os.PathLike):
        return list(read_cases(cases))
    listed_cases = list(cases)
    for case in listed_cases:
        if not isinstance(case, BehaviourCase):
            kind = type(case).__name__
            raise InputError(f"cases must be BehaviourCase, not {kind}; read_cases makes them")
    return listed_cases


def _by_id(cases: Iterable[BehaviourCase]) -> dict[str, BehaviourCase]:
    """Find cases by id, and make sure that all they refer to is there."""
    found: dict[str, BehaviourCase] = {}
    for case in cases:
        if case.id in found:
            other = found[case.id].place
            raise InputError(f"{_where(case)}a case {shown(case.id)} is there already ({other})")
        found[case.id] = case
    for case in found.values():
        if case.against and case.against not in found:
            near = did_you_mean(case.against, found)
            hint = f". Did you mean {shown(near)}?" if near else ""
            raise InputError(
                f"{_where(case)}{shown(case.id)} is set against {shown(case.against)}, "
                f"and there is no such case{hint}"
            )
    return found


def _where(case: BehaviourCase) -> str:
    return f"{case.place}: " if case.place else ""


def _base(case: BehaviourCase, by_id: dict[str, BehaviourCase]) -> Listing | None:
    # An MFT case stands on its own: what it is set against is its twin.
    return None if case.type == "MFT" else by_id[case.against].listing


def _score(
    model: Any, cases: Iterable[BehaviourCase], by_id: dict[str, BehaviourCase]
) -> tuple[dict[_Key, _Found], str]:
    """Score every listing that is needed, once under each policy."""
    wanted: dict[str, dict[Listing, None]] = {}
    for case in cases:
        listings = wanted.setdefault(case.policy, {})
        listings[case.listing] = None
        if (base := _base(case, by_id)) is not None:
            listings[base] = None
    scorer, name = _as_scorer(model)
    scores = {
        (policy, listing): found
        for policy, listings in wanted.items()
        for listing, found in zip(listings, _try(scorer, list(listings), policy), strict=True)
    }
    return scores, name


def _as_scorer(model: Any) -> tuple[Scorer, str]:
    if callable(model) and not isinstance(model, Model):
        return model, getattr(model, "__name__", type(model).__name__)
    scorer = as_model(model)
    return lambda texts, policy: score_listings(texts, model=scorer, policy=policy), scorer.id


def _try(scorer: Scorer, listings: list[Listing], policy: str) -> Sequence[_Found]:
    try:
        found = list(scorer(listings, policy))
    except Exception as error:
        # Whatever a model raises on a listing is a finding about the model; find the listing.
        if len(listings) == 1:
            return [error]
        each = [_try(scorer, [listing], policy)[0] for listing in listings]
        if all(isinstance(one, Exception) for one in each):
            raise  # a model that can score nothing is not tested, but broken
        return each
    if len(found) != len(listings):
        raise InputError(f"the model gave {len(found)} scores for {len(listings)} listings")
    return found


def _compare(
    case: BehaviourCase, by_id: dict[str, BehaviourCase], scores: dict[_Key, _Found]
) -> CaseResult:
    found = scores[case.policy, case.listing]
    base_listing = _base(case, by_id)
    base = None if base_listing is None else scores[case.policy, base_listing]
    for one in (found, base):
        if isinstance(one, Exception):
            found_score = found if isinstance(found, ListingScore) else None
            base_score = base if isinstance(base, ListingScore) else None
            problem = f"raised {type(one).__name__}: {one}"
            return CaseResult(case, found_score, base_score, problem)
    assert isinstance(found, ListingScore)
    assert base is None or isinstance(base, ListingScore)
    return CaseResult(case, found, base, case.expectation.problem(found, base))
