# SPDX-License-Identifier: Apache-2.0
"""XXH64 with seed 0, for traces that tests write by hand."""
import struct

M = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
                      0x27D4EB2F165667C5)


def turn(x, n):
    return ((x << n) | (x >> (64 - n))) & M


def step(acc, lane):
    return turn((acc + lane * P2) & M, 31) * P1 & M


def xxh64(data):
    n, i = len(data), 0
    if n >= 32:
        v = [(P1 + P2) & M, P2, 0, -P1 & M]
        while i + 32 <= n:
            v = [step(a, lane) for a, lane in zip(v, struct.unpack_from("<4Q", data, i))]
            i += 32
        h = sum(turn(a, r) for a, r in zip(v, (1, 7, 12, 18))) & M
        for a in v:
            h = ((h ^ step(0, a)) * P1 + P4) & M
    else:
        h = P5
    h = (h + n) & M
    while i + 8 <= n:
        h = (turn(h ^ step(0, *struct.unpack_from("<Q", data, i)), 27) * P1 + P4) & M
        i += 8
    if i + 4 <= n:
        h = (turn(h ^ struct.unpack_from("<I", data, i)[0] * P1 & M, 23) * P2 + P3) & M
        i += 4
    for byte in data[i:]:
        h = turn(h ^ byte * P5 & M, 11) * P1 & M
    h = (h ^ (h >> 33)) * P2 & M
    h = (h ^ (h >> 29)) * P3 & M
    return h ^ (h >> 32)
