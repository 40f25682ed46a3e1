"""The decision workbook's live formulas: what each decision gives as data, and every total, limit and tonne as a formula over it."""
