import json

import pytest

from thriftwatch.files import jsonl_source, lines, read_batches, read_table, write_table


@pytest.fixture
def write(tmp_path):
    def write(*content, name="a.jsonl"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in content), encoding="utf-8", newline="")
        return path

    return write


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_values_keep_their_types(write, name):
    row = {"judul": "007", "harga": 5, "diskon": 0.5, "baru": True, "foto": ["a"], "x": {"y": 1}}
    assert read_table(write(json.dumps(row), name=name)).table.to_pylist() == [row]


def test_a_key_that_a_row_lacks_is_null(write):
    read = read_table(write('{"a": "1"}', '{"b": "2"}'))
    assert read.table.to_pylist() == [{"a": "1", "b": None}, {"a": None, "b": "2"}]


@pytest.mark.parametrize(
    "values",
    [[1, "5rb", None, [1], 1.5, True], [3, 2.5], [True, 1], [2**70], [2**60 + 1, 0.5], ["2", 2]],
)
def test_values_of_several_types_stay_what_they_are(write, values, tmp_path):
    read = read_table(write(*(json.dumps({"a": value}) for value in values)))
    found = read.table["a"].to_pylist()
    assert found == values
    assert list(map(type, found)) == list(map(type, values))
    write_table(read.table, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert lines == [json.dumps({"a": value}) for value in values]


def test_as_text_they_are_what_one_would_write(write, tmp_path):
    read = read_table(write('{"a": 3}', '{"a": 2.5}', '{"a": "A-7"}', '{"a": true}', '{"a": null}'))
    assert read.text("a").to_pylist() == ["3", "2.5", "A-7", "true", ""]
    write_table(read.table, tmp_path / "out.parquet")
    assert read_table(tmp_path / "out.parquet").table["a"].to_pylist()[:3] == ["3", "2.5", "A-7"]


def test_a_column_whose_type_changes_between_batches_keeps_its_values(write, monkeypatch):
    path = write('{"a": 1}', '{"a": "5rb"}', '{"a": null, "b": 1}')
    batches = list(read_batches(path, rows=1))
    assert [str(batch.table.schema.field("a").type) for batch in batches] == [
        "int64",
        "string",
        "null",
    ]
    monkeypatch.setattr(jsonl_source, "_MAX_BATCH", 1)
    read = read_table(path)
    assert read.table.to_pylist() == [
        {"a": 1, "b": None},
        {"a": "5rb", "b": None},
        {"a": None, "b": 1},
    ]


def test_lines_that_are_no_objects_are_set_aside(write):
    read = read_table(
        write(
            '{"a": "1"}',
            '{"a": ',
            "[1]",
            '"text"',
            "null",
            "",
            '{"a": NaN}',
            "[" * 100_000,
            '{"a": ' + "9" * 5000 + "}",
            '{"a": "1", "a": "2"}',
            '{"a": "2"}',
        )
    )
    assert read.table["a"].to_pylist() == ["1", "2"]
    assert read.line_numbers.tolist() == [1, 11]
    assert [row.line for row in read.rejected] == [2, 3, 4, 5, 7, 8, 9, 10]
    reasons = [row.reason for row in read.rejected]
    assert reasons[0].startswith("this is not JSON: Expecting value at character")
    assert reasons[1] == "a JSON object is needed, this is an array"
    assert "NaN is not a JSON number" in reasons[4]
    assert reasons[5].startswith("the JSON is nested too deep")
    assert 'the key "a" occurs twice' in reasons[7]
    assert all(len(row.raw) <= 200 for row in read.rejected)


def nested(levels, opening, closing):
    """A row of so many levels, of which it is the first itself."""
    pairs = (levels - 1) // len(closing)
    return '{"judul": "Kaos", "x": ' + opening * pairs + "1" + closing * pairs + "}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ('[{"a": ', "}]")])
@pytest.mark.parametrize("extension", ["csv", "jsonl", "parquet", "xlsx"])
def test_what_is_nested_as_deep_as_it_may_be_is_read_and_written(
    write, tmp_path, opening, closing, extension
):
    table = read_table(write(nested(jsonl_source._MAX_DEPTH, opening, closing))).table
    out = tmp_path / f"b.{extension}"
    write_table(table, out)
    assert read_table(out).table["judul"].to_pylist() == ["Kaos"]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
@pytest.mark.parametrize("more", [1, 300, 500, 900])
def test_one_row_that_is_nested_deeper_is_set_aside(write, opening, closing, more):
    deep = nested(jsonl_source._MAX_DEPTH + more, opening, closing)
    read = read_table(write('{"judul": "Kaos"}', deep, '{"judul": "Jaket"}'))
    assert read.table.to_pylist() == [{"judul": "Kaos"}, {"judul": "Jaket"}]
    ((line, reason),) = [(row.line, row.reason) for row in read.rejected]
    assert line == 2
    assert reason == "the JSON is nested too deep; at most 32 levels are read"


def test_many_lists_and_brackets_beside_one_another_are_not_deep(write):
    row = {"judul": "[" * 1000, "foto": [[place] for place in range(1000)]}
    assert read_table(write(json.dumps(row))).table.to_pylist() == [row]


def test_a_line_that_is_too_long_is_set_aside(write, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 50)
    read = read_table(write('{"a": "1"}', json.dumps({"a": "x" * 100}), '{"a": "2"}'))
    assert read.table["a"].to_pylist() == ["1", "2"]
    assert [row.line for row in read.rejected] == [2]


def test_a_file_without_a_good_line_is_a_table_without_columns(write):
    read = read_table(write("oops"))
    assert read.table.num_columns == 0
    assert len(read.rejected) == 1


def test_half_an_emoji_becomes_the_replacement_character(write):
    read = read_table(write(r'{"a": "x\ud83dy", "b\uD83D": ["\ude00"], "c": "\ud83d\ude00"}'))
    assert read.table.to_pylist() == [{"a": "x\ufffdy", "b\ufffd": ["\ufffd"], "c": "😀"}]


def test_text_that_a_spreadsheet_would_run_is_left_alone(write, tmp_path):
    read = read_table(write('{"a": "\'=1"}'))
    assert read.table["a"].to_pylist() == ["'=1"]
    write_table(read.table, tmp_path / "b.jsonl")
    assert (tmp_path / "b.jsonl").read_text() == '{"a": "\'=1"}\n'
