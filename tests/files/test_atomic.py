import os
import stat

import pytest

from thriftwatch.errors import InputError
from thriftwatch.files import atomic_folder, atomic_path, check_writable


@pytest.fixture(params=[RuntimeError, KeyboardInterrupt])
def interruption(request):
    return request.param


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write_half_a_file(target, interruption):
    with atomic_path(target) as part:
        part.write_text("half")
        raise interruption


def write_half_a_folder(target, interruption):
    with atomic_folder(target) as part:
        (part / "model.json").write_text("half")
        raise interruption


def test_a_file_is_replaced_when_the_block_ends(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old")
    with atomic_path(target) as part:
        part.write_text("new")
        assert target.read_text() == "old"
        assert part.parent == tmp_path
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a.csv"]


def test_an_interrupted_block_leaves_the_old_file_and_nothing_else(tmp_path, interruption):
    target = tmp_path / "a.csv"
    target.write_text("old")
    with pytest.raises(interruption):
        write_half_a_file(target, interruption)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_a_replaced_file_keeps_its_permissions(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("old")
    target.chmod(0o640)
    with atomic_path(target) as part:
        part.write_text("new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_gets_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    with atomic_path(tmp_path / "a.csv"):
        pass
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_symbolic_link_stays_a_link(tmp_path):
    real = tmp_path / "real.csv"
    real.write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    with atomic_path(link) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_name_of_the_greatest_length_can_be_written(tmp_path):
    target = tmp_path / ("ä" * 120 + ".csv")
    with atomic_path(target) as part:
        part.write_text("new")
    assert target.read_text() == "new"


def test_a_folder_is_replaced_when_the_block_ends(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    (target / "model.json").write_text("old")
    with atomic_folder(target, may_replace={"model.json"}) as part:
        (part / "model.json").write_text("new")
        (part / "sub").mkdir()
        (part / "sub" / "a.txt").write_text("a")
        assert (target / "model.json").read_text() == "old"
    assert names(target) == ["model.json", "sub"]
    assert (target / "model.json").read_text() == "new"
    assert names(tmp_path) == ["model"]


def test_an_interrupted_block_leaves_the_old_folder_and_nothing_else(tmp_path, interruption):
    target = tmp_path / "model"
    target.mkdir()
    with pytest.raises(interruption):
        write_half_a_folder(target, interruption)
    assert names(target) == []
    assert names(tmp_path) == ["model"]


def test_a_failed_swap_puts_the_old_folder_back(tmp_path, monkeypatch):
    target = tmp_path / "model"
    target.mkdir()
    (target / "model.json").write_text("old")
    rename = type(target).rename

    def fail_for_the_new(self, to):
        if self.suffix == ".part":
            raise OSError("disk gone")
        return rename(self, to)

    monkeypatch.setattr(type(target), "rename", fail_for_the_new)
    with (
        pytest.raises(OSError, match="disk gone"),
        atomic_folder(target, may_replace={"model.json"}) as part,
    ):
        (part / "model.json").write_text("new")
    assert (target / "model.json").read_text() == "old"
    assert names(tmp_path) == ["model"]


def test_a_folder_with_other_files_is_refused_before_the_work(tmp_path):
    (tmp_path / "thesis.docx").write_text("precious")
    with (
        pytest.raises(InputError, match=r'other files \("thesis.docx"\)'),
        atomic_folder(tmp_path, may_replace={"model.json"}),
    ):
        pytest.fail("the work has begun")
    assert names(tmp_path) == ["thesis.docx"]


def test_standard_output_is_always_writable():
    check_writable("-")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/a.csv", "does not exist; create it"),
        ("file/a.csv", "is not a folder"),
        ("folder", "it is a folder; name a file in it"),
        ("pipe", "it is not a file; use - for standard output"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused_before_the_work(tmp_path, name, message):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    target = tmp_path / name
    with pytest.raises(InputError, match=message):
        check_writable(target)
    with pytest.raises(InputError, match=message), atomic_path(target):
        pytest.fail("the work has begun")


def test_a_file_is_no_place_for_a_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="it is a file"), atomic_folder(tmp_path / "file"):
        pytest.fail("the work has begun")


def test_a_folder_that_refuses_new_files_is_named(tmp_path, monkeypatch):
    def refuse(**_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("thriftwatch.files.atomic.tempfile.TemporaryFile", refuse)
    with pytest.raises(InputError, match="refuses new files"):
        check_writable(tmp_path / "a.csv")
