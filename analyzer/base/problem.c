/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts of problems: one at a time where a function fails, a list where
 * work goes on without the damaged part.
 */
#include "base/problem.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"

int problem_set(struct problem *problem, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(problem->text, sizeof problem->text, format, args);
	va_end(args);
	return -1;
}

void problems_add(struct problems *list, const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	if (++list->total > PROBLEMS_KEPT)
		return;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return;
	list->text = memory_grow(list->text, list->count, &list->room, sizeof *list->text);
	list->text[list->count++] = text;
}

void problems_move(struct problems *to, struct problems *from)
{
	to->total += from->total - from->count;
	for (size_t i = 0; i < from->count; i++)
		problems_add(to, "%s", from->text[i]);
	problems_free(from);
}

void problems_print(const struct problems *list, FILE *to)
{
	for (size_t i = 0; i < list->count; i++)
		fprintf(to, "aiotrace: %s\n", list->text[i]);
	if (list->total > list->count)
		fprintf(to, "aiotrace: and %zu more problems like these\n",
		        list->total - list->count);
}

void problems_free(struct problems *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->text[i]);
	free(list->text);
	*list = (struct problems){0};
}
