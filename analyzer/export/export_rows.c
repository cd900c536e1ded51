/* SPDX-License-Identifier: Apache-2.0
 *
 * Formats that have every operation: as dump's rows, and for viewers of time.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dump/rows.h"
#include "export/export.h"

static int export_rows(struct recording *recording, struct export_options *o,
                       const struct row_format *format, struct problem *why)
{
	int fd = STDOUT_FILENO;
	bool failed;

	if (o->output)
		fd = open(o->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	failed = fd < 0 || (rows_print(recording, &o->filter, format, o->stacks, fd) &&
	                    (o->output || errno != EPIPE));
	if (fd >= 0 && o->output)
		failed |= close(fd) && !failed;
	return failed ? problem_set(why, "%s: %s", o->output ? o->output : "standard output",
	                            strerror(errno))
	              : 0;
}

static int csv_write(struct recording *recording, struct export_options *o, struct problem *why)
{
	return export_rows(recording, o, &row_csv, why);
}

static int chrome_write(struct recording *recording, struct export_options *o, struct problem *why)
{
	return export_rows(recording, o, &row_chrome, why);
}

const struct export_format export_csv = {"csv", true, true, csv_write};
const struct export_format export_chrome = {"chrome", true, true, chrome_write};
