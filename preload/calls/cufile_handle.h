/* SPDX-License-Identifier: Apache-2.0
 *
 * Which file a cuFile handle stands for.
 */
#ifndef PRELOAD_CALLS_CUFILE_HANDLE_H
#define PRELOAD_CALLS_CUFILE_HANDLE_H

#include "file/fd.h"

struct cufile_handle {
	const void *handle; /* NULL: unused; atomic */
	struct fd fd;       /* its description is held */
	int descriptor;
};

void cufile_handle_add(const void *handle, int fd);
void cufile_handle_remove(const void *handle);

/* An entry without a file if the handle is not known. */
struct cufile_handle cufile_handle_look(const void *handle);

#endif
