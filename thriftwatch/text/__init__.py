"""Text in, features out: folding, vocabulary and hashing."""
