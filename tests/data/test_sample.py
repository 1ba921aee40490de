"""The sample is what its datasheet says: allowed values, words that are there, clean hold-out."""

import csv
import importlib.util
import re
from collections import defaultdict
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "data" / "sample"

COLUMNS = [
    "id",
    "part",
    "title",
    "description",
    "shop",
    "label",
    "certainty",
    "rule",
    "goods",
    "worn",
    "origin",
    "mode",
    "evasion",
    "spans",
    "platform",
    "slice",
    "pair",
]
ALLOWED = {
    "label": "0 1",
    "certainty": "sure probable uncertain",
    "rule": "R0 R1 R2 R3 R4 R5 R6 R7 none",
    "goods": "core adjacent out",
    "worn": "yes no unknown",
    "origin": "foreign domestic unknown",
    "mode": "bale lot single na",
    "evasion": "0 1",
    "platform": "shopee facebook instagram tokopedia tiktok carousell whatsapp olx lazada "
    "bukalapak other",
    "part": "a b c d e f g h i j k",
}

# What the guideline fixes for each rule: (label, certainty).
OUTCOMES = {
    "R0": {("0", "sure")},
    "R1": {("1", "sure"), ("1", "probable")},  # coded listings are probable
    # Bought at a market of imports and worn: probable. Bought abroad for oneself: 0.
    "R2": {("1", "sure"), ("1", "probable"), ("0", "uncertain")},
    "R3": {("0", "sure"), ("0", "probable"), ("0", "uncertain")},
    "R4": {("1", "probable")},
    "R5": {("1", "probable")},
    "R6": {("0", "uncertain")},
    "R7": {("0", "sure"), ("0", "probable")},
    "none": {("0", "sure")},
}

# Rows that break one of the rules below. The datasheet lists them; the corpus stays as it is.
OTHER_OUTCOME = {"b0250", "h0165", "c0103", "c0228", "c0353", "e0303"}
POSITIVE_NOT_SURELY_WORN = {
    "h0211",
    "h0305",
    "h0380",
    "j0173",
    "j0183",
    "j0200",
    "j0205",
    "j0219",
    "j0350",
    "j0433",
}
OUT_BUT_NOT_R0 = {"c0303", "e0396"}
R3_NOT_DOMESTIC = {"c0446", "e0286", "h0109", "h0194", "h0267", "h0297", "h0404", "j0385"}
R3_NOT_WORN = {"c0021", "c0145", "c0168"}
R6_FOREIGN = {"h0268"}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_sample", FOLDER / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows():
    return read("labelled.csv")


@pytest.fixture(scope="module")
def sample():
    return read("listings.csv")


def ids(rows, holds):
    return {row["id"] for row in rows if holds(row)}


# --- labelled.csv ------------------------------------------------------------------------------


def test_the_corpus_is_whole(rows):
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 5030
    assert sum(row["label"] == "1" for row in rows) == 1807
    # A short row would have None as a value, a long one None as a key.
    assert not ids(rows, lambda row: None in row or None in row.values())


def test_the_files_are_plain_utf8_with_lf():
    for path in (FOLDER / "labelled.csv", FOLDER / "listings.csv", FOLDER / "README.md"):
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.endswith(b"\n")
        content.decode("utf-8")


@pytest.mark.parametrize("column", ALLOWED)
def test_values_are_the_allowed_ones_and_each_occurs(rows, column):
    assert {row[column] for row in rows} == set(ALLOWED[column].split())


def test_ids_are_unique_and_name_the_part(rows):
    assert len({row["id"] for row in rows}) == len(rows)
    assert not ids(rows, lambda row: not re.fullmatch(rf"{row['part']}\d{{4}}", row["id"]))


def test_titles_and_slices_are_never_empty(rows):
    assert not ids(rows, lambda row: not row["title"].strip() or not row["slice"].strip())


def test_no_listing_is_there_twice(rows):
    seen = defaultdict(list)
    for row in rows:
        seen[row["title"], row["description"], row["shop"]].append(row["id"])
    assert [same for same in seen.values() if len(same) > 1] == []


def test_spans_are_the_seller_s_own_words(rows):
    wrong = [
        (row["id"], span)
        for row in rows
        if row["spans"]
        for span in row["spans"].split(" || ")
        if not span.strip()
        or not any(span in row[field] for field in ("title", "description", "shop"))
    ]
    assert wrong == []


def test_every_positive_says_which_words_decided(rows):
    assert not ids(rows, lambda row: row["label"] == "1" and not row["spans"])


def test_no_telephone_number_or_address_of_a_page_is_in_the_texts(rows):
    contact = re.compile(r"(?<!\d)(?:\+?62|0)8\d{7,11}(?!\d)|https?://|wa\.me/|\S@\S+\.\w")

    def text(row):
        return re.sub(r"(?<=\d)[ .-](?=\d)", "", f"{row['title']}\n{row['description']}")

    assert not ids(rows, lambda row: contact.search(text(row)))


def test_label_and_certainty_follow_from_the_rule(rows):
    other = ids(rows, lambda row: (row["label"], row["certainty"]) not in OUTCOMES[row["rule"]])
    assert other == OTHER_OUTCOME
    # Those are firm about the label at least.
    assert {row["label"] for row in rows if row["id"] in other} == {"0"}


def test_a_positive_is_in_scope_worn_and_not_domestic(rows):
    positive = [row for row in rows if row["label"] == "1"]
    assert not ids(positive, lambda row: row["goods"] == "out")
    assert not ids(positive, lambda row: row["worn"] == "no")
    assert not ids(positive, lambda row: row["origin"] == "domestic")
    assert ids(positive, lambda row: row["worn"] != "yes") == POSITIVE_NOT_SURELY_WORN


def test_the_facts_follow_from_the_rule(rows):
    def breaking(rule, holds):
        return ids([row for row in rows if row["rule"] == rule], lambda row: not holds(row))

    assert breaking("R2", lambda row: row["origin"] == "foreign") == set()
    assert breaking("R3", lambda row: row["origin"] == "domestic") == R3_NOT_DOMESTIC
    assert breaking("R3", lambda row: row["worn"] == "yes") == R3_NOT_WORN
    assert breaking("R4", lambda row: row["worn"] == "yes") == set()
    assert breaking("R5", lambda row: row["worn"] == "yes") == set()
    assert breaking("R6", lambda row: row["worn"] != "no") == set()
    assert breaking("R6", lambda row: row["origin"] == "unknown") == R6_FOREIGN
    assert breaking("R7", lambda row: row["worn"] != "yes") == set()
    out = [row for row in rows if row["goods"] == "out"]
    assert ids(out, lambda row: row["rule"] != "R0") == OUT_BUT_NOT_R0


def test_worn_foreign_goods_in_scope_with_label_0_are_exceptions_of_the_guideline(rows):
    def worn_and_foreign(row):
        return row["goods"] != "out" and row["worn"] == "yes" and row["origin"] == "foreign"

    negative = [row for row in rows if row["label"] == "0" and worn_and_foreign(row)]
    # Bought abroad and worn (R2); not an offer of goods (R0); two that the datasheet lists.
    unexplained = ids(negative, lambda row: row["rule"] not in {"R0", "R2"})
    assert unexplained == {"c0446", "h0268"}


def test_pairs_are_two_or_three_listings_of_one_writer_with_both_labels(rows):
    pairs = defaultdict(list)
    for row in rows:
        if row["pair"]:
            pairs[row["pair"]].append(row)
    assert pairs
    for name, members in pairs.items():
        assert len(members) in {2, 3}, name
        assert {row["label"] for row in members} == {"0", "1"}, name
        assert len({row["part"] for row in members}) == 1, name


# --- listings.csv ------------------------------------------------------------------------------


def test_listings_have_no_label_nor_anything_made_from_it(sample):
    assert list(sample[0]) == ["id", "title", "description", "shop", "platform"]


def test_listings_are_about_200_of_the_corpus_unchanged(rows, sample):
    corpus = {row["id"]: row for row in rows}
    assert 180 <= len(sample) <= 220
    assert len({row["id"] for row in sample}) == len(sample)
    for row in sample:
        assert row == {column: corpus[row["id"]][column] for column in row}


def test_pairs_and_near_duplicates_are_held_out_whole(script, rows, sample):
    held = {row["id"] for row in sample}
    for group in script.groups_of(rows):
        members = {row["id"] for row in group}
        assert members <= held or not members & held
    pairs = {row["pair"] for row in rows if row["id"] in held and row["pair"]}
    assert pairs
    assert not ids(rows, lambda row: row["pair"] in pairs and row["id"] not in held)


@pytest.mark.parametrize("column", ["label", "rule", "part", "platform", "certainty"])
def test_listings_are_a_mix_like_the_corpus(rows, sample, column):
    held = {row["id"] for row in sample}
    chosen = [row for row in rows if row["id"] in held]
    for value in ALLOWED[column].split():
        share = sum(row[column] == value for row in chosen) / len(chosen)
        whole = sum(row[column] == value for row in rows) / len(rows)
        assert share > 0
        assert share == pytest.approx(whole, abs=0.05)


def test_the_order_tells_nothing(rows, sample):
    label = {row["id"]: row["label"] for row in rows}
    assert [row["id"] for row in sample] != sorted(row["id"] for row in sample)
    half = len(sample) // 2
    first, second = (
        sum(label[row["id"]] == "1" for row in part) for part in (sample[:half], sample[half:])
    )
    assert abs(first - second) < half / 4


# --- make_sample.py and README.md --------------------------------------------------------------


def test_the_script_writes_the_listings_that_are_here(script, rows):
    text = script.listings_csv(script.hold_out(rows))
    assert text.encode() == (FOLDER / "listings.csv").read_bytes()


def test_the_choice_does_not_depend_on_the_order_of_the_corpus(script, rows, sample):
    assert script.listings_csv(script.hold_out(rows[::-1])) == script.listings_csv(sample)


def test_the_script_writes_the_readme_that_is_here(script, rows):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert script.fill(readme, script.generated_parts(rows, script.hold_out(rows))) == readme


def test_the_script_writes_the_same_files_again(script, tmp_path, monkeypatch):
    for name in ("LABELLED", "LISTINGS", "README"):
        copy = tmp_path / getattr(script, name).name
        copy.write_bytes(getattr(script, name).read_bytes())
        monkeypatch.setattr(script, name, copy)
    (tmp_path / "listings.csv").unlink()
    script.main()
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_a_lost_marker_is_an_error_not_a_table_left_out(script):
    with pytest.raises(ValueError, match="markers"):
        script.fill("no markers", {"label": "| table |"})


def test_every_figure_in_the_readme_comes_from_the_script():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    prose = re.sub(r"(?s)<!-- begin (\w+) -->.*?<!-- end \1 -->", "", text)
    prose = re.sub(r"`[^`]*`", "", prose)  # values and names of columns
    prose = re.sub(r"\bR[0-7]\b", "", prose)  # rules
    for reference in ("HS 6309.00.00", "Permendag 47/2025", "Apache-2.0", "UTF-8"):
        prose = prose.replace(reference, "")
    assert re.findall(r".*\d.*", prose) == []


def test_the_readme_names_every_value_and_column():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"| `{column}` |" in text
    for column in ("goods", "worn", "origin", "mode", "certainty"):
        for value in ALLOWED[column].split():
            assert f"`{value}`" in text


def test_the_datasheet_lists_every_exception_that_these_tests_allow(script, rows):
    listed = {row["id"] for row in rows for holds in script.DOUBTS.values() if holds(row)}
    allowed = (
        OTHER_OUTCOME
        | POSITIVE_NOT_SURELY_WORN
        | OUT_BUT_NOT_R0
        | R3_NOT_DOMESTIC
        | R3_NOT_WORN
        | R6_FOREIGN
    )
    assert allowed <= listed
