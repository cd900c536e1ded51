# SPDX-License-Identifier: Apache-2.0
"""Which part of the library runs how many instructions for a call: callgrind tells them by source file, also of what
was inlined, and a file is a room with one purpose."""
import os
import re
import shutil
import subprocess
from collections import Counter

# By the beginning of a file's path below preload/, the longest first; what has no file is zstd's.
PARTS = {"calls/": "the wrapper", "base/real": "the wrapper", "base/clock": "clock", "file/": "which file",
         "event": "storing the event", "thread": "storing the event", "state": "storing the event", "mark": "storing the event",
         "fault/watch": "storing the event", "sample": "page cache, sampled", "away": "page cache, sampled", "stack": "stacks",
         "peek": "stacks", "python/": "stacks", "native/": "stacks", "base/intern": "stacks", "join": "stacks",
         "encode/": "encoding"}
ORDER = ("the wrapper", "clock", "which file", "storing the event", "page cache, sampled", "stacks", "encoding", "writing, and else")


def part_of(path):
    if "/preload/" in path:
        name = path.rsplit("/preload/", 1)[1]
        return next((PARTS[begin] for begin in sorted(PARTS, key=len, reverse=True) if name.startswith(begin)), ORDER[-1])
    # Headers: of the compiler's, vector code and the reading of the counter; checksums, once a block, are next to nothing.
    if path.endswith(("ia32intrin.h", "xxhash.h")):
        return "clock" if "intrin" in path else "stacks"
    return "encoding" if path == "???" or "intrin" in path else ORDER[-1]


def counted(out):
    """The library's instructions by part, from callgrind's file."""
    names, parts, own, file, called = {}, Counter(), False, "", False
    for line in out:
        kind, _, rest = line.partition("=")
        if found := re.match(r"\((\d+)\)(?: (.*))?", rest):
            key = ("ob" if "ob" in kind else "fn" if "fn" in kind else "file", found.group(1))
            name = names[key] = (found.group(2) or names.get(key, "")).strip()
            own = name.endswith("libaiotrace.so") if kind == "ob" else own
            file = name if kind in ("fl", "fi", "fe") else file
        elif kind == "calls":
            called = True  # the next line's cost is the called function's
        elif found := re.match(r"[+*\-\d]\S* (\d+)$", line):
            if own and not called:
                parts[part_of(file)] += int(found.group(1))
            called = False
    return parts


def of(command, tracer, folder, out):
    """Of one run."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    environment = {**os.environ, **{k: v.replace("{}", folder) for k, v in tracer.environment.items()}}
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *command], env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        return None
    with open(out, errors="replace") as f:
        return counted(f)


def a_call(command, few, many, tracer, folder, out):
    """Between two runs that differ by the number of calls alone; `command` makes one of that number."""
    less, more = (of(command(n), tracer, folder, out) for n in (few, many))
    return less is not None and more is not None and {part: (more[part] - less[part]) / (many - few) for part in ORDER}
