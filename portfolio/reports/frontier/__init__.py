"""Budget against tonnes as people see it: terminal, workbook, picture, JSON."""
