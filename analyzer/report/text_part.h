/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the text report share.
 */
#ifndef TEXT_PART_H
#define TEXT_PART_H

#include "report/report.h"

struct text {
	const struct summary *s;
	const struct report_options *options;
	FILE *to;
};

void text_title(const struct text *text, const char *title);

/* Words in lines that fit, each indented as far as the first one's lead is
 * long. */
void text_wrapped(const struct text *text, const char *lead, const char *words);

/* A sentence or some, in lines that fit. */
void text_say(const struct text *text, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* The end of a path, which tells more than its beginning, without what a terminal would
 * obey: `width` bytes of it, more on a terminal wider than REPORT_WIDTH and fewer on a
 * narrower one, at most TEXT_TAIL_MOST. Valid for TEXT_TAILS calls. */
#define TEXT_TAILS      4
#define TEXT_TAIL_LEAST 12
#define TEXT_TAIL_MOST  128
const char *text_tail(const struct text *text, const char *path, size_t width);

/* What moved most bytes, and whether anybody waited for them. */
void text_verdict(const struct text *text);

/* Each save of state and each time it was read back: size, time, bandwidth. */
void text_checkpoints(const struct text *text);
void text_restores(const struct text *text);

/* Where the bytes went: a line a mount. */
void text_mounts(const struct text *text);

/* What came from the page cache and what from storage. */
void text_cache(const struct text *text);

/* What is wrong, what shows it, what to do. */
void text_findings(const struct text *text);

/* What happened when. */
void text_course(const struct text *text);

/* Where the time of calls went, and the slowest operations. */
void text_latency(const struct text *text);

/* Who waited for whom. */
void text_waiting(const struct text *text);

/* Who did the I/O: the lines of the user's code, and as a tree. */
void text_sites(const struct text *text);
void text_tree(const struct text *text);

/* The frames that speak for a stage, behind its reasons. */
void text_witnesses(const struct text *text, unsigned stage);

#endif
