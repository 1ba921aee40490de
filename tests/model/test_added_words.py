"""Words are added to a model's lexicon without training: they count as their family does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import thriftwatch
from thriftwatch import load_model, score_listing
from thriftwatch.domain import FACTS
from thriftwatch.errors import InputError, TableError
from thriftwatch.text.lexicon import load_lexicon


@pytest.fixture
def add(model, tmp_path):
    """Return a model with the rows of a lexicon added."""

    def add(*rows, to=model):
        path = tmp_path / "words.csv"
        columns = "term,variants,class,family,strength,meaning_id,meaning_en"
        path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
        return to.with_lexicon(path)

    return add


def features_of(model, title, description=""):
    """Return the names of the features that count in a listing."""
    heads = model.explainer().heads
    heads.score(title.encode(), description.encode())
    document = heads.document
    names = model.tables.features
    return {names[document.feature[place]] for place in range(document.features)}


def test_a_new_word_of_a_known_family_has_its_features(model, add):
    added = add("balboksi,,import,monza,5,,")
    assert features_of(added, "kaos balboksi") == features_of(model, "kaos monza")
    assert features_of(added, "kaos balboksi") - features_of(model, "kaos balboksi")
    assert features_of(added, "balboksi kaos, bukan balboksi") == features_of(
        model, "monza kaos, bukan monza"
    )


def test_a_new_word_counts_as_its_family_does(model, add):
    """All but the letters of the word itself, which training has not seen."""
    added = add("balboksi,,import,monza,5,,")
    before, after = (one.explain("kaos balboksi", "", "")[0] for one in (model, added))
    assert before.score < 0.5 < after.score
    assert after.facts[FACTS.index("foreign")] > before.facts[FACTS.index("foreign")] + 0.4


def test_a_word_of_a_new_family_counts_as_its_class_does(model, add):
    added = add("balboksi,,import,never-heard-of,5,,")
    found = features_of(added, "kaos balboksi")
    monza = features_of(model, "kaos monza")
    assert "class:import" in found
    assert not [name for name in found if "never-heard-of" in name]
    assert found == {name for name in monza if "monza" not in name}


def test_a_row_without_a_family_is_a_family_of_its_own(add):
    added = add("balboksi,,used,,,,")
    assert added.vocabulary.terms[-1].family == "balboksi"
    assert "class:used" in features_of(added, "kaos balboksi")


def test_a_new_word_may_be_a_phrase_with_variants_and_be_disguised(add):
    added = add("bal gajah mada,balgama|bal gama,wholesale,balpres,4,,")
    for written in ("bal gajah mada", "balgama", "b4lgama", "b.a.l.g.a.m.a", "BAL GAMA"):
        assert "family:balpres" in features_of(added, f"kaos {written}"), written


def test_the_meaning_of_a_new_word_is_told_in_the_reasons(add):
    added = add('balboksi,,import,monza,5,"pakaian dari peti","clothes from a crate"')
    reasons = score_listing("Kaos balboksi", model=added).reasons
    (reason,) = (reason for reason in reasons if "balboksi" in reason.text)
    assert "pakaian dari peti" in reason.note
    assert "clothes from a crate" in reason.note_en


def test_a_form_that_exists_moves(model, add):
    assert "class:import" in features_of(model, "kaos monza")
    added = add("monza,,goods,,3,,")
    assert "class:goods" in features_of(added, "kaos monza")
    assert "class:import" not in features_of(added, "kaos monza")
    # The other forms of the term that had it stay.
    assert "class:import" in features_of(added, "kaos monja")
    owners = [term for term in added.vocabulary.terms if "monza" in term.forms]
    assert [term.word_class for term in owners] == ["goods"]


def test_a_term_whose_forms_all_moved_is_gone(add):
    (term, *_) = (term for term in load_lexicon() if len(term.forms) == 1)
    added = add(f"{term.term},,goods,,3,,")
    kept = [other for other in added.vocabulary.terms if other.forms == term.forms]
    assert [(other.word_class, other.family) for other in kept] == [
        ("goods", term.term.replace(" ", "-"))
    ]


def test_the_id_says_that_words_were_added_and_which(model, add):
    one, other = add("balboksi,,import,monza,5,,"), add("balboksi,balbox,import,monza,5,,")
    assert one.id.startswith(f"{model.card['name']} {model.card['version']}")
    assert " + 1 words (" in one.id
    assert " + 2 words (" in other.id
    assert len({model.id, one.id, other.id}) == 3
    assert add("balboksi,,import,monza,5,,").id == one.id
    assert score_listing("Kaos", model=one).model == one.id


def test_words_are_added_to_words_that_were_added(add):
    one = add("balboksi,,import,monza,5,,")
    two = add("petikemas,,import,monza,5,,", to=one)
    assert " + 2 words (" in two.id
    for word in ("balboksi", "petikemas"):
        assert "family:monza" in features_of(two, f"kaos {word}")


def test_the_model_that_words_were_added_to_stays_as_it_was(model, add):
    before = model.id, model.score_one("kaos balboksi", "", "", policy="imported")
    add("balboksi,,import,monza,5,,")
    assert (model.id, model.score_one("kaos balboksi", "", "", policy="imported")) == before


def test_added_words_are_saved_and_come_back(add, tmp_path):
    added = add('balboksi,bal boksi,import,monza,5,"dari peti","from a crate"')
    added.save(tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.id == added.id
    assert again.vocabulary.to_dict() == added.vocabulary.to_dict()
    for texts in (("kaos balboksi", "", ""), ("b4lboksi", "bal boksi", "")):
        assert again.explain(*texts) == added.explain(*texts)


def test_nothing_is_added_to_what_is_scored_without_the_word(model, add):
    added = add("balboksi,,import,monza,5,,")
    for title in ("Hoodie Uniqlo second import", "Kemeja batik baru", "b4l thr1ft korea"):
        plain, more = (one.explain(title, "ex bal", "") for one in (model, added))
        assert plain == more


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Bal Boksi,,import,,,,", "no folded text"),
        ("balboksi,,imports,,,,", 'Did you mean "import"'),
        ("balboksi,,import,,9,,", "strength must be one of"),
        ("balboksi,balboksi,import,,,,", "take it out of one of them"),
        ("a b c d e f g h i,,import,,,,", "at most eight"),
    ],
)
def test_a_file_that_is_no_lexicon_is_refused_with_the_place(add, row, said):
    with pytest.raises(TableError) as error:
        add(row)
    assert said in str(error.value)
    assert "words.csv" in str(error.value)


@pytest.mark.parametrize("meaning", ["\x1b[31mred", "no\u202ebreak", "x" * 1001])
def test_a_meaning_that_cannot_be_shown_is_refused_as_in_a_folder(add, meaning):
    with pytest.raises(InputError, match="cannot be shown") as error:
        add(f"balboksi,,import,monza,5,{meaning},crate")
    assert '"balboksi"' in str(error.value)
    assert str(error.value).isprintable()


def test_a_packaged_lexicon_with_another_row_does_not_break_loading(model, tmp_path):
    """A model reads the lexicon of its folder; the packaged one is what training starts from."""
    package = Path(thriftwatch.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__", "review", "evaluation", "training")
    shutil.copytree(package, tmp_path / "thriftwatch", ignore=ignored)
    (tmp_path / "models").mkdir()
    model.save(tmp_path / "models" / "thriftwatch-id")
    with (tmp_path / "thriftwatch" / "text" / "lexicon.csv").open("a", encoding="utf-8") as file:
        file.write("balboksi,,import,monza,,5,,2026,peti,crate,own\n")
    code = (
        "from thriftwatch import score_listing\n"
        "from thriftwatch.text.vocabulary import packaged_vocabulary\n"
        "found = score_listing('Kaos monza')\n"
        "print(found.model, repr(found.score), b'balboksi' in packaged_vocabulary().words, sep='|')"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    score = model.score_one("Kaos monza", "", "", policy="imported").score
    assert done.stdout.strip().split("|") == [model.id, repr(score), "True"]
