"""Questions that take many solves: the main job and, later, frontier, why, robustness and comparison."""
