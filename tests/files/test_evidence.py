"""The evidence record: what stands in it, and that every change to it shows."""

import hashlib
import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from listings import any_text, seller_text

from thriftwatch import Listing, ListingScore, Reason, score_listing
from thriftwatch.errors import InputError
from thriftwatch.files import read_table
from thriftwatch.files.evidence import (
    listing_evidence,
    listing_hash,
    source_of,
    verify_evidence,
    write_evidence,
    write_ranking,
)
from thriftwatch.ranking import rank_listings, read_listings

MOMENT = datetime(2026, 3, 31, 20, 15, tzinfo=UTC)
TITLE = "Hoodie second import, WA 0812-3456-7890"
REASON = Reason(
    "title",
    7,
    20,
    "second import",
    "foreign",
    2.4,
    'menyebut "second import"',
    'says "second import"',
)
FOUND = ListingScore(
    0.97, "likely", {"goods": 0.99, "worn": 0.98, "foreign": 0.97}, (REASON,), "m 1.0", "imported"
)


@pytest.fixture
def record(tmp_path):
    """A whole record of five listings: seven lines."""
    path = tmp_path / "evidence.jsonl"
    listings = [
        listing_evidence(Listing(f"{TITLE} {place}"), FOUND, link=f"https://shop.test/{place}")
        for place in range(5)
    ]
    written = write_evidence(path, listings, moment=MOMENT)
    assert written.listings == 5
    assert verify_evidence(path, head=written.head).whole
    return path


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def problems(path, lines=None, **options):
    if lines is not None:
        path.write_bytes(b"".join(lines))
    found = verify_evidence(path, **options)
    assert found.whole is (not found.problems)
    return [str(problem) for problem in found.problems]


def hashed(record):
    """A record with the hash that belongs to it, as someone who knows the rules would write it."""
    body = {name: value for name, value in record.items() if name != "hash"}
    body["hash"] = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    return rfc8785.dumps(body) + b"\n"


# --- what stands in it ----------------------------------------------------------------------------


def test_the_bytes_are_those_that_are_documented(tmp_path):
    path = tmp_path / "evidence.jsonl"
    found = ListingScore(
        0.97, "likely", {"goods": 1.0, "worn": 1e-6, "foreign": 0.5}, (), "m", "imported"
    )
    written = write_evidence(
        path, [listing_evidence(Listing("Kaos 😀", 'a\n"b"'), found)], moment=MOMENT
    )
    times = '{"utc":"2026-03-31T20:15:00Z","wib":"2026-04-01T03:15:00+07:00"}'
    from thriftwatch import __version__

    head = "0" * 64
    expected = b""
    for body in (
        '{"contacts":"hidden","format":"thriftwatch-evidence/1",%%'
        '"notice":"Skor ini indikasi untuk peninjau, bukan temuan tentang penjual.",'
        '"notice_en":"The score is an indication for a human reviewer, not a finding about a seller.",'
        f'"number":0,"previous":"@@","record":"header","sources":[],"tool":"thriftwatch {__version__}",'
        f'"written":{times}}}',
        '{"decided":null,"decision":null,"description":"a\\n\\"b\\"",'
        '"facts":{"foreign":0.5,"goods":1,"worn":0.000001},%%"link":"","model":"m","number":1,'
        '"policy":"imported","previous":"@@","reasons":[],"record":"listing","reviewer":null,'
        f'"scored":{times},"score":0.97,"sha256":"'
        + hashlib.sha256('["Kaos 😀","a\\n\\"b\\"",""]'.encode()).hexdigest()
        + '","shop":"","tier":"likely","title":"Kaos 😀"}',
        '{%%"listings":1,"number":2,"previous":"@@","record":"end"}',
    ):
        # Sorting is by UTF-16 code units, in which "score" comes before "scored".
        line = body.replace("@@", head).replace(
            f'"scored":{times},"score":0.97', f'"score":0.97,"scored":{times}'
        )
        head = hashlib.sha256(line.replace("%%", "").encode()).hexdigest()
        expected += line.replace("%%", f'"hash":"{head}",').encode() + b"\n"
    assert path.read_bytes() == expected
    assert written.head == head


def test_the_hash_is_that_of_the_texts_as_they_were():
    listing = Listing(TITLE, "ex bal", "toko")
    data = json.dumps([TITLE, "ex bal", "toko"], separators=(",", ":"), ensure_ascii=False)
    assert listing_hash(listing) == hashlib.sha256(data.encode()).hexdigest()
    assert listing_evidence(listing, FOUND)["sha256"] == listing_hash(listing)


def test_contacts_are_hidden_unless_they_are_to_be_kept():
    reason = Reason(
        "title", 22, 39, TITLE[22:], "worn", 1.0, f'menyebut "{TITLE[22:]}"', f'says "{TITLE[22:]}"'
    )
    found = ListingScore(0.9, "likely", {}, (reason,))
    hidden = json.dumps(
        listing_evidence(
            Listing(TITLE, "", "Toko 081234567890"), found, link="https://wa.me/6281234567890"
        )
    )
    assert "3456" not in hidden
    kept = listing_evidence(
        Listing(TITLE), found, link="https://wa.me/6281234567890", keep_contacts=True
    )
    assert kept["title"] == TITLE
    assert kept["reasons"][0]["text"] == TITLE[22:]
    assert kept["link"].endswith("7890")


def test_the_link_of_a_product_is_kept_though_its_number_may_look_like_a_phone():
    link = "https://shop.test/product/6281234567890"
    assert listing_evidence(Listing("Kaos"), FOUND, link=link)["link"] == link


@given(seller_text, any_text)
@settings(max_examples=50)
def test_positions_of_reasons_fit_the_text_that_stands_beside_them(model, title, description):
    listing = Listing(title, description)
    found = score_listing(listing.title, listing.description, model=model, reasons=10)
    recorded = listing_evidence(listing, found)
    for reason in recorded["reasons"]:
        text = recorded[reason["field"]]
        assert text[reason["start"] : reason["end"]] == reason["text"]


def test_nothing_is_decided_by_a_score_and_no_word_accuses(record):
    header, *listings, _ = map(json.loads, lines_of(record))
    assert "bukan temuan tentang penjual" in header["notice"]
    for one in listings:
        assert (one["decided"], one["decision"], one["reviewer"]) == (None, None, None)
        assert one["scored"] == {"utc": "2026-03-31T20:15:00Z", "wib": "2026-04-01T03:15:00+07:00"}
    text = record.read_text(encoding="utf-8").lower()
    for word in ("illegal", "ilegal", "pelaku", "bersalah", "guilty", "criminal", "offender"):
        assert word not in text


def test_a_ranking_is_recorded_where_it_is_not_clear(tmp_path, model):
    path = tmp_path / "listings.csv"
    path.write_text(
        "judul,link\nPanci presto baru,https://a.test/1\nHoodie second import,https://a.test/2\n"
    )
    ranking = rank_listings(read_listings([path]), model, keep_reasons=8)
    out = tmp_path / "evidence.jsonl"
    written = write_ranking(out, ranking, policy="imported", sources=[path])
    header, listing, _ = map(json.loads, lines_of(out))
    assert header["sources"] == [source_of(path)]
    assert header["sources"][0] == {
        "name": "listings.csv",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    assert (listing["title"], listing["link"]) == ("Hoodie second import", "https://a.test/2")
    assert listing["model"] == model.id
    assert listing["reasons"]
    assert verify_evidence(out).head == written.head


def test_a_ranking_without_suspicion_is_a_whole_record_of_no_listings(tmp_path, model):
    path, out = tmp_path / "listings.csv", tmp_path / "evidence.jsonl"
    path.write_text("judul,link\nPanci presto baru,https://a.test/1\n")
    ranking = rank_listings(read_listings([path]), model, keep_reasons=8)
    assert write_ranking(out, ranking, policy="imported", sources=[path]).listings == 0
    assert verify_evidence(out).whole


def test_a_record_can_be_read_as_a_table(record):
    table = read_table(record).table
    assert table.num_rows == 7
    assert pa.types.is_struct(table.schema.field("facts").type)


# --- that every change shows ----------------------------------------------------------------------


def test_a_changed_line_is_named(record):
    lines = lines_of(record)
    lines[3] = lines[3].replace(b'"score":0.97', b'"score":0.17')
    assert problems(record, lines) == ["line 4: it was changed"]


@pytest.mark.parametrize("first", [0, 2, 5])
def test_a_removed_line_is_missed_where_it_was(record, first):
    lines = lines_of(record)
    del lines[first]
    found = problems(record, lines)
    assert found[0] == f"line {first + 1}: the line before it was removed"


def test_several_removed_lines_are_counted(record):
    lines = lines_of(record)
    assert problems(record, lines[:2] + lines[4:])[0] == "line 3: 2 lines before it were removed"


@pytest.mark.parametrize("left", [1, 3, 6])
def test_a_record_that_is_cut_short_lacks_its_end(record, left):
    assert problems(record, lines_of(record)[:left]) == [
        "the end is missing: the last lines were removed or cut off"
    ]


def test_half_a_line_is_damage(record):
    data = record.read_bytes()
    assert problems(record, [data[: len(data) * 2 // 3]])[-2:] == [
        "line 5: it cannot be read: it was changed or damaged",
        "the end is missing: the last lines were removed or cut off",
    ]


def test_lines_that_change_places_are_noticed(record):
    lines = lines_of(record)
    lines[2], lines[3] = lines[3], lines[2]
    found = problems(record, lines)
    assert "line 4: it was moved or repeated" in found


def test_an_added_line_is_noticed(record):
    lines = lines_of(record)
    assert "line 4: it was moved or repeated" in problems(record, [*lines[:3], *lines[2:]])
    assert "line 8: it was added: it stands behind the end of the record" in problems(
        record, [*lines, lines[2]]
    )
    assert "line 3: it cannot be read: it was changed or damaged" in problems(
        record, [*lines[:2], b'{"title":"Kaos"}\n', *lines[2:]]
    )


def test_a_line_whose_hash_was_calculated_anew_does_not_fit_the_next(record):
    lines = lines_of(record)
    lines[3] = hashed({**json.loads(lines[3]), "score": 0.1})
    assert problems(record, lines) == [
        "line 5: it does not follow from the line before: that line was replaced, or this one"
    ]


def test_a_record_that_was_written_anew_has_another_head(record):
    kept = verify_evidence(record).head
    previous, lines = "0" * 64, []
    for line in lines_of(record):
        body = {**json.loads(line), "previous": previous}
        lines.append(hashed(body | ({"score": 0.1} if body["record"] == "listing" else {})))
        previous = json.loads(lines[-1])["hash"]
    assert problems(record, lines) == []
    (found,) = problems(record, head=kept)
    assert found.startswith("the head is ")
    assert kept in found


def test_the_end_counts_the_listings(record):
    lines = lines_of(record)
    lines[-1] = hashed({**json.loads(lines[-1]), "listings": 6})
    assert problems(record, lines) == ["line 7: it counts 6 listings, there are 5"]


def test_a_name_that_is_given_twice_is_a_change(record):
    lines = lines_of(record)
    lines[2] = b'{"title":"Kaos baru",' + lines[2][1:]
    assert json.loads(lines[2])["title"] != "Kaos baru"
    assert problems(record, lines) == ["line 3: it was changed"]


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b",", b", ", 1),
        lambda line: line.replace(b"\n", b"\r\n"),
        lambda line: line.replace(b'"number":2', b'"number":2.0'),
        lambda line: line.replace(b"0.97", b"9.7e-1"),
        lambda line: line.replace(b"0.97", b"NaN", 1),
        lambda line: line.replace(b"Hoodie", b"\\ud800", 1),
        lambda line: b"\xef\xbb\xbf" + line,
    ],
    ids=["blank", "line end", "number", "spelling", "nan", "surrogate", "mark"],
)
def test_another_spelling_of_the_same_is_a_change(record, change):
    lines = lines_of(record)
    lines[2] = change(lines[2])
    assert problems(record, lines)[0].startswith("line 3: it ")


@given(data=st.data())
@settings(max_examples=150)
def test_no_byte_can_be_changed_unnoticed(record_bytes, data):
    path, whole = record_bytes
    place = data.draw(st.integers(0, len(whole) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
    assert not verify_evidence(path).whole


@pytest.fixture(scope="module")
def record_bytes(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "evidence.jsonl"
    listings = [listing_evidence(Listing(f"{TITLE} {n}"), FOUND) for n in range(2)]
    write_evidence(path, listings, moment=MOMENT)
    return path, path.read_bytes()


def test_a_record_without_listings_is_whole(tmp_path):
    written = write_evidence(tmp_path / "none.jsonl", [], moment=MOMENT)
    assert verify_evidence(tmp_path / "none.jsonl", head=f" {written.head.upper()}\n").whole


@pytest.mark.parametrize(
    "content", [b"", b"judul\nKaos\n", b"\x00\xff", b"[]\n", b'{"record":1}\n']
)
def test_what_is_no_record_is_refused(tmp_path, content):
    path = tmp_path / "other.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no evidence file"):
        verify_evidence(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        verify_evidence(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="is a folder"):
        verify_evidence(tmp_path)
