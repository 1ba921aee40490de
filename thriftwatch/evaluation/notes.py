"""What whoever quotes a figure has to know: said beside every table, Indonesian and English."""

from collections.abc import Sequence
from dataclasses import replace

from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.overlap import MUCH_SEEN, seen_share
from thriftwatch.evaluation.rows import ScoredRows, Table
from thriftwatch.evaluation.splits import SplitFigures, needs_transfer
from thriftwatch.model.artifact import load_model
from thriftwatch.model.model import Model

__all__ = ["annotated", "notes_on"]


def annotated(splits: Sequence[SplitFigures], *, twins: bool) -> tuple[SplitFigures, ...]:
    """Say so where the random split is not as optimistic as it is said to be.

    Parameters
    ----------
    splits
        The splits.
    twins
        Whether there are pairs of listings that differ in the deciding words.
    """
    by_name = {split.name: split for split in splits}
    if not {"random", "group"} <= by_name.keys():
        return tuple(splits)
    chance, group = (
        by_name[name].figures["average_precision"].value for name in ("random", "group")
    )
    if chance > group:
        return tuple(splits)
    note = "optimistic in general, but on these rows no higher than the split by group"
    if twins:
        note += ", which keeps twins of opposite label (pair) on one side"
    return tuple(replace(one, note=note) if one.name == "random" else one for one in splits)


def notes_on(
    table: Table,
    model: Model | None,
    splits: Sequence[str],
    rows: ScoredRows,
    average_precision: Interval,
) -> list[tuple[str, str]]:
    """Return what whoever quotes a figure has to know."""
    notes = []
    if model is not None and not splits:
        notes += _flattering(table, model, average_precision, rows.policy)
    if splits:
        notes.append(
            (
                "Tiap baris dinilai oleh model yang tidak melihatnya. Ambang tingkat dan alasan "
                "berasal dari model yang disebut di atas.",
                "Each row was judged by a model that had not seen it. Tier thresholds and reasons "
                "are those of the model named above.",
            )
        )
        if needs_transfer(table.rows) and seen_share(table.rows, load_model().card) is None:
            notes.append(
                (
                    "Baris ini tidak menyatakan semua fakta, jadi bagian model bawaan diteruskan. "
                    "Bila model bawaan dilatih dengan baris ini, angka-angka ini terlalu bagus.",
                    "These rows do not tell all facts, so parts of the bundled model carry over. "
                    "If it was trained on these rows the figures flatter.",
                )
            )
    shares = model.card.get("prevalence", {}).get(rows.policy) if model else None
    if shares and shares["stated"] != shares["training"]:
        notes.append(
            (
                f"Skor model disetel untuk katalog dengan {shares['stated']:.2%} sasaran; pada "
                "baris ini bagian sasaran berbeda, jadi galat kalibrasi dan skor Brier di sini "
                "bukan ukuran kalibrasi di katalog itu.",
                f"The model's scores are for a catalogue with {shares['stated']:.2%} targets; "
                "these rows have another share, so calibration error and Brier score here do "
                "not measure calibration there.",
            )
        )
    if rows.scores.by_score_alone:
        notes.append(
            (
                "Tanpa judul, tingkat di sini ditentukan oleh skor saja. Model sendiri menaruh "
                'listing berskor tinggi di "review" bila tidak yakin dan asal luar negeri tidak '
                'disebut, jadi "likely" di sini memuat lebih banyak.',
                "There are no titles, so the tiers here are by score alone. The model itself "
                'leaves a listing of high score in "review" where it is not sure and foreign '
                'origin is not stated, so "likely" here holds more.',
            )
        )
    if rows.policy == "imported" and not rows.counted.all():
        left_out = int((~rows.counted).sum())
        notes.append(
            (
                f'{left_out:,} baris berlabel "uncertain" tidak dihitung dalam angka utama.',
                f'{left_out:,} rows labelled "uncertain" are left out of the headline.',
            )
        )
    if table.rows.rejected:
        aside = len(table.rows.rejected)
        notes.append(
            (
                f"{aside:,} baris tidak dapat dipakai dan disisihkan.",
                f"{aside:,} rows could not be used and were set aside.",
            )
        )
    return notes


def _flattering(
    table: Table, model: Model, average_precision: Interval, policy: str
) -> list[tuple[str, str]]:
    """Say so where a model is judged by what it was trained on."""
    step, step_en = "pakai --cross-validate.", "use --cross-validate."
    seen = seen_share(table.rows, model.card)
    if seen is not None:
        if seen <= MUCH_SEEN:
            return []
        return [
            (
                f"Model dilatih dengan sekitar {seen:.0%} baris ini, jadi angka-angka ini terlalu "
                f"bagus; {step}",
                f"The model was trained on about {seen:.0%} of these rows, so the figures "
                f"flatter: {step_en}",
            )
        ]
    reported = model.card.get("evaluation", {}).get("average_precision", 1.0)
    if policy == "imported" and average_precision.low > reported:
        return [
            (
                f"Presisi rata-rata di sini lebih tinggi daripada {reported:.3f} dari validasi "
                "silang di kartu model: agaknya model dilatih dengan baris ini, dan angka-angka "
                f"ini terlalu bagus; {step}",
                f"Average precision is above the cross-validated {reported:.3f} on the model's "
                "card: the model was probably trained on these rows, and the figures flatter: "
                f"{step_en}",
            )
        ]
    return [
        (
            "Kartu model tidak memuat listing pelatihannya. Bila baris ini termasuk di dalamnya, "
            f"angka-angka ini terlalu bagus; {step}",
            "The model's card does not tell which listings it was trained on. If these are among "
            f"them the figures flatter: {step_en}",
        )
    ]
