"""Hypothesis strategies: texts that sellers write, texts that nobody should, and listings."""

from disguises import DISGUISES
from hypothesis import strategies as st

from thriftwatch.text.lexicon import load_lexicon

WORDS = sorted(form for term in load_lexicon() for form in term.forms)
FLAGGED = ("thrift", "bekas", "second", "import", "preloved", "seken", "balpres", "monza", "lelong")
NASTY = (
    "\0", "\ud800", "\udfff", "\u200b", "\u202e", "\xad", "\u0301", "\ufeff", "\u2028", "\x85",
    "🇯🇵", "🇹", "👨‍👩‍👧", "♻️", "𝓽", "ﷺ", "한", "山", "ß", "ǆ", "½", "×", "…", "™",
)  # fmt: skip

any_text = st.lists(st.characters(exclude_categories=()) | st.sampled_from(NASTY), max_size=40).map(
    "".join
)
"""Any text at all: lone surrogates, astral characters and NUL included."""

disguised = st.builds(
    lambda name, word: DISGUISES[name](word),
    st.sampled_from(sorted(DISGUISES)),
    st.sampled_from(FLAGGED),
)
numbers = st.sampled_from(
    ["9/10", "95%", "68x56", "35rb/pcs", "100 pcs", "S M L XL", "1,2jt", "p 68 l 56"]
)
glued = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "#", "#@", "#$", "baju", "laptop", "jual"]),
        st.sampled_from(FLAGGED),
        st.sampled_from(["", "nya", "bandung", "kaos", "tidak"]),
    ),
)
pieces = (
    st.sampled_from(WORDS)
    | disguised
    | glued
    | numbers
    | st.sampled_from(
        ["bukan", "no", "tidak", "yang", "dan", "!!", ".", "\n", "25", "3", "hoodiee"]
    )
    | any_text
)
seller_text = st.lists(pieces, max_size=8).map(" ".join)
"""Vocabulary, disguises, numbers and noise, as sellers mix them."""

listing = st.tuples(seller_text, seller_text | st.just(""))
listings = st.lists(listing, min_size=1, max_size=6)
