"""The list of files of a run: a digest of each, and of every figure and cell in it, so that what has been changed since can be named.

`manifest.json` is written last. For run.json every leaf, and for workbooks every cell, has a digest of 36 bits of place and value; beside
them, so does the list of what each map, list, sheet and row holds, so that what has been taken away leaves a trace.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from portfolio.excel.raw import Damaged, Sheet, read_cells
from portfolio.verify.page import PAGE, sayings
from portfolio.verify.result import MANIFEST, RUN, Difference, Raw, Verification

MEMORANDUM = "tjansteskrivelse.md"
"""Written with a run and there to be edited: it is no evidence and is not listed."""
WRITTEN = ("beslutsunderlag.xlsx", "obligationsrapport.xlsx", PAGE)
RETURNED = "returned"
"""What a run writes beside its run.json."""
LOCK = ".portfolio.lock"
"""What whoever writes into a folder holds; always empty."""

VERSION: Final = "1.0"
LENGTH: Final = 6
"""Characters of one digest."""
MOST_NAMED: Final = 50
"""Changed figures of one file that are named; the number of the others is said."""


class Node(NamedTuple):
    """A leaf or a container of a tree: its place, the steps to it, and its value or what it holds."""

    path: str
    steps: tuple[str, ...]
    value: str
    leaf: bool


@lru_cache(maxsize=16)
def cells_of(content: bytes) -> Mapping[str, Sheet]:
    """The cells of a workbook, read once however often they are asked for.

    Raises:
        Damaged: it cannot be read.
    """
    return read_cells(content)


@lru_cache(maxsize=16)
def digests_of(name: str, content: bytes) -> str:
    """Digests of everything in a file, sorted; empty for a file of another kind."""
    tree = tree_of(name, content)
    return "" if tree is None else "".join(sorted(digest(n) for n in nodes(tree)))


def tree_of(name: str, content: bytes) -> Any:
    """What is in a file, as maps and lists: JSON as it is, workbooks by sheet, row and column, what pages say; None for other files.

    Raises:
        Damaged: it cannot be read.
    """
    if name.endswith(".json"):
        try:
            return json.loads(content, parse_float=Decimal)
        except (ValueError, RecursionError) as fault:
            raise Damaged(str(fault)) from fault
    if name.endswith(".html"):
        return sayings(content.decode("utf-8", "replace"))
    if name.endswith((".xlsx", ".xlsm")):
        sheets = cells_of(content)
        return {
            sheet: {
                str(row): {column: f"{c.kind}:{c.value}" + (f"={c.formula}" if c.formula else "") for column, c in cells.items()}
                for row, cells in rows.items()
            }
            for sheet, rows in sheets.items()
        }
    return None


def nodes(tree: Any) -> Iterator[Node]:
    """Every container and leaf."""
    waiting: list[tuple[str, tuple[str, ...], Any]] = [("", (), tree)]
    while waiting:
        path, steps, value = waiting.pop()
        if isinstance(value, dict):
            yield Node(path, steps, "{" + "\0".join(sorted(value)), leaf=False)
            waiting += [(f"{path}\0{key}", (*steps, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            yield Node(path, steps, f"[{len(value)}", leaf=False)
            waiting += [(f"{path}\0{n}", (*steps, str(n)), inner) for n, inner in enumerate(value)]
        else:
            yield Node(path, steps, f"{type(value).__name__} {value}", leaf=True)


def place_of(tree: Any, node: Node, *, cells: bool) -> str:
    """A node's place as a person reads it: `Sheet!14`, `Sheet!F14`; `decisions.A-01.outlay.2027`."""
    if cells:
        sheet, row, column = (*node.steps, "", "", "")[:3]
        return f"{sheet}!{column}{row}" if row else sheet
    names = []
    for step in node.steps:
        inner = tree[int(step)] if isinstance(tree, list) else tree[step]
        names.append(_called(inner, int(step)) if isinstance(tree, list) else step)
        tree = inner
    return ".".join(names)


def _called(value: Any, n: int) -> str:
    """What an element of a list is called: its id, name or year, otherwise its number."""
    if isinstance(value, dict):
        for key in ("id", "source", "name", "owner", "framework", "constraint", "year"):
            if isinstance(value.get(key), str | int):
                return str(value[key])
    return str(n + 1)


def digest(node: Node) -> str:
    """36 bits of place and value."""
    whole = f"{node.path}\0\0{node.value}".encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(hashlib.blake2b(whole, digest_size=6).digest())[:LENGTH].decode()


def manifest(files: Mapping[str, bytes], inputs: Sequence[Mapping[str, str]], created: str) -> bytes:
    """The list of files.

    Args:
        files: content by name in the folder of the run. inputs: `file` and `sha256` of everything that was read.
        created: when the run was made.
    """
    listed = {name: _entry(name, content) for name, content in sorted(files.items())}
    return _written({"schema_version": VERSION, "created": created, "inputs": [dict(i) for i in inputs], "files": listed})


def relisted(folder: Path, name: str, content: bytes) -> bytes | None:
    """The list of the folder with one of its files as it is now written again; None when there is no sound list, or it has no such file."""
    try:
        made = tree_of(MANIFEST, (folder / MANIFEST).read_bytes())
    except (OSError, Damaged):
        return None
    if not _sound(made) or name not in made["files"]:
        return None
    made["files"][name] = _entry(name, content)
    return _written(made)


def _entry(name: str, content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "digests": digests_of(name, content)}


def _written(made: Raw) -> bytes:
    return (json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def check_files(folder: Path, found: Verification) -> Raw | None:
    """Every file of the list against what lies in the folder; the list itself, or None when there is none that can be read."""
    path = folder / MANIFEST
    if not path.is_file():
        found.leave("no_manifest", MANIFEST)
        return None
    content = path.read_bytes()
    found.fingerprint = hashlib.sha256(content).hexdigest()
    try:
        made = tree_of(MANIFEST, content)
    except Damaged:
        made = None
    if not _sound(made):
        found.differ("manifest", MANIFEST)
        return None
    for name, stated in made["files"].items():
        place = (folder / name).resolve()
        if not place.is_relative_to(folder.resolve()):
            found.differ("manifest", MANIFEST, name)
        elif not place.is_file():
            found.differ("file_missing", name)
        else:
            found.files += 1
            _check_file(name, place.read_bytes(), stated, found)
    if RUN not in made["files"]:
        found.differ("manifest", MANIFEST, RUN)
    beside = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    ours = {*made["files"], MANIFEST, MEMORANDUM, LOCK}
    for name in sorted({*beside} - ours):
        if name in WRITTEN or name.startswith(f"{RETURNED}/"):
            found.differ("manifest", MANIFEST, name)  # the run wrote it, so it was on the list
        else:
            found.notes.append(Difference("extra_file", name))
    sound: Raw = made
    return sound


def _sound(made: Any) -> bool:
    """Whether it is a list of files of ours."""
    if not isinstance(made, dict) or made.keys() != {"schema_version", "created", "inputs", "files"} or made["schema_version"] != VERSION:
        return False
    files, inputs = made["files"], made["inputs"]
    keys, texts = {"sha256", "bytes", "digests"}, ("sha256", "digests")
    return (
        isinstance(files, dict)
        and isinstance(inputs, list)
        and all(isinstance(f, dict) and f.keys() == keys and all(isinstance(f[k], str) for k in texts) for f in files.values())
        and all(isinstance(i, dict) and i.keys() == {"file", "sha256"} and all(isinstance(v, str) for v in i.values()) for i in inputs)
    )


def _check_file(name: str, content: bytes, stated: Raw, found: Verification) -> None:
    same = hashlib.sha256(content).hexdigest() == stated["sha256"]
    if same and len(content) == stated["bytes"]:
        _digests_agree(name, content, stated["digests"], found)
        return
    if same:
        found.differ("manifest", MANIFEST, name, stated["bytes"], len(content))
        return
    try:
        tree = tree_of(name, content)
    except Damaged as fault:
        if name.endswith(".json"):
            found.unreadable(name, fault.__cause__ or fault)
        else:
            found.differ("file_damaged", name, "", fault)
        return
    named = _changed(tree, stated["digests"], name, found) if tree is not None or name.endswith(".json") else 0
    # a page also has scripts and looks, which have no digests
    rest = "file_content" if name.endswith(".html") or not stated["digests"] else "file_only"
    found.differ("file_changed" if named else rest, name)


def _digests_agree(name: str, content: bytes, digests: str, found: Verification) -> None:
    """The digests of a file that is as it was must be its own: otherwise the list has been changed."""
    own = digests_of(name, content)
    found.leaves += len(own) // LENGTH
    if own != digests and not (name.endswith(".html") and not digests):  # a page had none before this version
        found.differ("manifest", MANIFEST, name)


def _changed(tree: Any, digests: str, name: str, found: Verification) -> int:
    """Name every leaf whose digest is not among the stored ones, and every container that holds something else than before."""
    kept = {digests[n : n + LENGTH] for n in range(0, len(digests), LENGTH)}
    cells = name.endswith((".xlsx", ".xlsm"))
    what = "cell" if cells else "said" if name.endswith(".html") else "leaf"
    every = sorted(nodes(tree))
    found.leaves += len(every)
    new = [n for n in every if digest(n) not in kept]
    leaves = [n for n in new if n.leaf]
    for node in leaves[:MOST_NAMED]:
        if what == "said":
            found.differ(what, name, "", node.steps[-1])
            continue
        value = node.value.partition(" ")[2]
        found.differ(what, name, place_of(tree, node, cells=cells), value.partition(":")[2] if cells else value)
    if len(leaves) > MOST_NAMED:
        found.differ("more", name, "", len(leaves) - MOST_NAMED)
    shapes = [n for n in new if not n.leaf and not any(leaf.path.startswith(n.path + "\0") for leaf in leaves)]
    for node in shapes[: MOST_NAMED if what != "said" or not leaves else 0]:
        if not any(other.path != node.path and other.path.startswith(node.path + "\0") for other in shapes):
            found.differ("removed", name, place_of(tree, node, cells=cells))
    return len(new)


def check_inputs(folder: Path, raw: Raw, listed: Raw | None, found: Verification) -> None:
    """Everything that was read: as it was, changed, or no longer there; a file under another name is found by its content."""
    stated = {i["file"]: i["sha256"] for i in raw["inputs"]}
    known = {i["file"] for i in listed["inputs"]} if listed is not None else stated.keys()
    for file in stated:
        if file not in known:
            found.differ("manifest", MANIFEST, file)
    if not raw["scenarios"]:
        stated[raw["model"]["file"]] = raw["model"]["sha256"]
    for i in listed["inputs"] if listed is not None else ():
        if stated.setdefault(i["file"], i["sha256"]) != i["sha256"]:
            found.differ("input_stated", RUN, i["file"], stated[i["file"]], i["sha256"])
    homes = dict.fromkeys([Path(), folder, *folder.resolve().parents[:3]])
    for file, sha256 in stated.items():
        places = [home / file for home in homes]
        there = [p for p in places if p.is_file()]
        found.inputs += bool(there)
        if any(_sha256(p) == sha256 for p in there):
            continue
        if there:
            found.differ("input_changed", file)
            continue
        folders = dict.fromkeys(p.parent for p in places if p.parent.is_dir())
        others = (p for home in folders for p in sorted(home.glob(f"*{Path(file).suffix}"))[:200])
        renamed = next((p for p in others if p.is_file() and _sha256(p) == sha256), None)
        if renamed is not None:
            found.inputs += 1
            found.notes.append(Difference("input_renamed", file, "", renamed.as_posix()))
        else:
            found.leave("input_missing", file)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
