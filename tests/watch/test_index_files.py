"""An index as a folder: whole or not at all, checked, and never code."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from thriftwatch import RepostIndex
from thriftwatch.errors import InputError, ModelError

POSTS = [
    {"id": f"k{number}", "judul": f"Kemeja flanel kotak nomor {number}", "toko": "sari",
     "deskripsi": f"noda kopi di saku, kancing {number} hilang, lebar dada {50 + number}, Cimol"}
    for number in range(12)
]  # fmt: skip
ASKED = [("Kemeja flanel kotak", "noda kopi di saku, kancing 3 hilang, lebar dada 53, Cimol")]


@pytest.fixture
def index(model):
    made = RepostIndex(model)
    made.add(POSTS)
    return made


@pytest.fixture
def folder(index, tmp_path):
    index.save(tmp_path / "index")
    return tmp_path / "index"


def test_what_is_loaded_is_what_was_saved(index, folder):
    loaded = RepostIndex.load(folder)
    assert (len(loaded), loaded.given, loaded.has_ids) == (12, 12, True)
    assert loaded.query(ASKED) == index.query(ASKED) != []
    assert loaded.families() == index.families()


def test_a_loaded_index_lives_on(folder):
    loaded = RepostIndex.load(folder)
    loaded.remove(["k3", "k4"])
    loaded.add([{"id": "neu", "judul": "Rok lipit", "deskripsi": "jahitan sendiri di Soreang"}])
    loaded.save(folder)
    again = RepostIndex.load(folder)
    assert len(again) == 11
    assert again.query(ASKED) == loaded.query(ASKED)
    with pytest.raises(InputError, match='"neu"'):
        again.add([{"id": "neu", "judul": "Kaos"}])


def test_the_same_listings_give_the_same_bytes(model, folder, tmp_path):
    other = RepostIndex(model)
    other.add(POSTS)
    other.save(tmp_path / "other")
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "other").iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_who_reads_keeps_the_index_that_was_there(index, folder):
    reader = RepostIndex.load(folder)
    before = reader.query(ASKED)
    index.remove([post["id"] for post in POSTS[2:]])
    index.add([{"id": "neu", "judul": "Rok lipit"}])
    index.save(folder)
    assert reader.query(ASKED) == before
    assert len(RepostIndex.load(folder)) == 3


def test_what_is_no_longer_used_is_deleted(index, folder):
    index.remove([post["id"] for post in POSTS])
    index.save(folder)
    named = set(json.loads((folder / "index.json").read_text())["files"])
    assert {path.name for path in folder.iterdir()} == named | {"index.json"}


def test_an_empty_index_is_saved_and_loaded(model, tmp_path):
    RepostIndex(model).save(tmp_path / "empty")
    assert len(RepostIndex.load(tmp_path / "empty")) == 0


def arrays(folder):
    return sorted(path for path in folder.iterdir() if path.suffix == ".npy")


def test_any_changed_byte_is_found(folder):
    for path in [*arrays(folder), folder / "index.json"]:
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 2):
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(changed)
            with pytest.raises(ModelError) as refused:
                RepostIndex.load(folder)
            assert path.name in str(refused.value)
            assert "\n" not in str(refused.value)
        path.write_bytes(whole)
    assert len(RepostIndex.load(folder)) == 12


def test_a_truncated_file_is_found(folder):
    for path in [*arrays(folder), folder / "index.json"]:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ModelError, match=path.name):
            RepostIndex.load(folder)
        path.write_bytes(whole)


def test_a_missing_file_is_named(folder):
    gone = arrays(folder)[0]
    gone.unlink()
    with pytest.raises(ModelError, match=f"{gone.name}.*missing"):
        RepostIndex.load(folder)


def test_a_newer_format_says_what_to_do(folder):
    header = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps({**header, "format": 99}))
    with pytest.raises(ModelError, match=r"index format .99., this version reads 1; upgrade"):
        RepostIndex.load(folder)


def test_an_index_of_another_vocabulary_is_refused(model, folder, tmp_path):
    words = tmp_path / "words.csv"
    words.write_text("term,class\nbalbo,wholesale\n")
    with pytest.raises(ModelError, match="read with another model"):
        RepostIndex.load(folder, model.with_lexicon(words))


def test_what_is_no_index_is_refused(tmp_path):
    with pytest.raises(ModelError, match="not an index"):
        RepostIndex.load(tmp_path)
    with pytest.raises(ModelError, match="not an index"):
        RepostIndex.load(tmp_path / "nowhere")


def test_pickled_objects_are_not_loaded(folder):
    path = arrays(folder)[0]
    np.save(path, np.array([{}], object), allow_pickle=True)
    with pytest.raises(ModelError, match="changed"):
        RepostIndex.load(folder)


def test_the_folder_of_somebody_else_is_left_alone(index, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"thesis\.txt"):
        index.save(tmp_path)


_SAVE = """
import os, signal, sys
from thriftwatch import RepostIndex
from thriftwatch.watch import index_files
index = RepostIndex.load(sys.argv[1])
index.add([("Rok lipit", "jahitan sendiri di Soreang")])
count = 0
kept = index_files.atomic_path
def killing(path):
    global count
    count += 1
    if count > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return kept(path)
index_files.atomic_path = killing
index.save(sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize("after", [0, 3, 9])
def test_who_is_killed_while_saving_leaves_the_old_index(folder, after):
    done = subprocess.run([sys.executable, "-c", _SAVE, str(folder), str(after)], check=False)
    assert done.returncode == -signal.SIGKILL
    loaded = RepostIndex.load(folder)
    assert len(loaded) == 12
    loaded.save(folder)  # and clears away what was left
    named = set(json.loads((folder / "index.json").read_text())["files"])
    assert set(os.listdir(folder)) == named | {"index.json"}  # noqa: PTH208
