"""Examples that are hostile cases: for each code the case of `hostile_*.py` that brings it and least else."""

from __future__ import annotations

from typing import Final

import hostile_cell
import hostile_file
import hostile_logic
import hostile_structure
from example import Example, Severity
from hostile_round import Case

HOSTILE: Final[tuple[Case, ...]] = (*hostile_file.CASES, *hostile_structure.CASES, *hostile_cell.CASES, *hostile_logic.CASES)
SLOW: Final = ("zip_too_many_parts", "zip_part_too_large", "zip_too_large", "workbook_too_full", "ramp_too_long")
"""Large files: not in the fast suite."""


def hostile(code: str, name: str, words: str = "") -> Example:
    """The case of that name, as the example of one of its findings."""
    case = next(c for c in HOSTILE if c.name == name and any(f.code == code for f in c.found))
    found = next(f for f in case.found if f.code == code)
    severity: Severity = found.severity
    others = tuple(sorted({f.code for f in case.found} - {code}))
    return Example(code, case.make, found.place, found.value, found.file, severity, others, words=words, long=code in SLOW)


OWN: Final = (
    # the file
    hostile("file_missing", "no such file", "There is no such file."),
    hostile("file_is_folder", "a folder without workbooks", "`mapp` is a folder with a text file in it."),
    hostile("file_owner", "named", "`~$bok.xlsx` is what Excel writes beside a workbook that is open."),
    hostile("file_open", "open in Excel", "Excel's lock file `~$bok.xlsx` lies beside the workbook."),
    hostile("file_conflict_copy", "of OneDrive, alone", "The workbook has the name that OneDrive gives to a copy."),
    hostile("file_twice", "beside the original", "`bok (1).xlsx` is the same workbook once more."),
    hostile("file_empty", "no bytes", "The file has no bytes."),
    hostile("file_encrypted", "to open", "The workbook is saved with a password to open it."),
    hostile("file_old_format", ".xls", "The workbook is of the old kind, .xls, under the name .xlsx."),
    hostile("file_not_workbook", "text", "The file holds a sentence."),
    hostile("file_truncated", "half", "Only the first half of the file is there."),
    hostile("file_strict", "all namespaces", "The workbook is saved as Strict Open XML."),
    hostile("zip_too_many_parts", "one more", "More than 5,000 empty pictures are put into the file."),
    hostile("zip_duplicate_part", "another case", "A second part, `XL/workbook.xml`, is put into the file."),
    hostile("zip_unsafe_name", "up", "A part with the name `xl/../../x.xml` is put into the file."),
    hostile("zip_part_too_large", "one part", "A picture of 60 MB of zeros is put into the file."),
    hostile("zip_too_large", "many parts", "23 pictures of 19 MB of zeros each are put into the file."),
    hostile("zip_damaged_part", "a note", "One byte of a part that nobody reads is changed."),
    hostile("zip_part_missing", "the part of the sheet is gone", "The part with the sheet Investeringar is taken out of the file."),
    hostile("xml_doctype", "in the sheet", "The part with the sheet Investeringar begins with `<!DOCTYPE worksheet>`."),
    hostile("xml_damaged", "a sheet whose XML ends too early", "The part with the sheet Investeringar ends after 400 characters."),
    hostile("workbook_too_full", "many tags", "Five parts with a million XML elements each are put into the file."),
    hostile("xml_too_deep", "elements in each other", "A part with 100,000 XML elements in each other is put into the file."),
    # the sheet
    hostile("sheet_missing", "missing", "The sheet has titles only."),
    hostile("sheets_alike", "two versions", "A sheet `Budget 2` has the same table."),
    hostile("sheet_not_read", "one of them with the right name", "A sheet `Budget 2` has the same table as Investeringar."),
    hostile("sheet_hidden", "hidden under another name", "The sheet is hidden."),
    hostile("sheet_hidden_read", "hidden", "The sheet Investeringar is hidden."),
    hostile("header_missing", "without a table", "The sheet Investeringar has titles only."),
    hostile("unknown_column", "unknown"),
    hostile("unknown_column_near", "misspelt start"),
    hostile("column_twice", "duplicated"),
    hostile("missing_year", "missing"),
    hostile("extra_year", "a year that is no plan year"),
    hostile("unit_conflict", "in mnkr among tkr"),
    hostile("hidden_row", "a hidden row"),
    hostile("hidden_needed", "a hidden row that another needs"),
    hostile("formula_overwritten", "a stated total"),
    hostile("external_link", "an amount", "The workbook has a link to last year's."),
    hostile("sum_differs", "with another sum"),
    hostile("row_total_differs", "a row"),
    # the cell
    hostile("text_for_number", "outlay.2025 'ca 100'"),
    hostile("ambiguous_number", "outlay.2025 '1.250'"),
    hostile("unit_in_cell", "outlay.2025 '2,5 mkr'"),
    hostile("boolean_for_number", "outlay.2025 True"),
    hostile("date_for_number", "outlay.2025 datetime.date(2025, 8, 1)"),
    hostile("error_value", "#REF!"),
    hostile("formula_without_value", "an amount"),
    hostile("amount_too_large", "outlay.2025 2000000000.0"),
    hostile("not_whole_kronor", "a tenth of an öre"),
    hostile("negative_amount", "outlay.2025 -8000"),
    hostile("tonnes_too_large", "tonnes 2000000000.0"),
    hostile("not_a_year", "earliest_start 26"),
    hostile("life_outside", "life 0"),
    hostile("share_outside", "a share above one"),
    hostile("percent_outside", "outlay_uncertainty '500 %'"),
    hostile("percent_for_amount", "outlay.2025 '5 %'"),
    hostile("minimum_share_not_whole", "minimum_share 0.5"),
    hostile("ramp_outside", "ramp '0|1,5'"),
    hostile("ramp_too_long", "a ramp"),
    hostile("ramp_falls", "ramp '1|0,5'"),
    hostile("outlay_not_given", "outlay.2027 '-'"),
    hostile("personal_number", "comment 'Kontakt 19121212-1212'"),
    # the investment
    hostile("duplicate_id", "twice"),
    hostile("duplicate_id_spelling", "another case"),
    hostile("id_digits_lost", "an id"),
    hostile("lookalike_id", "a Cyrillic Е", "The E is Cyrillic."),
    hostile("start_after_end", "start after end"),
    hostile("lock_outside_window", "locked outside it"),
    hostile("grant_above_outlay", "grant 20001"),
    hostile("unit_slip_in_row", "outlay.2028 10"),
    hostile("requires_itself", "requires 'EX-1'"),
    hostile("unknown_requirement", "requires 'EX-9'"),
    hostile("city_requires_external", "requires 'EX-4'"),
    hostile("requirement_cycle", "cycle"),
    hostile("alternatives_both_fixed", "both must"),
    hostile("overlap_unknown_id", "an unknown id"),
    hostile("overlap_with_itself", "with itself"),
    hostile("overlap_twice", "twice"),
    hostile("overlap_above_whole", "above the whole"),
    hostile("ceiling_below_committed", "a committed one"),
    # the model
    hostile("model_syntax", "a comma"),
    hostile("scenario_missing", "no such scenario", "The model has no scenarios."),
    hostile("scenario_key_unknown", "a key"),
    hostile("model_unit_missing", "unit missing"),
    hostile("unit_wrong", "unit of something else"),
    hostile("source_missing", "source missing"),
    hostile("number_expected", "a text"),
    hostile("not_whole", "a part of a krona"),
    hostile("key_missing", "a key missing"),
    hostile("key_unknown", "a key unknown"),
    hostile("years_reversed", "after the inventory"),
    hostile("year_unreasonable", "a slip"),
    hostile("year_missing", "a year missing"),
    hostile("year_foreign", "a horizon that drops a year"),
    hostile("horizon_short", "a horizon that drops a year of several tables"),
    hostile("horizon_long", "a horizon that adds a year to several tables"),
    hostile("amount_negative", "a negative year"),
    hostile("frame_zero", "all zero"),
    hostile("frame_total", "another sum"),
    hostile("debt_above_mandate", "by 200 mnkr"),
    hostile("unit_slip", "mnkr given as tkr"),
    hostile("inventory_to_come", "an inventory of a year to come"),
    hostile("owner_unknown", "misspelt"),
    hostile("owner_type_differs", "of another type"),
    hostile("window_empty", "no room for the outlays"),
    hostile("id_unknown", "an investment"),
    hostile("requirement_too_late", "outside the window"),
    hostile("must_above_envelope", "the need"),
    hostile("must_above_frame", "the frame"),
    hostile("price_levels_mixed", "two years"),
)
BOOKS: Final = next(n for n, example in enumerate(OWN) if example.code == "model_syntax")
"""So many of them, the first, change the workbook."""
