"""Action lists from climate planning tools (CSV or JSON), read through a mapping file into rows of the standard workbook.

Nothing is invented: what the list does not say stays an empty cell, and `portfolio check` asks for it.
"""
