"""The money of a plan as people read it: sections that the terminal and the workbook show from the same values."""
