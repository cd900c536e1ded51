# SPDX-License-Identifier: Apache-2.0
"""A trace file cut into its blocks, as FORMAT.md lays them out."""
import struct
from collections import namedtuple

from xxh64 import xxh64

HEADER = 128
BLOCK = struct.Struct("<IHHIIIIQQQQQ")
MAGIC = 0xB10CA107

Block = namedtuple("Block", "offset type payload_bytes count tid stream sequence first_ns last_ns")


def blocks(data):
    """All blocks; raises where a magic or a checksum is not what it says."""
    found, at = [], HEADER
    assert data[:8] == b"AIOTRACE" and xxh64(data[:120]) == struct.unpack_from("<Q", data, 120)[0]
    while at < len(data):
        magic, kind, flags, size, count, tid, stream, sequence, first, last, payload, head = BLOCK.unpack_from(data, at)
        assert magic == MAGIC and flags == 0 and xxh64(data[at:at + 56]) == head
        assert xxh64(data[at + BLOCK.size:at + BLOCK.size + size]) == payload
        found.append(Block(at, kind, size, count, tid, stream, sequence, first, last))
        at += BLOCK.size + size
    return found


def with_header(data, version=None, min_reader=None):
    head = bytearray(data[:120])
    if version is not None:
        struct.pack_into("<H", head, 12, version)
    if min_reader is not None:
        struct.pack_into("<H", head, 14, min_reader)
    return bytes(head) + struct.pack("<Q", xxh64(bytes(head))) + data[128:]


def block(kind, payload, count=1, stream=1, sequence=0):
    head = struct.pack("<IHHIIIIQQQQ", MAGIC, kind, 0, len(payload), count, 1, stream, sequence, 0, 0, xxh64(payload))
    return head + struct.pack("<Q", xxh64(head)) + payload
