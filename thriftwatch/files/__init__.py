"""Tables in and out of files: streamed, checked, guarded and written whole or not at all.

The public functions are imported from here; the modules below are how they work.

Examples
--------
>>> import tempfile
>>> from pathlib import Path
>>> import pyarrow as pa
>>> file = Path(tempfile.mkdtemp(), "listings.tsv")
>>> write_table(pa.table({"judul": ["=Hoodie second"]}), file)
>>> read_table(file).table["judul"].to_pylist()
['=Hoodie second']
"""

from thriftwatch.files.atomic import (
    atomic_folder,
    atomic_path,
    check_folder,
    check_writable,
)
from thriftwatch.files.batch import Layout, RejectedRow, TableRead, concat_reads
from thriftwatch.files.dialect import EXCEL, PLAIN, Dialect
from thriftwatch.files.guard import guard_cell, guard_column, unguard_cell, unguard_column
from thriftwatch.files.tables import read_batches, read_table, read_tables
from thriftwatch.files.writing import check_output, write_batches, write_table

__all__ = [
    "EXCEL",
    "PLAIN",
    "Dialect",
    "Layout",
    "RejectedRow",
    "TableRead",
    "atomic_folder",
    "atomic_path",
    "check_folder",
    "check_output",
    "check_writable",
    "concat_reads",
    "guard_cell",
    "guard_column",
    "read_batches",
    "read_table",
    "read_tables",
    "unguard_cell",
    "unguard_column",
    "write_batches",
    "write_table",
]
