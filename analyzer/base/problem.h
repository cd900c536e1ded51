/* SPDX-License-Identifier: Apache-2.0
 *
 * What went wrong, as text for the user: file, offset, cause, what to do.
 * Inner files fill these in and return -1; only the verbs print them.
 */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stddef.h>
#include <stdio.h>

struct problem {
	char text[1024];
};

/* A list that keeps the first PROBLEMS_KEPT texts and counts the rest. */
#define PROBLEMS_KEPT 200
struct problems {
	char **text;
	size_t count, room; /* kept */
	size_t total;       /* added */
};

/* Sets the text and returns -1, so that a check can be one line. */
int problem_set(struct problem *problem, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

void problems_add(struct problems *list, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Moves all texts behind those of another list. */
void problems_move(struct problems *to, struct problems *from);

/* One line each, after "aiotrace: "; of those that differ in the file alone, which comes
 * before the first ": ", PROBLEMS_ALIKE and how many more. */
#define PROBLEMS_ALIKE 5
void problems_print(const struct problems *list, FILE *to);

void problems_free(struct problems *list);

#endif
