"""The answer in sentences, the same in the terminal and in the workbook: what is recommended, what is proven, what is left to the target.

Only a proven plan is called best; what was stopped early says how much better could at most exist.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from portfolio.outcome import Layer, ObjectiveReport, Run, SolveStatus, StopReason
from portfolio.reports.adopted import needed_by
from portfolio.reports.figures import finest, in_unit, kronor, per_mnkr, share, tonnes
from portfolio.text import Text


class Said(NamedTuple):
    """A sentence and how it is shown: `strong`, `plain` or `alarm`."""

    sentence: str
    weight: str = "plain"


def answer(run: Run, text: Text) -> list[Said]:
    """Headline, proof, audit and target of a run that has a plan."""
    objective, audit = run.objective, run.audit
    assert objective is not None
    assert audit is not None
    return [
        Said(headline(run, objective, text), "strong"),
        *(Said(sentence) for sentence in layers(run, text)),
        *(Said(sentence) for sentence in proof(run, objective, text)),
        Said(text("terminal.audit", checks=kronor(len(audit.checks), text.lang))),
        *target(run, text),
    ]


def headline(run: Run, objective: ObjectiveReport, text: Text) -> str:
    """How many investments, for how much, giving what."""
    totals, lang = run.totals, text.lang
    assert totals is not None
    return text(
        "terminal.headline.proven" if proven(run) else "terminal.headline.not_proven",
        chosen=totals.chosen,
        of=sum(1 for d in run.decisions if d.layer is not Layer.EXTERNAL),
        mnkr=in_unit(totals.kronor, text),
        krona=text(f"terminal.krona.{objective.krona}"),
        tonnes=tonnes(totals.tonnes, lang),
        quantity=text(
            f"terminal.quantity.{objective.quantity}", year=run.target_year, until=run.model["horizon"]["effects_until"]["value"]
        ),
        ratio=per_mnkr(totals.tonnes_per_krona, lang) if totals.tonnes_per_krona is not None else "–",
    )


def layers(run: Run, text: Text) -> list[str]:
    """How much of the outlay stands in the plan and how much in the gap, beside the whole frame; nothing without a frame or a gap."""
    totals = run.totals
    frames = [y.frame for y in run.years if y.frame is not None]
    if totals is None or not frames or not totals.outlay_gap:
        return []
    amounts = {"plan": totals.outlay_plan, "gap": totals.outlay_gap, "frame": sum(frames)}
    return [text("terminal.layers", **{name: in_unit(kr, text) for name, kr in amounts.items()})]


def proof(run: Run, objective: ObjectiveReport, text: Text) -> list[str]:
    """How far the proof goes."""
    lang, most, floor = text.lang, objective.most_tonnes, objective.floor_share
    if not proven(run):
        return [text(f"terminal.stopped.{run.stop_reason.value}") + " " + could_be_better(objective, text)]
    said = [
        text(
            f"terminal.proof.{objective.name}",
            floor=share(floor, lang) if floor is not None else "",
            most=tonnes(most, lang) if most is not None else "",
        )
    ]
    return said if objective.unique else [*said, text("terminal.not_unique")]


def could_be_better(objective: ObjectiveReport, text: Text) -> str:
    """What better could at most exist, in tonnes and in kronor as far as either is known; rounded up, so that `at most` stays true."""
    lang = text.lang
    if objective.bound is None and not objective.gap_tonnes and not objective.gap_kronor:
        return text("terminal.better.unknown")
    more = tonnes(ceil(objective.gap_tonnes), lang)
    less = in_unit(ceil(Fraction(objective.gap_kronor, finest(text))) * finest(text), text)
    if objective.name != "tonnes_per_krona":
        return text("terminal.better.kronor", mnkr=less) if objective.name == "least_cost" else text("terminal.better.tonnes", tonnes=more)
    said = []
    known = {(True, True): "same_both", (True, False): "same_kronor", (False, True): "same_tonnes"}
    if objective.floor_tonnes is None:
        # the search for the most tonnes was stopped: more tonnes may take more money
        known |= {(True, True): "both", (True, False): "tonnes"}
    name = known.get((objective.gap_tonnes > 0, objective.gap_kronor > 0))
    if name is not None:
        said.append(text(f"terminal.better.{name}", tonnes=more, mnkr=less))
    if objective.bound is not None:
        said.append(text("terminal.better.ratio", ratio=per_mnkr(_up(objective.bound), lang)))
    return " ".join(said)


def _up(ratio: Decimal) -> Decimal:
    """Tonnes per krona, rounded up to what `per_mnkr` shows of it."""
    shown = Decimal("1e-6") if ratio >= Decimal("1e-4") else Decimal("1e-7")
    return ratio.quantize(shown, rounding=ROUND_CEILING)


def target(run: Run, text: Text) -> list[Said]:
    """The target year in one sentence; none when the model has no target."""
    totals, gap, lang = run.totals, run.gap, text.lang
    if totals is None or gap is None or totals.emissions_target_year is None or run.target_tonnes is None or gap.tonne_gap is None:
        return []
    met = gap.tonne_gap <= 0
    sentence = text(
        "terminal.target.met" if met else "terminal.target.missed",
        year=run.target_year,
        emissions=tonnes(totals.emissions_target_year, lang),
        target=tonnes(run.target_tonnes, lang),
        gap=tonnes(abs(gap.tonne_gap), lang),
    )
    return [Said(sentence, "plain" if met else "alarm")]


def gaps(run: Run, text: Text) -> list[str]:
    """The money gap, the capacity gap and the tonne gap, by name."""
    gap, lang = run.gap, text.lang
    assert gap is not None
    capacity = "capacity_gap" if most_proven(run) else "capacity_gap_shown"
    if capacity == "capacity_gap" and gap.capacity_gap == 0:
        capacity = "capacity_gap_none"
    said = [text("terminal.ladder.money_gap", mnkr=in_unit(gap.money_gap, text))]
    said.append(text(f"terminal.ladder.{capacity}", mnkr=in_unit(gap.capacity_gap, text)))
    if gap.without_tonnes:
        said.append(text("terminal.ladder.without_tonnes", mnkr=in_unit(gap.without_tonnes, text)))
    said += needed_by(run, text)
    if gap.tonne_gap is not None and gap.tonne_gap_all is not None:
        delivered = any(d.tonnes for d in run.decisions if d.layer is Layer.EXTERNAL)
        # a target that is met with room to spare leaves no gap, not a negative one
        left, left_with_all = (tonnes(max(t, type(t)(0)), lang) for t in (gap.tonne_gap, gap.tonne_gap_all))
        name = "terminal.ladder.tonne_gap_external" if delivered else "terminal.ladder.tonne_gap"
        said.append(text(name, year=run.target_year, gap=left, all=left_with_all))
    return said


def closing(run: Run, text: Text) -> list[str]:
    """What going outside the frame buys, against the plan inside it with the most tonnes; nothing when there is no such plan."""
    gap, lang = run.gap, text.lang
    assert gap is not None
    if run.plan_only is None:
        return []
    totals, objective = run.totals, run.objective
    assert totals is not None
    assert objective is not None
    until = run.model["horizon"]["effects_until"]["value"]
    figures = {
        "mnkr": in_unit(gap.closing_kronor, text),
        "tonnes": tonnes(gap.closing_tonnes, lang),
        "inside_mnkr": in_unit(totals.kronor - gap.closing_kronor, text),
        "inside_tonnes": tonnes(totals.tonnes - gap.closing_tonnes, lang),
        "quantity": text(f"terminal.quantity.{objective.quantity}", year=run.target_year, until=until),
    }
    sure = both_proven(run)
    if gap.closing_kronor <= 0 or gap.closing_tonnes <= 0:
        return [text("terminal.ladder.closing_other" if sure else "terminal.ladder.closing_other_not_proven", **figures)]
    figures["ratio"] = per_mnkr(gap.closing_tonnes / gap.closing_kronor, lang)
    assert gap.closing_price is not None
    figures["price"] = kronor(gap.closing_price, lang)
    return [text("terminal.ladder.closing" if sure else "terminal.ladder.closing_not_proven", **figures)]


def inside_means(run: Run, text: Text) -> list[str]:
    """What the best plan inside the frame is the best of, where it stands beside the recommended one; only of one that is proven.

    Its own floor is a share of what fits inside the frame, so that it may have fewer tonnes than the recommended plan must reach.
    """
    gap, totals, objective, inside = run.gap, run.totals, run.objective, run.plan_only
    if inside is None or gap is None or totals is None or objective is None or not both_proven(run):
        return []
    lang, floor = text.lang, objective.floor_tonnes
    said = text(
        f"terminal.plans.inside_{objective.name}",
        floor=share(objective.floor_share, lang) if objective.floor_share is not None else "",
        most=tonnes(totals.tonnes - gap.closing_tonnes, lang),
    )
    if floor is not None and inside.totals.tonnes < floor:
        said += " " + text("terminal.plans.inside_misses", floor=tonnes(floor, lang))
    return [said]


def rung_name(run: Run, name: str, text: Text) -> str:
    """A rung of the ladder in words; `affordable` is the plan with the most tonnes only when that one is proven."""
    if name == "affordable" and not most_proven(run):
        return text("terminal.ladder.affordable_shown")
    return text(f"terminal.ladder.{name}")


def proven(run: Run) -> bool:
    """The recommended plan is proven best."""
    return run.status is SolveStatus.PROVEN_BEST


def both_proven(run: Run) -> bool:
    """The recommended plan and the plan inside the frame are proven: a run that stopped either of them says why it stopped."""
    return proven(run) and run.stop_reason is StopReason.NONE


def most_proven(run: Run) -> bool:
    """It is proven how many tonnes the constraints allow at most: the floor is set only then."""
    objective = run.objective
    assert objective is not None
    return objective.most_tonnes is not None and (proven(run) or objective.floor_tonnes is not None)
