"""What sellers do to hide a word: one small function for each disguise, word in, disguise out.

`DISGUISES` holds them by name. Words go in as lower-case ``a-z``; every function is deterministic.
"""

from collections.abc import Callable
from itertools import cycle

Disguise = Callable[[str], str]

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
VOWELS = "aeiou"

ACCENTED = "áḃçďèḟğĥïǰķĺḿñöṗqřšťùṽẁẍýž"
CYRILLIC = {"a": "а", "b": "Ь", "c": "с", "e": "е", "i": "і", "j": "ј", "k": "к", "l": "ӏ", "m": "м",
            "n": "п", "o": "о", "p": "р", "r": "г", "s": "ѕ", "t": "т", "x": "х", "y": "у"}  # fmt: skip
GREEK = {"a": "α", "b": "β", "e": "ε", "h": "Η", "i": "ι", "k": "κ", "m": "Μ", "n": "η", "o": "ο",
         "p": "ρ", "t": "τ", "u": "υ", "v": "ν", "y": "γ", "z": "Ζ"}  # fmt: skip
MIXED_SCRIPTS = "αв¢∂єƒgнιנкℓмησρqяѕтυνωχуz"
SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ"
SUPERSCRIPT = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ"
SYLLABLES = "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭Yᘔ"
TURNED = "ɐqɔpǝɟƃɥᴉɾʞꞁɯuodbɹsʇnʌʍxʎz"


def _letters(alphabet: str | dict[str, str]) -> Disguise:
    table = alphabet if isinstance(alphabet, dict) else dict(zip(ALPHABET, alphabet, strict=True))
    return lambda word: "".join(table.get(letter, letter) for letter in word)


def _letters_from(first: int) -> Disguise:
    """Take the letters of a run of 26 code points."""
    return _letters("".join(chr(first + place) for place in range(26)))


def _between(*parts: str) -> Disguise:
    """Put the parts between the letters, in turn."""

    def disguise(word: str) -> str:
        turns = cycle(parts)
        return word[0] + "".join(next(turns) + letter for letter in word[1:])

    return disguise


def _leet(digits: dict[str, str]) -> Disguise:
    return lambda word: "".join(digits.get(letter, letter) for letter in word)


def _last_vowel(word: str) -> int:
    return max(place for place, letter in enumerate(word) if letter in VOWELS)


def leet_one(word: str) -> str:
    """One vowel as a digit: ``thr1ft``."""
    place = _last_vowel(word)
    return (
        word[:place]
        + {"a": "4", "e": "3", "i": "1", "o": "0", "u": "v"}[word[place]]
        + word[place + 1 :]
    )


def starred(word: str) -> str:
    place = _last_vowel(word)
    return f"{word[:place]}*{word[place + 1 :]}"


def two_stars(word: str) -> str:
    """A vowel and the letter before it: ``th**ft``."""
    place = _last_vowel(word)
    return f"{word[: place - 1]}**{word[place + 1 :]}"


def vowel_dropped(word: str) -> str:
    place = _last_vowel(word)
    return word[:place] + word[place + 1 :]


def neighbours_swapped(word: str) -> str:
    """Swap two letters in the middle: ``thirft``."""
    place = len(word) // 2
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def stretched_end(word: str) -> str:
    return word + 3 * word[-1]


def stretched_vowel(word: str) -> str:
    place = _last_vowel(word)
    return word[:place] + 3 * word[place] + word[place:]


def halved(word: str) -> str:
    """One separator in the middle: ``thr/ift``."""
    return f"{word[: len(word) // 2]}/{word[len(word) // 2 :]}"


def mixed_case(word: str) -> str:
    return "".join(letter.upper() if place % 2 else letter for place, letter in enumerate(word))


def upside_down(word: str) -> str:
    return _letters(TURNED)(word)[::-1]


def right_to_left(word: str) -> str:
    """Written backwards, shown forwards."""
    return f"\u202e{word[::-1]}\u202c"


def one_look_alike(word: str) -> str:
    """One Cyrillic letter among Latin ones."""
    place = next((p for p, letter in enumerate(word) if letter in "aceiops"), 0)
    return word[:place] + CYRILLIC.get(word[place], word[place]) + word[place + 1 :]


DISGUISES: dict[str, Disguise] = {
    "mixed case": mixed_case,
    "full width": _letters_from(ord("ａ")),
    "mathematical bold": _letters_from(0x1D41A),
    "mathematical sans bold italic": _letters_from(0x1D656),
    "script": _letters_from(0x1D4EA),
    "fraktur": _letters_from(0x1D51E),
    "double-struck": _letters_from(0x1D552),
    "typewriter": _letters_from(0x1D68A),
    "circled": _letters_from(ord("ⓐ")),
    "negative circled": _letters_from(0x1F150),
    "parenthesised": _letters_from(ord("⒜")),
    "squared": _letters_from(0x1F130),
    "negative squared": _letters_from(0x1F170),
    "regional indicators": _letters_from(0x1F1E6),
    "regional indicators apart": lambda word: "\u200b".join(_letters_from(0x1F1E6)(word)),
    "small capitals": _letters(SMALL_CAPITALS),
    "superscript": _letters(SUPERSCRIPT),
    "cyrillic": _letters(CYRILLIC),
    "one look-alike": one_look_alike,
    "greek": _letters(GREEK),
    "mixed scripts": _letters(MIXED_SCRIPTS),
    "syllables": _letters(SYLLABLES),
    "upside down": upside_down,
    "accents": _letters(ACCENTED),
    "combining marks": lambda word: "".join(f"{letter}\u0336\u0301" for letter in word),
    "zero width": _between("\u200b", "\u200d", "\u2060", "\ufeff"),
    "soft hyphen": _between("\xad"),
    "direction marks": _between("\u200e", "\u200f", "\u202d"),
    "right to left": right_to_left,
    "variation selectors": _between("\ufe0f"),
    "leet": leet_one,
    "leet all vowels": _leet({"a": "4", "e": "3", "i": "1", "o": "0"}),
    "leet symbols": _leet({"a": "@", "i": "!", "s": "$"}),
    "leet consonants": _leet({"b": "8", "t": "7", "s": "5", "l": "1"}),
    "dots": _between("."),
    "dashes": _between("-"),
    "slash": halved,
    "slashes": _between("/"),
    "underscores": _between("_"),
    "spaces": _between(" "),
    "wide spaces": _between("\u3000"),
    "pipes": _between("|"),
    "middle dots": _between("·"),
    "mixed separators": _between(".", "-", "_"),
    "stretched end": stretched_end,
    "stretched vowel": stretched_vowel,
    "starred": starred,
    "two stars": two_stars,
    "vowel dropped": vowel_dropped,
    "neighbours swapped": neighbours_swapped,
}
