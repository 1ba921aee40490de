"""Listings, their links, and what a workbook has of them."""

import openpyxl

BALE = "Buka bal hoodie ex Jepang isi 200 pcs"
HOODIE = "Hoodie Uniqlo second import"
UNSOURCED = "Thrift kemeja garis-garis 30rb"
PAN = "Panci presto baru garansi resmi"
SHOP = "bdg.secondbrand"


def shopee(item):
    return f"https://shopee.co.id/product/77/{item}"


def table(path, sheet="Daftar"):
    """Return the rows of a sheet by their headings."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def text_of(path, sheet="Ringkasan"):
    """Return all text of a sheet."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)
