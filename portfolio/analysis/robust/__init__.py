"""Decisions that survive uncertainty: many worlds, the best plan of each, and what a plan decided now is worth in them."""
