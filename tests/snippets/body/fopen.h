/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* A stream's row has no number of its own: the call's result is a pointer. */
static void try_open(const char *path, const char *mode)
{
	FILE *stream = FOPEN(path, mode);
	meta(path, stream ? ANY : -1);
}

void snippet(void)
{
	try_open("data", "r");
	try_open("made", "w");
	try_open("data", "a+");
	try_open("missing", "r");
	try_open("no/such/folder", "w");
}
