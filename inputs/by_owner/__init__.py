"""The officers' workbooks of the sample: what XlsxWriter makes, and the parts that it cannot make."""
