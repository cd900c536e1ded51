# SPDX-License-Identifier: Apache-2.0
"""How much processor time a program used."""
import resource


def used():
    """Seconds, to the microsecond; of children, those that have ended."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
