"""The readers of `fanout`: one process in C that drains all sockets and acknowledges like desks."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec import Struct

_HERE: Final = Path(__file__).parent
_COUNTERS: Final = struct.Struct("=8Q")
_RECORD: Final = struct.Struct("=IIQ")
_PATIENCE_S: Final = 60.0


class Counted(Struct, frozen=True):
    """What has been read so far.

    Attributes:
        frames: `ev` frames. changes: Entries of the log that they cover. size: Bytes of text.
        last_at: When the last frame came, in seconds of the wall clock. ended: Sockets that did.
    """

    frames: int
    changes: int
    size: int
    last_at: float
    records: int
    ended: int


class Drain:
    """The process, from outside."""

    def __init__(self, shared: mmap.mmap, process: subprocess.Popen[str]) -> None:
        self._shared = shared
        self._process = process

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the processor to others: it never sleeps, not even when nothing comes."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def counted(self) -> Counted:
        """What has been read so far."""
        frames, changes, size, last_ns, records, ended, _, _ = _COUNTERS.unpack_from(self._shared)
        return Counted(frames, changes, size, last_ns / 1e9, records, ended)

    def wait_for(self, *, changes: int = 0, size: int = 0) -> Counted:
        """Return once so much has been read in all."""
        deadline = time.monotonic() + _PATIENCE_S
        while (counted := self.counted()).changes < changes or counted.size < size:
            if time.monotonic() > deadline:
                raise SystemExit(f"not everything came: {counted}, wanted {changes or size}")
            time.sleep(0.002)
        return counted

    def arrivals(self, begin: int, end: int) -> Iterator[tuple[int, int, float]]:
        """The frames numbered `begin` to `end`: from, to, and when each came."""
        for number in range(begin, end):
            from_, to, at = _RECORD.unpack_from(
                self._shared, _COUNTERS.size + number * _RECORD.size
            )
            yield from_, to, at / 1e9

    def rate(self, before: Counted, after: Counted) -> float:
        """Frames per second between two counts, from the first frame to the last."""
        ((_, _, first_at),) = self.arrivals(before.records, before.records + 1)
        return (after.frames - before.frames) / (after.last_at - first_at)


@contextmanager
def drain(
    sockets: Sequence[socket.socket], acknowledge: UUID | None = None, records: int = 0
) -> Iterator[Drain]:
    """Read from the sockets; they are the process's own from now on."""
    with tempfile.TemporaryDirectory() as folder:
        program = compiled("fanout_drain.c", Path(folder))
        counters = Path(folder, "counters")
        counters.touch()
        os.truncate(counters, _COUNTERS.size + records * _RECORD.size)
        numbers = [one.fileno() for one in sockets]
        process = subprocess.Popen(
            [program, counters, str(records), str(acknowledge or "-")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=numbers,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{number}\n" for number in numbers))
        process.stdin.close()
        if process.stdout.readline() != "ready\n":
            raise SystemExit("the drain did not start")
        for one in sockets:
            one.close()
        try:
            with counters.open("r+b") as file, mmap.mmap(file.fileno(), 0) as shared:
                yield Drain(shared, process)
        finally:
            process.kill()
            process.wait()


def compiled(source: str, folder: Path) -> Path:
    """The program of one of this folder's sources in C."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SystemExit("fan-out is measured with programs in C, and there is no C compiler here")
    program = folder / source.removesuffix(".c")
    subprocess.run([compiler, "-O2", "-o", program, _HERE / source], check=True)
    return program
