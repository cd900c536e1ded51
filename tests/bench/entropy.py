# SPDX-License-Identifier: Apache-2.0
"""What a trace's events hold, by order-0 entropy: each column's numbers, as the format's older transforms have them,
cut into bytes, and of each byte how frequent its values are in a block of 8,192 events. Coders that look no further
than one row take no less."""
import csv
import math
import subprocess
from collections import Counter

BLOCK = 8192


def zigzag(value):
    return 2 * value if value >= 0 else -2 * value - 1


def planes(values):
    """Bytes that a block of numbers takes: from their least, without the low bits that all share."""
    least = min(values)
    values = [v - least for v in values]
    any_bit = 0
    for v in values:
        any_bit |= v
    shift = (any_bit & -any_bit).bit_length() - 1 if any_bit else 0
    total = 0.0
    for byte in range(0, max(any_bit.bit_length() - shift, 0), 8):
        counts = Counter(v >> (shift + byte) & 255 for v in values)
        total -= sum(n * math.log2(n / len(values)) for n in counts.values())
    return total / 8


def columns(rows):
    files, calls, ends, last = {}, {}, {}, int(rows[0]["start_ns"])
    found = {name: [] for name in ("call", "file", "gap", "duration", "size", "result", "offset", "distance")}
    for r in rows:
        start, took, size, result, offset = (int(r[name] or 0) for name in ("start_ns", "duration_ns", "size", "result", "offset"))
        found["call"].append(calls.setdefault(r["call"], len(calls)))
        found["file"].append(files.setdefault(r["path"], len(files)))
        found["gap"].append(zigzag(start - last))
        found["duration"].append(took)
        found["size"].append(size)
        found["result"].append(zigzag(size - result))
        found["offset"].append(offset + 1)
        found["distance"].append(zigzag(offset - ends.get(r["path"], 0)))
        ends[r["path"]], last = offset + max(result, 0), start + took
    return found


def of(program, folder):
    """Bytes an event, of the process that has most."""
    done = subprocess.run([program, "dump", "--format", "csv", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    most = Counter(r["pid"] for r in rows).most_common(1)[0][0]
    rows, total = [r for r in rows if r["pid"] == most], 0.0
    for begin in range(0, len(rows), BLOCK):
        sizes = {name: planes(values) for name, values in columns(rows[begin:begin + BLOCK]).items()}
        sizes["offset"] = min(sizes["offset"], sizes.pop("distance"))
        total += sum(sizes.values())
    return total / len(rows)
