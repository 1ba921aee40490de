"""The radar: what it reports, what it sets apart, and what it leaves alone."""

import re

import pyarrow as pa
import pytest
from market import market, plant, tables

from thriftwatch import radar
from thriftwatch.errors import ColumnError, InputError, TableError
from thriftwatch.files import write_table
from thriftwatch.text.lexicon import read_lexicon


def planted(*words, seed=0, lawful=0):
    before, after = market(seed)
    for word in words:
        plant(after, word, 1, 12)
        plant(after, word, 0, lawful)
    return tables(before, after)


@pytest.fixture(scope="module")
def found():
    return radar(*planted("zorbek"))


def test_a_word_of_many_sellers_is_found_with_what_it_rests_on(found):
    (term,) = found
    assert term.term == "zorbek"
    assert (term.sellers_before, term.sellers_after, term.sellers_lawful) == (0, 12, 0)
    assert term.listings_after == 12
    assert term.lift.low > 1
    assert term.lift_over_lawful.low > 2
    assert term.p <= term.false_discovery_rate <= found.rate
    assert len({example.seller for example in term.examples}) == 3
    assert all("zorbek" in example.title for example in term.examples)
    assert found.sellers == {"before": 240, "after": 60, "lawful": 150}


def test_where_nothing_is_new_nothing_is_reported():
    assert radar(*planted()).terms == ()


def test_a_word_that_lawful_sellers_use_as_well_is_set_apart():
    found = radar(*planted("lebaran", lawful=40))
    assert found.terms == ()
    assert [one.term for one in found.set_apart] == ["lebaran"]


def test_a_loud_shop_is_no_trend():
    before, after = market()
    plant(after, "zorbek", 1, 20, shop="satu toko")
    assert radar(*tables(before, after)).terms == ()


def test_one_text_of_nameless_sellers_is_one_seller():
    before, after = market()
    text = {"title": "zorbek ball hoodie 100 pcs", "description": "siap kirim", "shop": ""}
    after += [{**text, "label": "1", "date": ""}] * 15
    assert radar(*tables(before, after)).terms == ()


def test_respellings_are_one_term():
    before, after = market()
    for place, row in enumerate([row for row in after if row["label"] == "1"][:12]):
        row["title"] += " " + ["zorbek", "z0rbek", "zorbak", "zorbekk"][place % 4]
    (term,) = radar(*tables(before, after))
    assert {term.term, *term.spellings} == {"zorbek", "z0rbek", "zorbak", "zorbekk"}
    assert term.term == "zorbek"
    assert term.sellers_after == 12


def test_a_new_phrase_of_ordinary_words_is_a_term():
    before, after = market()
    for rows in (before, after):
        for row in rows[::7]:
            row["title"] += " hadiah bola"
        for row in rows[::5]:
            row["title"] += " beli kasur"
    plant(after, "bola kasur", 1, 14)
    assert "bola kasur" in [one.term for one in radar(*tables(before, after))]


def test_a_phrase_with_a_new_word_is_told_with_the_word():
    (term,) = radar(*planted("stok zorbek")).terms
    assert term.term == "zorbek"
    assert "stok zorbek" in term.phrases


def test_a_phrase_with_a_word_of_the_season_is_of_the_season():
    found = radar(*planted("stok lebaran", lawful=40))
    assert not [one.term for one in found if "lebaran" in one.term]


def test_a_word_used_like_a_known_one_is_proposed_as_such():
    before, after = market()
    swap = re.compile(r"\bbal\b")
    rows = [row for row in after if row["label"] == "1" and swap.search(row["title"])]
    for row in rows:
        row["title"] = swap.sub("zorbek", row["title"])
    term = next(one for one in radar(*tables(before, after)) if one.term == "zorbek")
    assert len(rows) == term.sellers_after
    assert term.neighbours
    assert 0 < term.proposal.likeness <= 1


def test_a_spelling_of_a_known_word_takes_its_class():
    (term,) = radar(*planted("balpresh")).terms
    assert term.known == "balpres"
    assert (term.proposal.word_class, term.proposal.family) == ("wholesale", "balpres")


def test_rows_are_a_lexicon_that_a_model_takes(found, tmp_path, model):
    path = tmp_path / "terms.csv"
    write_table(found.to_table(), path)
    (term,) = read_lexicon(path)
    assert term.term == "zorbek"
    title = "Hoodie zorbek"
    added = model.with_lexicon(path)
    scores = [one.score_batch([title], [""], [""]).score[0] for one in (model, added)]
    assert scores[0] != scores[1]


def test_without_labels_the_score_tells_what_is_suspicious():
    before, after = (table.drop_columns("label") for table in planted("zorbek"))
    (term,) = radar(before, after)
    assert term.term == "zorbek"
    with pytest.raises(InputError, match="tier must be one of"):
        radar(before, after, tier="clear")


def test_listings_that_came_back_are_suspicious():
    before, after = planted("zorbek")
    silent = after.set_column(after.column_names.index("label"), "label", [[""] * len(after)])
    quiet = silent.set_column(
        0, "title", [[re.sub("bal segel|thrift|import|second|bekas|lelong|ex ", "", t.as_py())
                      for t in silent["title"]]]
    )  # fmt: skip
    rows = [row for row, title in enumerate(quiet["title"].to_pylist()) if "zorbek" in title]
    assert radar(before, quiet, reposts=pa.table({"new_row": rows})).terms[0].term == "zorbek"
    with pytest.raises(TableError, match="is no row of the later listings"):
        radar(before, quiet, reposts=pa.table({"new_row": [10**6]}))
    with pytest.raises(ColumnError, match="new_row"):
        radar(before, quiet, reposts=pa.table({"row": [1]}))


def test_the_order_of_rows_changes_nothing(found):
    before, after = planted("zorbek")
    turned = radar(before, after.take(list(range(len(after)))[::-1]))
    keep = ("term", "sellers_after", "p", "neighbours", "proposal", "lift")
    assert [getattr(turned.terms[0], n) for n in keep] == [getattr(found.terms[0], n) for n in keep]


def test_months_are_counted_where_there_are_dates(found):
    assert list(found.months) == ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
    assert found.terms[0].by_month == {"2026-10": 12}
    pytest.importorskip("matplotlib")
    (axes,) = found.plot().axes
    assert [line.get_label() for line in axes.get_lines()] == ["zorbek"]
    undated = (table.drop_columns("date") for table in planted("zorbek"))
    with pytest.raises(InputError, match="a column date"):
        radar(*undated).plot()


def test_tables_without_terms_have_columns(found):
    assert radar(*planted()).to_table().column_names == found.to_table().column_names
    assert found.to_frame()["term"].tolist() == ["zorbek"]
    assert "zorbek" in found._repr_html_()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("label", "ya", '"ya" is not accepted'), ("date", "kemarin", "is no date")],
)
def test_a_cell_that_is_not_accepted_is_named(column, value, message):
    before, after = market()
    after[3][column] = value
    with pytest.raises(TableError, match=message):
        radar(*tables(before, after))


def test_what_cannot_be_compared_is_refused():
    before, after = planted()
    lawful = pa.Table.from_pylist([row for row in after.to_pylist() if row["label"] == "0"])
    trade = pa.Table.from_pylist([row for row in after.to_pylist() if row["label"] == "1"])
    with pytest.raises(InputError, match=r"before .* no listing is suspicious"):
        radar(lawful, after)
    with pytest.raises(InputError, match="no lawful clothing"):
        radar(before, trade)
    with pytest.raises(InputError, match="no listings"):
        radar(before.slice(0, 0), after)
    with pytest.raises(InputError, match="rate must be between 0 and 1"):
        radar(before, after, rate=5)
