"""Read a region file: TOML to `Region`, with every fault in one pass."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from portfolio.errors import Finding, InputError, finding, has_errors
from portfolio.planning_load import read_toml
from portfolio.planning_quantities import Reading
from portfolio.planning_schema import canonical, validated
from portfolio.region import Region


def load_region(path: Path) -> Region:
    """The region that a file describes.

    Raises:
        InputError: with all findings about the file; the cities' own files are not read here.
    """
    findings: list[Finding] = []
    data, digest = read_toml(path, findings)
    region = None
    if digest:
        reading = Reading(path.as_posix(), range(0), findings)
        region = validated(Region, canonical(Region, data, "", reading), reading)
    if region is not None:
        if region.pool.total.value < 0:
            findings.append(finding("amount_negative", path.as_posix(), "pool.total", region.pool.total.stated))
        twice = [name for name, count in Counter(c.name for c in region.cities).items() if count > 1]
        findings += [finding("region_name_twice", path.as_posix(), "cities", name) for name in twice]
    if region is None or has_errors(findings):
        raise InputError(findings)
    return region
