"""An invented market for the radar: sellers of the trade, lawful sellers, before and after."""

import numpy as np
import pyarrow as pa

GOODS = ["hoodie", "kemeja", "kaos", "jaket", "celana", "rok", "sweater", "blazer"]
TRADE = [
    "bal segel baru buka",
    "thrift import ex Korea",
    "second import Jepang",
    "lelong bundle bekas",
]
LAWFUL = ["baru dari konveksi sendiri", "ready size lengkap", "bahan katun adem", "seragam baru"]
COLOURS = ["hitam", "putih", "merah", "biru", "hijau", "cokelat", "abu", "krem"]


def listings(random, number, label, shops="toko"):
    """Make listings of as many sellers."""
    claims = TRADE if label else LAWFUL
    return [
        {
            "title": " ".join(
                [random.choice(GOODS), random.choice(COLOURS), random.choice(claims)]
            ),
            "description": f"stok {random.choice(COLOURS)}, {random.choice(GOODS)} kondisi mulus",
            "shop": f"{shops} {label} {place}",
            "label": str(label),
            "date": "",
        }
        for place in range(number)
    ]


def market(seed=0, positives=60, lawful=150):
    """Return rows before (four times as many positives) and after."""
    random = np.random.default_rng(seed)
    before = listings(random, 4 * positives, 1, "dulu") + listings(random, lawful, 0, "dulu")
    after = listings(random, positives, 1, "kini") + listings(random, lawful, 0, "kini")
    for row in before:
        row["date"] = f"2026-{random.integers(6, 10):02}-15"
    for row in after:
        row["date"] = "2026-10-15"
    return before, after


def plant(rows, word, label, number, shop=None):
    """Put a word into the titles of the first listings with a label."""
    chosen = [row for row in rows if row["label"] == str(label)][:number]
    for row in chosen:
        row["title"] += f" {word}"
        row["shop"] = shop or row["shop"]


def tables(before, after):
    """Return both as tables."""
    return pa.Table.from_pylist(before), pa.Table.from_pylist(after)
