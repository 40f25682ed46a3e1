"""Makes the workbooks in `helsingborg-2025-by-owner/` from `helsingborg-2025.xlsx`: `python inputs/make_by_owner.py`.

The sample is read with the programme's own reader; every owner gets a workbook of its own, in its own layout. The bytes depend on
nothing but the sample.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from by_owner.board import executive_board
from by_owner.committees import property_committee, urban_planning
from by_owner.companies import energy, housing, port, waste
from by_owner.external import external_actors

from portfolio.excel.read import read_portfolio
from portfolio.records import Portfolio

HERE: Final = Path(__file__).parent
YEARS: Final = range(2025, 2032)
WORKBOOKS: Final[dict[str, Callable[[Portfolio], bytes]]] = {
    "stadsbyggnadsnamnden.xlsx": urban_planning,
    "fastighetsnamnden.xlsx": property_committee,
    "kommunstyrelsen.xlsx": executive_board,
    "oresundskraft.xlsx": energy,
    "nsr.xlsm": waste,
    "helsingborgshem.xlsx": housing,
    "helsingborgs-hamn.xlsx": port,
    "externa-aktorer.xlsx": external_actors,
}


def workbooks(sample: Path) -> dict[str, bytes]:
    """Name to bytes of every officer's workbook."""
    portfolio, _ = read_portfolio([sample], YEARS)
    return {name: make(portfolio) for name, make in WORKBOOKS.items()}


def main(arguments: list[str]) -> None:
    """Write the workbooks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=Path, default=HERE / "helsingborg-2025.xlsx")
    parser.add_argument("--out", type=Path, default=HERE / "helsingborg-2025-by-owner")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, content in workbooks(chosen.sample).items():
        (chosen.out / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
