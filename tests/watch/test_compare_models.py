"""What another model or lexicon would change in a catalogue."""

import pyarrow as pa
import pytest

from thriftwatch import compare_models
from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError, ModelError, TableError

CATALOGUE = pa.table(
    {
        "judul": [
            "Zorbek hoodie 50 kg segel",
            "Hoodie second import",
            "Panci presto",
            "Zorbek rok",
        ],
        "deskripsi": ["isi 100 pcs", "ex bal Jepang", "", None],
        "toko": ["a", "b", "c", "d"],
    }
)


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("term,class,family,meaning_id\nzorbek,wholesale,balpres,bal pakaian bekas\n")
    return path


def test_moves_are_told_with_the_reasons_of_both(words, model):
    found = compare_models(model, model, CATALOGUE, lexicon=words)
    added = model.with_lexicon(words)
    texts = CATALOGUE["judul"].to_pylist(), ["isi 100 pcs", "ex bal Jepang", "", ""], list("abcd")
    before, after = (one.score_batch(*texts).tier for one in (model, added))
    assert {move.row for move in found} == {row for row in range(4) if before[row] != after[row]}
    first = found.moves[0]
    assert first.goes_up
    assert "zorbek" in [reason.text.lower() for reason in first.after.reasons]
    assert first.before.tier == TIERS[before[first.row]]
    assert (found.old, found.new) == (model.id, added.id)


def test_counts_are_of_the_whole_catalogue(words):
    found = compare_models(None, None, CATALOGUE, lexicon=words)
    assert sum(found.counts().values()) == found.listings == 4
    off_diagonal = sum(n for (one, other), n in found.counts().items() if one != other)
    assert off_diagonal == len(found)
    assert f"{len(found)} of 4 listings change tier" in str(found)
    assert "Zorbek" in found._repr_html_()


def test_another_prevalence_is_another_model(model):
    rare = model.with_prevalence(0.0001)
    texts = pa.table({"title": ["Hoodie second", "Kaos thrift", "Panci"]})
    found = compare_models(model, rare, texts, policy="all-used")
    assert all(not move.goes_up for move in found)
    back = compare_models(rare, model, texts, policy="all-used")
    assert {m.row for m in back} == {m.row for m in found}
    assert [list(row) for row in back.tiers] == [
        list(column) for column in zip(*found.tiers, strict=True)
    ]


def test_a_catalogue_where_nothing_moves_has_columns_too(words):
    found = compare_models(None, None, pa.table({"title": ["Panci presto"]}), lexicon=words)
    assert len(found) == 0
    assert "reasons_after" in found.to_table().column_names
    assert found.to_frame().empty


def test_what_is_no_comparison_is_refused(tmp_path, model):
    with pytest.raises(InputError, match="both models are"):
        compare_models(None, model, CATALOGUE)
    with pytest.raises(ModelError):
        compare_models(tmp_path / "no-model", None, CATALOGUE)
    with pytest.raises(TableError, match="cannot be read"):
        compare_models(None, None, CATALOGUE, lexicon=tmp_path / "none.csv")
    with pytest.raises(InputError, match="no column for the title"):
        compare_models(None, model.with_prevalence(0.01), pa.table({"x": ["a"]}))
