/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts of problems: one at a time where a function fails, a list where
 * work goes on without the damaged part.
 */
#include "base/problem.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

static const char *problem_kind(const char *text)
{
	const char *colon = strstr(text, ": ");

	return colon ? colon : text;
}

static size_t problems_alike(const struct problems *list, size_t from, size_t to, const char *kind)
{
	size_t alike = 0;

	for (size_t i = from; i < to; i++)
		alike += !strcmp(problem_kind(list->text[i]), kind);
	return alike;
}

static void problems_print_one(const struct problems *list, size_t i, FILE *to)
{
	const char *kind = problem_kind(list->text[i]);
	size_t before = problems_alike(list, 0, i, kind);

	if (before < PROBLEMS_ALIKE)
		fprintf(to, "aiotrace: %s\n", list->text[i]);
	else if (before == PROBLEMS_ALIKE)
		fprintf(to, "aiotrace: %zu more%s\n", problems_alike(list, i, list->count, kind),
		        kind);
}

void problems_print(const struct problems *list, FILE *to)
{
	for (size_t i = 0; i < list->count; i++)
		problems_print_one(list, i, to);
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
