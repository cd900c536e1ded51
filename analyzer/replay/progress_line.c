/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/progress_line.h"

#include <stdio.h>
#include <unistd.h>

bool progress_line_due(struct progress_line *line, bool quiet)
{
	time_t now;

	if (quiet)
		return false;
	now = time(NULL);
	if (now == line->told || !isatty(STDERR_FILENO))
		return false;
	line->told = now;
	return true;
}

void progress_line_end(const struct progress_line *line)
{
	if (line->told)
		fputs("\r\033[K", stderr);
}
