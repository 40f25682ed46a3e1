"""Examples of what is found in planning models: for every code of `findings_planning.toml` that reading gives, a line of the model."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from example import Example, Severity, replaced
from hostile_logic import MUST, latin_1, model
from hostile_round import MODEL, Round
from hostile_structure import both, put

Make = Callable[[Round], None]
FRAMEWORK: Final = "models/frameworks/exempel.toml"


def more(text: str) -> Make:
    """Lines after the last one of the model."""

    def make(r: Round) -> None:
        r.model += f"\n{text}\n"

    return make


def without(table: str) -> Make:
    """The model without a table."""

    def make(r: Round) -> None:
        before, _, rest = r.model.partition(f"[{table}]\n")
        r.model = before + rest[rest.index("\n[") + 1 :]

    return make


def framework(*changes: tuple[str, str]) -> Make:
    """Parts of the file of the bond framework replaced."""

    def make(r: Round) -> None:
        from importlib import resources

        text = (resources.files("portfolio.starter") / "framework.toml").read_text("utf-8")
        for old, new in changes:
            if old not in text:
                raise ValueError(f"{old} is not in the framework")
            text = text.replace(old, new, 1)
        r.files[FRAMEWORK] = text.encode()

    return make


def said(code: str, make: Make, place: str, value: Any = "", severity: Severity = "error", *also: str, words: str = "") -> Example:
    """A change of the model, said of the model."""
    return Example(code, make, place, value, MODEL, severity, also, words=words)


@contextmanager
def unreadable() -> Any:
    """The system refuses the model; the user who runs the tests may be one that is never refused."""
    real = Path.read_bytes

    def read(self: Path) -> bytes:
        if self.name == Path(MODEL).name:
            raise PermissionError(13, os.strerror(13))
        return real(self)

    with replaced("pathlib.Path.read_bytes", read)():
        yield


def second_model(r: Round) -> None:
    r.files["models/gammal-2024.toml"] = b"schema_version = 1\n"


def no_model(folder: Path) -> None:
    (folder / MODEL).unlink()


def issue(kind: str = "use_of_proceeds", year: int = 2023, amount: int = 100, extra: str = "", name: str = "Grön 2023") -> str:
    """A bond that is outstanding."""
    return (
        f'[[bonds.issues]]\nname = "{name}"\nkind = "{kind}"\nyear = {{ value = {year}, unit = "year", source = "x" }}\n'
        f'amount = {{ value = {amount}, unit = "mnkr", source = "x" }}\nsource = "x"\n{extra}'
    )


PENALTY: Final = 'penalty = { value = 0.05, unit = "%", source = "x" }\n'
TARGETS: Final = 'framework = "exempel"\nlinked_targets = { unit = "t", source = "x", values = { 2025 = 8_000 } }'
FRAMED: Final = 'framework = "exempel"'


def source(kind: str, extra: str = "", name: str = "Lån") -> str:
    """Somebody who pays."""
    return f'[funding.sources."{name}"]\nkind = "{kind}"\nprice = {{ value = 3, unit = "%", source = "x" }}\nsource = "x"\n{extra}'


def years(value: int) -> str:
    """The same amount (mnkr) every year."""
    return f'{{ value = {value}, unit = "mnkr", source = "x" }}'


def joined(r: Round) -> None:
    """An overlap group that joins thirteen sectors."""
    names = [f"s{n:02d}" for n in range(1, 13)]
    like = next(row for row in r.rows if row["was"] == "EX-2")
    r.rows += [{**like, "was": n, "id": n.upper().replace("S", "S-"), "emission_sector": n, "in_plan": "nej"} for n in names]
    lines = "\n".join(f'{n} = {{ value = 0, unit = "t", source = "x" }}' for n in names)
    r.model = r.model.replace("[removals]", f"{lines}\n\n[removals]", 1)


OPENING: Final = "opening = { value = 500, unit"
MANDATE: Final = "mandate = { value = 800,"
OWN: Final = (
    Example("model_missing", command="check bok.xlsx --model models/exempel-2024.toml", file="models/exempel-2024.toml"),
    Example("model_unreadable", file=MODEL, around=unreadable, words="Somebody else may read the model, but not the one who asks."),
    Example("model_not_utf8", latin_1, file=MODEL, words="The model is saved as Latin-1."),
    Example("model_ambiguous", second_model, file="models"),
    Example("no_model", file="models", after=no_model, words="The model is removed."),
    Example("no_workbooks", command="check", file="inputs", words="There is no folder `inputs`."),
    said("quantity_expected", model(("carry_forward = true\nframe = {", "carry_forward = true\nframe = 50 #")), "plan_frame.frame", 50),
    said("rate_outside", model(("floor_share = { value = 95", "floor_share = { value = 950")), "objective.floor_share.value", 950),
    said("true_or_false", model(("carry_forward = true", 'carry_forward = "ja"')), "plan_frame.carry_forward", "ja"),
    said("value_twice", model((MANDATE, "mandate = { values = { 2025 = 800 }, value = 800,")), "debt.mandate.value", 800),
    said("value_by_year_here", model((OPENING, "opening = { values = { 2025 = 500 }, unit")), "debt.opening.values"),
    said("values_missing", model((MANDATE, "mandate = {")), "debt.mandate.values"),
    said(
        "year_expected",
        model((MANDATE, "mandate = { values = { 25 = 800 },")),
        "debt.mandate.values.25",
        25,
    ),
    said("word_unknown", model(('name = "tonnes_per_krona"', 'name = "flest_ton"')), "objective.name", "flest_ton"),
    said("value_invalid", model(('title = "Exempelkommunen 2025"', "title = 2025")), "title", 2025),
    said(
        "effects_too_short",
        model(("effects_until = { value = 2045", "effects_until = { value = 2030")),
        "horizon.effects_until.value",
        2030,
    ),
    said("target_outside", model(("target_year = { value = 2030", "target_year = { value = 2050")), "horizon.target_year.value", 2050),
    said(
        "envelope_below_frame",
        model(("total = { value = 100,", "total = { value = 40,")),
        "control_envelope.total.value",
        "40 mnkr",
        "warning",
    ),
    said(
        "reference_missing",
        model(("[emissions]", 'interest_rate = { value = 3, unit = "%", source = "x" }\n\n[emissions]')),
        "debt.reference_net_debt",
    ),
    said(
        "emissions_slip", model(("base = { value = 20_000", "base = { value = 20_000_000")), "emissions.latest.value", "9000 t", "warning"
    ),
    said(
        "sectors_total",
        model(("el_fjarrvarme = { value = 3_000", "el_fjarrvarme = { value = 2_000")),
        "emissions.sectors",
        8000,
        "warning",
    ),
    said("framework_missing", model((FRAMED, 'framework = "finns-inte"')), "bonds.framework", "finns-inte"),
    Example(
        "sectors_joined",
        joined,
        "{overlaps}!B2",
        "LADD",
        words="Twelve more rows, S-01 to S-12, belong to the overlap group LADD, each in a sector of its own.",
    ),
    said(
        "selection_reversed",
        more('[[selection]]\nname = "urval"\nmembers = ["EX-1", "EX-2"]\nat_least = 2\nat_most = 1\nsource = "x"'),
        "selection.urval",
        2,
    ),
    said("lock_year", more('[investments.EX-2]\nlock = { kind = "must", year = 2026 }\nsource = "x"'), "investments.EX-2.lock", "must"),
    said(
        "backing_without_debt",
        both(without("bonds"), more('[bond_backing]\nshare = { value = 80, unit = "%", source = "x" }')),
        "bond_backing",
    ),
    said(
        "ceiling_without_emissions",
        both(without("emissions"), without("emissions.sectors"), more("[emission_ceiling]")),
        "emission_ceiling",
    ),
    said("least_cost_without_goal", model(('name = "tonnes_per_krona"', 'name = "least_cost"')), "objective.name", "least_cost"),
    Example("sector_unknown", put("EX-1.emission_sector", "industri"), "EX-1.emission_sector", "industri", severity="warning"),
    Example("category_unknown", put("EX-1.bond_category", "ZZ"), "EX-1.bond_category", "ZZ"),
    Example("window_shrinks", put("EX-2.latest_start", 2031), "EX-2.latest_start", 2031, severity="note"),
    Example(
        "grant_outside",
        both(put("EX-1.latest_start", 2030), more('[grants]\ndelay = { value = 1, unit = "years", source = "x" }')),
        "EX-1.grant",
        10_000_000,
        severity="note",
    ),
    said(
        "external_id_unknown",
        more('[external.by_id]\nEX-1 = { value = 50, unit = "%", source = "x" }'),
        "external.by_id.EX-1",
        "EX-1",
    ),
    said(
        "owner_without_investments",
        more(f'[owner_frame.frames]\n"Exempelnämden" = {years(10)}'),
        "owner_frame.frames.Exempelnämden",
        "Exempelnämden",
        "warning",
    ),
    Example(
        "requirement_never",
        both(put("EX-3.lock", "aldrig"), put("EX-2.requires", "EX-3")),
        "EX-2.requires",
        "EX-3",
        severity="warning",
    ),
    Example(
        "requirement_never_must",
        both(put("EX-3.lock", "aldrig"), put("EX-2.requires", "EX-3"), put("EX-2.lock", MUST)),
        "EX-2.requires",
        "EX-3",
    ),
    said("plan_total_differs", put("EX-2.in_plan", "nej"), "plan_frame.frame", "50 mnkr", "note"),
    said("control_total_differs", put("EX-2.outlay.2027", 14_000), "control_envelope.total", "100 mnkr", "note"),
    said("mandate_below_debt", model((MANDATE, "mandate = { value = 550,")), "debt.mandate", "550 mnkr", "warning"),
    said("issue_twice", more(issue(name="2026")), "bonds.issues.1.name", "2026"),
    said("issue_not_outstanding", more(issue(year=2025)), "bonds.issues.1.year.value", 2025),
    said(
        "issue_matured",
        more(issue(extra='matures = { value = 2024, unit = "year", source = "x" }\n')),
        "bonds.issues.1.matures.value",
        2024,
        "warning",
    ),
    said(
        "issues_total",
        both(model((FRAMED, f"{FRAMED}\noutstanding = {years(150)}")), more(issue())),
        "bonds.outstanding.value",
        "150 mnkr",
        "warning",
    ),
    said("issue_amount", more(issue(amount=0)), "bonds.issues.1.amount.value", "0 mnkr"),
    said(
        "issue_linked_allocated",
        both(model((FRAMED, TARGETS)), more(issue("sustainability_linked", extra=PENALTY + f"allocated = {years(50)}\n"))),
        "bonds.issues.1.allocated",
        "50 mnkr",
    ),
    said(
        "issue_without_penalty",
        both(model((FRAMED, TARGETS)), more(issue("sustainability_linked"))),
        "bonds.issues.1.penalty",
        "",
        "warning",
    ),
    said("issue_penalty", more(issue(extra=PENALTY)), "bonds.issues.1.penalty", "0.05 %"),
    said("issue_allocated", more(issue(extra=f"allocated = {years(101)}\n")), "bonds.issues.1.allocated.value", "101 mnkr"),
    said(
        "linked_without_targets",
        more(issue("sustainability_linked", extra=PENALTY)),
        "bonds.linked_targets",
        "",
        "warning",
    ),
    said(
        "targets_without_emissions",
        both(without("emissions"), without("emissions.sectors"), model((FRAMED, TARGETS))),
        "bonds.linked_targets",
    ),
    said(
        "pocket_without_taxonomy",
        framework(
            ("[categories]", '[pocket]\ntaxonomy = ["not_eligible"]\nshare = { value = 15, unit = "%", source = "x" }\n\n[categories]')
        ),
        "bonds exempel pocket",
        words=f"In `{FRAMEWORK}` a table `[pocket]` with a share of 15 per cent for what is `not_eligible`.",
    ),
    said(
        "pocket_whole",
        framework(
            (
                "[categories]",
                'taxonomy = ["aligned"]\n\n[pocket]\ntaxonomy = ["not_eligible"]\n'
                'share = { value = 100, unit = "%", source = "x" }\n\n[categories]',
            )
        ),
        "bonds exempel pocket.share",
        "100 %",
        words=f'In `{FRAMEWORK}` `taxonomy = ["aligned"]` and a table `[pocket]` with a share of 100 per cent.',
    ),
    said(
        "participant_unknown",
        framework(("[categories]", 'participants = ["Exempelnämden"]\n\n[categories]')),
        "bonds exempel participants",
        "Exempelnämden",
        "warning",
        words=f'In `{FRAMEWORK}` `participants = ["Exempelnämden"]`, a slip for Exempelnämnden.',
    ),
    said("bond_sources", more(source("bond", name="Gröna") + source("bond", name="Blå")), "funding.sources.Blå", "Blå"),
    said("source_name_taken", more(source("own", name="partner") + source("loan")), "funding.sources.partner", "partner"),
    said("bond_source_without_bonds", both(without("bonds"), more(source("bond"))), "funding.sources.Lån", "Lån"),
    said("limit_on_bonds", more(source("bond", f"limit = {years(10)}\n")), "funding.sources.Lån.limit", "10 mnkr"),
    said("carry_without_limit", more(source("loan", "carry_forward = true\n")), "funding.sources.Lån.carry_forward", "Lån", "warning"),
    said(
        "own_above_self_financing",
        more(source("own", f"limit = {years(60)}\n", "Egna medel") + source("loan")),
        "funding.sources",
        "",
        "warning",
    ),
    said(
        "funding_owner_unknown",
        more(source("loan", 'owners = ["Exempelnämden"]\n')),
        "funding.sources.Lån.owners",
        "Exempelnämden",
    ),
    Example(
        "share_without_category",
        both(put("EX-1.eligible_share", 50), put("EX-1.bond_category", None)),
        "EX-1.eligible_share",
        "0.5",
        severity="warning",
    ),
    said(
        "support_above_outlay",
        more('[investments.EX-1]\noutlay_factor = 0.4\nsource = "x"'),
        "investments.EX-1.outlay_factor",
        "0.4",
    ),
    said(
        "bond_pays_ineligible",
        both(put("EX-1.bond_category", None), more(source("bond", 'investments = ["EX-1"]\n'))),
        "funding.sources.Lån.investments",
        "EX-1",
    ),
    said(
        "delays_above_one",
        more('[uncertainty.delays]\n1 = { value = 60, unit = "%", source = "x" }\n2 = { value = 50, unit = "%", source = "x" }'),
        "uncertainty.delays",
        "1.10",
    ),
    said(
        "external_range_reversed",
        more('[uncertainty.external]\nlow = { value = 60, unit = "%", source = "x" }\nhigh = { value = 50, unit = "%", source = "x" }'),
        "uncertainty.external.low.value",
        "60 %",
    ),
    said(
        "uncertain_sector_unknown",
        more('[uncertainty.correlation_by_sector]\ntransporter = { value = 60, unit = "%", source = "x" }'),
        "uncertainty.correlation_by_sector.transporter",
        "transporter",
        "warning",
    ),
)
