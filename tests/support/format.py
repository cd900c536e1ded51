# SPDX-License-Identifier: Apache-2.0
"""A trace file cut into its blocks, as FORMAT.md lays them out."""
import struct
from collections import namedtuple

from xxh64 import xxh64

HEADER = 128
BLOCK = struct.Struct("<IHHIIIIQQQQQ")
MAGIC = 0xB10CA107

Block = namedtuple("Block", "offset type payload_bytes count tid stream sequence first_ns last_ns flags")
IN_ORDER = 1


def blocks(data):
    """All blocks; raises where a magic or a checksum is not what it says."""
    found, at = [], HEADER
    assert data[:8] == b"AIOTRACE" and xxh64(data[:120]) == struct.unpack_from("<Q", data, 120)[0]
    while at < len(data):
        magic, kind, flags, size, count, tid, stream, sequence, first, last, payload, head = BLOCK.unpack_from(data, at)
        assert magic == MAGIC and flags & ~IN_ORDER == 0 and xxh64(data[at:at + 56]) == head
        assert xxh64(data[at + BLOCK.size:at + BLOCK.size + size]) == payload
        found.append(Block(at, kind, size, count, tid, stream, sequence, first, last, flags))
        at += BLOCK.size + size
    return found


def with_flags(data, flags):
    """The blocks of events with other flags: those that `flags` gives for a block."""
    for b in (b for b in blocks(data) if b.type == 2):
        head = bytearray(data[b.offset:b.offset + 56])
        struct.pack_into("<H", head, 6, flags(b))
        data = data[:b.offset] + bytes(head) + struct.pack("<Q", xxh64(bytes(head))) + data[b.offset + 64:]
    return data


def with_header(data, version=None, min_reader=None):
    head = bytearray(data[:120])
    if version is not None:
        struct.pack_into("<H", head, 12, version)
    if min_reader is not None:
        struct.pack_into("<H", head, 14, min_reader)
    return bytes(head) + struct.pack("<Q", xxh64(bytes(head))) + data[128:]


def block(kind, payload, count=1, stream=1, sequence=0, tid=1, first_ns=0, last_ns=0):
    head = struct.pack("<IHHIIIIQQQQ", MAGIC, kind, 0, len(payload), count, tid, stream, sequence, first_ns, last_ns,
                       xxh64(payload))
    return head + struct.pack("<Q", xxh64(head)) + payload


# ---- traces made by hand, for what no program would record ----

def header(pid, start_ns=1_000_000_000, ppid=1, origin=0):
    head = struct.pack("<8sIHHQIIIIIIQQ16s40x", b"AIOTRACE", 0x01020304, 1, 1, 0, HEADER, pid, ppid, 0, origin, 0, start_ns,
                       1_700_000_000_000_000_000 + start_ns, b"boot")
    return head + struct.pack("<Q", xxh64(head))


def stored(data):
    """A zstd frame that compresses nothing (RFC 8878): one segment, raw blocks."""
    frame = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(data))
    pieces = [data[i:i + 65536] for i in range(0, len(data), 65536)]
    return frame + b"".join((len(p) << 3 | (i == len(pieces) - 1)).to_bytes(3, "little") + p for i, p in enumerate(pieces))


def definitions(records):
    """Records of (kind, body)."""
    payload = b"".join(struct.pack("<HHI", kind, 0, len(body)) + body for kind, body in records)
    return block(1, stored(payload), count=len(records))


def file_record(number, path, kind=1, size=-1):
    return 1, struct.pack("<IBBHQQq", number, kind, 0, 0, 0, 0, size) + path


def call_record(number, klass, level, name):
    return 2, struct.pack("<HBB", number, klass, level) + name.encode()


def raw_events(rows, stream=1):
    """Rows of (start_ns, call, file, handle, offset, size, result, aux)."""
    payload = b"".join(
        struct.pack("<QQqQqIIIIHBBI", start, 1000, offset, size, result, number, handle, 0, aux, call, 0, 0, 2 * i + 1)
        for i, (start, call, number, handle, offset, size, result, aux) in enumerate(rows))
    return block(3, payload, count=len(rows), stream=stream)
