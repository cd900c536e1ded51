/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as one page that needs nothing else: the JSON report, and the
 * scripts in page/ that draw it.
 */
#include <stdio.h>
#include <string.h>

#include "report/report.h"

/* page/page.S */
extern const char page_html[], page_css[], page_script[], page_chart[];

/* JSON stands inside a script: what would end that, a '<', is written as JSON
 * may also have it. */
static ssize_t html_write(void *to, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] == '<' ? fputs("\\u003c", to) < 0 : fputc(bytes[i], to) < 0)
			return 0;
	return (ssize_t)size;
}

static int html_data(const struct summary *summary, const struct report_options *options, FILE *to)
{
	FILE *json = fopencookie(to, "w", (cookie_io_functions_t){.write = html_write});
	int failed;

	if (!json)
		return -1;
	failed = report_json(summary, options, json);
	return fclose(json) || failed ? -1 : 0;
}

/* What stands for a name between two '@' of the page. */
static int html_part(const char *name, const struct summary *summary,
                     const struct report_options *options, FILE *to)
{
	if (!strncmp(name, "DATA@", 5))
		return html_data(summary, options, to);
	return fputs(!strncmp(name, "STYLE@", 6)   ? page_css
	             : !strncmp(name, "CHART@", 6) ? page_chart
	                                           : page_script,
	             to) < 0
	               ? -1
	               : 0;
}

int report_html(const struct summary *summary, const struct report_options *options, FILE *to)
{
	const char *at = page_html, *mark;

	for (; (mark = strchr(at, '@')); at = strchr(mark + 1, '@') + 1)
		if (fwrite(at, 1, (size_t)(mark - at), to) < (size_t)(mark - at) ||
		    html_part(mark + 1, summary, options, to))
			return -1;
	return fputs(at, to) < 0 || fflush(to) || ferror(to) ? -1 : 0;
}
