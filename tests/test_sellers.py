"""Shops: few listings say little, copies say nothing new, and one to look at is no trade."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch import score_listings, score_sellers
from thriftwatch.errors import ColumnError, InputError, TableError
from thriftwatch.trading import estimate_trading

GOODS = ("hoodie", "kemeja", "jaket", "celana", "rok", "daster", "kaos", "cardigan")
BALES = [f"Buka bal {goods} ex Jepang isi 200 pcs" for goods in GOODS]
NEW = [f"{goods.title()} batik baru dari konveksi sendiri" for goods in GOODS]
UNCLEAR = "Thrift kemeja garis-garis 30rb"


def scored(shops, **columns):
    """Score made-up shops: a list of titles for each name."""
    rows = [(shop, title) for shop, titles in shops.items() for title in titles]
    frame = pd.DataFrame(rows, columns=["shop", "title"]).assign(**columns)
    return score_listings(frame, shop=None, reasons=3)


def sellers_of(shops, **columns):
    return score_sellers(scored(shops, **columns)).set_index("shop")


def test_who_trades_comes_first_and_who_does_not_stays_low():
    found = sellers_of({"Batik Ibu": NEW, "Raja Bal": BALES, "Campur": [*NEW[:5], *BALES[:3]]})
    assert found.index.tolist() == ["Raja Bal", "Campur", "Batik Ibu"]
    assert found.trading["Raja Bal"] > 0.99
    assert found.trading["Campur"] > 0.9
    assert found.trading["Batik Ibu"] < 0.05
    assert found.share["Campur"] == pytest.approx(3 / 8, abs=0.1)
    assert found.loc["Raja Bal", ["listings", "distinct", "likely", "review"]].tolist() == [
        8,
        8,
        8,
        0,
    ]


@pytest.mark.parametrize("lawful", [0, 1, 7])
def test_one_listing_to_review_is_no_trade_even_among_traders(lawful):
    traders = {f"Bal {number}": BALES for number in range(30)}
    found = sellers_of({"Kios 88": [UNCLEAR, *NEW[:lawful]], **traders})
    assert found.review["Kios 88"] == 1
    assert found.trading["Kios 88"] <= 0.5


def test_near_copies_count_once():
    copies = [f"{BALES[0]} kode {number} 🔥" for number in range(50)]
    found = sellers_of({"Satu": BALES[:1], "Salin": copies, "Banyak": BALES})
    assert (found.listings["Salin"], found.distinct["Salin"]) == (50, 1)
    assert found.trading["Salin"] == pytest.approx(found.trading["Satu"], abs=0.01)
    assert found.trading["Salin"] < found.trading["Banyak"]


def test_the_interval_narrows_with_the_listings():
    found = sellers_of({"Kecil": BALES[:1], "Besar": [f"{b} {w}" for b in BALES for w in GOODS]})
    width = found.share_high - found.share_low
    assert width["Besar"] < width["Kecil"] / 2
    assert ((found.share_low <= found.share) & (found.share <= found.share_high)).all()


def test_a_shop_is_one_shop_however_its_name_is_written_but_one_on_each_platform():
    frame = scored({"Raja  Bal": BALES[:2], "raja bal": BALES[2:4], "": NEW[:2]})
    frame["link"] = ["https://shopee.co.id/product/1/2"] * 3 + ["https://www.olx.co.id/item/1"] * 3
    found = score_sellers(frame)
    assert found[["shop", "platform", "listings"]].values.tolist() == [
        ["Raja  Bal", "shopee", 3], ["raja bal", "olx", 1]
    ]  # fmt: skip


def test_evidence_recurs_by_what_it_means_and_only_what_speaks_for():
    found = sellers_of({"Raja Bal": BALES, "Batik Ibu": NEW})
    assert '"ex jepang"' in found.evidence["Raja Bal"].lower()
    assert "(8×)" in found.evidence["Raja Bal"]
    assert "meringankan" not in "".join(found.evidence)
    assert "barang sandang" not in "".join(found.evidence)


def test_reasons_that_stand_in_one_cell_are_the_same_evidence():
    frame = scored({"Raja Bal": BALES})
    written = frame.assign(reasons=["; ".join(reasons) for reasons in frame.reasons])
    assert score_sellers(written).equals(score_sellers(frame))


def test_first_and_last_are_the_days_of_its_listings():
    days = ["12/03/2026", "2026-01-31", "", "kemarin", *[""] * 4]
    found = sellers_of({"Raja Bal": BALES}, tanggal=days)
    assert found.first_seen["Raja Bal"] == date(2026, 1, 31)
    assert found.last_seen["Raja Bal"] == date(2026, 3, 12)


@pytest.mark.parametrize("kind", [pl.from_pandas, pa.Table.from_pandas])
def test_the_same_kind_of_table_comes_back(kind):
    table = kind(scored({"Raja Bal": BALES, "Batik Ibu": NEW}))
    found = score_sellers(table)
    assert type(found) is type(table)
    assert (
        found["shop"].to_pylist()
        if hasattr(found["shop"], "to_pylist")
        else found["shop"].to_list()
    )


def test_a_table_of_no_shops_has_the_columns():
    found = score_sellers(scored({"": NEW}))
    assert len(found) == 0
    assert {"shop", "trading", "first_seen"} <= set(found.columns)


def test_what_is_no_scored_table_is_refused():
    frame = scored({"Raja Bal": BALES})
    with pytest.raises(InputError, match="not list"):
        score_sellers([1])
    with pytest.raises(ColumnError, match="no column for the score"):
        score_sellers(frame.drop(columns="score"))
    with pytest.raises(ColumnError, match="no column for the shop"):
        score_sellers(frame.drop(columns="shop"))
    with pytest.raises(ColumnError, match="no such column"):
        score_sellers(frame, shop="penjual")
    with pytest.raises(TableError, match='"sangat" is no tier'):
        score_sellers(frame.assign(tier="sangat"))
    with pytest.raises(TableError, match="between 0 and 1"):
        score_sellers(frame.assign(score=97.0))
    with pytest.raises(TableError, match="score the listings again"):
        score_sellers(frame.assign(score="tinggi"))


probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@given(st.lists(probabilities, min_size=1, max_size=6), st.floats(0.001, 0.999))
def test_estimates_are_probabilities_whatever_the_scores(shops, prevalence):
    of_shop = np.repeat(np.arange(len(shops)), [len(scores) for scores in shops])
    found = estimate_trading(np.concatenate(shops), of_shop, len(shops), prevalence)
    for values in (found.share, found.low, found.high, found.trading):
        assert ((values >= 0) & (values <= 1)).all()
    assert (found.low <= found.high).all()


@given(probabilities, st.floats(0, 0.9), st.floats(0.01, 0.1))
def test_a_higher_score_never_makes_a_shop_more_lawful(scores, score, more):
    def trading(last):
        every = np.array([*scores, last])
        return estimate_trading(every, np.zeros(len(every), np.int64), 1, 0.4).trading[0]

    assert trading(score) <= trading(score + more) + 1e-9


def test_score_writes_the_shops_beside_the_listings(run, tmp_path):
    listings, out, sellers = (tmp_path / name for name in ("a.csv", "b.csv", "toko.csv"))
    rows = [f"{title},Raja Bal,2026-03-1{place}" for place, title in enumerate(BALES)]
    listings.write_text("\n".join(["judul,toko,tanggal", *rows, "Panci baru,,"]))
    status, _, err = run("score", listings, "-o", out, "--sellers", sellers)
    assert status == 0
    assert f"1 shops are in {sellers}; listings without a shop: 1" in err
    found = pd.read_csv(sellers)
    assert found.shop.tolist() == ["Raja Bal"]
    assert found.last_seen.tolist() == ["2026-03-17"]
    assert run("score", listings, "--sellers", listings)[0] == 2
