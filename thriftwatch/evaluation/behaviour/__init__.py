"""Behaviour suite: what any reviewer would call obvious, asked of a model case by case.

After CheckList (Ribeiro et al., *Beyond Accuracy*, ACL 2020): small written cases, by capability
and by type of test, say what the labelling guideline demands. They are not a sample of listings,
so a pass rate is no estimate of accuracy; its use is to show *what* a model cannot do, with the
listings that show it. The cases come with the package, and anyone can add their own
(`thriftwatch.evaluation.behaviour.cases` tells the columns).

- `run_behaviour` returns a `BehaviourResult`.
- ``result.rates`` has a `PassRate` for each capability and type of test; ``result.failures`` the
  `CaseResult` of every case that failed, with what was wrong in ``.problem``.
- ``result.to_frame()`` (one row a case), ``result.to_dict()``, ``str(result)`` (a summary to
  read) and, in a notebook, the result itself.

Examples
--------
>>> result = run_behaviour()
>>> len(result) >= 400, 0.5 < result.pass_rate <= 1
(True, True)
"""

from thriftwatch.evaluation.behaviour.cases import BehaviourCase, bundled_cases, read_cases
from thriftwatch.evaluation.behaviour.result import BehaviourResult, CaseResult, PassRate
from thriftwatch.evaluation.behaviour.running import Scorer, run_behaviour

__all__ = [
    "BehaviourCase",
    "BehaviourResult",
    "CaseResult",
    "PassRate",
    "Scorer",
    "bundled_cases",
    "read_cases",
    "run_behaviour",
]
