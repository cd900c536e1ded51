/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be told from a file's kind and name alone: whether it belongs to
 * the program's own running (interpreter, libraries, /proc) or to talk between
 * processes. All else is storage, whose stage the analyzer finds.
 */
#ifndef PRELOAD_CLASSIFY_H
#define PRELOAD_CLASSIFY_H

#include "aiotrace/format.h"

enum aiot_stage classify_file(enum aiot_file_kind kind, const char *path);

#endif
