"""The ranked table: the same whether texts repeat, reasons are kept, or processes share the work."""

import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listings import seller_text

from thriftwatch import load_model, score_listing
from thriftwatch.ranking import _distinct, rank_listings, read_listings, strongest
from thriftwatch.scoring import explain_texts

TITLES = ["Kemeja batik baru", "Hoodie second import ex Jepang", "Hoodie Uniqlo"]
SHOPS = ["", "monza thrift store", "Toko Sinar"]
texts = st.sampled_from(["", "a", "\0", "a\0", "b"])


@pytest.fixture
def repeated(tmp_path):
    path = tmp_path / "listings.csv"
    rows = [f"{title},{shop},{n}\n" for n in range(3) for title in TITLES for shop in SHOPS]
    path.write_text("judul,toko,nomor\n" + "".join(rows))
    return read_listings([path])


def test_a_repeated_text_has_the_score_of_the_single_one(repeated):
    ranking = rank_listings(repeated, load_model())
    assert ranking.table.num_rows == 27
    for row in ranking.table.to_pylist():
        found = score_listing(row["judul"], shop=row["toko"], reasons=3)
        assert row["score"] == pytest.approx(found.score, abs=1e-6)
        assert row["tier"] == found.tier
        expected = "" if found.tier == "clear" else "; ".join(why.note for why in found.reasons)
        assert row["reasons"] == expected


def test_rows_of_equal_score_stay_in_order(repeated):
    table = rank_listings(repeated, load_model()).table
    for title in TITLES:
        for shop in SHOPS:
            numbers = [
                int(row["nomor"])
                for row in table.to_pylist()
                if (row["judul"], row["toko"]) == (title, shop)
            ]
            assert numbers == [0, 1, 2]


def test_kept_reasons_are_those_of_the_rows_and_change_nothing_else(repeated):
    model = load_model()
    plain, kept = (rank_listings(repeated, model, keep_reasons=number) for number in (0, 8))
    assert plain.kept is None
    assert kept.table == plain.table
    suspected = [row for row in kept.table.to_pylist() if row["tier"] != "clear"]
    assert len(kept.kept) == len(suspected) > 0
    for row, reasons in zip(suspected, kept.kept, strict=True):
        found = explain_texts(model, row["judul"], "", row["toko"], policy="imported", reasons=8)
        assert reasons == found.reasons


@settings(max_examples=200, deadline=None)
@given(seller_text, st.sampled_from([*SHOPS, "bal segel ori"]), st.integers(1, 5))
def test_fewer_reasons_are_the_first_of_more(title, shop, limit):
    model = load_model()
    more, fewer = (
        explain_texts(model, title, "", shop, policy="imported", reasons=number).reasons
        for number in (8, limit)
    )
    assert tuple(strongest(more, limit)) == fewer


@given(st.lists(st.tuples(texts, texts, texts), max_size=12))
def test_listings_are_one_only_where_every_text_is_the_same(rows):
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(3)]
    table = pa.table(columns, names=["title", "description", "shop"])
    distinct, which = _distinct(table)
    assert distinct.take(which).to_pylist() == table.to_pylist()
    assert [tuple(row.values()) for row in distinct.to_pylist()] == list(dict.fromkeys(rows))


def test_processes_give_what_one_gives(repeated, monkeypatch):
    monkeypatch.setattr("thriftwatch.ranking._BLOCK", 3)
    monkeypatch.setattr("thriftwatch.ranking._WORTH_A_PROCESS", 1)
    model = load_model()
    one, two = (rank_listings(repeated, model, jobs=jobs, keep_reasons=8) for jobs in (1, 2))
    assert one.table == two.table
    assert one.kept == two.kept


def test_scoring_a_file_does_not_import_pandas(tmp_path):
    (tmp_path / "a.csv").write_text("judul\nHoodie second import\n")
    run = (
        "import sys\n"
        "from thriftwatch.cli import main\n"
        "main(['score', 'a.csv', '-o', 'b.csv', '--evidence', 'e.jsonl'])\n"
    )
    code = f"try:\n    {run.replace(chr(10), chr(10) + '    ')}\nexcept SystemExit:\n    pass\n"
    code += "print('pandas' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
