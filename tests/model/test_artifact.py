import contextlib
import hashlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest

from thriftwatch import load_model
from thriftwatch.errors import InputError, ModelError
from thriftwatch.model import artifact
from thriftwatch.model.arrays import ARRAYS, LIMIT, checksums
from thriftwatch.model.artifact import (
    CARD,
    FILES,
    FORMAT,
    HEADER,
    VOCABULARY,
    WEIGHTS,
    save_model,
    seal,
)
from thriftwatch.model.tables import MOST_WORDS, Interaction, Tables

TITLES = ["Hoodie Uniqlo second import", "Kemeja batik baru", "b4l thr1ft korea", ""]
READ = (HEADER, VOCABULARY, WEIGHTS)
"""The files that a model is read from; the card is for people."""


class Trap:
    """What runs code when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "good"
    save_model(model, folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    """A copy of a good model, to be damaged."""
    return shutil.copytree(saved, tmp_path / "damaged")


def header_of(folder):
    return json.loads((folder / HEADER).read_text(encoding="utf-8"))


def write_header(folder, header):
    """Write a header with the right hash of itself, as a careful forger would."""
    content = {key: value for key, value in header.items() if key != "sha256"}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    (folder / HEADER).write_text(json.dumps(content | {"sha256": digest}), encoding="utf-8")


def write_sealed(folder, name, content):
    """Write a file and its right checksum: only what is inside can give it away."""
    (folder / name).write_bytes(content)
    header = header_of(folder)
    header["files"][name] = hashlib.sha256(content).hexdigest()
    write_header(folder, header)


def write_weights(folder, content):
    write_sealed(folder, WEIGHTS, content)


def vocabulary_of(folder):
    return json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))


def write_vocabulary(folder, stored):
    write_sealed(folder, VOCABULARY, json.dumps(stored).encode())


def arrays_of(folder):
    with np.load(folder / WEIGHTS) as stored:
        return dict(stored)


def write_arrays(folder, arrays, **options):
    """Write arrays with all their checksums, as a careful forger would."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays, **options)
    header = header_of(folder)
    header["arrays"] = checksums(buffer.getvalue())
    write_header(folder, header)
    write_weights(folder, buffer.getvalue())


def refusal(folder):
    """Return the message with which a folder is refused: one line that names it."""
    with pytest.raises(ModelError) as error:
        load_model(folder)
    message = str(error.value)
    assert "\n" not in message
    assert str(folder) in message or ascii(str(folder)) in message
    return message


# Round trip


def test_a_model_comes_back_bit_by_bit(model, saved):
    again = load_model(saved)
    assert again.card == model.card
    assert again.heads == model.heads
    assert again.id == model.id
    assert again.vocabulary.to_dict() == model.vocabulary.to_dict()
    for part, names in (("tables", Tables.__slots__), ("interaction", Interaction.__slots__)):
        for name in names:
            before, after = getattr(getattr(model, part), name), getattr(getattr(again, part), name)
            if name in ARRAYS or part == "interaction":
                before, after = np.asarray(before), np.asarray(after)
                assert before.dtype == after.dtype
                assert before.tobytes() == after.tobytes(), name
            else:
                assert before == after, name


def test_a_model_scores_the_same_when_it_comes_back(model, saved):
    none = [""] * len(TITLES)
    before = model.score_batch(TITLES, none, none)
    after = load_model(saved).score_batch(TITLES, none, none)
    assert before.score.tobytes() == after.score.tobytes()
    assert before.tier.tobytes() == after.tier.tobytes()


def test_saving_twice_writes_the_same_bytes(model, saved, tmp_path):
    save_model(load_model(saved), tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes(), name


def test_a_folder_holds_the_four_files_and_no_more(saved):
    assert {path.name for path in saved.iterdir()} == set(FILES)
    assert {path.name for path in saved.parent.iterdir()} == {saved.name}


def test_sealing_a_sealed_model_changes_nothing(model):
    sealed = seal(model)
    assert seal(sealed).card == sealed.card


def test_loading_is_cached_until_the_folder_changes(folder):
    first = load_model(folder)
    assert load_model(folder) is first
    assert load_model(str(folder)) is first
    assert load_model() is load_model()
    for name in FILES:
        os.utime(folder / name, ns=(1, 1))
    assert load_model(folder) is not first


def test_a_model_travels_to_a_worker(model):
    again = pickle.loads(pickle.dumps(model))
    assert again.id == model.id
    assert (
        again.score_batch(TITLES[:1], [""], [""]).score
        == model.score_batch(TITLES[:1], [""], [""]).score
    )


# Saving


def test_an_older_model_is_replaced(model, folder):
    (folder / CARD).write_text("old")
    save_model(model, folder)
    assert load_model(folder).id == model.id
    assert (folder / CARD).read_text(encoding="utf-8") != "old"


@pytest.mark.parametrize("other", ["thesis.docx", ".git", "model.json.bak"])
def test_a_folder_with_other_files_is_never_replaced(model, tmp_path, other):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / other).write_text("precious")
    with pytest.raises(InputError, match="other files"):
        save_model(model, tmp_path / "mine")
    assert (tmp_path / "mine" / other).read_text() == "precious"
    assert len(list((tmp_path / "mine").iterdir())) == 1


def test_a_file_is_never_replaced_by_a_model(model, tmp_path):
    (tmp_path / "notes").write_text("precious")
    with pytest.raises(InputError, match="it is a file"):
        save_model(model, tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == "precious"


# Not a model


def test_a_missing_folder_is_refused_with_the_way_to_make_one(tmp_path):
    assert "thriftwatch train" in refusal(tmp_path / "nowhere")


def test_an_empty_folder_is_refused(tmp_path):
    assert HEADER in refusal(tmp_path)


@pytest.mark.parametrize("name", READ)
def test_a_folder_that_lacks_a_file_is_refused(folder, name):
    (folder / name).unlink()
    assert name in refusal(folder)


@pytest.mark.parametrize("name", ["model.joblib", "model.pkl", "weights.npz"])
def test_a_file_is_refused_and_pickles_are_never_opened(tmp_path, monkeypatch, name):
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    (tmp_path / name).write_bytes(pickle.dumps(Trap()))
    assert "never loaded" in refusal(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", READ)
def test_a_folder_in_the_place_of_a_file_is_refused(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    refusal(folder)


# Not plain files


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("target", ["itself", "nothing", "/dev/zero", "/etc/passwd"])
def test_a_link_is_refused_whatever_it_leads_to(folder, name, target):
    moved = (folder / name).rename(folder.parent / name)
    (folder / name).symlink_to({"itself": moved, "nothing": folder / "none"}.get(target, target))
    message = refusal(folder)
    assert name in message
    assert "a link; a model's files must be plain files; copy the file itself" in message


@pytest.mark.parametrize("name", READ)
def test_a_pipe_is_refused_without_waiting_for_someone_to_write(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert "not a plain file" in refusal(folder)


def test_a_folder_may_be_a_link(folder):
    (folder.parent / "link").symlink_to(folder)
    assert load_model(folder.parent / "link").heads


def test_files_that_an_installer_linked_into_the_package_are_read(folder, monkeypatch):
    for name in FILES:
        (folder / name).symlink_to((folder / name).rename(folder.parent / name))
    refusal(folder)
    monkeypatch.setattr(artifact, "_bundled", lambda: folder)
    assert load_model(folder).heads


# Damaged


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("where", [0.0, 0.3, 0.5, 0.999])
def test_one_changed_byte_is_noticed(folder, name, where):
    content = bytearray((folder / name).read_bytes())
    place = int(where * len(content))
    content[place] ^= 0x01
    (folder / name).write_bytes(bytes(content))
    assert name in refusal(folder)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_truncated_file_is_noticed(folder, name, share):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(share * len(content))])
    assert name in refusal(folder)


@pytest.mark.parametrize("name", [VOCABULARY, WEIGHTS])
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_truncated_file_with_a_right_checksum_is_noticed(folder, name, share):
    content = (folder / name).read_bytes()
    write_sealed(folder, name, content[: int(share * len(content))])
    assert name in refusal(folder)


@pytest.mark.parametrize("place", [5, 50, 500, -40, -10])
def test_changed_weights_with_a_right_checksum_load_as_arrays_or_are_refused(folder, place):
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[place] ^= 0x55
    write_weights(folder, bytes(content))
    with contextlib.suppress(ModelError):
        load_model(folder)


# Forged: the checksums are right


@pytest.mark.parametrize("missing", ["word_idf", "gram_weights", "bias", "interaction_pairs"])
def test_a_missing_array_is_refused(folder, missing):
    arrays = arrays_of(folder)
    del arrays[missing]
    write_arrays(folder, arrays)
    assert WEIGHTS in refusal(folder)


def test_an_extra_array_is_refused(folder):
    write_arrays(folder, arrays_of(folder) | {"extra": np.zeros(3)})
    assert WEIGHTS in refusal(folder)


def test_a_member_that_is_there_twice_is_refused(folder):
    buffer = io.BytesIO((folder / WEIGHTS).read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive:
        content = archive.read("bias.npy")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("bias.npy", content)
    write_weights(folder, buffer.getvalue())
    assert WEIGHTS in refusal(folder)


def test_a_pickled_object_array_is_refused_and_not_opened(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    trap = np.empty(1, object)
    trap[0] = Trap()
    write_arrays(folder, arrays_of(folder) | {"bias": trap}, allow_pickle=True)
    assert WEIGHTS in refusal(folder)
    assert not (tmp_path / "sprung").exists()


def test_a_joblib_file_renamed_to_npz_is_refused_and_not_opened(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    write_weights(folder, pickle.dumps(Trap()))
    assert WEIGHTS in refusal(folder)
    assert not (tmp_path / "sprung").exists()


def changed(array, value):
    """A copy with another number in it."""
    array = array.copy()
    array.flat[array.size // 2] = value
    return array


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("word_idf", -0.5),
        ("word_idf", 31.0),
        ("gram_idf", -1e-3),
        ("word_idf", np.nan),
        ("gram_idf", np.inf),
        ("gram_buckets", -1),
        ("interaction_pairs", np.nan),
        ("bias", 1e30),
        ("bias", -1e30),
        ("interaction_bias", 1e30),
        ("interaction_linear", -1e300),
        ("interaction_pairs", 1e30),
        ("interaction_undecided", 8.5),
    ],
)
def test_one_number_beyond_what_training_gives_is_refused(folder, name, value):
    arrays = arrays_of(folder)
    write_arrays(folder, arrays | {name: changed(arrays[name], value)})
    message = refusal(folder)
    assert f"array {name} holds" in message
    assert "is accepted" in message


@pytest.mark.parametrize(
    "name",
    [
        "word_idf", "gram_idf", "word_weights", "gram_weights", "feature_weights", "bias",
        "interaction_bias", "interaction_linear", "interaction_pairs", "interaction_undecided",
    ],
)  # fmt: skip
def test_numbers_at_the_bounds_are_accepted_and_give_scores(folder, name):
    arrays = arrays_of(folder)
    for bound in (ARRAYS[name].low, ARRAYS[name].high):
        write_arrays(folder, arrays | {name: np.full_like(arrays[name], bound)})
        scores = load_model(folder).score_batch(TITLES, [""] * 4, [""] * 4)
        assert ((scores.score >= 0) & (scores.score <= 1)).all()


def test_products_that_depend_on_the_order_of_the_heads_are_refused(folder):
    arrays = arrays_of(folder)
    pairs = arrays["interaction_pairs"].copy()
    pairs[0, 0, 1] += 0.5
    write_arrays(folder, arrays | {"interaction_pairs": pairs})
    assert "not symmetric" in refusal(folder)


def test_arrays_of_one_shape_that_changed_places_are_refused(model, folder):
    """By the checksum of each: the shape is right, and so may be every number."""
    save_model(seal(model), folder)
    arrays = arrays_of(folder)
    one, two = "interaction_linear", "interaction_undecided"
    named = header_of(folder)["arrays"]
    write_arrays(folder, arrays | {one: arrays[two], two: arrays[one]})
    write_header(folder, header_of(folder) | {"arrays": named})
    assert "not those that the header names" in refusal(folder)


def write_members(folder, arrays, changed=None, **options):
    """Write an archive member by member, with some of them as given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array)
            archive.writestr(f"{name}.npy", (changed or {}).get(name, member.getvalue()))
    write_weights(folder, buffer.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no array",
        b"\x93NUMPY",
        b"\x93NUMPY\x09\x00" + b"x" * 100,
        b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16,
        b"\x93NUMPY\x01\x00\x10\x00" + b"{'descr': 'open  ",
        b"\x93NUMPY\x01\x00\xff\xff" + b"[" * 65535,
    ],
    ids=["nothing", "no mark", "a mark", "version 9", "brackets", "an open string", "nested"],
)
def test_a_member_that_is_no_array_is_refused(folder, content):
    write_members(folder, arrays_of(folder), {"bias": content})
    assert WEIGHTS in refusal(folder)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_by_a_method_that_models_do_not_use_is_refused(folder, method):
    write_members(folder, arrays_of(folder), compression=method)
    assert "packed in another way" in refusal(folder)


def test_a_directory_of_very_many_members_is_refused_before_it_is_read(folder):
    write_weights(folder, (b"PK\x01\x02" + bytes(43)) * 100_000)
    assert "not the arrays" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("word_idf", lambda array: array[:-1]),
        ("word_weights", lambda array: array[:, :-1]),
        ("word_weights", lambda array: array.astype(np.float64)),
        ("word_idf", lambda array: array.astype(np.int16)),
        ("gram_weights", lambda array: array[:0]),
        ("gram_weights", lambda array: array.ravel()),
        ("feature_weights", lambda array: array[1:]),
        ("gram_buckets", lambda array: array.astype(np.int64)),
        ("word_weights", np.asfortranarray),
        ("bias", lambda array: array.astype(">f8")),
        ("bias", lambda array: array[:-1]),
        ("bias", lambda array: array.reshape(1, -1)),
        ("interaction_bias", lambda array: array[:-1]),
        ("interaction_pairs", lambda array: array[:, :-1]),
        ("interaction_linear", lambda array: array.T.copy()),
        ("bias", lambda array: np.full_like(array, np.nan)),
        ("interaction_undecided", lambda array: np.full_like(array, -np.inf)),
    ],
)
def test_arrays_of_the_wrong_shape_or_kind_or_not_finite_are_refused(folder, name, change):
    arrays = arrays_of(folder)
    arrays[name] = change(arrays[name])
    write_arrays(folder, arrays)
    refusal(folder)


def test_a_zip_that_declares_more_than_a_model_may_have_is_refused_unread(folder):
    """The sizes in the directory of the archive are checked before anything is unpacked."""
    content = bytearray((folder / WEIGHTS).read_bytes())
    entry = content.find(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    write_weights(folder, bytes(content))
    assert "unpacks to more" in refusal(folder)


def test_an_array_that_declares_more_than_it_holds_is_refused(folder):
    """The header of an array promises 2**40 numbers; nobody may try to make room for them."""
    arrays = arrays_of(folder)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            if name == "bias":
                shape = {"descr": "<f4", "fortran_order": False, "shape": (1 << 40,)}
                np.lib.format.write_array_header_1_0(member, shape)
            else:
                np.save(member, array)
            archive.writestr(f"{name}.npy", member.getvalue())
    write_weights(folder, buffer.getvalue())
    assert WEIGHTS in refusal(folder)


def test_compressed_zeros_beyond_the_limit_are_refused(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in arrays_of(folder):
            archive.writestr(f"{name}.npy", bytes(1 << 26))
    write_weights(folder, buffer.getvalue())
    assert "unpacks to more" in refusal(folder)


# The vocabulary, forged


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"1", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"lexicon": NaN}',
        b'{"lexicon": ' + b"1" * 5000 + b"}",
    ],
    ids=range(10),
)  # fmt: skip
def test_a_vocabulary_that_is_none_is_refused(folder, content):
    write_sealed(folder, VOCABULARY, content)
    assert VOCABULARY in refusal(folder)


@pytest.mark.parametrize("key", ["lexicon", "words", "features"])
@pytest.mark.parametrize("value", ["absent", None, 7, "x", "\xe9", [], {}, [None], [["x"]]])
def test_a_part_of_the_vocabulary_missing_or_of_another_kind_is_refused(folder, key, value):
    stored = vocabulary_of(folder)
    if value == "absent":
        del stored[key]
    else:
        stored[key] = value
    write_vocabulary(folder, stored)
    refusal(folder)


@pytest.mark.parametrize("table", ["terms", "words", "single", "trie", "hidden"])
@pytest.mark.parametrize("value", ["absent", None, 7, [7], [[7]], ["x"], [[], [], [], []], {}])
def test_a_table_of_the_lexicon_missing_or_of_another_kind_is_refused(folder, table, value):
    stored = vocabulary_of(folder)
    if value == "absent":
        del stored["lexicon"][table]
    else:
        stored["lexicon"][table] = value
    write_vocabulary(folder, stored)
    assert VOCABULARY in refusal(folder)


@pytest.mark.parametrize("part", range(4), ids=["first step", "next word", "next node", "term at"])
@pytest.mark.parametrize("value", [-2, 10**6, 1 << 40, 0.5, True, None, "1"])
def test_a_step_of_the_lexicon_that_leads_nowhere_is_refused(folder, part, value):
    stored = vocabulary_of(folder)
    numbers = stored["lexicon"]["trie"][part]
    numbers[len(numbers) // 2] = value
    write_vocabulary(folder, stored)
    assert VOCABULARY in refusal(folder)


@pytest.mark.parametrize("value", [-2, 10**6, 1 << 40, 0.5, True, None])
def test_a_word_of_the_lexicon_that_is_no_term_of_it_is_refused(folder, value):
    stored = vocabulary_of(folder)
    stored["lexicon"]["single"][1] = value
    write_vocabulary(folder, stored)
    assert VOCABULARY in refusal(folder)


@pytest.mark.parametrize(
    "place", range(6), ids=["forms", "class", "family", "strength", "id", "en"]
)
@pytest.mark.parametrize("value", ["\x1b[31mred", "two\nlines", "\ud83d", 0, 6, True, None, ["x"]])
def test_a_term_that_cannot_be_shown_or_is_none_is_refused(folder, place, value):
    """Meanings stand in the sentences of the reasons, and go to terminals and tables."""
    stored = vocabulary_of(folder)
    stored["lexicon"]["terms"][0][place] = value
    write_vocabulary(folder, stored)
    message = refusal(folder)
    assert VOCABULARY in message
    assert message.isprintable()


def test_a_meaning_is_a_few_words(folder):
    stored = vocabulary_of(folder)
    stored["lexicon"]["terms"][0][4] = "x" * 100_000
    write_vocabulary(folder, stored)
    assert VOCABULARY in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda words: words[1:],
        lambda words: [*words, "onemore"],
        lambda words: [*words[:-1], words[0]],
        lambda words: [*words[:-1], "caf\xe9"],
        lambda words: [],
    ],
    ids=["fewer", "more", "twice", "no ascii", "none"],
)
def test_words_that_do_not_match_the_arrays_are_refused(folder, change):
    stored = vocabulary_of(folder)
    stored["words"] = " ".join(change(stored["words"].split()))
    write_vocabulary(folder, stored)
    refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda names: names[1:],
        lambda names: [*names, "class:more"],
        lambda names: [*names[:-1], names[0]],
        lambda names: [*names[:-1], 7],
        lambda names: [*names[:-1], "\x1b[31mred"],
        " ".join,
        lambda names: dict.fromkeys(names, 1),
    ],
    ids=["fewer", "more", "twice", "a number", "unprintable", "text", "an object"],
)
def test_features_that_do_not_match_the_arrays_are_refused(folder, change):
    stored = vocabulary_of(folder)
    stored["features"] = change(stored["features"])
    write_vocabulary(folder, stored)
    refusal(folder)


def test_the_vocabulary_of_another_model_is_refused(model, folder, tmp_path):
    (tmp_path / "more.csv").write_text("term,class\nbalboks,wholesale\n", encoding="utf-8")
    model.with_lexicon(tmp_path / "more.csv").save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / VOCABULARY, folder / VOCABULARY)
    assert f"{VOCABULARY}: changed since it was written" in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda buckets: buckets[::-1],
        lambda buckets: np.r_[buckets[:-2], buckets[-1], buckets[-2]],
        lambda buckets: np.r_[buckets[:1], buckets[:-1]],
        lambda buckets: np.r_[buckets[:-1], 1 << 18],
        lambda buckets: np.r_[buckets[:-1], 1 << 24],
    ],
    ids=["backwards", "two changed places", "one twice", "beyond the bits", "at the bound"],
)
def test_ngrams_in_no_order_or_beyond_the_buckets_there_are_are_refused(folder, change):
    arrays = arrays_of(folder)
    buckets = change(arrays["gram_buckets"]).astype(np.int32)
    write_arrays(folder, arrays | {"gram_buckets": buckets})
    assert "n-grams are in no order, or beyond the buckets" in refusal(folder)


@pytest.mark.parametrize("bits", [7, 17, 25, 18.0, True])
def test_a_number_of_buckets_that_does_not_fit_is_refused(folder, bits):
    write_header(folder, header_of(folder) | {"gram_bits": bits})
    refusal(folder)


def test_loading_is_quick(folder):
    """Tens of milliseconds on a free processor; a start pays for it."""
    started = time.process_time()
    assert load_model(folder).heads
    assert time.process_time() - started < 1.0


# The header


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '"format"',
        "{}",
        '{"format": "1"}',
        '{"format": true}',
        "\x00",
        "[" * 100_000,
        '{"format": NaN}',
    ],
    ids=range(12),
)
def test_a_header_that_is_none_is_refused(folder, content):
    (folder / HEADER).write_text(content)
    assert HEADER in refusal(folder)


def test_a_header_that_is_not_utf8_is_refused(folder):
    (folder / HEADER).write_bytes(b'{"name": "\xff\xfe"}')
    assert HEADER in refusal(folder)


def test_a_huge_header_is_refused_unread(folder):
    (folder / HEADER).write_text(" " * (2 << 20))
    assert "more than the" in refusal(folder)


def test_a_number_too_long_to_read_is_refused(folder):
    (folder / HEADER).write_text('{"format": ' + "1" * 5000 + "}")
    assert HEADER in refusal(folder)


def test_a_newer_format_asks_to_upgrade(folder):
    write_header(folder, header_of(folder) | {"format": FORMAT + 1})
    message = refusal(folder)
    assert "upgrade" in message
    assert HEADER in message


def test_a_model_of_an_earlier_version_is_refused_with_what_to_do(folder):
    """Format 3 had no vocabulary of its own, and weights of hashed words."""
    (folder / VOCABULARY).unlink()
    header = header_of(folder) | {"format": 3, "lexicon": "0123456789abcdef"}
    write_header(folder, header)
    message = refusal(folder)
    assert "model format 3" in message
    assert "train it again: thriftwatch train" in message


@pytest.mark.parametrize("number", range(1, FORMAT))
def test_an_older_format_asks_to_train_again(folder, number):
    write_header(folder, header_of(folder) | {"format": number})
    message = refusal(folder)
    assert "upgrade" not in message
    assert "train it again" in message


@pytest.mark.parametrize(
    "key",
    ["name", "version", "heads", "outputs", "tiers", "files", "arrays", "unseen_idf", "gram_bits"],
)
@pytest.mark.parametrize("value", ["absent", None, 7, "x", [], {}, [None], float("nan")])
def test_a_header_with_one_field_missing_or_of_another_kind_is_refused(folder, key, value):
    header = header_of(folder)
    if value == "absent":
        del header[key]
    elif f"{key} {value}" in {"name x", "version x", "unseen_idf 7"}:
        pytest.skip("that is fine")
    else:
        header[key] = value
    write_header(folder, header)
    assert refusal(folder)


@pytest.mark.parametrize(
    "tiers",
    [
        {"imported": {}, "all-used": {}},
        {"imported": {"review": 0.3}, "all-used": {"review": 0.3, "likely": 0.9}},
        {"imported": {"review": "0.3", "likely": 0.9}, "all-used": {"review": 0.3, "likely": 0.9}},
        {"imported": {"review": 0.9, "likely": 0.3}, "all-used": {"review": 0.3, "likely": 0.9}},
        {"imported": {"review": 0.3, "likely": 1e400}, "all-used": {"review": 0.3, "likely": 0.9}},
        {"imported": None, "all-used": None},
    ],
)
def test_thresholds_that_make_no_sense_are_refused(folder, tiers):
    write_header(folder, header_of(folder) | {"tiers": tiers})
    assert HEADER in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x" * 900_000},
        {"name": "x" * 101},
        {"name": ""},
        {"name": "\x1b]0;owned\x07"},
        {"version": "1.0\x1b[2J"},
        {"version": "1.0\n2.0"},
        {"name": "left \u202e right"},
        {"name": "half \ud83d"},
        {"evaluation": {"what": "\x1b[31mred"}},
        {"evaluation": {"\x1b[31mred": 1}},
        {"more": ["x" * 900_000]},
        {"more": [[[[[[[[[]]]]]]]]]},
    ],
    ids=range(12),
)
def test_text_that_is_not_fit_for_a_terminal_or_a_table_is_refused(folder, change):
    """The name stands in every row that is scored, and ``info`` shows all of a header."""
    write_header(folder, header_of(folder) | change)
    message = refusal(folder)
    assert message.isprintable()
    assert len(message) < 1000


@pytest.mark.parametrize("name", ["", "x" * 101, "\x1b[31mred", "two\nlines"])
def test_names_of_heads_are_short_and_printable(folder, name):
    header = header_of(folder)
    write_header(folder, header | {"heads": [*header["heads"][:-1], name]})
    assert refusal(folder).isprintable()


@pytest.mark.parametrize("number", [0, -1, 10**4, 10**4000])
def test_a_format_that_never_was_is_refused_without_being_printed(folder, number):
    (folder / HEADER).write_text(f'{{"format": {number}}}')
    assert len(refusal(folder)) < 1000


@pytest.mark.parametrize("idf", [-0.1, 30.5, 1e30, True])
def test_the_idf_of_unseen_words_has_the_bounds_of_the_others(folder, idf):
    write_header(folder, header_of(folder) | {"unseen_idf": idf})
    assert "unseen_idf" in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda heads: heads[:-1],
        lambda heads: [*heads, "more"],
        lambda heads: heads[::-1][:1] * len(heads),
        lambda heads: ["x" if head == "goods" else head for head in heads],
    ],
    ids=["fewer", "more", "all the same", "without a fact"],
)
def test_heads_that_do_not_belong_to_the_arrays_are_refused(folder, change):
    header = header_of(folder)
    write_header(folder, header | {"heads": change(header["heads"])})
    refusal(folder)


def test_a_path_of_another_kind_of_text_is_refused_in_one_line(tmp_path):
    refusal(tmp_path / "line\nbreak")


def test_a_path_that_no_system_takes_is_refused(tmp_path):
    refusal(tmp_path / "nul\0")
    refusal(tmp_path / ("x" * 5000))


# Limits


def wide_model(folder):
    """A model as large as one may be: its heads repeated until the arrays fill the limit."""
    arrays = arrays_of(folder)
    rows = sum(len(arrays[name]) for name in ("word_weights", "gram_weights", "feature_weights"))
    repeated = min((LIMIT - 2**20) // (2 * rows), artifact.MOST_HEADS)
    for name, array in arrays.items():
        for axis, dimension in enumerate(ARRAYS[name].shape):
            if dimension == "heads":
                array = np.take(array, np.arange(repeated) % array.shape[axis], axis)  # noqa: PLW2901
        arrays[name] = array
    write_arrays(folder, arrays)
    header = header_of(folder)
    names = [*header["heads"], *(f"more {place}" for place in range(repeated))][:repeated]
    write_header(folder, header | {"heads": names})


def long_model(folder):
    """A model of as many words as one may have."""
    words = [f"kata{number}" for number in range(MOST_WORDS)]
    arrays = arrays_of(folder)
    for name in ("word_idf", "word_weights"):
        arrays[name] = np.resize(arrays[name], (MOST_WORDS, *arrays[name].shape[1:]))
    write_vocabulary(folder, vocabulary_of(folder) | {"words": " ".join(words)})
    write_arrays(folder, arrays)


def too_many_words(folder):
    words = " ".join(map(str, range(artifact.VOCABULARY_LIMIT // 8)))
    write_vocabulary(folder, vocabulary_of(folder) | {"words": words})


def too_many_lists(folder):
    """Of a few bytes a list takes some eighty."""
    write_sealed(folder, VOCABULARY, b"[" + b"[]," * (artifact.VOCABULARY_LIMIT // 3 - 1) + b"[]]")


def many_members(folder):
    """A directory of as many members as fit into the limit."""
    write_weights(folder, (b"PK\x01\x02" + bytes(43)) * (LIMIT // 47))


def endless(folder):
    (folder / HEADER).unlink()
    (folder / HEADER).symlink_to("/dev/zero")


def long_name(folder):
    write_header(folder, header_of(folder) | {"name": "x" * 900_000})


WIDEST = (wide_model, long_model)
HOSTILE = (many_members, too_many_words, too_many_lists, endless, long_name)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process took at most")
@pytest.mark.parametrize("prepare", [*WIDEST, *HOSTILE])
def test_whatever_a_folder_holds_loading_it_takes_less_than_300_mb(folder, prepare):
    prepare(folder)
    script = (
        "import sys\n"
        "from thriftwatch import load_model, score_listing\n"
        "from thriftwatch.errors import ModelError\n"
        "try:\n"
        "    score_listing('Kaos', model=load_model(sys.argv[1]))\n"
        "except ModelError as error:\n"
        "    print(error)\n"
        "with open('/proc/self/status') as status:\n"
        "    print(next(line for line in status if line.startswith('VmHWM')))\n"
    )
    command = [sys.executable, "-c", script, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert (prepare in WIDEST) == (str(folder) not in run.stdout)
    kilobytes = int(run.stdout.split()[-2])
    assert kilobytes < 300_000
