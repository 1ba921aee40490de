"""Linear heads: what each is held to."""

import numpy as np
import pytest
from scipy import sparse

from thriftwatch.training.heads import HeadTargets, fit_heads

ROWS = 200


@pytest.fixture(scope="module")
def fitted():
    """Heads that are told the same of the same rows, by the name."""
    random = np.random.default_rng(0)
    matrix = sparse.csr_matrix(random.random((ROWS, 30)) * (random.random((ROWS, 30)) < 0.3))
    told = (np.asarray(matrix[:, :3].sum(axis=1)).ravel() > 0.3).astype(np.int8)
    names = ("label", "goods", "worn", "foreign", "R2")
    targets = HeadTargets(
        names, np.repeat(told[:, None], len(names), axis=1), np.ones((ROWS, len(names)))
    )
    coefficients, _ = fit_heads(matrix, targets, jobs=1, on_done=lambda: None)
    return dict(zip(names, coefficients, strict=True))


def test_wear_follows_its_rows_less_closely_than_the_label(fitted):
    assert np.linalg.norm(fitted["worn"]) < 0.9 * np.linalg.norm(fitted["label"])


@pytest.mark.parametrize("name", ["goods", "foreign", "R2"])
def test_the_other_heads_follow_their_rows_as_the_label_does(fitted, name):
    np.testing.assert_array_equal(fitted[name], fitted["label"])
