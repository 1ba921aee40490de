"""Watching over time: listings that come back, words that come up, and what to label next."""
