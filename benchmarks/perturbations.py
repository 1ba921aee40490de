"""Changes of a listing that should not change its score: brand, city, price, boilerplate."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from thriftwatch.text.lexicon import load_lexicon

__all__ = ["PERTURBATIONS", "Perturbation"]

Perturbation = Callable[[str, str, np.random.Generator], tuple[str, str] | None]
"""From title and description to the changed ones, or None where there is nothing to change."""

_BOILERPLATE = (
    "Pesanan yang masuk sebelum jam 15.00 dikirim hari yang sama, Senin sampai Sabtu. Hari Minggu "
    "dan tanggal merah kami libur. Mohon isi alamat dan nomor telepon dengan lengkap. Barang "
    "dikemas rapi dengan bubble wrap supaya aman sampai tujuan. Resi diperbarui otomatis setelah "
    "kurir mengambil paket. Keterlambatan pengiriman dari pihak ekspedisi di luar tanggung jawab "
    "kami. Silakan tanyakan stok lewat chat sebelum memesan. Terima kasih sudah berbelanja, "
    "jangan lupa beri ulasan bintang lima ya kak.",
    "Cara pemesanan: klik beli, pilih kurir, lakukan pembayaran, tunggu pesanan diproses. Gratis "
    "ongkir sesuai syarat dan ketentuan aplikasi. Bisa bayar di tempat untuk wilayah tertentu. "
    "Komplain wajib menyertakan video saat paket dibuka. Chat dibalas pukul 08.00 sampai 20.00.",
)
_PRICE = re.compile(
    r"(?<![\w.,])(rp\.?\s*)?(\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?)(\s*(?:rb|ribu|k|jt|juta))?(?![\w.,]\w)",
    re.IGNORECASE,
)
_FACTORS = (0.5, 0.7, 1.4, 1.8)


def _swap_terms(*kinds: Sequence[str]) -> Perturbation:
    """Return a change that puts another term in the place of each, of the same kind.

    A kind is a set of lexicon classes. Terms that hold a word of another class ("guess korea") are
    left alone and never put in: with them more than the name would change.
    """
    forms = [_plain_forms(classes) for classes in kinds]
    kind_of = {form: place for place, known in enumerate(forms) for form in known}
    longest_first = sorted(kind_of, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)

    def change(title: str, description: str, random: np.random.Generator) -> tuple[str, str] | None:
        def another(match: re.Match[str]) -> str:
            known = forms[kind_of[match[0].lower()]]
            new = known[random.integers(len(known))]
            if match[0].isupper():
                return new.upper()
            return new.title() if match[0][0].isupper() else new

        return _changed(title, description, lambda text: pattern.sub(another, text))

    return change


def _plain_forms(classes: Sequence[str]) -> list[str]:
    lexicon = load_lexicon()
    others = {form for term in lexicon if term.word_class not in classes for form in term.forms}
    return sorted(
        form
        for term in lexicon
        if term.word_class in classes
        for form in term.forms
        if others.isdisjoint(form.split())
    )


def _change_prices(
    title: str, description: str, random: np.random.Generator
) -> tuple[str, str] | None:
    def another(match: re.Match[str]) -> str:
        mark, number, unit = match.groups(default="")
        grouped = "." in number
        if not (mark or unit or grouped):
            return match[0]
        factor = _FACTORS[random.integers(len(_FACTORS))]
        if grouped:
            value = max(1, round(int(number.replace(".", "")) * factor / 500)) * 500
            new = f"{value:,}".replace(",", ".")
        elif "," in number:
            new = f"{float(number.replace(',', '.')) * factor:.1f}".replace(".", ",")
        else:
            new = str(max(1, round(int(number) * factor)))
        return f"{mark}{new}{unit}"

    return _changed(title, description, lambda text: _PRICE.sub(another, text))


def _pad(title: str, description: str, random: np.random.Generator) -> tuple[str, str] | None:
    return title, f"{description}\n{_BOILERPLATE[random.integers(len(_BOILERPLATE))]}"


def _changed(title: str, description: str, change: Callable[[str], str]) -> tuple[str, str] | None:
    new = change(title), change(description)
    return None if new == (title, description) else new


PERTURBATIONS: dict[str, Perturbation] = {
    "brand swap": _swap_terms(("brand_foreign",), ("brand_local",)),
    "brand swap, foreign and local exchanged": _swap_terms(("brand_foreign", "brand_local")),
    "city swap": _swap_terms(("place",)),
    "price swap": _change_prices,
    "shipping boilerplate": _pad,
}
"""By name; each is deterministic given its generator."""
