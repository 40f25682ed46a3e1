"""tjansteskrivelse.md: one page, every figure the report's, no text of a workbook becomes markup, and an officer's wording is kept."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import gap_question
import making as m
from money_question import small
from portfolio.analysis.optimise import Request, optimise
from portfolio.cli import main
from portfolio.outcome import Layer, Run, SolveStatus, StopReason
from portfolio.reports import html, memorandum
from portfolio.reports.figures import mnkr
from portfolio.reports.run_json import to_json
from portfolio.text import LANGUAGES, Lang, Text
from sample_run import sample_run
from test_cli import round_
from test_html_report import PAYLOAD, hostile, read

__all__ = ["round_"]
Capture = pytest.CaptureFixture[str]
A_PAGE = 3_600
"""Characters that a page of A4 takes at 11 points, headings and blank lines counted."""


def page(run: Run, lang: Lang = "sv") -> str:
    return memorandum.render(run, Text(lang)).decode("utf-8")


def spaced(found: list[str]) -> list[str]:
    """With plain spaces, to be compared with what is written here."""
    return [said.replace("\u00a0", " ") for said in found]


def points(said: str) -> list[str]:
    """The numbered points of the proposal."""
    return re.findall(r"(?m)^\d\. (.*)$", said)


def test_the_proposal_has_the_money_of_the_run() -> None:
    """Plan, gap and what leaves the adopted plan, each summed here from the decisions."""
    run = sample_run()
    assert run.adopted_plan is not None
    chosen = {layer: [d for d in run.decisions if d.layer is layer] for layer in (Layer.PLAN, Layer.GAP)}
    kept = {d.id for found in chosen.values() for d in found}
    adopted = [d for d in run.adopted_plan.decisions if d.layer in (Layer.PLAN, Layer.GAP)]
    dropped = sorted((d for d in adopted if d.id not in kept), key=lambda d: d.id)
    groups = [chosen[Layer.PLAN], chosen[Layer.GAP], dropped]
    said = points(page(run))
    assert len(said) == 3
    for point, found in zip(said, groups, strict=True):
        assert f"{len(found)} investeringar för {mnkr(sum(d.total_outlay for d in found), 'sv')} miljoner kronor" in point
    assert said[2].endswith(f"({', '.join(d.id for d in dropped)}).")
    assert [point[-1] for point in said] == [",", ",", "."]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_one_page_and_says_what_the_report_says(lang: Lang) -> None:
    run = sample_run()
    said = page(run, lang)
    assert len(said) < A_PAGE
    assert len(re.findall(r"(?m)^## ", said)) == 7
    report = read(html.render(run, Text(lang))).text
    for name in ("summary", "money", "climate", "audit"):
        text = said.split(f"## {Text(lang)(f'memorandum.{name}')}\n\n")[1].split("\n")[0]
        missing = [s for s in re.split(r"(?<=\.) (?=[A-ZÅÄÖ\d])", text) if s.rstrip(".") not in report]
        assert missing == [], name


def test_what_is_adopted_but_outside_the_frame_is_said_where_it_is_decided() -> None:
    """One adopted in the gap and needed by the plan; the same beside one that is not adopted; none in the gap."""
    plan = (
        "att 2 investeringar för 100,0 miljoner kronor genomförs inom investeringsplanen 2025–2027, enligt bilaga (A, N), "
        "varav 1 är ny mot den antagna planen, för 10,0 miljoner kronor (N),"
    )
    outside = "finns i den antagna planen men i förslaget ligger utanför ramen; N i punkt 1 förutsätter M."
    assert spaced(points(page(gap_question.outside()))) == [
        plan,
        f"att ta ställning till 1 investering för 50,0 miljoner kronor utanför planens ram (M), som {outside}",
    ]
    assert spaced(points(page(gap_question.outside(more=70)))) == [
        plan,
        f"att ta ställning till 2 investeringar för 120,0 miljoner kronor utanför planens ram (G, M), varav M {outside}",
    ]
    (all_inside,) = points(page(gap_question.outside(frame=200)))
    assert "genomförs" in all_inside
    assert "utanför" not in all_inside
    assert "förutsätter" not in all_inside
    english = points(page(gap_question.outside(), "en"))[1]
    assert english.endswith("(M), adopted already but outside the frame in this proposal; N in point 1 cannot be carried out without M.")


def test_what_is_in_the_gap_and_not_adopted_is_not_said_to_be() -> None:
    """And several that are needed, or by several, are each named; of more than a dozen only how many."""
    run = gap_question.outside()
    assert run.gap is not None
    assert run.adopted_plan is not None
    kept = tuple(d for d in run.adopted_plan.decisions if d.id != "M")
    changed = {"adopted_plan": run.adopted_plan.model_copy(update={"decisions": kept})}
    changed |= {"gap": run.gap.model_copy(update={"needed_by": {"M": ("A", "N"), "O": ("N",)}})}
    said = points(page(run.model_copy(update=changed)))[1]
    assert said.endswith("utanför planens ram (M); A och N i punkt 1 förutsätter M; N i punkt 1 förutsätter O.")
    one = next(d for d in run.decisions if d.id == "M")
    many = tuple(one.model_copy(update={"id": f"Z{n}"}) for n in range(14))
    adopted = run.adopted_plan.model_copy(update={"decisions": (*run.adopted_plan.decisions, *many[:13])})
    said = points(page(run.model_copy(update={"decisions": (*run.decisions, *many), "adopted_plan": adopted})))[1]
    assert "utanför planens ram, varav 14 investeringar finns i den antagna planen" in said


def test_a_sheet_is_called_what_it_is_called_in_the_workbook_of_the_run() -> None:
    run = gap_question.outside()
    assert "kolumnen Källcell på bladet Beslut i" in page(run)
    assert "the column Källcell on the sheet Beslut of" in page(run, "en"), "the workbook of the run is Swedish"
    assert "the column Source cell on the sheet Decisions of" in page(run.model_copy(update={"lang": "en"}), "en")


def test_a_plan_that_is_not_proven_says_so_before_the_proposal() -> None:
    run = sample_run().model_copy(update={"status": SolveStatus.FEASIBLE_NOT_PROVEN, "stop_reason": StopReason.TIME_LIMIT})
    said = page(run)
    assert said.index("inte bevisad") < said.index("1. att")
    assert "ger ingen fler ton per krona" not in said


def test_what_the_model_lacks_is_not_written() -> None:
    run = optimise(m.portfolio_of(m.investment("A"), m.investment("B", (50,))), m.planning(), Request())
    said = page(run)
    assert "## Ekonomiska konsekvenser" not in said
    assert "obligationsrapport" not in said
    assert points(said) == [
        "att 2 investeringar för 0,0 miljoner kronor genomförs inom investeringsplanen 2025–2027, enligt bilaga (A, B)."
    ]


def test_many_investments_are_counted_and_not_named() -> None:
    run = small().run
    one = next(d for d in run.decisions if d.layer is Layer.GAP)
    more = tuple(one.model_copy(update={"id": f"Z{n}", "outlay": {2025: 1_000_000}, "tonnes": {2025: Decimal(1)}}) for n in range(20))
    said = points(page(run.model_copy(update={"decisions": (*run.decisions, *more)})))
    assert "ställning till 21 investeringar" in said[1]
    assert "(" not in said[1]


@pytest.mark.parametrize("run", [sample_run, lambda: small().run], ids=["sample", "small"])
def test_text_from_workbooks_is_never_markup(run: object) -> None:
    assert callable(run)
    said = page(hostile(run()))
    assert "alert(1)" in said
    assert not re.search(r"(?<!\\)[<>`]", said)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", said)
    assert memorandum.plain("# *rubrik* [länk](x) _a_") == "\\# \\*rubrik\\* \\[länk\\](x) \\_a\\_"
    assert PAYLOAD not in said


def test_the_same_run_gives_the_same_bytes() -> None:
    run = sample_run()
    assert page(run) == page(run) == page(Run.model_validate_json(to_json(run)))


def test_what_an_officer_has_written_is_kept(round_: Path, capsys: Capture) -> None:
    del round_
    path = Path("ut/tjansteskrivelse.md")
    assert main(["optimise", "--out", "ut"]) == 0
    first = path.read_bytes()
    assert main(["report", "html", "--run", "ut"]) == 0
    assert capsys.readouterr().err == "", "nothing to keep"
    path.write_text("min egen text", "utf-8")
    assert main(["report", "html", "--run", "ut"]) == 0
    assert "tjansteskrivelse-1.md" in capsys.readouterr().err
    assert Path("ut/tjansteskrivelse-1.md").read_text("utf-8") == "min egen text"
    assert path.read_bytes() == first
