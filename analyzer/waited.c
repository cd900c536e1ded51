/* SPDX-License-Identifier: Apache-2.0 */
#include "waited.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum waited_said { SAID_NOTHING, SAID_ASKED, SAID_TOLD, SAID_WRONG };

static enum waited_said waited_says(const struct process *p)
{
	static const char *const words[] = {"", "asked", "told", "wrong"};
	const char *said = process_attribute(p, "switches");

	for (int i = SAID_ASKED; said && i <= SAID_WRONG; i++)
		if (!strcmp(said, words[i]))
			return i;
	return SAID_NOTHING;
}

/* The most that a process of the same machine says. */
static enum waited_said waited_most(const struct recording *r, const uint8_t *said, size_t of)
{
	const uint8_t *boot = r->processes[of].trace.header.boot_id;
	enum waited_said most = said[of];

	for (size_t i = 0; i < r->count && most < SAID_WRONG; i++)
		if (said[i] > most && !memcmp(r->processes[i].trace.header.boot_id, boot,
		                              sizeof r->processes[i].trace.header.boot_id))
			most = said[i];
	return most;
}

/* Who was never away during a read has no proof that it would have been told. Nor is
 * there a read that says otherwise: those that took long were looked at. */
bool *waited_told(const struct recording *r)
{
	bool *told = memory_get(r->count, sizeof *told);
	uint8_t *said = memory_get(r->count, sizeof *said);

	for (size_t i = 0; i < r->count; i++)
		said[i] = (uint8_t)waited_says(&r->processes[i]);
	for (size_t i = 0; i < r->count; i++)
		told[i] = said[i] && waited_most(r, said, i) != SAID_WRONG;
	free(said);
	return told;
}
