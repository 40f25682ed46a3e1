"""Faults of the programme and of the machine in one sentence each."""

from __future__ import annotations

from portfolio.errors import AuditBreached, CannotWrite, SolveFailed, WorkerLost
from portfolio.text import Text


def fault_line(fault: BaseException, text: Text) -> str:
    """What happened; of a fault that nobody foresaw its own words."""
    match fault:
        case CannotWrite():
            name = next((n for n in (f"cli.write.{fault.reason}", f"os.{fault.reason}") if text.has(n)), None)
            return text("cli.cannot_write", path=fault.path, reason=text(name) if name is not None else fault.reason)
        case AuditBreached():
            return text("cli.audit_breached", breaches="; ".join(fault.breaches))
        case SolveFailed():
            return text("cli.solve_failed", status=fault.status)
        case WorkerLost():
            return text("cli.worker_lost", reason=fault.reason)
        case MemoryError():
            return text("cli.out_of_memory")
    return f"{type(fault).__name__}: {fault}"
