"""A reviewer's work in a real browser: decide with keys, reload, export, train on the export."""

import csv
import hashlib
import json

import numpy as np
import pytest
from reviewer import listings
from selenium.webdriver import Keys

from thriftwatch import Listing, load_model, score_listing
from thriftwatch.cli import main
from thriftwatch.files import read_table
from thriftwatch.files.contacts import hide_contacts
from thriftwatch.files.evidence import REASONS, listing_evidence, verify_evidence
from thriftwatch.review import read_review, write_page
from thriftwatch.training.labelled import read_labelled

DECIDED = {"0": "2", "1": "1"}
THREE = [
    {"judul": "Hoodie second import ex bal", "deskripsi": "WA 0812-3456-7890", "link": ""},
    {"judul": "Jaket thrift Korea, kondisi 9/10", "deskripsi": "LD 52", "link": "https://a.test/1"},
    {"judul": "Panci presto baru", "deskripsi": "garansi resmi", "link": "https://a.test/2"},
]


@pytest.fixture
def thousand(open_page, sample_rows):
    return open_page(listings(sample_rows))


@pytest.fixture
def three(open_page):
    return open_page(THREE)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def records_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rounded(value):
    """Round every number: a sum depends in its last digits on what else is in a batch."""
    return json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 4))


def log_odds(model, rows):
    found = model.score_batch(
        rows.title.tolist(), rows.description.tolist(), rows.shop.tolist()
    ).score
    kept = np.clip(found, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def test_twenty_reviewed_with_the_keyboard_survive_a_reload_and_teach_a_model(
    thousand, sample_rows, model, tmp_path
):
    truth = {(row["title"]): row["label"] for row in sample_rows}
    thousand.choose("#filter-tier", "review")
    thousand.press(Keys.ESCAPE)  # back from the filter to the list
    left = {"0": 10, "1": 10}
    while any(left.values()):
        label = truth[thousand.title]
        if left[label]:
            thousand.press(DECIDED[label])
            left[label] -= 1
        else:
            thousand.press("n")
    assert thousand.progress == "20 dari 1.000 ditinjau"

    thousand.browser.refresh()
    assert thousand.progress == "20 dari 1.000 ditinjau"

    export = thousand.export("labels", reviewer="Sari")
    rows = read_labelled(export)
    assert {title: str(label) for title, label in zip(rows.title, rows.label, strict=True)} == {
        title: truth[title] for title in rows.title
    }
    assert rows.label.sum() == 10
    assert len(rows) == 20
    assert {row["reviewer"] for row in rows_of(export)} == {"Sari"}

    with pytest.raises(SystemExit) as stopped:
        main(["train", str(export), "-o", str(tmp_path / "model")])
    assert not stopped.value.code
    taught = load_model(tmp_path / "model")
    moved = log_odds(taught, rows) - log_odds(model, rows)
    assert (moved[rows.label == 1] > 0).mean() >= 0.8
    assert (moved[rows.label == 0] < 0).mean() >= 0.8


def test_every_decision_can_be_made_shown_and_undone(three):
    first = three.title
    for key, said in (("1", "usulan turunkan"), ("k", "dipertahankan"), ("u", "ragu")):
        assert three.status == "belum ditinjau"
        three.press(key)
        assert three.title != first
        three.press("p")
        assert three.status == said
        assert three.progress == "1 dari 3 ditinjau"
        three.press("z")
        assert three.title == first
    three.press("1", "n", "n")
    three.press_control_z()
    assert (three.title, three.status) == (first, "belum ditinjau")
    assert three.progress == "0 dari 3 ditinjau"
    three.press("z")
    assert three.text("#said") == "Tidak ada yang dapat diurungkan."


def test_the_last_decision_says_that_the_list_is_done(three):
    three.press("1", "2", "3")
    assert three.progress == "3 dari 3 ditinjau"
    assert "Semua listing" in three.text("#said")


def test_a_decision_can_be_changed(three):
    three.press("1", "p", "2", "p")
    assert three.status == "dipertahankan"
    assert three.progress == "1 dari 3 ditinjau"


def test_keys_do_nothing_while_text_is_typed_or_when_they_are_turned_off(three):
    three.press("/")
    three.press("121")
    assert three.progress == "0 dari 3 ditinjau"
    assert three.text("#found").startswith("Tidak ada listing")
    three.press(Keys.ESCAPE)
    three.click("#filter-reset")
    three.press("?")
    three.click("#shortcuts")
    three.close_dialog()
    three.press("1")
    assert three.progress == "0 dari 3 ditinjau"
    three.browser.refresh()
    three.press("1")
    assert three.progress == "0 dari 3 ditinjau"


def test_buttons_do_what_keys_do(three):
    first = three.title
    three.click("[data-action='recommend takedown']")
    three.click("[data-action=previous]")
    assert (three.title, three.status) == (first, "usulan turunkan")
    assert three.find("[data-action='recommend takedown']").get_attribute("aria-pressed") == "true"
    three.click("[data-action=undo]")
    assert three.status == "belum ditinjau"


def test_filters_and_search_narrow_the_list(thousand, sample_rows):
    def found():
        return int(thousand.text("#found").split()[0].replace(".", ""))

    thousand.choose("#filter-platform", "=shopee")
    assert found() == sum(row["platform"] == "shopee" for row in sample_rows)
    thousand.choose("#filter-status", "keep")
    assert thousand.text("#found") == "Tidak ada listing yang cocok dengan saringan ini."
    thousand.click("#filter-reset")
    assert found() == len(sample_rows)
    thousand.press("/")
    thousand.press("KARUNG")
    texts = ["\n".join([row["title"], row["description"], row["shop"]]) for row in sample_rows]
    assert found() == sum("karung" in text.lower() for text in texts)
    thousand.press(Keys.ESCAPE)
    thousand.choose("#filter-fact", "foreign")
    assert 0 < found() < sum("karung" in text.lower() for text in texts)


def test_a_decided_listing_leaves_a_list_of_undecided_ones(three):
    three.choose("#filter-status", "undecided")
    three.press(Keys.ESCAPE)
    first = three.title
    three.press("1")
    assert three.text("#found") == "2 listing"
    assert three.title != first
    three.press("z")
    assert (three.title, three.text("#found")) == (first, "3 listing")


def test_the_takedown_list_has_links_and_reasons_and_accuses_nobody(three):
    three.press("1", "1", "2")
    rows = rows_of(three.export("takedown", reviewer="Sari"))
    assert {row["url"]: row["title"] for row in rows} == {
        row["link"]: row["judul"] for row in THREE[:2]
    }
    assert all("menyebut" in row["reasons"] for row in rows)
    assert {row["notice"] for row in rows} == {"usulan peninjau; bukan temuan tentang penjual"}


def test_the_unsure_are_no_labels_but_are_evidence(three):
    three.press("1", "3", "2")
    labels = rows_of(three.export("labels"))
    assert [row["label"] for row in labels] == ["1", "0"]
    records = records_of(three.export("evidence"))
    assert [record["decision"] for record in records[1:-1]] == [
        "recommend takedown",
        "unsure",
        "keep",
    ]


@pytest.mark.parametrize("keep_contacts", [False, True])
def test_the_evidence_of_the_page_is_that_of_the_library(three, model, keep_contacts):
    three.press("1", "1", "2")
    path = three.export("evidence", reviewer="Sari", keep_contacts=keep_contacts)
    found = verify_evidence(path)
    assert found.whole
    assert found.head in three.said
    header, *records, _ = records_of(path)
    assert header["contacts"] == ("kept" if keep_contacts else "hidden")
    own = {"record", "number", "previous", "hash", "scored", "decided", "decision", "reviewer"}
    of_title = {hide_contacts(row["judul"]): row for row in THREE}
    assert len(records) == len(THREE)
    for record in records:
        row = of_title[record["title"]]
        listing = Listing(row["judul"], row["deskripsi"])
        score = score_listing(listing.title, listing.description, model=model, reasons=REASONS)
        expected = listing_evidence(listing, score, link=row["link"], keep_contacts=keep_contacts)
        seen = {name: value for name, value in record.items() if name not in own}
        assert rounded(seen) == rounded(expected)
        assert record["reviewer"] == "Sari"
        assert record["decided"]["utc"].endswith("Z")
        assert record["decided"]["wib"].endswith("+07:00")
    assert ("0812-3456-7890" in path.read_text(encoding="utf-8")) is keep_contacts


def test_decisions_belong_to_the_file_and_not_to_its_name(open_page, browser, model, tmp_path):
    one = open_page(THREE, "one")
    one.press("1")
    address = browser.current_url
    remembered = browser.execute_script("return Object.keys(localStorage)")
    data = (tmp_path / "one.csv").read_bytes()
    assert f"thriftwatch-review:{hashlib.sha256(data).hexdigest()}" in remembered
    (tmp_path / "renamed.csv").write_bytes(data)
    write_page(read_review(tmp_path / "renamed.csv", model), tmp_path / "renamed.html")
    browser.get((tmp_path / "renamed.html").as_uri())
    assert one.progress == "1 dari 3 ditinjau"
    (tmp_path / "one.csv").write_bytes(data + b"Kaos,,\n")
    write_page(read_review(tmp_path / "one.csv", model), tmp_path / "one.html")
    browser.get(address)
    assert one.progress == "0 dari 4 ditinjau"


def test_the_language_is_switched_and_kept(three):
    assert three.find("html").get_attribute("lang") == "id"
    three.press("l")
    assert three.find("html").get_attribute("lang") == "en"
    assert three.progress == "0 of 3 reviewed"
    assert "says" in three.text(".reasons.for")
    three.browser.refresh()
    assert three.text("[data-action='recommend takedown'] span") == "Recommend takedown"


def test_labels_come_back_as_the_seller_wrote_them(open_page):
    rows = [{"judul": title, "deskripsi": 'a "b",\r\nc\n'} for title in ("=1+1 second", "  -50% x")]
    page = open_page(rows)
    page.press("1", "1")
    export = page.export("labels")
    assert "'=1+1 second" in export.read_text(encoding="utf-8")
    table = read_table(export).table
    assert sorted(table["title"].to_pylist()) == sorted(row["judul"] for row in rows)
    assert set(table["description"].to_pylist()) == {'a "b",\r\nc\n'}


def test_a_family_is_decided_as_one_and_undone_as_one(open_page):
    family = [{**row, "keluarga": "7"} for row in THREE[:2]]
    page = open_page([*family, THREE[2]])
    assert page.find("#family").is_displayed()
    page.press("g", "1")
    assert page.progress.startswith("2 dari 3")
    assert not page.find("#family").is_displayed()
    exported = rows_of(page.export("takedown"))
    assert {row["title"] for row in exported} == {row["judul"] for row in family}
    page.press("z")
    assert page.progress.startswith("0 dari 3")
    page.press("1")
    assert page.progress.startswith("1 dari 3")
