/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings in the text report: what it is, what shows it, what to do.
 */
#include "report/text_part.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "finding/finding.h"

#define WIDTH 98 /* longer lines are hard to read */
#define LEAST 40

static size_t text_width(const struct text *t, size_t most)
{
	size_t width = t->options->width > LEAST ? (size_t)t->options->width : LEAST;

	return width < most ? width : most;
}

void text_wrapped(const struct text *t, const char *lead, const char *words)
{
	size_t indent = strlen(lead), at = indent, width = text_width(t, WIDTH);

	fputs(lead, t->to);
	while (*words) {
		size_t word = strcspn(words, " ");
		if (at > indent && at + 1 + word > width) {
			fprintf(t->to, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			fputc(' ', t->to);
			at++;
		}
		for (size_t i = 0; i < word; i++) /* a terminal would obey what is in a name */
			fputc((unsigned char)words[i] < ' ' || words[i] == 0x7F ? '?' : words[i],
			      t->to);
		at += word;
		words += word + strspn(words + word, " ");
	}
	fputc('\n', t->to);
}

void text_say(const struct text *t, const char *format, ...)
{
	char words[512];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	text_wrapped(t, "", words);
}

void text_findings(const struct text *t)
{
	static const char *const colours[] = {"", "\033[33m", "\033[31m"};
	struct findings all = findings_find(t->s);
	size_t shown = 0;

	text_title(t, "Findings");
	for (size_t i = 0; i < all.count; i++) {
		const struct finding *f = &all.items[i];
		if (t->options->stage >= 0 && f->stage >= 0 && f->stage != t->options->stage)
			continue;
		fprintf(t->to, "%s%-8s%s%s%s%s\n",
		        t->options->colour ? colours[f->rule->severity] : "",
		        severity_word(f->rule->severity), t->options->colour ? "\033[0m" : "",
		        f->stage >= 0 ? stage_name((unsigned)f->stage) : "",
		        f->stage >= 0 ? ": " : "", f->rule->title);
		text_wrapped(t, "        ", f->evidence);
		text_wrapped(t, "        What to do: ", f->rule->advice);
		shown++;
	}
	if (!shown)
		fputs("Nothing: no rule found anything to say.\n", t->to);
	free(all.items);
}
