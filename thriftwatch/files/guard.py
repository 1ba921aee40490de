"""Keep cells from running as formulas when a table is opened in a spreadsheet.

Excel, LibreOffice and Google Sheets run a cell that starts with ``=``, ``+``, ``-`` or ``@`` as a
formula, some of them also after spaces or where the sign is of full width, and sellers choose
what their titles start with. An apostrophe in front turns such a cell into text. Titles that
really start with ``-`` or ``+62`` are common, so what is put on when a table is written is taken
off when it is read.

The rule, with *dangerous* for a tab, a line end, or one of ``= + - @`` in any width, with or
without blank characters before it:

- on the way out, a cell of zero or more apostrophes followed by something dangerous gets one
  more apostrophe in front;
- on the way in, a cell of one or more apostrophes followed by something dangerous loses one.

Counting the apostrophes that are already there is what makes the first step reversible:
``=1`` and ``'=1`` are different texts and stay different. A number is no formula and stays as it
is, its sign included: ``-6.2088``.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["guard_cell", "guard_column", "unguard_cell", "unguard_column"]

# Spelled out, because these patterns are read by three engines (Python's, RE2 and that of the
# browser a review page is opened in) that do not agree on what a space is.
_BLANK = "[\x00-\x20\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f"
_BLANK += "\u205f-\u2064\u3000\ufeff]"
_SIGN = "[=+\\-@\t\r\n＝＋－＠﹦﹢﹣﹫]"
# \A and not ^, which after a line end means something else to each of them.
_UNGUARDED = rf"\A('*{_BLANK}*{_SIGN})"
_GUARDED = rf"\A'('*{_BLANK}*{_SIGN})"
# Few digits behind a plus: more are a telephone number, which a spreadsheet would make 6.28E+12.
_NUMBER = r"\A(-[0-9]{1,15}|\+[0-9]{1,7})([.,][0-9]{1,15})?(e[-+]?[0-9]{1,3})?%?\z"
_IS_NUMBER = re.compile(_NUMBER.replace(r"\z", r"\Z"))


def guard_cell(text: str) -> str:
    """Put an apostrophe in front of a cell that a spreadsheet would run.

    Examples
    --------
    >>> guard_cell("-50% hoodie"), guard_cell("hoodie -50%")
    ("'-50% hoodie", 'hoodie -50%')
    >>> guard_cell("-6.2088")
    '-6.2088'
    """
    return text if _IS_NUMBER.match(text) else re.sub(_UNGUARDED, r"'\1", text)


def unguard_cell(text: str) -> str:
    """Take off the apostrophe that `guard_cell` put on.

    Examples
    --------
    >>> unguard_cell("'-50% hoodie"), unguard_cell("'90s hoodie")
    ('-50% hoodie', "'90s hoodie")
    """
    return re.sub(_GUARDED, r"\1", text)


def guard_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Apply `guard_cell` to a column of strings; nulls stay null.

    Examples
    --------
    >>> guard_column(pa.chunked_array([["=1+1", None]])).to_pylist()
    ["'=1+1", None]
    """
    guarded = _replace(column, _UNGUARDED, r"'\1")
    if guarded is column:
        return column
    return pc.if_else(pc.match_substring_regex(column, _NUMBER), column, guarded)


def unguard_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Apply `unguard_cell` to a column of strings; nulls stay null.

    Examples
    --------
    >>> unguard_column(pa.chunked_array([["'=1+1", None]])).to_pylist()
    ['=1+1', None]
    """
    return _replace(column, _GUARDED, r"\1")


def _replace(column: pa.ChunkedArray, pattern: str, replacement: str) -> pa.ChunkedArray:
    # Looking costs a quarter of replacing, and most columns have nothing to replace.
    if not pc.any(pc.match_substring_regex(column, pattern)).as_py():
        return column
    return pc.replace_substring_regex(column, pattern, replacement, max_replacements=1)
