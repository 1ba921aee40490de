"""Re-posts and look-alikes of the benchmark: what they change, and what they leave."""

from random import Random

import pytest
from reposting import EDITS, Post, Writer, with_bale_code, with_other_goods

POST = Post(
    "Hoodie Uniqlo second import abu",
    "Ex bal Jepang, kondisi 9/10. Kantong kiri bolong kecil! Lebar dada 58, 85rb saja",
)
POOL = [Post("Panci presto baru", "garansi resmi setahun dari pabrik di Depok")]


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_the_same_for_the_same_chance(name):
    one, two = (EDITS[name](Writer(Random(5), POOL))(POST) for _ in range(2))
    assert one == two
    assert (one != POST) == (name != "exact")


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6])
def test_so_many_words_are_changed_and_the_goods_are_not(share):
    changed = Writer(Random(1), POOL).change(share)(POST)
    before, after = (f"{post.title} {post.description}".split() for post in (POST, changed))
    assert len(before) == len(after)
    different = sum(
        one.strip(",.!") != two.strip(",.!") for one, two in zip(before, after, strict=True)
    )
    assert different / len(before) == pytest.approx(share, abs=0.12)
    assert changed.title.startswith("Hoodie")


def test_other_goods_are_another_garment_in_the_same_words():
    other = with_other_goods(POST, Random(0))
    assert other.title.split()[1:] == POST.title.split()[1:]
    assert other.title.split()[0] != "Hoodie"
    assert with_other_goods(POOL[0], Random(0)) is None


def test_a_bale_is_named_in_title_and_description():
    assert with_bale_code(POST, "KRC17").title.endswith("kode KRC17")
    assert with_bale_code(POST, "KRC17").description.startswith("Bal KRC17.")
