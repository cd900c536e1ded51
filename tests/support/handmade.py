# SPDX-License-Identifier: Apache-2.0
"""Runs made by hand, event by event: what no machine at hand would record, such as network file systems, ten ranks,
slow disks, or clocks that jump."""
import re
import struct

import aiotrace
import format

with open(f"{aiotrace.TOP}/include/aiotrace/format.h") as f:
    NUMBERS = {name: int(n) for name, n in re.findall(r"AIOT_((?:CLASS|LEVEL)_\w+) = (\d+)", f.read())}
STAGES = ["other", "ingest", "prepare", "train", "checkpoint", "restore", "inference", "runtime", "ipc"]
MOUNTS = {"/nfs": "nfs4", "/lustre": "lustre", "/disk": "ext4"}
CALLS = {name: next(r for r in aiotrace.table() if r.name == name)
         for name in ("open64", "read", "pread64", "write", "pwrite64", "close", "fsync", "rename", "stat64", "posix_fadvise64", "sem_wait")}
FAULT = next(r for r in aiotrace.EVENTS if r.name == "fault.major")
HIT, STORAGE, MARKED = 8, 16, 1
MS = 1_000_000


class Process:
    """Times are in ns since the start of the run; each event follows the one before, unless it says when."""

    def __init__(self, folder, pid=1, ppid=0, start=1_000_000_000, origin=0, clock_set=0, **attributes):
        self.path, self.pid, self.ppid, self.start = folder / f"host.{pid}.0.aiot", pid, ppid, start
        mounts = "".join(f"{30 + i} 1 0:{40 + i} / {point} rw - {kind} server:{point} rw\n" for i, (point, kind) in enumerate(MOUNTS.items()))
        self.origin, self.clock_set = origin, clock_set
        self.attributes = {"host": "made", "exe": "/usr/bin/python3", "mountinfo": "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + mounts,
                           "mountinfo.hash": "1", **attributes}
        self.files, self.rows, self.now, self.handle, self.more = {}, [], start, 0, []

    def device(self, path):
        for i, point in enumerate(MOUNTS):
            if path.startswith(point + "/"):
                return 40 + i
        return 8 << 32 | 1

    def add(self, call, path=None, offset=-1, size=0, result=0, aux=0, took=1000, at=None, gap=1000, stage=None, flags=0, tid=None,
            kind=1, extent=-1):
        self.now = self.start + at if at is not None else self.now + gap
        if path and path not in self.files:
            self.files[path] = (len(self.files) + 1, kind, extent)
        number = CALLS[call].number if call in CALLS else call
        stage_number = STAGES.index(stage) if stage else 0
        self.rows.append((tid or self.pid, struct.pack(
            "<QQqQqIIIIHBB", self.now & (1 << 64) - 1, took, offset, size, result, self.files[path][0] if path else 0,
            self.handle if path else 0, 0, aux, number, stage_number, flags | (MARKED if stage else 0))))
        self.now += took
        return self

    def open(self, path, write=False, **more):
        self.handle += 1
        return self.add("open64", path, result=3, aux=0o1101 if write else 0, **more)

    def read(self, path, offset, size, **more):
        return self.add("pread64", path, offset, size, size, **more)

    def write(self, path, offset, size, **more):
        return self.add("pwrite64", path, offset, size, size, **more)

    def definitions(self):
        records = [(3, key.encode() + b"\0" + value.encode()) for key, value in self.attributes.items()]
        for row in [*CALLS.values(), FAULT]:
            records.append((2, struct.pack("<HBB", row.number, NUMBERS["CLASS_" + row.klass], NUMBERS["LEVEL_" + row.level])
                            + row.name.encode()))
        for path, (number, kind, extent) in self.files.items():
            records.append((1, struct.pack("<IBBHQQq", number, kind, 0, 0, self.device(path), number, extent) + path.encode()))
        return format.definitions(records + self.more)

    def data(self, ended=True):
        parts = [format.header(self.pid, self.start, self.ppid, self.origin), self.definitions()]
        tids = dict.fromkeys(tid for tid, _ in self.rows)
        for stream, tid in enumerate(tids, 1):
            rows = [row for of, row in self.rows if of == tid]
            for first in range(0, len(rows), 4096):
                some = rows[first:first + 4096]
                payload = b"".join(row + struct.pack("<I", 2 * (first + i) + 1 & 0xFFFFFFFF) for i, row in enumerate(some))
                times = [struct.unpack_from("<QQ", row) for row in some]
                parts.append(format.block(3, payload, len(some), stream, first, tid, min(start for start, _ in times),
                                          max(start + took & (1 << 64) - 1 for start, took in times)))
        if ended:
            parts.append(format.definitions([(9, struct.pack("<QQ", self.now, 1_700_000_000_000_000_000 + self.now + self.clock_set))]))
        return b"".join(parts)

    def save(self, **more):
        self.path.write_bytes(self.data(**more))
        return self

