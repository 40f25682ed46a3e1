"""Faults as values: what is wrong, where, and what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Final


class Severity(StrEnum):
    """An error stops the run; a warning is shown and the run goes on; a note only tells what was understood."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark, traceable to a cell or a key.

    Args:
        code: stable name; `finding.<code>` and `finding.<code>_remedy` are its sentences in the catalogue.
        file: the workbook or model file as the user named it.
        place: `Sheet!F14` in a workbook, `debt.mandate` in a model file, empty for the whole file.
        value: what stands there, as text, exactly as read.
        parameters: named values for the two sentences, already turned into plain text or numbers.
        severity: see `Severity`.
    """

    code: str
    file: str
    place: str = ""
    value: str = ""
    parameters: tuple[tuple[str, str | int], ...] = ()
    severity: Severity = Severity.ERROR


def finding(
    code: str,
    file: str,
    place: str = "",
    value: object = "",
    severity: Severity = Severity.ERROR,
    **parameters: str | int,
) -> Finding:
    """Make a `Finding`; `value` is shown as text, `parameters` fill the sentences of the catalogue."""
    return Finding(code, file, place, str(value), tuple(sorted(parameters.items())), severity)


def has_errors(findings: Iterable[Finding]) -> bool:
    """True when at least one finding must stop the run."""
    return any(f.severity is Severity.ERROR for f in findings)


OS_REASONS = ("ENOENT", "EACCES", "EPERM", "EISDIR", "ENOTDIR", "EEXIST", "ENOSPC", "EROFS", "EBUSY", "ENAMETOOLONG")
"""What the operating system refuses with, that the catalogue has words for (`os.<name>`)."""


def os_reason(fault: OSError) -> str:
    """The name of the system's reason where the catalogue knows it; otherwise the system's own words."""
    name = errno.errorcode.get(fault.errno or 0, "")
    return name if name in OS_REASONS else fault.strerror or str(fault)


class PortfolioError(Exception):
    """Base of every fault the programme raises on purpose."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Faults come from worker processes as they are: Python would call the class with the message, which is not what it takes."""
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[PortfolioError], arguments: tuple[object, ...]) -> PortfolioError:
    fault = kind.__new__(kind, *arguments)
    fault.args = arguments
    return fault


class InputError(PortfolioError):
    """A workbook or a model file cannot be used. Carries all findings, not only the first."""

    exit_code = 2

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.file} {f.place} {f.code}" for f in self.findings))


class InfeasiblePlan(PortfolioError):
    """No portfolio meets the demands; `demands` names the constraints of the programme that was asked for."""

    exit_code = 3

    def __init__(self, demands: Iterable[str]) -> None:
        self.demands = tuple(demands)
        super().__init__("no portfolio meets: " + ", ".join(self.demands))


class SolveStopped(PortfolioError):
    """The solver was stopped (time limit, Ctrl-C or no memory left) before it had found any plan."""

    exit_code = 4

    def __init__(self, *, interrupted: bool = False, out_of_memory: bool = False) -> None:
        self.interrupted = interrupted
        self.out_of_memory = out_of_memory
        super().__init__("stopped before any plan was found")


class SolverUnavailable(PortfolioError):
    """HiGHS cannot be loaded on this machine."""


class SolveFailed(PortfolioError):
    """The solver answered something that must not be read as a plan; `status` is its own word."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(f"solver status: {status}")


class WorkerLost(PortfolioError):
    """A process that was given work ended by itself (killed, or out of memory), or a cluster gave up; `reason` is its word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AuditBreached(PortfolioError):
    """A plan the solver called feasible fails the exact audit. It is a fault of ours and the plan is never shown."""

    def __init__(self, breaches: Iterable[str]) -> None:
        self.breaches = tuple(breaches)
        super().__init__("; ".join(self.breaches))


class CannotWrite(PortfolioError):
    """A result cannot be written: `path`, and the `reason` as a word of the catalogue (`cli.<reason>`) or of the operating system."""

    exit_code = 5

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


_OPEN_ELSEWHERE: Final = (32, 33)
"""What Windows says of a file that another programme holds."""
_REASONS: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "full"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "read_only"),
    **dict.fromkeys((errno.EBUSY, errno.ETXTBSY), "open"),
    errno.ENOENT: "no_folder",
    errno.ENOTDIR: "not_folder",
    errno.EISDIR: "is_folder",
    errno.ENAMETOOLONG: "long_name",
}


def cannot_write(path: PurePath, fault: OSError) -> CannotWrite:
    """The fault as a sentence a person understands, where there is one."""
    # only Windows has winerror, and tells there a folder that is read-only from a workbook that is open
    reason = "open" if getattr(fault, "winerror", None) in _OPEN_ELSEWHERE else _REASONS.get(fault.errno or 0, "")
    return CannotWrite(path.as_posix(), reason or fault.strerror or str(fault))
