"""Evaluation: figures, intervals and splits one can defend."""
