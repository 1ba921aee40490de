"""Families of re-posts: near a core, never a chain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch import RepostIndex
from thriftwatch.watch.families import find_families

BLOUSE = "kancing mutiara lepas satu, kerah renda kuning gading, lebar dada 92, beli di Gedebage"
BOOTS = (
    "sol mulai tipis, kulit asli buatan Garut tahun 2015, ukuran 42, dus sudah hilang entah kemana"
)


def families_of(table, threshold):
    one, two = np.nonzero(table)
    return find_families(len(table), one, two, table[one, two], threshold, lambda a, b: table[a, b])


similarities = st.integers(2, 9).flatmap(
    lambda size: st.lists(st.integers(0, 10), min_size=size * size, max_size=size * size).map(
        lambda values: _symmetric(np.array(values).reshape(size, size) / 10)
    )
)


def _symmetric(table):
    table = np.triu(table, 1)
    return table + table.T


@given(similarities, st.integers(1, 10))
def test_every_member_is_near_the_core(table, tenths):
    threshold = tenths / 10
    core, nearness = families_of(table, threshold)
    for listing, own in enumerate(core.tolist()):
        assert core[own] == own
        if own == listing:
            assert nearness[listing] == 1
        else:
            assert nearness[listing] == table[listing, own] >= threshold


@given(similarities, st.integers(1, 9))
def test_a_listing_without_near_ones_is_alone(table, tenths):
    core, _ = families_of(table, tenths / 10)
    for listing in np.flatnonzero((table < tenths / 10).all(axis=1)).tolist():
        assert core[listing] == listing


@pytest.fixture
def index(model):
    made = RepostIndex(model)
    made.add(
        [
            {
                "judul": "Blus renda bekas",
                "deskripsi": BLOUSE,
                "toko": "a",
                "platform": "x",
                "tanggal": "2026-02-01",
            },
            {
                "judul": "Blus renda second",
                "deskripsi": BLOUSE,
                "toko": "b",
                "platform": "y",
                "tanggal": "2026-01-15",
            },
            {
                "judul": "Sepatu bot kulit",
                "deskripsi": BOOTS,
                "toko": "c",
                "platform": "x",
                "tanggal": "",
            },
            {
                "judul": "Sepatu bot kulit murah",
                "deskripsi": BOOTS + " nego",
                "toko": "c",
                "platform": "x",
                "tanggal": "",
            },
            {
                "judul": "Panci presto baru",
                "deskripsi": "garansi resmi setahun, stok 20",
                "toko": "d",
            },
        ]
    )
    return made


def test_families_tell_who_posted_where_and_when(index):
    blouse, boots = index.families()
    assert {member.row for member in blouse.members} == {0, 1}
    assert (blouse.first_seen, blouse.last_seen) == ("2026-01-15", "2026-02-01")
    assert (blouse.sellers, blouse.platforms) == (("a", "b"), ("x", "y"))
    assert ({member.row for member in boots.members}, boots.sellers) == ({2, 3}, ("c",))
    assert (boots.first_seen, boots.last_seen) == ("", "")


def test_a_threshold_is_changed_without_comparing_again(index, monkeypatch):
    index.families()
    monkeypatch.setattr(index._store, "relatives", None)
    assert index.families(threshold=1.0) == []


def test_families_follow_what_is_added_and_removed(index):
    index.add(
        [("Panci presto baru", "garansi resmi setahun, stok 20, bonus sendok kayu jati ukir")]
    )
    index.remove(["3"])
    assert next({member.row for member in family.members} for family in index.families()) == {0, 1}
    assert all(3 not in {member.row for member in family.members} for family in index.families())
