/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's own word, silent unless AIOTRACE_LOG names a file or `stderr`.
 * Holds no descriptor, keeps errno, allocates nothing.
 */
#ifndef PRELOAD_LOG_H
#define PRELOAD_LOG_H

/* Where lines go from now on: a path, "stderr", or NULL for nowhere. The
 * string must stay. */
void log_to(const char *where);

/* Writes "aiotrace: <subject>: <text>". */
void log_line(const char *subject, const char *text);

/* The same, with the words of a system error behind: `error` is an errno. */
void log_error(const char *subject, const char *text, int error);

#endif
