"""The notebooks as they are committed: they read well without being run."""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PLACES = re.compile(r"/(?:tmp|home|root|Users|work)/|0x[0-9a-f]{8}")


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_all_are_there():
    names = ["01_score", "02_retrain", "03_evaluate", "04_watch"]
    assert [path.stem for path in NOTEBOOKS] == names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_was_run_from_top_to_bottom_without_a_warning(path):
    code = [cell for cell in cells_of(path) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_tells_of_the_machine_it_was_made_on(path):
    for cell in cells_of(path):
        for output in cell.get("outputs", []):
            shown = {
                kind: text for kind, text in output.get("data", {}).items() if "png" not in kind
            }
            text = json.dumps([output.get("text", ""), shown])
            assert PLACES.search(text) is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_reader_is_told_that_the_sample_was_written_by_hand(path):
    told = "".join("".join(cell["source"]) for cell in cells_of(path)[:1])
    assert re.search(r"written by hand|wrote by hand", told.replace("*", ""))
