/* SPDX-License-Identifier: Apache-2.0
 *
 * In rounds: a round's rows are made text while the next round's are brought.
 * Rounds are small, so that rows and texts stay in the cores' caches, and large
 * enough that beginning one does not count.
 */
#include "dump/printer.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"

#define PRINTER_ROWS  16384u
#define PRINTER_PARTS 16u /* of a round, for whichever thread is free */
#define PRINTER_EACH  (PRINTER_ROWS / PRINTER_PARTS)

struct printer {
	const struct row_format *format;
	printer_source *source;
	void *context;
	struct row *rows[2];
	size_t count[2];
	int side; /* that is being filled */
	struct output texts[PRINTER_PARTS];
};

static void printer_text(struct printer *p, size_t part)
{
	const struct row *rows = p->rows[!p->side];
	size_t end = (part + 1) * PRINTER_EACH, count = p->count[!p->side];

	for (size_t i = part * PRINTER_EACH; i < end && i < count; i++)
		p->format->write(&p->texts[part], &rows[i]);
}

static void printer_item(void *context, size_t item, unsigned worker)
{
	struct printer *p = context;

	(void)worker;
	if (item)
		printer_text(p, item - 1);
	else
		p->count[p->side] = p->source(p->context, p->rows[p->side], PRINTER_ROWS);
}

static void printer_round(struct printer *p, struct output *to)
{
	size_t parts = (p->count[!p->side] + PRINTER_EACH - 1) / PRINTER_EACH;

	parallel_for(1 + parts, printer_item, p);
	for (size_t i = 0; i < parts; i++)
		output_pass(&p->texts[i], to);
	p->side = !p->side;
}

void printer_run(const struct row_format *format, printer_source *source, void *context,
                 struct output *to)
{
	struct printer p = {.format = format, .source = source, .context = context};

	for (int i = 0; i < 2; i++)
		p.rows[i] = memory_get(PRINTER_ROWS, sizeof *p.rows[i]);
	for (unsigned i = 0; i < PRINTER_PARTS; i++)
		output_open(&p.texts[i], OUTPUT_MEMORY);
	do
		printer_round(&p, to);
	while (!to->error && p.count[!p.side]);
	for (unsigned i = 0; i < PRINTER_PARTS; i++)
		output_close(&p.texts[i]);
	for (int i = 0; i < 2; i++)
		free(p.rows[i]);
}
