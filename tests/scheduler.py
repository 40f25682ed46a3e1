"""A real Dask scheduler and its workers, as processes of this machine that a test can kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parent


class Scheduler:
    """A Dask scheduler and its workers as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        local = ["--host", "127.0.0.1", "--no-dashboard"]
        self.scheduler = self._start("scheduler", *local, "--port", "0", "--scheduler-file", str(self._file))
        self.workers: list[subprocess.Popen[bytes]] = []
        end = time.monotonic() + 120
        while not self._file.exists() or not self._file.read_text("utf-8").endswith("}"):
            if time.monotonic() > end:
                self.close()
                raise TimeoutError("the scheduler has not written its address")
            time.sleep(0.05)
        self.address: str = json.loads(self._file.read_text("utf-8"))["address"]

    def _start(self, *arguments: str, path: str = "") -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (path, str(TESTS))))}
        with (self._folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self._folder)

    def add_worker(self, path: str = "") -> subprocess.Popen[bytes]:
        """A worker with one thread that nobody starts again; modules in the folder `path` come before all others."""
        told = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        self.workers.append(self._start("worker", self.address, *told, path=path))
        return self.workers[-1]

    def wait_for(self, workers: int) -> None:
        """Until so many workers have come."""
        from distributed import Client  # slow to import

        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)

    def close(self) -> None:
        """All of it ends."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
