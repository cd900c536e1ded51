/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "../../preload/base/undeclared.h"

static int scan(FILE *stream, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	stdin = stream;
	int returned = old_vscanf(format, arguments);
	va_end(arguments);
	return returned;
}
#define SCAN scan
#include "body/fscanf.h"
