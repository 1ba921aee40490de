"""One listing, lists and tables: the same scores, the same kind out, and clear refusals."""

import sys
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thriftwatch import Listing, score_listing, score_listings
from thriftwatch.errors import ColumnError, InputError, ModelError, TableError

ROWS = {
    "judul": ["Hoodie Uniqlo second import", "Panci presto baru garansi resmi", None],
    "deskripsi": ["ex bal Jepang, kondisi 9/10", None, "kaos bekas"],
    "toko": ["bdg.secondbrand", "", None],
    "harga": [50_000, 250_000, 0],
}
ADDED = ["score", "tier", "goods", "worn", "foreign"]


class Stream:
    """A table of a library nobody has heard of."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


MAKERS = {
    "pandas": pd.DataFrame,
    "pandas object": lambda rows: pd.DataFrame(rows, dtype=object),
    "polars": pl.DataFrame,
    "arrow": pa.table,
    "batch": pa.RecordBatch.from_pydict,
    "reader": lambda rows: pa.table(rows).to_reader(),
    "duckdb": lambda rows: duckdb.connect().from_arrow(pa.table(rows)),
    "stream": lambda rows: Stream(pa.table(rows)),
}
KINDS = {
    "pandas": pd.DataFrame,
    "pandas object": pd.DataFrame,
    "polars": pl.DataFrame,
    "arrow": pa.Table,
    "batch": pa.RecordBatch,
    "reader": pa.RecordBatchReader,
    "duckdb": duckdb.DuckDBPyRelation,
    "stream": pa.Table,
}


def as_rows(table):
    if isinstance(table, pd.DataFrame):
        return table.to_dict("list")
    if isinstance(table, pl.DataFrame):
        return table.to_dict(as_series=False)
    if isinstance(table, pa.RecordBatchReader):
        table = table.read_all()
    return (table if hasattr(table, "to_pydict") else pa.table(table)).to_pydict()


def expected(**options):
    columns = [ROWS["judul"], ROWS["deskripsi"], ROWS["toko"]]
    return [score_listing(t, d, shop=s, **options) for t, d, s in zip(*columns, strict=True)]


# One listing


def test_an_imported_second_hand_listing_is_likely_and_says_why(model):
    title, description = "Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10"
    found = score_listing(title, description, shop="bdg.secondbrand")
    assert found.tier == "likely"
    assert found.model == model.id
    assert found.policy == "imported"
    assert list(found.facts) == ["goods", "worn", "foreign"]
    assert all(type(value) is float and 0 <= value <= 1 for value in found.facts.values())
    texts = {"title": title, "description": description, "shop": "bdg.secondbrand"}
    assert 1 <= len(found.reasons) <= 5
    for reason in found.reasons:
        assert texts[reason.field][reason.start : reason.end] == reason.text
        assert reason.note
        assert reason.note_en


def test_a_lawful_listing_is_clear():
    assert score_listing("Panci presto baru garansi resmi").tier == "clear"


@pytest.mark.parametrize("nothing", [None, "", float("nan"), np.nan, pd.NA, pd.NaT])
def test_missing_values_are_empty_text(nothing):
    assert score_listing("Kaos second", nothing, shop=nothing) == score_listing("Kaos second")
    assert score_listing(nothing).tier == "clear"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_are_no_more_reasons_than_asked_for(count):
    found = score_listing("Hoodie second import", "dari bal, kondisi 9/10", reasons=count)
    assert len(found.reasons) <= count
    assert float(found) == pytest.approx(
        float(score_listing("Hoodie second import", "dari bal, kondisi 9/10")), abs=1e-6
    )


def test_the_policy_changes_the_score_and_never_the_facts():
    law = score_listing("Kaos bekas pakai sendiri")
    strict = score_listing("Kaos bekas pakai sendiri", policy="all-used")
    assert strict.facts == law.facts
    assert strict.score > law.score
    assert strict.policy == "all-used"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"title": 501}, 'title must be text .* not int "501"'),
        ({"title": b"Kaos"}, "decode the bytes first"),
        ({"title": "Kaos", "description": ["a"]}, "description must be text"),
        ({"title": "Kaos", "policy": "import"}, 'not "import". Did you mean "imported"?'),
        ({"title": "Kaos", "policy": None}, "policy must be one of"),
        ({"title": "Kaos", "reasons": -1}, "reasons must be 0 or a positive whole number"),
        ({"title": "Kaos", "reasons": 1.5}, "reasons must be 0 or a positive whole number"),
        ({"title": "Kaos", "reasons": True}, "reasons must be 0 or a positive whole number"),
        ({"title": "Kaos", "model": 3}, "model must be a Model or the path"),
    ],
)
def test_what_is_not_accepted_is_named(arguments, message):
    with pytest.raises(InputError, match=message) as caught:
        score_listing(**arguments)
    assert "\n" not in str(caught.value)


def test_a_model_folder_that_is_not_there_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="no-model"):
        score_listing("Kaos", model=tmp_path / "no-model")


def test_a_model_can_be_passed(model):
    assert score_listing("Kaos second", model=model) == score_listing("Kaos second")


# Tables


@pytest.mark.parametrize("kind", MAKERS)
def test_a_table_gives_the_same_kind_with_columns_appended(kind):
    table = MAKERS[kind](ROWS)
    scored = score_listings(table, reasons=2, model_column=True)
    assert type(scored) is KINDS[kind]
    rows = as_rows(scored)
    assert list(rows) == [*ROWS, *ADDED, "reasons", "model"]
    for found, score, tier, worn, notes, model in zip(
        expected(reasons=2),
        *(rows[n] for n in ("score", "tier", "worn", "reasons", "model")),
        strict=True,
    ):
        assert score == pytest.approx(found.score, abs=1e-6)
        assert worn == pytest.approx(found.facts["worn"], abs=1e-6)
        assert (tier, model) == (found.tier, found.model)
        assert list(notes) == [reason.note for reason in found.reasons]
    assert rows["harga"] == ROWS["harga"]


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - {"reader"}))
def test_the_table_that_went_in_stays_as_it_is(kind):
    table = MAKERS[kind](ROWS)
    score_listings(table)
    assert list(as_rows(table.table if kind == "stream" else table)) == list(ROWS)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_table_without_rows_gets_the_columns_too(kind):
    empty = pa.table({"judul": pa.array([], pa.string())})
    table = empty.to_reader() if kind == "reader" else MAKERS[kind](empty.to_pydict())
    assert as_rows(score_listings(table)) == {"judul": []} | {name: [] for name in ADDED}


def test_a_pandas_index_is_kept_even_if_it_repeats():
    frame = pd.DataFrame(ROWS, index=["b", "a", "a"])
    scored = score_listings(frame)
    assert scored.index.tolist() == ["b", "a", "a"]
    assert scored["score"].tolist() == pytest.approx([float(s) for s in expected()], abs=1e-6)


def test_columns_can_be_named_or_passed_over():
    frame = pd.DataFrame({"x": ["Hoodie second import"], "deskripsi": ["dari bal"]})
    named = score_listings(frame, title="x", description=None)
    assert named["score"].item() == pytest.approx(
        score_listing("Hoodie second import").score, abs=1e-6
    )


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["Kaos second", None], dtype=object),
        pd.Series(["Kaos second", np.nan], dtype=object),
        pd.Series(["Kaos second", pd.NA], dtype="string"),
        pd.Series(pd.Categorical(["Kaos second", None])),
        pd.Series(["Kaos second", None], dtype=pd.ArrowDtype(pa.large_string())),
        pl.Series(["Kaos second", None]),
        pl.Series(["Kaos second", None], dtype=pl.Categorical),
        pa.chunked_array([["Kaos second"], [None]]),
        pa.array(["Kaos second", None], pa.string_view()),
        pa.array(["Kaos second", None]).dictionary_encode(),
    ],
)
def test_text_is_text_however_a_library_keeps_it(column):
    library = sys.modules[type(column).__module__.partition(".")[0]]
    make = library.table if library is pa else library.DataFrame
    rows = as_rows(score_listings(make({"title": column})))
    wanted = [score_listing("Kaos second").score, score_listing("").score]
    assert rows["score"] == pytest.approx(wanted, abs=1e-6)


def test_a_title_that_is_not_utf_8_costs_no_other_its_score():
    titles = pa.array([b"kaos \xff thrift", "ʇɟᴉɹɥʇ ".encode() + b"\xe9", b"kaos"], pa.binary())
    scored = score_listings(pa.table({"title": titles.view(pa.string())}))
    expected = [
        score_listing(title, reasons=0).score for title in ("kaos � thrift", "ʇɟᴉɹɥʇ �", "kaos")
    ]
    np.testing.assert_allclose(scored["score"], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_column_without_a_single_value_is_empty_text(library):
    table = library({"title": ["Kaos second"], "description": [None], "shop": [None]})
    assert as_rows(score_listings(table))["score"] == pytest.approx(
        [score_listing("Kaos second").score], abs=1e-6
    )


def test_half_an_emoji_in_pandas_is_no_problem():
    frame = pd.DataFrame({"title": ["kaos \ud83d"]}, dtype=object)
    assert score_listings(frame)["score"].item() == pytest.approx(
        score_listing("kaos \ud83d").score, abs=1e-6
    )


def test_an_earlier_column_of_the_same_name_is_refused():
    frame = pd.DataFrame({"title": ["Kaos"], "worn": [1], "score": [0.5]})
    with pytest.raises(InputError, match=r'\("score", "worn"\); replace them \(overwrite=True\)'):
        score_listings(frame)
    assert "reasons" in score_listings(pd.DataFrame({"title": ["Kaos"], "reasons": ["x"]}))
    with pytest.raises(InputError, match='"reasons"'):
        score_listings(pd.DataFrame({"title": ["Kaos"], "reasons": ["x"]}), reasons=1)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"title": [1, 2]}), 'pandas DataFrame, column "title": .* holds int64'),
        (pl.DataFrame({"title": [1.5]}), 'polars DataFrame, column "title": .* holds double'),
        (pa.table({"title": [["a"]]}), 'pyarrow Table, column "title": .* holds list'),
        (pa.table({"title": [b"a"]}), "holds binary"),
        (
            pd.DataFrame({"title": ["a", None, 7]}, dtype=object),
            'pandas DataFrame, row 3, column "title": .* not int "7"',
        ),
        (
            pd.DataFrame([["a", "b"]], columns=["title", "title"]),
            'column "title": several columns have this name',
        ),
    ],
)
def test_a_column_that_is_no_text_is_named_with_its_type(table, message):
    with pytest.raises(TableError, match=message):
        score_listings(table)


def test_a_missing_column_is_answered_with_those_that_are_there():
    frame = pd.DataFrame({"judull": ["Kaos"]})
    with pytest.raises(ColumnError, match=r'columns there: "judull"\. Did you mean "judull"\?'):
        score_listings(frame)
    with pytest.raises(ColumnError, match='column "toko": there is no such column for the shop'):
        score_listings(pd.DataFrame(ROWS).rename(columns={"toko": "tok"}), shop="toko")


def test_a_lazy_frame_is_told_to_collect():
    with pytest.raises(InputError, match=r"pass frame\.collect\(\)"):
        score_listings(pl.LazyFrame(ROWS))


@pytest.mark.parametrize("column", [pl.Series("title", ["Kaos"]), pd.Series(["Kaos"])])
def test_a_single_column_is_not_a_table(column):
    with pytest.raises(InputError, match=r"Series|must be a Listing"):
        score_listings(column)


def test_a_reader_scores_as_it_is_read():
    drawn = []

    def batches():
        for title in ("Kaos second", "Panci baru"):
            drawn.append(title)
            yield pa.RecordBatch.from_pydict({"title": [title]})

    schema = pa.schema({"title": pa.string()})
    scored = score_listings(pa.RecordBatchReader.from_batches(schema, batches()), reasons=1)
    assert drawn == []
    assert scored.read_next_batch().num_rows == 1
    assert drawn == ["Kaos second"]
    assert scored.read_all().num_rows == 1


def test_a_reader_of_numbers_fails_with_the_same_words():
    with pytest.raises(TableError, match="holds int64"):
        score_listings(pa.table({"title": [1]}).to_reader()).read_all()


def test_a_duckdb_result_stays_on_its_connection():
    connection = duckdb.connect()
    connection.sql("CREATE TABLE thriftwatch AS SELECT 'Kaos second' AS title, 1 AS n")
    scored = score_listings(connection.table("thriftwatch"))  # noqa: F841
    joined = connection.sql("SELECT s.tier FROM scored s JOIN thriftwatch t USING (n)")
    assert joined.fetchall() == [(score_listing("Kaos second").tier,)]


# Iterables


def one_line(reason):
    """A reason without the last digits of its weight, which depend on what is summed with it."""
    return replace(reason, weight=pytest.approx(reason.weight, abs=1e-5))


@pytest.mark.parametrize("reasons", [0, 2])
def test_items_of_every_kind_give_a_list_in_order(reasons):
    items = [
        Listing("Hoodie second import", "dari bal"),
        ("Hoodie second import", "dari bal"),
        ["Hoodie second import", "dari bal", None],
        {"Nama Produk": "Hoodie second import", "keterangan": "dari bal", "harga": 5},
        {"title": "Hoodie second import", "description": "dari bal", "shop": float("nan")},
        ("Panci baru",),
    ]
    found = score_listings((item for item in items), reasons=reasons)
    assert isinstance(found, list)
    assert len(found) == len(items)
    one = score_listing("Hoodie second import", "dari bal", reasons=reasons)
    for each in found[:-1]:
        assert each.score == pytest.approx(one.score, abs=1e-6)
        assert each.facts == pytest.approx(one.facts, abs=1e-6)
        assert (each.tier, each.model) == (one.tier, one.model)
        assert [one_line(reason) for reason in each.reasons] == [
            one_line(reason) for reason in one.reasons
        ]
    assert found[-1].tier == "clear"


def test_no_items_give_an_empty_list():
    assert score_listings([]) == []
    assert score_listings(iter(())) == []


def test_keys_of_mappings_can_be_named():
    found = score_listings([{"x": "Kaos second", "title": 5}], title="x")
    assert found[0].score == pytest.approx(score_listing("Kaos second").score, abs=1e-6)


@pytest.mark.parametrize(
    ("listings", "message"),
    [
        ("listings.csv", "a single str; for one listing use score_listing, for a file"),
        (Listing("Kaos"), "a single Listing"),
        ({"title": "Kaos"}, "a single dict"),
        (5, "cannot be a int; accepted: a table"),
        (None, "cannot be a NoneType"),
        (["Kaos"], r"listings\[0\] must be a Listing, .* not str \"Kaos\""),
        ([("Kaos",), 5], r"listings\[1\] must be a Listing"),
        ([()], r"listings\[0\] must be"),
        ([("a", "b", "c", "d")], r"listings\[0\] must be"),
        ([("Kaos",), ("Hoodie", 5)], r"listings\[1\]: description must be text"),
        ([{"judul": 5}], r"listings\[0\]: title must be text"),
        ([("Kaos",), {"jdul": "x"}], r'listings\[1\]: there is no column for the title; .*"jdul"'),
    ],
)
def test_what_is_no_listing_is_named_with_its_position(listings, message):
    with pytest.raises(InputError, match=message) as caught:
        score_listings(listings)
    assert "\n" not in str(caught.value)


def test_options_are_checked_before_a_generator_is_touched():
    def never():
        pytest.fail("the generator was started")
        yield

    with pytest.raises(InputError, match="policy"):
        score_listings(never(), policy="x")


def test_more_items_than_a_block_holds(monkeypatch):
    monkeypatch.setattr("thriftwatch.scoring._BLOCK", 2)
    found = score_listings([("Kaos second",), ("Panci",)] * 3)
    assert [one.score for one in found[:2]] * 3 == pytest.approx([one.score for one in found])


TEXT = st.text(max_size=60) | st.sampled_from(["s3c0nd 1mport", "ex bal", "𝓽𝓱𝓻𝓲𝓯𝓽", ""])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXT, st.none() | TEXT, TEXT), max_size=5))
def test_a_row_has_the_score_of_its_listing(rows):
    single = [score_listing(t, d, shop=s) for t, d, s in rows]
    listed = score_listings(rows)
    names = ["title", "description", "shop"]
    columns = {n: pa.array([row[i] for row in rows], pa.string()) for i, n in enumerate(names)}
    table = score_listings(pa.table(columns)).to_pydict()
    for place, one in enumerate(single):
        for name, value in {"score": one.score, **one.facts}.items():
            assert table[name][place] == pytest.approx(value, abs=1e-6)
        assert table["tier"][place] == one.tier == listed[place].tier
        assert listed[place].score == pytest.approx(one.score, abs=1e-6)


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("thrift kemeja garis, 30rb", ""),
        ("Crewneck thrift murah, barang bekas ya kak", "cek dulu sebelum order"),
    ],
)
def test_thrift_with_no_word_on_where_from_is_for_review_however_high_it_scores(title, description):
    found = score_listing(title, description)
    assert found.score > 0.5
    assert found.tier == "review"


def test_used_and_foreign_stated_is_likely():
    assert (
        score_listing("Kemeja flanel second import Korea", "ex bal, kondisi 9/10").tier == "likely"
    )


def test_a_telling_shop_name_lifts_clothing_to_review_and_never_to_likely():
    plain = score_listing("hoodie timberland")
    hinted = score_listing("hoodie timberland", shop="Lulu Thrift Corner")
    assert (plain.tier, hinted.tier) == ("clear", "review")
    assert hinted.facts == plain.facts


def test_a_telling_shop_name_does_nothing_for_other_goods():
    assert score_listing("lampu meja LED", shop="Lulu Thrift Corner").tier == "clear"


@pytest.mark.parametrize(
    ("title", "description", "tier"),
    [
        ("Kaos second", "bukan import", "review"),  # denies that it is foreign
        ("Jaket second", "bukan lokal ya", "likely"),  # denies that it is domestic
        ("Kemeja second import", "bukan KW", "likely"),  # denies something else
        ("Jaket bal", "bukan bal sampah ya, kepala semua", "likely"),  # praises the bale
        ("Kaos import baru dari Korea", "bukan thrift", "clear"),
        ("Kaos polos", "bukan bekas, 100% baru", "clear"),
        ("Kemeja kondisi 9/10 PxL 68x55 ex Korea", "NO THRIFT", "likely"),  # and shows otherwise
    ],
)
def test_a_denial_counts_only_for_what_it_denies(title, description, tier):
    assert score_listing(title, description).tier == tier


# What tables of people are like


def test_columns_of_exports_are_found_in_tables_too():
    frame = pd.DataFrame(
        {"\ufeffNama Produk": ["Hoodie"], "Deskripsi Produk": ["ex bal, bekas import"]}
    )
    expected = score_listing("Hoodie", "ex bal, bekas import").score
    assert score_listings(frame)["score"][0] == pytest.approx(expected, abs=1e-6)


def test_text_of_a_table_that_is_left_out_is_a_warning():
    frame = pd.DataFrame({"judul": ["Hoodie"], "analisis": ["ini bekas import dari bal Jepang"]})
    with pytest.warns(UserWarning, match='the text in "analisis" is not used'):
        score_listings(frame)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_results_of_an_earlier_run_can_be_replaced(kind):
    table = kind({"score": [9.0], "judul": ["Hoodie second import"], "tier": ["x"]})
    scored = score_listings(table, overwrite=True)
    names = scored.column_names if kind is pa.table else list(scored.columns)
    assert names == ["score", "judul", "tier", "goods", "worn", "foreign"]
    assert next(iter(scored["tier"])) in {"likely", pa.scalar("likely")}


def test_rows_that_are_no_text_can_be_set_aside():
    titles = ["Hoodie second import", 5, None, "Kemeja batik baru"]
    with pytest.warns(
        UserWarning, match=r"1 row was set aside, the first: pandas DataFrame, row 2"
    ):
        scored = score_listings(pd.DataFrame({"title": titles}), errors="set-aside")
    assert scored["tier"].isna().tolist() == [False, True, False, False]
    assert scored["score"].isna().tolist() == [False, True, False, False]
    with pytest.warns(UserWarning, match=r"1 row was set aside, the first: listings\[1\]"):
        found = score_listings([(title, None) for title in titles], errors="set-aside")
    assert [one is None for one in found] == [False, True, False, False]
    assert found[0].score == pytest.approx(scored["score"][0], abs=1e-6)
    with pytest.raises(InputError, match='errors must be one of "raise", "set-aside"'):
        score_listings([], errors="ignore")


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert len(score_listing("Hoodie second import", reasons=np.int64(1)).reasons) == 1
    with pytest.raises(InputError, match="reasons must be 0 or a positive whole number"):
        score_listing("Hoodie", reasons=np.bool_(True))


@pytest.mark.parametrize("reasons", [0, 1])
def test_a_frame_without_rows_has_the_types_of_one_with_rows(reasons):
    frame = pd.DataFrame({"title": ["Hoodie"]})
    full = score_listings(frame, reasons=reasons, model_column=True)
    empty = score_listings(frame.iloc[:0], reasons=reasons, model_column=True)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
