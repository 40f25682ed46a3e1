"""Lossless writing into an officer's own workbook: bytes are inserted into the parts that change, every other part stays as it is.

openpyxl load + save loses shapes, threaded comments, x14 formats, sparklines, slicers and cached values; so nothing is parsed into a model
and written out again here. expat gives the byte offsets, `document.py` inserts at them.
"""
