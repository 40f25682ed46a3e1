"""When no plan meets the demands: which of them clash, and what must give."""
