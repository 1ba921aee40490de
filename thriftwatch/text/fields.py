"""What is known of a word, how many features terms tell, and how much room arrays have.

The names are in a module of their own, because compiled modules take them over as C constants, and
those cannot be imported from one another.
"""

LONGEST_WORD = 32
"""Letters of a word that are read."""
MOST_CACHED = 1 << 17
"""Words that a cache holds; past that it is emptied, so that memory has a bound."""
ROOM, WORD_ROOM = 1 << 10, 1 << 12
"""Tokens of a listing, and words of a cache, that arrays have room for at first."""
MOST_ROOM = 1 << 16
"""Tokens past which arrays are not kept for the next listing: few are as long as a book."""

FIELDS = 7
WORD, LEXICON, TERM, CLASS, KIND, FLAGS, LENGTH = range(FIELDS)
"""What `thriftwatch.text.tokenizer.Tokens.known` holds of a word: which word it counts as, its
number in the `Vocabulary` (0 for none), the term it is by itself and the class of that (-1 for
none), what kind of number it is (see `thriftwatch.text.shapes`), the flags below, and how many
letters it has."""
OPENS, IS_TEN, DISGUISED, COMPOUND = 1, 2, 4, 8
"""Phrases begin with it; it reads ``10``; it reads as another word than the one written, or as
several."""

OF_A_TERM = 4
"""A term tells its family, its class, its strength and, in a title, its class once more."""
OF_A_PAIR = 3
"""A pair of terms tells both classes, the first family with the class, and the class with the
second family."""
