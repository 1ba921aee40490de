"""What sellers do to a listing that was taken down, and what merely looks like it.

An *edit* makes of a listing the one that comes back; a *look-alike* is another listing of which
much is the same: the shop's template, the wording of a catalogue, the code of a bale. All draw from
a generator of chance that they are given, and all are deterministic.

Another garment is another listing, so a word that names the goods is never changed to another
kind of goods: it stays, or becomes its synonym. All other words are changed as they come.
"""

import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from thriftwatch.text.lexicon import Term, load_lexicon

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from disguises import DISGUISES

__all__ = ["EDITS", "Post", "Writer", "shop_template", "with_bale_code", "with_other_goods"]

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_PRICE = re.compile(r"(?i)\b(?:rp\.?\s*)?\d{1,3}(?:\.\d{3})+\b|\b\d+\s?(?:rb|ribu|k|jt)\b")
_GOODS = ("garment", "adjacent", "goods")
_FLAGGED = ("used", "import", "wholesale", "origin", "garment")
_SYNONYMOUS = ("used", "import", "wholesale", "garment", "new", "condition", "origin")
_UNDONE = [name for name in DISGUISES if name not in {"stretched end", "neighbours swapped"}]

PADDING = (
    "Selamat datang di toko kami, selamat berbelanja kak",
    "Barang sesuai foto, warna bisa beda sedikit karena cahaya",
    "Tanya stok dulu lewat chat sebelum checkout ya",
    "Setiap hari ada barang datang, jangan lupa ikuti toko supaya tidak ketinggalan",
    "Pembelian banyak ada potongan, silakan tawar yang sopan",
    "Beri bintang lima kalau puas, kalau kurang puas bicara dulu lewat chat",
    "Sudah ribuan pembeli puas di toko sebelah, akun ini akun baru kami",
    "Foto asli punya sendiri, bukan ambil dari toko orang",
    "Cek juga etalase lain siapa tahu ada yang cocok di hati",
    "#fashionpria #fashionwanita #ootdindonesia #racunshopee #viral #fyp",
)
_TEMPLATE = (
    "Pesanan sebelum jam {} dikirim hari itu juga, Minggu dan tanggal merah libur",
    "Komplain wajib video buka paket tanpa jeda, lewat {} jam dianggap selesai",
    "Pembayaran lewat aplikasi, di luar itu bukan tanggung jawab toko {}",
    "Resi diperbarui otomatis paling lambat jam {} malam",
    "Dikemas plastik tebal dan kardus, gratis kartu ucapan dari {}",
    "Alamat harus lengkap dengan kode pos dan nomor yang bisa dihubungi",
    "Keterlambatan ekspedisi di luar kuasa kami, mohon maklum ya kakak",
    "Ambil sendiri bisa di gudang blok {} dekat jembatan",
    "Reseller dan dropshipper silakan daftar, minimal {} potong sebulan",
    "Admin membalas pukul 08.00 sampai {}.00, pesan malam dibalas esok pagi",
    "Garansi tukar ukuran {} hari asalkan label belum dilepas",
    "Ikuti siaran langsung kami tiap jam {} banyak kejutan",
)
_REGIONAL = {
    "javanese": (
        "yang:sing|tidak:ora|ada:ono|ini:iki|itu:kuwi|dan:lan|bisa:iso|sudah:wis|belum:durung|"
        "saja:wae|banyak:akeh|bagus:apik|baru:anyar|besar:gedhe|kecil:cilik|satu:siji|dua:loro|"
        "tiga:telu|saya:aku|kamu:kowe|dari:seko|untuk:kanggo|dengan:karo|masih:isih|mau:arep|"
        "beli:tuku|jual:adol|pakai:nganggo|warna:werno|hitam:ireng|merah:abang"
    ),
    "sundanese": (
        "yang:nu|tidak:teu|ada:aya|ini:ieu|itu:eta|dan:jeung|bisa:tiasa|sudah:tos|belum:teu acan|"
        "saja:wae|banyak:seueur|bagus:sae|baru:anyar|besar:ageung|kecil:alit|satu:hiji|tiga:tilu|"
        "saya:abdi|dari:ti|untuk:kanggo|dengan:sareng|masih:keneh|mau:hoyong|beli:meser|"
        "jual:ical|pakai:anggo|hitam:hideung|putih:bodas|merah:beureum"
    ),
    "minang": (
        "yang:nan|tidak:indak|ada:ado|ini:iko|dan:jo|sudah:alah|belum:alun|saja:se|bagus:rancak|"
        "besar:gadang|kecil:ketek|satu:ciek|dua:duo|tiga:tigo|saya:ambo|untuk:untuak|dengan:jo|"
        "mau:nio|beli:bali|jual:jua"
    ),
    "manadonese": (
        "tidak:nyanda|dan:deng|bisa:boleh|sudah:so|saja:jo|banyak:banya|bagus:bae|besar:basar|"
        "kecil:kacili|saya:kita|kamu:ngana|untuk:for|dengan:deng|mau:mo|beli:bli|pakai:pake|"
        "hitam:itang"
    ),
}


class Post(NamedTuple):
    """A listing: its texts and who sells it."""

    title: str
    description: str
    shop: str = ""


class Writer:
    """Someone who rewrites listings: chance, and the words that people use.

    Parameters
    ----------
    random
        Where chance comes from.
    pool
        Listings whose words are put in the place of others.
    """

    def __init__(self, random: Random, pool: Sequence[Post]) -> None:
        self.random = random
        known = _goods_words()
        self.words = [
            word
            for post in pool
            for word in _WORD.findall(f"{post.title} {post.description}")
            if word.isascii() and word.isalpha() and len(word) > 1 and word.lower() not in known
        ]

    def change(self, share: float) -> "Edit":
        """Return the edit that puts other words in the place of a share of all words."""

        def changed(post: Post) -> Post:
            words = [*_WORD.finditer(post.title), *_WORD.finditer(post.description)]
            free = [
                place for place, word in enumerate(words) if word[0].lower() not in _goods_words()
            ]
            some = set(self.random.sample(free, min(len(free), round(share * len(words)))))
            titled = len(_WORD.findall(post.title))
            title = self._without({place for place in some if place < titled}, post.title)
            rest = {place - titled for place in some if place >= titled}
            return post._replace(title=title, description=self._without(rest, post.description))

        return changed

    def _without(self, places: set[int], text: str) -> str:
        numbers = iter(range(len(text)))
        return _WORD.sub(
            lambda word: self.random.choice(self.words) if next(numbers) in places else word[0],
            text,
        )

    def reorder(self, post: Post) -> Post:
        """Put sentences of the description, and words of the title, in another order."""
        sentences = [part for part in _SENTENCE_END.split(post.description) if part]
        words = post.title.split()
        self.random.shuffle(sentences)
        self.random.shuffle(words)
        return post._replace(title=" ".join(words), description=" ".join(sentences))

    def disguise(self, post: Post) -> Post:
        """Hide the words that are searched for."""
        return self._in_texts(post, _flagged_words(), self._hidden)

    def _hidden(self, word: str) -> str:
        if len(word) < 4 or not any(vowel in word for vowel in "aeiou"):
            return word
        return DISGUISES[self.random.choice(_UNDONE)](word)

    def pad(self, post: Post) -> Post:
        """Put sentences around it that any shop writes."""
        lines = self.random.sample(PADDING, 5)
        text = ". ".join([*lines[:2], post.description, *lines[2:]])
        return post._replace(description=text)

    def drown(self, post: Post) -> Post:
        """Put it into the middle of ten times as many words of other listings."""
        count = 5 * len(_WORD.findall(post.description))
        before, behind = (" ".join(self.random.choices(self.words, k=count)) for _ in range(2))
        return post._replace(description=f"{before}. {post.description}. {behind}")

    def use_synonyms(self, post: Post) -> Post:
        """Say every word of the lexicon in another way."""
        return self._in_texts(post, _synonyms(), lambda word: self.random.choice(_synonyms()[word]))

    def translate(self, post: Post) -> Post:
        """Use the common words of a regional language."""
        language = self.random.choice(sorted(_REGIONAL))
        words = dict(pair.split(":") for pair in _REGIONAL[language].split("|"))
        return self._in_texts(post, words, lambda word: words[word])

    def _in_texts(
        self,
        post: Post,
        known: "Sequence[str] | dict[str, object] | frozenset[str]",
        change: Callable[[str], str],
    ) -> Post:
        def one(word: re.Match[str]) -> str:
            lower = word[0].lower()
            return change(lower) if lower in known else word[0]

        title, text = (_WORD.sub(one, part) for part in (post.title, post.description))
        return post._replace(title=title, description=text)

    def halve(self, post: Post) -> Post:
        """Leave every second sentence out, or half of the words where there is one sentence."""
        parts = [part for part in _SENTENCE_END.split(post.description) if part]
        if len(parts) < 2:
            parts = post.description.split()
        kept = sorted(self.random.sample(range(len(parts)), (len(parts) + 1) // 2))
        return post._replace(description=" ".join(parts[place] for place in kept))

    def move_on(self, post: Post) -> Post:
        """Change the price, and say where to be reached."""

        def price(found: re.Match[str]) -> str:
            return f"{self.random.randrange(15, 400)}{self.random.choice(['rb', 'k', '.000'])}"

        number = "08" + "".join(self.random.choice("0123456789") for _ in range(10))
        texts = (_PRICE.sub(price, text) for text in (post.title, post.description))
        title, text = texts
        return post._replace(title=title, description=f"{text} WA {number}")

    def code(self) -> str:
        """Return a code that a bale may have."""
        letters = "".join(self.random.choice("ABDGKMPRSTX") for _ in range(3))
        return f"{letters}{self.random.randrange(10, 99)}"


Edit = Callable[[Post], Post]


def _chain(*edits: Edit) -> Edit:
    def chained(post: Post) -> Post:
        for edit in edits:
            post = edit(post)
        return post

    return chained


EDITS: dict[str, Callable[[Writer], Edit]] = {
    "exact": lambda _: lambda post: post,
    "re-ordered": lambda writer: writer.reorder,
    "disguised": lambda writer: writer.disguise,
    "padded": lambda writer: writer.pad,
    "drowned": lambda writer: writer.drown,
    "synonyms": lambda writer: writer.use_synonyms,
    "regional words": lambda writer: writer.translate,
    "price and contact": lambda writer: writer.move_on,
    "20% changed": lambda writer: writer.change(0.2),
    "40% changed": lambda writer: writer.change(0.4),
    "20% + disguise + padding": lambda writer: _chain(
        writer.change(0.2), writer.disguise, writer.pad
    ),
    "40% + disguise + padding": lambda writer: _chain(
        writer.change(0.4), writer.disguise, writer.pad
    ),
    "60% changed": lambda writer: writer.change(0.6),
    "half deleted": lambda writer: writer.halve,
    "title only": lambda _: lambda post: post._replace(description=""),
}
"""The ladder of edits, by name."""


def shop_template(random: Random) -> str:
    """Return what one shop puts under each of its listings."""
    lines = random.sample(_TEMPLATE, random.randrange(4, 9))
    return ". ".join(line.format(random.randrange(2, 60)) for line in lines)


def with_other_goods(post: Post, random: Random) -> Post | None:
    """Return a listing with the same wording and another garment; None if it names none."""
    replaced: dict[int, str] = {}
    names = _garment_of()

    def other(word: re.Match[str]) -> str:
        term = names.get(word[0].lower())
        if term is None:
            return word[0]
        if term not in replaced:
            taken = {*replaced, *(names[name] for name in replaced.values()), term}
            free = [name for name, number in sorted(names.items()) if number not in taken]
            replaced[term] = random.choice(free)
        return replaced[term]

    title, text = (_WORD.sub(other, part) for part in (post.title, post.description))
    words = {word.lower() for word in _WORD.findall(post.title)}
    # Else the goods did not change, or not all of them.
    named = not words.isdisjoint(names) and words.isdisjoint(_names_of_other_goods())
    return Post(title, text, post.shop) if named else None


def with_bale_code(post: Post, code: str) -> Post:
    """Return a listing that names the code of its bale."""
    return post._replace(
        title=f"{post.title} kode {code}", description=f"Bal {code}. {post.description}"
    )


@cache
def _terms(*classes: str) -> list[Term]:
    return [term for term in load_lexicon() if term.word_class in classes]


@cache
def _goods_words() -> frozenset[str]:
    """Return the words that name goods."""
    return frozenset(form for term in _terms(*_GOODS) for form in term.forms if " " not in form)


@cache
def _flagged_words() -> frozenset[str]:
    return frozenset(form for term in _terms(*_FLAGGED) for form in term.forms if " " not in form)


@cache
def _garment_of() -> dict[str, int]:
    """Return the garment that each single word names; *baju* may be any of them."""
    return {
        form: number
        for number, term in enumerate(_terms("garment"))
        for form in term.forms
        if " " not in form and "baju" not in term.forms
    }


@cache
def _names_of_other_goods() -> frozenset[str]:
    return frozenset(form for term in _terms("adjacent", "goods") for form in term.forms)


@cache
def _synonyms() -> dict[str, list[str]]:
    """Return for each single word of the lexicon the other ones of its term."""
    found: dict[str, list[str]] = {}
    for term in _terms(*_SYNONYMOUS):
        words = [form for form in term.forms if " " not in form and form.isalpha()]
        for word in words:
            others = [other for other in words if other != word]
            if others:
                found[word] = others
    return found
