"""Contacts are hidden; prices, sizes, codes, markets and towns are what a reviewer needs."""

import json
import re
import subprocess
import sys
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from listings import any_text, seller_text

from thriftwatch.files import contacts
from thriftwatch.files.contacts import HIDDEN, hide, hide_contacts

NUMBERS = [
    "0812-3456-7890",
    "081234567890",
    "0812 3456 7890",
    "+62 812 3456 7890",
    "6281234567890",
    "o812-3456-7890",
    "(022) 7654321",
    "021 - 5022 - 5222",
    "081.234.567.890",
    "+60 12-345 6789",
    "０８１２３４５６７８９０",
]
ADDRESSES = [
    "Jl. Mawar No. 12",
    "Jl. Raya Mawar No.12 A",
    "jln Mawar Indah 12",
    "JL. MAWAR NO 12",
    "Jl. Mawar No.69-70",
    "RT 03/RW 05",
    "rt.3/5",
    "RT 4, RW 5",
    "Blok C no 4",
    "gang 3 nomor 18",
    "kode pos 40123",
]
KEPT = [
    "Rp 150.000, 2 pcs 75rb, diskon -50%",
    "P 72 x L 53, LD 52 cm, size 38-40-42-44",
    "100 bal @ 1.500.000, 50.000-100.000",
    "kode 00501-0101, model 511-0408, thn 2012",
    "COD Pasar Senen blok III, MRT Blok M",
    "baju jalan-jalan dari Jepun, sudah jalan 2 tahun, jalan kaki no minus 12",
    "Sandal Jalan Santai Wanita 42, sepatu jalan pria",
    "Cimol Gedebage blok tengah lt 1, warga RT 04",
    "jl mtr bks th 2012 50rb",
    "live jam 19.00-21.30, tgl 21/11/2026",
]
_LONG = 200_000
HOSTILE = {
    "one letter": "a" * _LONG,
    "one digit": "1" * _LONG,
    "dots": "." * _LONG,
    "signs that a mail address may begin with": "+" * _LONG,
    "mail addresses without an end": "a@" * (_LONG // 2),
    "a domain without an end": "a@" + "a." * (_LONG // 2),
    "a domain of dots": "x@" + "." * _LONG,
    "initials": "jl " + "A." * (_LONG // 2),
    "a street and commas": "jl.a" + ", " * (_LONG // 2),
    "a lane of one word": "gg " + "w" * _LONG,
    "a lane of many words": "gg " + "w " * (_LONG // 2),
    "lanes": "gg gg-" * (_LONG // 6),
    "a house number that does not come": "gg no" + " " * _LONG,
    "an address that does not come": "alamat" + " " * _LONG,
    "a ward that does not come": "rt 1" + " " * _LONG,
    "a block that does not come": "blok c" + " " * _LONG,
    "a postal code that does not come": "kode pos" + " " * _LONG,
    "telephone numbers": "081234567890 " * (_LONG // 13),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_phone_numbers_are_hidden(number):
    hidden = hide_contacts(f"kaos 50rb, WA {number} ya")
    assert hidden == f"kaos 50rb, WA {hide(number)} ya".replace("+62", "+••")
    assert not any(character.isdigit() for character in hidden.removeprefix("kaos 50rb"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_street_addresses_are_hidden(address):
    assert hide_contacts(f"kaos 50rb, ambil di {address}, Bandung") == (
        f"kaos 50rb, ambil di {hide(address)}, Bandung"
    )


def test_after_a_word_that_leads_to_it_the_name_of_a_street_is_hidden():
    assert hide_contacts("Alamat: Jalan Denai dekat pasar") == "Alamat: ••••• ••••• dekat pasar"


def test_mail_addresses_are_hidden():
    assert hide_contacts("kirim ke sari.b@mail.test ya") == "kirim ke ••••.•@••••.•••• ya"
    assert hide_contacts("a@b.co+c@d.co, (e@f.co)") == "•@•.••+•@•.••, (•@•.••)"


def test_contacts_within_contacts_are_hidden_once():
    text = "ambil di Jl. Mawar No. 12, jl.081234567890 no 3, kaos"
    assert hide_contacts(text) == "ambil di ••. ••••• ••. ••, ••.•••••••••••• •• •, kaos"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Jl. H.R.Said No. 5", "••. •.•.•••• ••. •"),
        ("Jl H.R.Said 12", "•• •.•.•••• ••"),
        ("Jl A.B. 50rb", "•• •.•. 50rb"),
        ("toko di jalan A.B.c", "toko di ••••• •.•.c"),
        ("blok C , no 4", "•••• • , •• •"),
        ("RT 3 , RW 5", "•• • , •• •"),
        ("kode pos : 40123", "•••• ••• : •••••"),
    ],
)
def test_initials_and_blanks_within_an_address(text, hidden):
    assert hide_contacts(text) == hidden


def test_the_time_grows_with_the_length_and_not_with_its_square():
    # How many steps a pattern takes cannot be counted. All of these together take some two
    # seconds; each alone took minutes where a pattern was quadratic. A pattern cannot be
    # interrupted either, so a process of its own runs them, and says how far it came.
    script = (
        "import json, sys\n"
        "from thriftwatch.files.contacts import hide_contacts\n"
        "for name, text in json.load(sys.stdin).items():\n"
        "    print(name, flush=True)\n"
        "    assert len(hide_contacts(text)) == len(text)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(HOSTILE),
        stdout=subprocess.PIPE,
        text=True,
        timeout=100,
        check=True,
    )
    assert run.stdout.splitlines() == list(HOSTILE)


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_contact_stays(text):
    assert hide_contacts(text) == text


def test_a_bare_number_behind_a_street_is_a_house_unless_it_is_a_price():
    assert hide_contacts("Jl Mawar 12, kaos") == "•• ••••• ••, kaos"
    assert hide_contacts("Jl Mawar 50rb") == "•• ••••• 50rb"


@given(any_text | seller_text)
def test_positions_in_the_text_stay(text):
    hidden = hide_contacts(text)
    assert len(hidden) == len(text)
    assert all(seen in {was, HIDDEN} for seen, was in zip(hidden, text, strict=True))


@given(any_text | seller_text)
def test_hiding_twice_hides_no_more(text):
    once = hide_contacts(text)
    assert once.count(HIDDEN) <= hide_contacts(once).count(HIDDEN)


@settings(max_examples=500)
@given(
    st.lists(
        st.sampled_from(
            ["0812", "+62", "62", "(021)", "345", "7890", "6", "1", "o8", "０８１２", "٠٨"]
        )
        | st.sampled_from([" ", "-", ".", "x", "/", " - ", "ー", "[", "（", "\u200b", "Rp", "rb"]),
        max_size=12,
    ).map("".join)
)
@example("call +290 23456")
@example("(ー8123456789")
def test_what_cannot_be_a_number_is_not_looked_at_closer(text):
    with patch.object(contacts, "_MAY_BE_NUMBER", re.compile("")):
        closer = hide_contacts(text)
    assert hide_contacts(text) == closer
