"""A small, harmless macro project, made from nothing: a compound file with one module a sheet and one that shows a message.

Sources: [MS-CFB] for the container, [MS-OVBA] for the project; the protection fields are those of the example in [MS-OVBA] 3.1.1.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SECTOR, _MINI = 512, 64
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_PAGE = "cp1252"
_WORKBOOK, _SHEET = "{00020819-0000-0000-C000-000000000046}", "{00020820-0000-0000-C000-000000000046}"


def vba_project(sheets: Sequence[str], module: str, code: str) -> bytes:
    """The bytes of `vbaProject.bin`.

    Args:
        sheets: code names of the worksheets; the workbook's is `ThisWorkbook`.
        module: name of the module.
        code: its Visual Basic, with line feeds.
    """
    documents = {"ThisWorkbook": _WORKBOOK} | dict.fromkeys(sheets, _SHEET)
    sources = {name: _document(name, base) for name, base in documents.items()}
    sources[module] = f'Attribute VB_Name = "{module}"\n{code}'
    lines = ['ID="{917DED54-440B-4FD1-A5C1-74ACF261E600}"', *(f"Document={d}/&H00000000" for d in documents), f"Module={module}"]
    lines += ['Name="VBAProject"', 'HelpContextID="0"', 'VersionCompatible32="393222000"', 'CMG="0705D8E3D8EDDBF1DBF1DBF1DBF1"']
    lines += ['DPB="0E0CD1ECDFF4E7F5E7F5E7"', 'GC="1517CAF1D6F9D7F9D706"', "", "[Host Extender Info]"]
    lines += [
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{n}=0, 0, 0, 0, C" for n in sources),
        "",
    ]
    storage: dict[str, bytes] = {name: _compressed(text.replace("\n", "\r\n").encode(_PAGE)) for name, text in sources.items()}
    storage["_VBA_PROJECT"] = bytes.fromhex("CC61FFFF000000")
    storage["dir"] = _compressed(_directory(documents, module))
    return compound({"PROJECT": "\r\n".join(lines).encode(_PAGE), "VBA": storage})


def _document(name: str, base: str) -> str:
    flags = {
        "GlobalNameSpace": False,
        "Creatable": False,
        "PredeclaredId": True,
        "Exposed": True,
        "TemplateDerived": False,
        "Customizable": True,
    }
    head = [f'Attribute VB_Name = "{name}"', f'Attribute VB_Base = "0{base}"', *(f"Attribute VB_{k} = {v}" for k, v in flags.items())]
    return "\n".join(head) + "\n"


def _compressed(data: bytes) -> bytes:
    """[MS-OVBA] 2.4.1 with literals only, so that the bytes depend on nothing but the text."""
    result = b"\x01"
    for start in range(0, len(data), 3_600):
        piece = data[start : start + 3_600]
        if start + 3_600 < len(data):
            raise ValueError("a module longer than one chunk is not needed here")
        chunk = b"".join(b"\0" + piece[n : n + 8] for n in range(0, len(piece), 8))
        result += struct.pack("<H", (len(chunk) - 1) | 0xB000) + chunk
    return result


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _twice(number: int, second: int, text: str) -> bytes:
    return _record(number, text.encode(_PAGE)) + _record(second, text.encode("utf-16-le"))


def _reference(name: str, libid: str) -> bytes:
    raw = libid.encode(_PAGE)
    return _twice(0x16, 0x3E, name) + _record(0x0D, struct.pack("<I", len(raw)) + raw + bytes(6))


def _directory(documents: Mapping[str, str], module: str) -> bytes:
    """[MS-OVBA] 2.3.4.2, before compression."""
    four = struct.Struct("<I").pack
    made = _record(1, four(1)) + _record(2, four(0x409)) + _record(0x14, four(0x409)) + _record(3, struct.pack("<H", 1252))
    made += (
        _record(4, b"VBAProject") + _twice(5, 0x40, "") + _record(6, b"") + _record(0x3D, b"") + _record(7, four(0)) + _record(8, four(0))
    )
    made += struct.pack("<HIIH", 9, 4, 1_467_127_224, 5) + _twice(0x0C, 0x3C, "")
    made += _reference("stdole", "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0##OLE Automation")
    names = [*documents, module]
    made += _record(0x0F, struct.pack("<H", len(names))) + _record(0x13, b"\xff\xff")
    for name in names:
        made += (
            _record(0x19, name.encode(_PAGE)) + _record(0x47, name.encode("utf-16-le")) + _twice(0x1A, 0x32, name) + _twice(0x1C, 0x48, "")
        )
        made += _record(0x31, four(0)) + _record(0x1E, four(0)) + _record(0x2C, b"\xff\xff")
        made += _record(0x22 if name in documents else 0x21, b"") + _record(0x2B, b"")
    return made + _record(0x10, b"")


@dataclass
class _Entry:
    """A line of the compound file's directory."""

    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    start: int = _END
    size: int = 0
    data: bytes = field(default=b"", repr=False)

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        head = name.ljust(64, b"\0") + struct.pack("<HBB3I", len(name) + 2, self.kind, 1, self.left, self.right, self.child)
        return head + bytes(36) + struct.pack("<IQ", self.start, self.size)


def compound(tree: Mapping[str, bytes | Mapping[str, bytes]]) -> bytes:
    """A compound file (version 3) with small streams, one level of storages."""
    entries = [_Entry("Root Entry", 5)]
    entries[0].child = _level(tree, entries)
    mini, allocation = b"", []
    for entry in entries:
        if entry.kind == 2 and entry.data:
            if len(entry.data) >= 4096:
                raise ValueError(f"{entry.name}: only small streams are written here")
            entry.start, entry.size = len(mini) // _MINI, len(entry.data)
            count = -(-len(entry.data) // _MINI)
            allocation += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.data.ljust(count * _MINI, b"\0")
    return _sectors(entries, mini, allocation)


def _level(tree: Mapping[str, bytes | Mapping[str, bytes]], entries: list[_Entry]) -> int:
    """Add the entries of one storage as a balanced tree (shorter names first, then by capital letters) and return its root."""
    numbers: list[int] = []
    for name in sorted(tree, key=lambda n: (len(n), n.upper())):
        content = tree[name]
        entry = _Entry(name, 2, data=content) if isinstance(content, bytes) else _Entry(name, 1, start=0)
        entries.append(entry)
        numbers.append(len(entries) - 1)
        if not isinstance(content, bytes):
            entry.child = _level(content, entries)

    def middle(low: int, high: int) -> int:
        if low >= high:
            return _FREE
        at = (low + high) // 2
        entries[numbers[at]].left, entries[numbers[at]].right = middle(low, at), middle(at + 1, high)
        return numbers[at]

    return middle(0, len(numbers))


def _sectors(entries: list[_Entry], mini: bytes, allocation: list[int]) -> bytes:
    """Sector 0 is the allocation table, then directory, small allocation table, small streams."""
    listing = b"".join(e.packed() for e in entries)
    empty = struct.pack("<3I", _FREE, _FREE, _FREE)
    while len(listing) % _SECTOR:
        listing += bytes(68) + empty + bytes(48)
    table = struct.pack(f"<{len(allocation)}I", *allocation)
    table = table.ljust(-(-len(table) // _SECTOR) * _SECTOR, b"\xff")
    small = mini.ljust(-(-len(mini) // _SECTOR) * _SECTOR, b"\0")
    sizes = [len(p) // _SECTOR for p in (listing, table, small)]
    chains, starts = [_FAT], []
    for size in sizes:
        starts.append(len(chains))
        chains += [*range(len(chains) + 1, len(chains) + size), _END]
    if len(chains) > _SECTOR // 4:
        raise ValueError("more than one allocation sector is not needed here")
    fat = struct.pack(f"<{len(chains)}I", *chains).ljust(_SECTOR, b"\xff")
    entries[0].start, entries[0].size = starts[2], len(mini)
    listing = entries[0].packed() + listing[128:]
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, starts[0], 0, 4096, starts[1], sizes[1], _END, 0)
    return head + struct.pack("<I", 0) + b"\xff" * (108 * 4) + fat + listing + table + small
