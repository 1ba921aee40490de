"""What a run of the behaviour suite gives: pass rates, failures, and views of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from thriftwatch.evaluation.behaviour.cases import TYPES, BehaviourCase
from thriftwatch.evaluation.tables import one_line
from thriftwatch.result import ListingScore

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BehaviourResult", "CaseResult", "PassRate"]

_SHOWN = 100
_ALL = "semua / all"
_MEANINGS = {
    "MFT": "fungsi dasar / minimum functionality",
    "INV": "tidak berubah / invariance",
    "DIR": "arah perubahan / direction",
}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case and how the model did on it.

    Attributes
    ----------
    case : BehaviourCase
    found : ListingScore or None
        The score of the listing; None if the model raised an error.
    base : ListingScore or None
        The score of the listing it is set against, under the policy of the case.
    problem
        What was not as expected; empty if the case passed.
    """

    case: BehaviourCase
    found: ListingScore | None
    base: ListingScore | None
    problem: str

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.problem

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain, JSON-ready values."""
        case, found, base = self.case, self.found, self.base
        return {
            "id": case.id,
            "capability": case.capability,
            "type": case.type,
            "rule": case.rule,
            "policy": case.policy,
            "title": case.title,
            "description": case.description,
            "shop": case.shop,
            "expect": case.expect,
            "against": case.against,
            "passed": self.passed,
            "problem": self.problem,
            "score": None if found is None else float(found.score),
            "tier": None if found is None else found.tier,
            "base_score": None if base is None else float(base.score),
            "note": case.note,
        }


@dataclass(frozen=True, slots=True)
class PassRate:
    """How many cases of one capability and type passed.

    Attributes
    ----------
    capability, type
        What was tested and how.
    passed, cases
        Numbers of cases.
    failures
        The cases that failed.
    """

    capability: str
    type: str
    passed: int
    cases: int
    failures: tuple[CaseResult, ...] = ()

    @property
    def rate(self) -> float:
        """Share that passed."""
        return self.passed / self.cases if self.cases else float("nan")


@dataclass(frozen=True, slots=True)
class BehaviourResult:
    """The behaviour of a model on all cases.

    Attributes
    ----------
    results : tuple of CaseResult
        In the order of the cases.
    model
        Id of the model.
    """

    results: tuple[CaseResult, ...]
    model: str = ""

    def __len__(self) -> int:
        return len(self.results)

    @property
    def passed(self) -> int:
        """Number of cases that passed."""
        return sum(result.passed for result in self.results)

    @property
    def pass_rate(self) -> float:
        """Share of the cases that passed."""
        return self.passed / len(self) if self.results else float("nan")

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that failed."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The capabilities, in the order in which they first occur."""
        return tuple(dict.fromkeys(result.case.capability for result in self.results))

    @property
    def rates(self) -> tuple[PassRate, ...]:
        """The pass rate of each capability and type that has cases."""
        return tuple(
            rate
            for capability in self.capabilities
            for kind in TYPES
            if (rate := self._rate(capability, kind)).cases
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return a table with one row a case: what was expected, and what was found."""
        import pandas as pd

        return pd.DataFrame([result.to_dict() for result in self.results])

    def to_dict(self) -> dict[str, Any]:
        """Return pass rates and failures as plain, JSON-ready values."""
        return {
            "model": self.model,
            "cases": len(self),
            "passed": self.passed,
            "pass_rate": self.pass_rate if self.results else None,
            "rates": [
                {
                    "capability": rate.capability,
                    "type": rate.type,
                    "cases": rate.cases,
                    "passed": rate.passed,
                    "pass_rate": rate.rate,
                    "failures": [failure.case.id for failure in rate.failures],
                }
                for rate in self.rates
            ],
            "failures": [failure.to_dict() for failure in self.failures],
        }

    def __str__(self) -> str:
        return "\n".join(_summary(self))

    def _repr_html_(self) -> str:
        return _html(self)

    def _rate(self, capability: str, kind: str = "") -> PassRate:
        """Count a capability; without a type, all of its cases."""
        found = [
            result
            for result in self.results
            if result.case.capability == capability and kind in ("", result.case.type)
        ]
        failures = tuple(result for result in found if not result.passed)
        return PassRate(capability, kind, len(found) - len(failures), len(found), failures)


def _summary(result: BehaviourResult) -> Iterator[str]:
    share = f"{result.pass_rate:.1%}" if result.results else "–"
    yield f"Uji perilaku / behaviour suite: {result.model}"
    yield "Bukan ukuran akurasi / no measure of accuracy"
    yield f"{result.passed} dari {len(result)} kasus lulus / of the cases passed ({share})"
    if not result.results:
        return
    names = [*result.capabilities, _ALL]
    width = max(len(name) for name in names)
    yield ""
    yield " " * width + "".join(f"{kind:>12}" for kind in TYPES)
    rates = {(rate.capability, rate.type): rate for rate in (*result.rates, *_totals(result))}
    for name in names:
        cells = (rates.get((name, kind)) for kind in TYPES)
        counts = ("" if rate is None else f"{rate.passed}/{rate.cases}" for rate in cells)
        yield f"{one_line(name):<{width}}" + "".join(f"{count:>12}" for count in counts)
    if result.failures:
        yield ""
        yield "Tidak lulus / failed:"
    for failure in result.failures:
        case = failure.case
        yield f"- {one_line(case.id)} [{case.type} {case.rule}] {_short(case)}"
        yield f"  harapan / expected: {case.expect}; {one_line(failure.problem)}"


def _totals(result: BehaviourResult) -> Iterator[PassRate]:
    for kind in TYPES:
        found = [rate for rate in result.rates if rate.type == kind]
        if found:
            passed, cases = sum(r.passed for r in found), sum(r.cases for r in found)
            yield PassRate(_ALL, kind, passed, cases)


def _short(case: BehaviourCase) -> str:
    """Show a listing on one line, as the case wrote it."""
    parts = [part for part in (case.title, case.description) if part]
    text = one_line(" — ".join(parts) + (f" @{case.shop}" if case.shop else ""))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _html(result: BehaviourResult) -> str:
    # Drawn in the colour of the text, so that it can be read in a light and in a dark notebook.
    rates = {(rate.capability, rate.type): rate for rate in (*result.rates, *_totals(result))}
    names = [*result.capabilities, _ALL]
    head = "".join(
        f'<th scope="col"><abbr title="{escape(meaning)}">{kind}</abbr></th>'
        for kind, meaning in _MEANINGS.items()
    )
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(one_line(name))}</th>'
        + "".join(_cell(rates.get((name, kind))) for kind in TYPES)
        + "</tr>"
        for name in names
    )
    return (
        f"<div><p><strong>{result.passed} / {len(result)}</strong> kasus lulus "
        f'<span lang="en">/ cases passed</span> · {escape(one_line(result.model))}<br>'
        f'<span style="opacity:.75">Bukan ukuran akurasi '
        f'<span lang="en">/ no measure of accuracy</span></span></p>'
        f'<table style="border-collapse:collapse">'
        f'<caption style="text-align:left">Lulus menurut kemampuan dan jenis uji '
        f'<span lang="en">/ passed, by capability and type of test</span></caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{_failure_list(result)}</div>"
    )


def _cell(rate: PassRate | None) -> str:
    style = "text-align:right;padding:.1em .6em"
    if rate is None:
        return f'<td style="{style}"></td>'
    count = f"{rate.passed}/{rate.cases}"
    return f'<td style="{style}">{f"<strong>{count}</strong>" if rate.rate < 1 else count}</td>'


def _failure_list(result: BehaviourResult) -> str:
    if not result.failures:
        return ""
    groups = "".join(
        f"<p><strong>{escape(one_line(name))}</strong></p><ul>{''.join(items)}</ul>"
        for name in result.capabilities
        if (items := [_item(one) for one in result.failures if one.case.capability == name])
    )
    count = len(result.failures)
    return (
        f'<details><summary>Tidak lulus <span lang="en">/ failed</span>: {count}</summary>'
        f"{groups}</details>"
    )


def _item(failure: CaseResult) -> str:
    case = failure.case
    return (
        f"<li><code>{escape(one_line(case.id))}</code> {escape(_short(case))}<br>"
        f'<span style="opacity:.75">harapan / expected: {escape(case.expect)}; '
        f"{escape(one_line(failure.problem))}</span></li>"
    )
