"""Worlds in which the figures turn out otherwise than estimated: drawn from the model's uncertainty, each an ordinary question."""
