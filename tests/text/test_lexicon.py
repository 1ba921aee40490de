import re
import subprocess
import sys
from collections import Counter

import pytest

from thriftwatch.errors import TableError
from thriftwatch.text.fields import LONGEST_WORD
from thriftwatch.text.lexicon import CLASSES, Term, check_forms, load_lexicon, read_lexicon

FORM = re.compile(r"[a-z0-9]+(?: [a-z0-9]+){0,3}")
GLOSSED = {
    "used", "import", "origin", "wholesale", "condition",
    "trade", "evasion", "new", "own", "domestic", "market",
}  # fmt: skip
HARMLESS = {
    "brand_local", "domestic", "garment", "goods", "new", "notthing",
    "own", "place", "service", "trade", "trap",
}  # fmt: skip
ACCUSING = ("ilegal", "illegal", "pelaku", "penjahat", "melanggar", "pidana", "selundup", "smuggl")

REGIONAL = [
    "monza", "monja", "awul awul", "ngawul", "awut awut", "owol owol", "obal abul", "lelong",
    "baju roma", "rombengan malaysia", "rombengan", "rombeng", "baju rb", "erbe", "cap karung",
    "cakar", "cakaran", "cakar bongkar", "cakbo", "cabo", "baju bj", "burukan jambi", "baju batam",
    "baju bi", "seken singapura", "seken spore", "babebo", "cimol", "cibadak mall", "obok obok",
    "baju bundle",
]  # fmt: skip
MARKETS = [
    "gedebage", "pasar senen", "poncol", "tugu pahlawan", "gembong", "comboran", "pasar kodok",
    "karang sukun", "pasar tungging", "aviari", "pasar jodoh", "toddopuli", "simalingkar",
    "mardika", "oeba", "16 ilir", "lopak",
]  # fmt: skip
TRAPS = [
    "cakar ayam", "cimol bojot", "ferrari monza", "sepeda monza", "helm monza", "as roma",
    "roma kelapa", "bekas jerawat", "bekas luka", "bekas operasi", "hp bekas", "ban bekas",
    "motor bekas", "laptop bekas", "kardus bekas", "second skin", "second batch", "second account",
    "second lead", "gym ball", "soccer ball", "bal kerupuk", "bal kapas", "bal rokok", "bola bal",
    "karung beras", "karung kopi", "karung goni", "karung semen", "karung pasir", "lelong motor",
    "mata minus", "lensa minus", "jeans sobek", "penghilang noda", "hangtag thrift",
    "plastik thrift", "parfum thrift", "gaya thrift", "jastip", "bundle hp", "lampu vintage",
    "motor tangan pertama", "babe cabita", "rb3025", "korean style",
]  # fmt: skip


@pytest.fixture(scope="module")
def places():
    return {form: term for term in load_lexicon() for form in term.forms}


def test_forms_are_folded_and_short():
    wrong = [form for term in load_lexicon() for form in term.forms if not FORM.fullmatch(form)]
    assert wrong == []


def test_a_form_stands_in_one_row_only():
    counts = Counter(form for term in load_lexicon() for form in term.forms)
    assert [form for form, count in counts.items() if count > 1] == []


def test_classes_are_closed_and_all_used():
    assert {term.word_class for term in load_lexicon()} == set(CLASSES)


def test_a_family_belongs_to_one_class():
    classes = {}
    for term in load_lexicon():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", term.family), term
        assert classes.setdefault(term.family, term.word_class) == term.word_class, term.family


def test_strengths_and_years():
    for term in load_lexicon():
        assert 1 <= term.strength <= 5, term
        assert term.first_seen is None or 1990 <= term.first_seen <= 2026, term


def test_traps_are_forms_of_harmless_rows(places):
    wrong = [
        (term.term, trap)
        for term in load_lexicon()
        for trap in term.traps
        if trap not in places or places[trap].word_class not in HARMLESS
    ]
    assert wrong == []


def test_a_documented_trap_holds_a_word_of_its_term():
    for term in load_lexicon():
        words = {word for form in term.forms for word in form.split()}
        for trap in term.traps:
            assert words & set(trap.split()), (term.term, trap)


@pytest.mark.parametrize("form", REGIONAL)
def test_regional_names_are_there(places, form):
    assert places[form].word_class in {"import", "used"}
    assert places[form].region or places[form].family == "bundle-malaysia"


@pytest.mark.parametrize("form", MARKETS)
def test_markets_are_there(places, form):
    assert places[form].word_class == "market"
    assert places[form].region


@pytest.mark.parametrize("form", TRAPS)
def test_trap_phrases_are_there(places, form):
    assert places[form].word_class in {"trap", "goods", "garment"}


@pytest.mark.parametrize(
    ("form", "word_class"),
    [
        ("no minus", "condition"),  # no flaw is still said of a worn piece
        ("no cancel", "trade"),
        ("no kw", "counterfeit"),
        ("bukan lokal", "origin"),
        ("bukan import", "domestic"),
        ("bukan bal sampah", "wholesale"),
        ("bukan awul awul biasa", "import"),
        ("bukan thrift biasa", "used"),
        ("bukan hanya", "trap"),
        ("belum pernah dipakai", "new"),
        ("seperti baru", "condition"),
        ("baru dicuci", "condition"),
        ("pasar baru", "place"),
        ("tidak luntur", "new"),
    ],
)
def test_phrases_that_no_negator_or_newness_word_may_flip(places, form, word_class):
    assert places[form].word_class == word_class


def test_complete_labels_are_claimed_of_new_and_used_goods_alike(places):
    assert places["full tag"].word_class == places["fulltag"].word_class == "counterfeit"
    assert places["new tag"].word_class == "new"


@pytest.mark.parametrize("form", ["samsung", "imei", "128gb", "apple watch", "smart tv", "sd card"])
def test_electronics_are_goods_out_of_scope(places, form):
    assert places[form].word_class == "goods"


@pytest.mark.parametrize("form", ["semir sepatu", "pembersih sepatu", "tali sepatu"])
def test_what_is_sold_for_shoes_is_no_shoe(places, form):
    assert places[form].word_class == "trap"


def test_no_negator_inside_reach_is_missing(places):
    negators = ("bukan", "bkn", "tidak", "gak", "no", "non", "tanpa", "anti", "dudu", "ora",
                "sanes", "teu", "indak", "nda", "tara")  # fmt: skip
    for form in negators:
        assert places[form].word_class == "negator"


def test_glosses():
    for term in load_lexicon():
        if term.word_class in GLOSSED:
            assert term.meaning_id, term.term
            assert term.meaning_en, term.term
        for gloss in (term.meaning_id, term.meaning_en):
            assert not any(word in gloss.lower() for word in ACCUSING), term.term
            assert len(gloss) <= 90, term.term


def test_two_letter_forms_are_few(places):
    short = {form for form in places if len(form) <= 2 and places[form].word_class in GLOSSED}
    assert short <= {"tt", "by"}


def test_reading_the_lexicon_needs_no_table_library():
    code = (
        "import sys; from thriftwatch.text.lexicon import load_lexicon; load_lexicon(); "
        "print(sorted({'pandas', 'sklearn', 'scipy', 'nltk'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Files of one's own


@pytest.fixture
def lexicon(tmp_path):
    """Write a file, text or bytes, and return where."""

    def write(content):
        path = tmp_path / "words.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_term_and_its_class_are_enough(lexicon):
    assert read_lexicon(lexicon("class,term\nwholesale,bal segel\n")) == (
        Term(("bal segel",), "wholesale", "bal-segel", 3, "", ""),
    )


def test_every_column_is_read(lexicon):
    header = (
        "term,variants,class,family,region,strength,traps,first_seen,meaning_id,meaning_en,source"
    )
    row = 'cakar,cakaran | c4kar,import,claw,Makassar,5,cakar ayam|cakar besi,2003,"bekas, impor",used,dossier'
    (term,) = read_lexicon(lexicon(f"{header},notes\n{row},whatever\n"))
    assert term == Term(
        ("cakar", "cakaran", "c4kar"), "import", "claw", 5, "bekas, impor", "used", "Makassar",
        ("cakar ayam", "cakar besi"), 2003, "dossier",
    )  # fmt: skip


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_of_spreadsheets_are_read(lexicon, mark, end):
    (term,) = read_lexicon(lexicon(f"{mark}term,class{end}bal,wholesale{end}"))
    assert term.term == "bal"


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\n", "\r\n", ", ", '""'])
def test_a_meaning_may_hold_any_sign(lexicon, sign):
    (term,) = read_lexicon(lexicon(f'term,class,meaning_en\nbal,wholesale,"a{sign}b"\n'))
    assert term.meaning_en == f"a{sign}b".replace('""', '"')


@pytest.mark.parametrize("year", ["", "baru", "\u00b2", "2003?"])
def test_a_year_that_is_none_is_not_known(lexicon, year):
    (term,) = read_lexicon(lexicon(f"term,class,first_seen\nbal,wholesale,{year}\n"))
    assert term.first_seen is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", 'no column "term", "class"'),
        ("term;class\nbal;wholesale\n", 'no column "term", "class"'),
        ("term,kelas\nbal,wholesale\n", 'no column "class"'),
        ("term,class\nbal,wholesale\nBal,wholesale\n", 'line 3: "Bal" is no folded text'),
        ("term,class\n,wholesale\n", 'line 2: "" is no folded text'),
        ("term,class\nbal  segel,wholesale\n", '"bal  segel" is no folded text'),
        ("term,class\nb\u00e1l,wholesale\n", '"b\u00e1l" is no folded text'),
        ("term,class\nb\0l,wholesale\n", "line 2"),
        ("term,class\na b c d e f g h i,trap\n", "at most eight"),
        (f"term,class\n{(LONGEST_WORD + 1) * 'x'},trap\n", f"up to {LONGEST_WORD} letters"),
        ("term,class,variants\nbal,trap,bals||ball\n", '"" is no folded text'),
        ("term,class\nbal,wholsale\n", 'Did you mean "wholesale"?'),
        ("term,class,strength\nbal,wholesale,6\n", 'strength must be one of "1"'),
        ("term,class,strength\nbal,wholesale,\u0663\n", 'strength must be one of "1"'),
        ("term,class,variants\nbal,wholesale,ball\nbola,trap,ball\n", '"ball" is a form of "bal"'),
        ("term,class,variants\nbal,wholesale,bal\n", '"bal" is a form of "bal" and of "bal"'),
        (b"term,class\nb\xe1l,wholesale\n", "cannot be read as UTF-8"),
        ("term,class\nbal," + "x" * 200_000, "field larger than"),
    ],
)
def test_a_file_that_is_no_lexicon_is_refused_with_one_line_that_names_it(lexicon, content, says):
    path = lexicon(content)
    with pytest.raises(TableError) as refused:
        read_lexicon(path)
    message = str(refused.value)
    assert says in message
    assert path.name in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(TableError, match="cannot be read"):
        read_lexicon(tmp_path / name)


def test_a_word_as_long_as_can_be_read_is_accepted(lexicon):
    (term,) = read_lexicon(lexicon(f"term,class\n{LONGEST_WORD * 'x'} bal,trap\n"))
    assert len(term.term) == LONGEST_WORD + 4


def test_a_form_of_two_terms_is_refused():
    one, two = (Term((form, "bal"), "trap", "", 1, "", "") for form in ("ball", "bola"))
    check_forms([one], "words.csv")
    with pytest.raises(TableError, match='"bal" is a form of "ball" and of "bola"'):
        check_forms([one, two], "words.csv")
