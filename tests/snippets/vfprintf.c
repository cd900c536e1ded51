/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <stdarg.h>

static int print(FILE *stream, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int returned = vfprintf(stream, format, arguments);
	va_end(arguments);
	return returned;
}
#define PRINT print
#include "body/fprintf.h"
