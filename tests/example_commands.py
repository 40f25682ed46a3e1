"""Examples of what commands find in other files than workbooks and models: runs, action lists, regions, clusters, returned books."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import workbook_parts as raw
from example import RUN, Example, nothing, replaced
from example_told import LIST, MAPPING
from hostile_file import SHEET
from hostile_round import BOOK, MODEL, YEARS, Round, sound
from portfolio.errors import Finding
from workbook_parts import in_book

Make = Callable[[Round], None]
RECORD: Final = "ut/run.json"


def files(**contents: str) -> Make:
    """Other files of the round; `__` in a name is the dot of its ending."""

    def make(r: Round) -> None:
        r.files.update({name.replace("__", "."): text.encode() for name, text in contents.items()})

    return make


# --- finished runs ---------------------------------------------------------------------------------------------------


def after_run(code: str, command: str, file: str, after: Callable[[Path], None] = nothing, words: str = "", value: str = "") -> Example:
    """Something that has changed since a run was made."""
    return Example(code, file=file, value=value, ran=RUN, after=after, command=command, words=words, long=True)


def with_record(folder: Path, **changed: Any) -> None:
    """The run.json of the run with other values."""
    record = folder / RECORD
    record.write_text(json.dumps({**json.loads(record.read_text("utf-8")), **changed}), "utf-8")


def newer_model(folder: Path) -> None:
    with (folder / MODEL).open("a", encoding="utf-8") as file:
        file.write("# uppdaterad\n")


def newer_book(folder: Path) -> None:
    made = sound("sv")
    made.put("EX-1", "comment", "uppdaterad")
    (folder / BOOK).write_bytes(made.content())


def half_written(folder: Path) -> None:
    from portfolio.delivery import JOURNAL, STAGE

    (folder / "ut" / f"{STAGE}1").mkdir(parents=True)
    (folder / "ut" / f"{STAGE}1" / JOURNAL).write_text("[]", "utf-8")


def tried_elsewhere(folder: Path) -> None:
    """A stress test of another city's plan, as `test_grid` makes it."""
    from portfolio.analysis.finished import load_run
    from portfolio.reports import stress
    from test_grid import stress_of

    run = load_run(folder / RECORD).model_copy(update={"title": "Grannkommunen 2025"})
    (folder / "stress.json").write_text(stress.to_json(stress_of(run)), "utf-8")


def nineteen(_: Path) -> None:
    """Nineteen investments without any limit, as `test_interval` studies them."""
    import making as m
    from test_interval import studied

    studied(m.portfolio_of(*(m.investment(f"I-{n:02d}") for n in range(19))), m.planning(), None)


WORLDS: Final = "robust --run ut --worlds 2 --seed 1 --workers 1 --out r"
RUNS: Final = (
    Example("report_run_and_input", command="why EX-2 --run ut --model models/exempel-2025.toml", file="ut"),
    Example("run_unreadable", command="why EX-2 --run ut", file="ut", words="No run has been made."),
    Example(
        "run_unfinished",
        command="why EX-2 --run ut",
        file="ut",
        after=half_written,
        words="The folder `ut` has a journal of what is being written.",
    ),
    Example("run_not_understood", files(**{"ut/run__json": "{}"}), "schema_version", command="why EX-2 --run ut", file=RECORD),
    Example("verify_no_run", command="verify ut", file="ut", words="No run has been made."),
    Example(
        "second_solver_missing",
        files(**{"ut/run__json": "{}"}),
        command="verify ut --second-solver",
        file="pyscipopt",
        around=replaced("portfolio.cli.verify.find_spec", lambda _name: None),
        words="PySCIPOpt is not installed.",
    ),
    Example("compare_number", command="compare ut", file="ut"),
    Example("scenarios_none", command="scenarios bok.xlsx", file="models/scenarios", words="The model has no scenarios."),
    Example("stress_none", place="uncertainty.stress", command="stress bok.xlsx", file=MODEL, words="The model names no stress tests."),
    Example("deviations_without_interval", command="robust bok.xlsx --deviations 2", file="--deviations"),
    Example("resume_without_out", command="robust bok.xlsx --resume", file="--resume"),
    after_run("run_model_changed", "scenarios --run ut", "ut", newer_model, "A comment is added to the model after the run."),
    after_run("run_inputs_changed", "why EX-2 --run ut", RECORD, newer_book, "A comment is added to the row EX-1 after the run."),
    Example(
        "scenarios_on_scenario",
        lambda r: r.files.update(
            {"models/scenarios/lag.toml": b'title = "Lag skuld"\n[debt]\nopening = { value = 400, unit = "mnkr", source = "x" }\n'}
        ),
        file="ut",
        ran=f"{RUN} --scenario lag",
        command="scenarios --run ut",
        long=True,
    ),
    after_run("why_unknown", "why EX-9 --run ut", "EX-9"),
    after_run(
        "grid_without_plan",
        "report html --grid --run ut",
        "Exempelkommunen 2025",
        lambda folder: with_record(folder, records=None),
        "The run has no `records` in its run.json, as one that an earlier version made.",
    ),
    after_run(
        "tried_unreadable",
        "report html --run ut --tried robust.json",
        "robust.json",
        lambda folder: (folder / "robust.json").write_text("[]", "utf-8") and None,
        "`robust.json` holds `[]`.",
    ),
    after_run(
        "tried_other_plan",
        "report html --run ut --tried stress.json",
        "stress.json",
        tried_elsewhere,
        "`stress.json` is a stress test of another city's plan.",
        "Grannkommunen 2025",
    ),
    after_run("resume_missing", f"{WORLDS} --resume", "r/varldar.json", words="The study has not been begun."),
    after_run(
        "resume_unreadable",
        f"{WORLDS} --resume",
        "r/varldar.json",
        lambda folder: (folder / "r").mkdir() or ((folder / "r" / "varldar.json").write_text("{", "utf-8") and None),
        "`r/varldar.json` holds only `{`.",
    ),
    Example(
        "resume_differs",
        value="worlds",
        file="r/varldar.json",
        ran=f"{RUN}\n{WORLDS}",
        command=f"{WORLDS.replace('2', '3', 1)} --resume",
        long=True,
    ),
    after_run("interval_not_sums", "robust --run ut --interval", MODEL, words="The overlap group LADD has a ceiling that can cut tonnes."),
    Example(
        "interval_too_large",
        file="test.toml",
        act=nineteen,
        words="A round of nineteen investments without limits, started or not: `portfolio robust --interval` would write out 2^19 plans.",
        long=True,
    ),
)

# --- action lists ----------------------------------------------------------------------------------------------------

IMPORT: Final = "import lista.csv ny.xlsx --mapping karta.toml"
HEADS: Final = LIST.splitlines(keepends=True)[0]


def mapped(code: str, mapping: str, place: str, value: str = "", also: tuple[str, ...] = ()) -> Example:
    """A fault of the mapping file."""
    return Example(code, files(karta__toml=mapping, lista__csv=LIST), place, value, "karta.toml", command=IMPORT, also=also)


def listed(code: str, actions: str, place: str = "", value: str = "", mapping: str = MAPPING, severity: Any = "error") -> Example:
    """A fault of the list."""
    return Example(code, files(karta__toml=mapping, lista__csv=actions), place, value, "lista.csv", severity, command=IMPORT)


def action(code: str, line: str, place: str, value: str) -> Example:
    """A second action that has a fault."""
    return listed(code, f"{LIST}{line}\n", place, value)


def many_actions(r: Round) -> None:
    files(karta__toml=MAPPING, lista__csv=LIST + "B;b;1;;;\n" * 10_000)(r)


def no_list(folder: Path) -> None:
    (folder / "lista.csv").unlink()


def large(folder: Path) -> None:
    with (folder / "lista.csv").open("ab") as file:
        file.truncate(21_000_000)


GOOD: Final = files(karta__toml=MAPPING, lista__csv=LIST)
ACTIONS: Final = (
    mapped("mapping_field", MAPPING.replace("tonnes =", "tonn ="), "fields.tonn", "tonn"),
    mapped("mapping_no_place", MAPPING + '\n[skip]\nstatus = ["klar"]\n', "skip.status", "status"),
    mapped("mapping_twice", MAPPING + '\n[constants]\nname = "x"\n', "constants.name", "name"),
    mapped("mapping_needs", MAPPING.replace('name = "namn"\n', ""), "fields", "name"),
    mapped("mapping_word", MAPPING + '\n[constants]\ncontrol = "inom"\n', "constants.control", "inom"),
    Example("actions_unreadable", GOOD, file="lista.csv", after=no_list, command=IMPORT, words="The list is removed."),
    Example("actions_too_large", GOOD, file="lista.csv", after=large, command=IMPORT, words="The list has grown to 21 MB."),
    Example("actions_too_many", many_actions, file="lista.csv", command=IMPORT, words="The list has 10,001 actions."),
    listed("actions_syntax", f'{LIST}B1;"Utan slut\n'),
    Example(
        "actions_no_list",
        files(karta__toml=MAPPING, lista__json='{ "resultat": 3 }'),
        file="lista.json",
        command=IMPORT.replace("csv", "json"),
        place="",
    ),
    listed("actions_none", HEADS),
    action("action_no_id", ";Utan id;1;;;", "3: id", ""),
    action("action_twice", "A1;Samma;1;;;", "3: id", "A1"),
    action("action_not_number", "B1;x;många;;;", "3: ton", "många"),
    action("action_ambiguous", "B1;x;1.250;;;", "3: ton", "1.250"),
    action("action_part_krona", "B1;x;1;0,0001;2026;", "3: utgift", "0,0001"),
    action("action_not_year", "B1;x;1;5;våren;", "3: från", "våren"),
    action("action_no_year", "B1;x;1;5;;", "3: från", ""),
    action("action_outside", "B1;x;1;5;2024;2025", "3: från", "2024"),
    action("action_years_reversed", "B1;x;1;5;2028;2026", "3: till", "2028–2026"),
    listed(
        "action_place_missing",
        LIST,
        "livslängd",
        "life",
        MAPPING.replace('tonnes = "ton"', 'tonnes = "ton"\nlife = "livslängd"'),
        "warning",
    ),
)

# --- regions and clusters --------------------------------------------------------------------------------------------


def region(until: int = 2029, *names: str) -> Callable[[Path], None]:
    """The two cities of `test_region`, the second counting its tonnes until another year, or with another name."""

    def after(folder: Path) -> None:
        from test_region import written

        file = Path(written(folder, until=until))
        if names:
            file.write_text(file.read_text("utf-8").replace(*names), "utf-8")

    return after


ADDRESS: Final = "tcp://127.0.0.1:8786"


def on_cluster(_: Path) -> None:
    from many_work import where
    from portfolio.many import Crew, in_parallel

    list(in_parallel(where, [1], Crew(cluster=ADDRESS)))


class Answers:
    """A Dask client that answers as told; `test_many` asks a real scheduler the same."""

    def __init__(self, connects: Exception | None = None, workers: Exception | None = None, versions: Any = None) -> None:
        self.connects, self.workers, self.versions = connects, workers, versions

    def __call__(self, *_: Any, **__: Any) -> Answers:
        if self.connects is not None:
            raise self.connects
        return self

    def wait_for_workers(self, *_: Any, **__: Any) -> None:
        if self.workers is not None:
            raise self.workers

    def run(self, *_: Any) -> Any:
        return self.versions

    def close(self) -> None:
        """Nothing to close."""


def cluster(code: str, answers: Answers, words: str) -> Example:
    """What a cluster can lack; in reality it is asked by `portfolio region FILE --cluster ADDRESS` and `portfolio robust`."""
    around = replaced("portfolio.many.cluster.Client", answers)
    return Example(code, value=ADDRESS, file="--cluster", act=on_cluster, around=around, words=f"`--cluster {ADDRESS}`: {words}", long=True)


OTHERS: Final = (
    Example(
        "region_name_twice",
        place="cities",
        value="North",
        file="region.toml",
        after=region(2029, '"South"', '"North"'),
        command="region region.toml",
        words="Both cities of the region file are called North.",
    ),
    Example(
        "region_years",
        place="cities",
        value="South",
        file="region.toml",
        after=region(2030),
        command="region region.toml",
        words="The model of North counts tonnes until 2029, that of South until 2030.",
    ),
    Example(
        "cluster_missing",
        value=ADDRESS,
        file="--cluster",
        act=on_cluster,
        around=replaced("portfolio.many.find_spec", lambda _name: None),
        words=f"`--cluster {ADDRESS}`, and Dask is not installed.",
    ),
    cluster(
        "cluster_unreachable", Answers(OSError(f"Timed out trying to connect to {ADDRESS} after 10 s")), "nobody answers at the address."
    ),
    cluster("cluster_empty", Answers(workers=TimeoutError()), "the scheduler is started, but no worker."),
    cluster(
        "cluster_without_portfolio",
        Answers(versions={"tcp://10.0.0.2:40123": ""}),
        "portfolio is not installed where the workers run.",
    ),
    cluster("cluster_version", Answers(versions={"tcp://10.0.0.2:40123": "0.0.9"}), "the workers have portfolio 0.0.9."),
)

# --- the what-if on the screen ---------------------------------------------------------------------------------------


def changed_under_way(folder: Path) -> None:
    """A change is asked for after the model has been saved again."""
    from portfolio.excel.read import read_portfolio
    from portfolio.planning_load import load_planning
    from portfolio.text import Text
    from portfolio.whatif.edits import Edits
    from portfolio.whatif.question import Basis

    model = Path(MODEL)
    portfolio, _ = read_portfolio([Path(BOOK)], load_planning(model, ())[0].horizon.years)
    basis = Basis(model, (), portfolio)
    newer_model(folder)
    basis.ask(Edits(), Text("sv"))


WHATIF: Final = (
    Example(
        "whatif_missing",
        file="textual",
        command="whatif bok.xlsx",
        around=replaced("portfolio.cli.whatif.find_spec", lambda _name: None),
        words="Textual is not installed.",
    ),
    Example("whatif_no_screen", file="portfolio whatif", command="whatif bok.xlsx", words="What the command says is sent to a file."),
    Example(
        "whatif_model_changed",
        file=MODEL,
        act=changed_under_way,
        words="`portfolio whatif bok.xlsx` is on the screen; a comment is added to the model, and then a decision is changed.",
    ),
)

# --- returned workbooks ----------------------------------------------------------------------------------------------


def given_back(_: Path) -> list[Finding]:
    """What is said when the workbooks that stand there now are given back with the decisions of the run."""
    from portfolio.analysis.finished import load_run
    from portfolio.excel.read import read_workbooks
    from portfolio.reports import returned
    from portfolio.text import Text

    paths = sorted(Path().rglob(BOOK), key=lambda p: len(p.parts))
    found = read_workbooks([p for p in paths if p.parts[0] != "ut"], YEARS)
    run = load_run(Path(RECORD)).model_copy(update={"inputs": found.portfolio.inputs})
    return returned.render(run, found.tables, Text("sv"))[1]


def changed_meanwhile(folder: Path) -> list[Finding]:
    """The workbook is saved again between the reading and the writing."""
    from portfolio.excel.read import read_workbooks
    from portfolio.reports import returned

    def read_then_saved(paths: Any, years: Any) -> Any:
        found = read_workbooks(paths, years)
        newer_book(folder)
        return found

    del returned
    with patch("portfolio.excel.read.read_workbooks", read_then_saved):
        return given_back(folder)


def spoilt(make: Make) -> Callable[[Path], None]:
    """The workbook with something in it that must not be touched."""

    def after(folder: Path) -> None:
        made = sound("sv")
        make(made)
        (folder / BOOK).write_bytes(made.content())

    return after


def parts(change: Callable[[raw.Parts], None]) -> Callable[[Path], None]:
    return spoilt(lambda r: r.changes.append(change))


def second_folder(folder: Path) -> None:
    """Another committee's workbook of the same name."""
    made = sound("sv")
    made.rows, made.overlaps = [{**made.rows[0], "id": "EX-9"}], made.overlaps[:1]
    (folder / "bolaget").mkdir()
    (folder / "bolaget" / BOOK).write_bytes(made.content())


def back(code: str, after: Callable[[Path], None], words: str, place: str = "", **more: Any) -> Example:
    """A workbook that cannot be given back with decisions in it; `portfolio optimise` says so."""
    given: dict[str, Any] = {"file": BOOK, "act": given_back, **more}
    return Example(code, place=place, severity="warning", ran=RUN, after=after, words=words, long=True, **given)


FORMATS: Final = "portfolio.excel.splice.styles.MOST_FORMATS"
RETURNED: Final = (
    back("return_signed", parts(raw.signed), "The workbook has a digital signature."),
    back("return_shared", parts(raw.shared_workbook), "The workbook is shared, with tracked changes."),
    back(
        "return_structure_protected",
        parts(in_book('<workbookProtection lockStructure="1"/>')),
        "The structure of the workbook is protected (Granska, Skydda arbetsbok).",
    ),
    back(
        "return_sheet_protected",
        spoilt(lambda r: r.finish.append(lambda _, sheet: sheet.protect(""))),
        "The sheet Investeringar is protected (Granska, Skydda blad).",
        "{sheet}",
    ),
    back(
        "return_no_room",
        spoilt(lambda r: r.finish.append(lambda book, sheet: sheet.merge_range(4, 45, 4, 16_383, "Hela bredden", book.add_format()))),
        "Right of the table, row 5 is merged all the way to the last column.",
        "{sheet}",
    ),
    back(
        "return_too_many_formats",
        nothing,
        "The workbook has as many cell formats as Excel allows, 64,000 (the test says that 10 are allowed instead of making so many).",
        around=replaced(FORMATS, 10),
    ),
    back(
        "return_changed",
        nothing,
        "Somebody saves the workbook while the plan is being searched for.",
        act=changed_meanwhile,
    ),
    back(
        "return_damaged",
        parts(raw.rewrite(SHEET, r'(<row r="6"[^>]*>)(<c r="A6".*?</c>)(.*?)</row>', r"\1\3\2</row>")),
        "The first cell of row 6 comes last of its row in the file, an order that Excel never writes.",
    ),
    back(
        "return_check",
        nothing,
        "Nothing that is done outside makes it come: it guards the workbook against a fault of the programme's own. "
        "The test says that no part of the file may differ.",
        around=replaced("portfolio.excel.splice.returned._Work.allowed", frozenset()),
    ),
    back("return_same_name", second_folder, "A second workbook is `bolaget/bok.xlsx`.", file=f"bolaget/{BOOK}"),
)


def decided_before(folder: Path) -> list[Finding]:
    """The workbook that came back is optimised as it is."""
    from portfolio.cli.optimise import decisions_unread
    from portfolio.excel.read import read_workbooks

    (folder / BOOK).write_bytes((folder / "ut" / "returned" / BOOK).read_bytes())
    return decisions_unread(read_workbooks([Path(BOOK)], YEARS).tables)


DECIDED: Final = (
    Example(
        "decisions_not_read",
        place="{sheet}",
        severity="warning",
        ran=RUN,
        act=decided_before,
        words="`ut/returned/bok.xlsx` is copied over `bok.xlsx`, and `portfolio optimise bok.xlsx` is run again.",
        long=True,
    ),
)

OWN: Final = (*RUNS, *ACTIONS, *OTHERS, *WHATIF, *RETURNED, *DECIDED)
