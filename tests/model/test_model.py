"""What a model remembers of the words it has met never changes a result."""

from copy import copy

from hypothesis import example, given
from hypothesis import strategies as st
from listings import FLAGGED

from thriftwatch import load_model

words = st.sampled_from([*FLAGGED, "uniqlo", "bandung", "kilau", "s", "3jt", "b3k4s"]) | st.text(
    "aeiklnrstu0123 ", min_size=1, max_size=40
)
texts = st.lists(words, max_size=12).map(" ".join)


@given(texts, st.lists(texts, max_size=30))
@example("kaos kilau", ["kilau"])
@example("kaos kilau", ["kilau", "kilau kilang kilas kilat kilir kilus"])
@example("uniqlo bandung", ["x", "uniqlo y z bandung a b c d e"])
def test_what_was_scored_before_changes_nothing(text, earlier):
    fresh, experienced = copy(load_model()), copy(load_model())
    if earlier:
        nothing = [""] * len(earlier)
        experienced.score_batch(earlier, nothing, nothing)
    one = (text, "", "")
    assert fresh.score_one(*one, policy="imported") == experienced.score_one(
        *one, policy="imported"
    )
