/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *handle = NULL;
	struct cufile_file file = {.type = CUFILE_FILE_FD,
	                           .handle = {.fd = open("data", O_RDONLY)}},
	                   bad = {.type = CUFILE_FILE_FD, .handle = {.fd = -1}};
	meta("data", cuFileHandleRegister(&handle, &file).error);
	meta(NOWHERE, -cuFileHandleRegister(&handle, &bad).error);
}
