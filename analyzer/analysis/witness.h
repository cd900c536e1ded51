/* SPDX-License-Identifier: Apache-2.0
 *
 * The frames of well-known libraries through which a stage's calls came: what
 * its verdict can be checked against.
 */
#ifndef WITNESS_H
#define WITNESS_H

#include "analysis/call_sites.h"

#define WITNESSES 3

struct witness {
	uint32_t file, function; /* names of the recording; the function of most bytes */
	uint64_t ops;            /* that came through the file */
};

/* Fills list with those of most operations; returns how many. */
size_t witnesses_find(const struct call_sites *sites, unsigned stage,
                      struct witness list[WITNESSES]);

/* "torch/serialization.py (_save) is on the stack of 42 of 66 calls" */
void witness_text(const struct call_sites *sites, const struct names *names, unsigned stage,
                  const struct witness *witness, char *text, size_t size);

#endif
