"""Evaluation: figures, intervals and splits one can defend.

How labelled listings become a report, from top to bottom:

1. **Rows.** `reading` reads the table, `rows` puts what is right and what was scored side by side;
   with cross-validation the scores come from models that did not see the row (`splits`, `overlap`).
2. **Figures with intervals.** `curves` sorts the rows once, `figures`, `calibration` and `bands`
   read off what follows for any weights, `intervals` draws the resamples of the groups that
   `groups` found, and `measuring` puts all on the same draws. `baseline` is the keyword list that
   a model has to beat.
3. **Parts.** `slices` of the rows, `splits`, the `stream` of a lawful catalogue, the worst
   `mistakes`, the `behaviour` suite, the `learning` curve.
4. **What is shown.** `notes` say what has to be known beside the figures; `tables` names and orders
   them, for data frames, the `terminal`, the `plots` and the `report`.

`evaluate` runs 1 to 3 and returns an `Evaluation` (`evaluation`), `compare` sets two of them
against each other, and `metrics` has each figure as a plain function of labels and scores.
"""
