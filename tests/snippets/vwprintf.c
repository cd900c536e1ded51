/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <wchar.h>

#include "snippet.h"

static int print(FILE *stream, const wchar_t *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int returned = (stdout = stream, vwprintf(format, arguments));
	va_end(arguments);
	return returned;
}
#define PRINT print
#include "body/fwprintf.h"
