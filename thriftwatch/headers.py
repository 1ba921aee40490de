"""What the columns of a table are for, told from headers as people and exports write them.

A header is read as words: ``item_basic.productName``, ``NAMA PRODUK*``, ``Tautan Produk (URL)`` and
``deskripsi_barang_1`` are words of the trade with something around them. Each known word stands
for a concept, and a few rules say which concepts together name which field. A word that says
something else (*gambar*, *rating*, *pelapor*) makes it another column; a word that is not known
makes it unsure, and then its content has to agree.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "Header",
    "is_link",
    "is_meaningless",
    "looks_like_links",
    "looks_like_text",
    "may_be_title",
    "names_nothing_else",
    "read_header",
]

_CONCEPTS = {
    "item": """
        produk product barang item iklan ad ads advert listing artikel article jualan dagangan
        postingan post posting offer penawaran dijual
    """,
    "title": "judul title tajuk headline subject heading",
    "name": "nama name nm",
    "text": """
        deskripsi description desc descr penerangan keterangan ket isi caption kapsi takarir
        detail detil rincian uraian penjelasan content konten body message pesan teks text
        spesifikasi
    """,
    "shop": """
        toko shop store seller penjual akun account merchant lapak pelapak user username pengguna
        pemilik owner vendor pengiklan advertiser pedagang author page
    """,
    "url": "url link tautan href permalink uri pranala hyperlink",
    "price": "harga price",
    "region": """
        kota lokasi wilayah provinsi daerah kabupaten kab kecamatan region location city province
        district domisili
    """,
    "date": """
        tanggal tgl waktu date time timestamp datetime created dibuat diunggah diposting
    """,
    "platform": "platform marketplace lokapasar ecommerce situs kanal",
    "place": "alamat address",
    # What makes a column another one, whatever else its header says.
    "other": """
        gambar foto image img photo pic picture video thumbnail thumb src ikon icon avatar logo
        banner kategori category merek merk brand stok stock jumlah qty quantity total terjual
        sold rating ulasan review bintang star berat weight sku kode code id ids nomor no number
        status kondisi condition warna color colour ukuran size varian variant variasi variation
        diskon discount ongkir email mail telepon telp phone hp wa whatsapp kontak contact alasan
        reason catatan note remark komentar comment skor score tier model tag hashtag keyword
        error hasil result pelapor reporter pembeli buyer customer pelanggan petugas pemeriksa
        reviewer admin currency jenis tipe type level follower pengikut like view bergabung joined
        join verified badge bank rekening expired kadaluarsa kedaluwarsa garansi warranty
        pengiriman shipping kurir potongan promo voucher slug hash meta seo alt pelanggaran
        violation laporan report tindakan action
    """,
    # What may stand around a field without changing it.
    "filler": """
        the of at dari di pada untuk asli original utama main raw en ind bahasa indonesia short
        long singkat panjang online kolom column col field data value web website laman info
        informasi et ps prd card css basic wajib opsional required optional upload unggah tayang
        publish published pasang posted update updated crawl crawled scrape scraped ambil list
        shopee tokopedia tokped tiktok lazada bukalapak blibli facebook fb instagram ig carousell
        olx twitter html plain
    """,
}
_CONCEPT_OF = {word: concept for concept, words in _CONCEPTS.items() for word in words.split()}
_LONGEST = max(map(len, _CONCEPT_OF))

_MAX_HEADER = 120
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_LINK = re.compile(
    r"\s*(?:https?://|www\.|(?:[\w-]+\.)+(?:com|id|net|org|link|me|ly|ee|shop|store)(?:/|\s*$))",
    re.I,
)
_NUMBER = re.compile(
    r"\s*(?:rp|idr|usd|\$|rm)?\.?\s*[-+]?\d[\d.,\s]*(?:rb|ribu|k|jt|juta|%)?\s*", re.I
)
_MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says its column is.

    Parameters
    ----------
    field
        ``"title"``, ``"description"``, ``"shop"``, ``"url"``, ``"price"``, ``"region"``,
        ``"date"`` or ``"platform"``.
    rank
        How well it says so; 0 is best. Of several columns for a field the best is taken.
    sure
        False if it has words that are not known; then the content has to agree.
    """

    field: str
    rank: int
    sure: bool


def read_header(name: str) -> Header | None:
    """Read the header of a column; None if it names none of the fields.

    Examples
    --------
    >>> read_header("Deskripsi Produk")
    Header(field='description', rank=1, sure=True)
    >>> read_header("item_basic.productName").field, read_header("Judul Berita").sure
    ('title', False)
    >>> read_header("Link Gambar") is None, read_header("Nama Pelapor") is None
    (True, True)
    """
    # What is longer is no name for a column, and a hostile one must not keep anyone waiting.
    return _read(name) if len(name) <= _MAX_HEADER else None


@lru_cache(maxsize=2 * 16_384)
def _read(name: str) -> Header | None:
    bare = _BRACKETS.sub(" ", name)
    for text in (bare, name):  # units and remarks stand in brackets, and rarely the name itself
        words = _words(text)
        concepts = [_concept(word) for word in words]
        known = {concept for concept in concepts if concept not in (None, "filler")}
        if known:
            field, rank = _field(known, words, concepts)
            sure = None not in concepts
            if field is None or (not sure and rank >= _VAGUE):
                return None
            return Header(field, rank, sure)
    return None


_VAGUE = 4
"""The rank from which on a header says too little to stand beside words that are not known."""


def _field(  # noqa: PLR0911
    known: set[str], words: Sequence[str], concepts: Sequence[str | None]
) -> tuple[str | None, int]:
    """Return the field that concepts name together, and how well they do."""
    bare = known - {"item"}
    about_shop = "shop" in bare
    if "other" in bare or ("place" in bare and "url" not in bare):
        return None, 0
    if "url" in bare:
        # The link of a shop is not that of a listing, and the text of a link is neither.
        if bare & {"shop", "text", "region", "date"}:
            return None, 0
        return "url", 2 if bare & {"title", "name"} else 1
    for field in ("price", "date", "region", "platform"):
        if field in bare:
            other_date = field == "date" and about_shop
            return (None, 0) if other_date or bare & {"text", "title"} else (field, 1)
    if {"text", "title"} <= bare:  # "et_title_product_description": the last one is meant
        last = next(concept for concept in reversed(concepts) if concept in {"text", "title"})
        return ("description", _text_rank(words)) if last == "text" else ("title", 3)
    if "text" in bare:
        return (None, 0) if about_shop else ("description", _text_rank(words))
    if about_shop:
        return "shop", 1 if "name" in bare or "item" not in known else 2
    if "title" in bare:
        return "title", 1
    if "name" in bare:
        return "title", 1 if "item" in known else _VAGUE
    return "title", _VAGUE + 1


def _text_rank(words: Sequence[str]) -> int:
    """Prefer what is called a description to what may be a remark or the text of a button."""
    if any(word.startswith("des") for word in words):
        return 1 if "short" not in words and "singkat" not in words else 2
    vague = {"keterangan", "ket", "detail", "text", "teks", "spesifikasi", "pesan", "message"}
    return 3 if vague.intersection(words) else 2


def is_meaningless(name: str) -> bool:
    """Tell whether a header says nothing: it is empty, a number, or a word such as *column*.

    Examples
    --------
    >>> is_meaningless("Field_3"), is_meaningless(""), is_meaningless("Catatan")
    (True, True, False)
    """
    words = _words(name[:_MAX_HEADER])
    return all(_concept(word) == "filler" or word in {"unnamed", "kolom"} for word in words)


def names_nothing_else(name: str) -> bool:
    """Tell whether a header may belong to a listing's link: not that of a picture or a shop.

    Examples
    --------
    >>> names_nothing_else("Lihat di sini"), names_nothing_else("Foto 1")
    (True, False)
    """
    concepts = set(map(_concept, _words(name[:_MAX_HEADER])))
    return concepts.isdisjoint({"other", "shop"})


def is_link(text: str) -> bool:
    """Tell whether a text is a link and nothing else.

    Examples
    --------
    >>> is_link("https://shopee.co.id/a-i.1.2"), is_link("lihat www.toko.com ya")
    (True, False)
    """
    return _LINK.match(text) is not None and " " not in text.strip()


def looks_like_links(values: Iterable[str]) -> bool:
    """Tell whether most values, of those that are not empty, are links."""
    return _share(values, is_link) >= _MOSTLY


def looks_like_text(values: Sequence[str]) -> bool:
    """Tell whether values read like sentences or titles: several words, no links, no numbers.

    Examples
    --------
    >>> looks_like_text(["Hoodie second import, minus noda dikit"]), looks_like_text(["Rp 50.000"])
    (True, False)
    """
    return _share(values, lambda value: _is_text(value, words=3)) >= _MOSTLY


def may_be_title(values: Sequence[str]) -> bool:
    """Tell whether values may be titles: most are neither links nor numbers."""
    return not any(value.strip() for value in values) or (
        _share(values, lambda value: _is_text(value, words=1)) >= 1 - _MOSTLY
    )


def _is_text(value: str, words: int) -> bool:
    if is_link(value) or _NUMBER.fullmatch(value[:_MAX_HEADER]):
        return False
    return len(value[:1000].split()) >= words


def _share(values: Iterable[str], holds: Callable[[str], bool]) -> float:
    filled = [value for value in values if value.strip()]
    return sum(map(holds, filled)) / len(filled) if filled else 0.0


def _words(text: str) -> list[str]:
    """Split a header into lower-case words, each once, and known words that are glued apart."""
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    every = (piece for word in _WORD.findall(plain) for piece in _unglued(word))
    return list(dict.fromkeys(every))


def _concept(word: str) -> str | None:
    """Return what a word stands for, also in the plural and with *-nya*."""
    stems = (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("nya"))
    return next((_CONCEPT_OF[stem] for stem in stems if stem in _CONCEPT_OF), None)


def _unglued(word: str) -> list[str]:
    """Take a word apart that is known words in a row (*namaproduk*); else return it as it is."""
    if _concept(word) is not None:
        return [word]
    ways: list[list[str] | None] = [[], *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST), end):
            piece, before = word[start:end], ways[start]
            if before is not None and piece in _CONCEPT_OF and (len(piece) > 2 or piece == "id"):
                ways[end] = [*before, piece]
                break
    return ways[-1] or [word]
