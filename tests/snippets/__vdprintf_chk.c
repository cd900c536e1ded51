/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <stdarg.h>

static int print(int fd, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int returned = __vdprintf_chk(fd, 1, format, arguments);
	va_end(arguments);
	return returned;
}
#define PRINT print
#include "body/dprintf.h"
