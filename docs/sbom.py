"""Writes docs/sbom.cdx.json: every package that the project may install, as CycloneDX 1.6, from constraints.txt and pyproject.toml alone.

    python docs/sbom.py

No network and nothing of the machine: the same two files give the same bytes. `tests/test_sbom.py` fails when it is out of date.
"""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
OUR_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "portfolio.sbom")


def normal(name: str) -> str:
    """A package's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirement: str) -> str:
    """The package that a requirement is about."""
    return normal(re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0])


def bill() -> dict[str, Any]:
    """The bill of materials."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = [line.split("==") for line in (TOP / "constraints.txt").read_text("utf-8").splitlines() if "==" in line]
    versions = {normal(name): version.split(";")[0].strip() for name, version in pinned}
    needed = {named(r): "required" for r in project["dependencies"]}
    extras = {named(r): extra for extra, some in project["optional-dependencies"].items() for r in some}
    components = []
    for name, version in sorted(versions.items()):
        of = needed.get(name) or (f"extra {extras[name]}" if name in extras else "indirect")
        purl = f"pkg:pypi/{name}@{version}"
        properties = [{"name": "portfolio:needed", "value": of}]
        components.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "properties": properties})
    ours = f"pkg:pypi/{project['name']}"
    direct = sorted(f"pkg:pypi/{name}@{versions[name]}" for name in {**needed, **extras})
    made: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": ours, "name": project["name"]}},
        "components": components,
        "dependencies": [{"ref": ours, "dependsOn": direct}],
    }
    made["serialNumber"] = f"urn:uuid:{uuid.uuid5(OUR_NAMESPACE, json.dumps(made, sort_keys=True))}"
    return made


def page() -> str:
    """The file."""
    return json.dumps(bill(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    (TOP / "docs" / "sbom.cdx.json").write_text(page(), encoding="utf-8")
