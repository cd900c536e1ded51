/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

#include "base/sys.h"

static const char *log_path;

void log_to(const char *where)
{
	log_path = where;
}

static void log_write(const struct iovec *parts, int count)
{
	if (!strcmp(log_path, "stderr")) {
		SYS3(writev, 2, parts, count);
		return;
	}
	int fd = sys_open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	SYS3(writev, fd, parts, count);
	sys_close(fd);
}

static struct iovec log_part(const char *text)
{
	return (struct iovec){(void *)text, strlen(text)};
}

void log_line(const char *subject, const char *text)
{
	if (!log_path)
		return;
	struct iovec parts[] = {log_part("aiotrace: "), log_part(subject), log_part(": "),
	                        log_part(text), log_part("\n")};
	log_write(parts, 5);
}

void log_error(const char *subject, const char *text, int error)
{
	if (!log_path)
		return;
	const char *words = strerrordesc_np(error);
	struct iovec parts[] = {log_part("aiotrace: "), log_part(subject),
	                        log_part(": "),         log_part(text),
	                        log_part(": "),         log_part(words ? words : "unknown error"),
	                        log_part("\n")};
	log_write(parts, 7);
}
