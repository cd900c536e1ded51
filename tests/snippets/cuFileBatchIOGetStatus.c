/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *handle = handle_of(open("data", O_RDWR)), *batch = NULL;
	struct cufile_operation list[] = {
	        {.buffer = buffer, .offset = 40, .size = 10, .handle = handle},
	        {.buffer = buffer,
	         .offset = 60,
	         .size = 20,
	         .handle = handle,
	         .opcode = CUFILE_OPERATION_WRITE},
	        {.buffer = buffer, .offset = 95, .size = 20, .handle = handle}};
	struct cufile_completion events[4];
	unsigned count = 4;
	cuFileBatchIOSetUp(&batch, 4);
	cuFileBatchIOSubmit(batch, 3, list, 0);
	expect("cuFileBatch.read", "data", 40, 10, 10);
	expect("cuFileBatch.write", "data", 60, 20, 20);
	expect("cuFileBatch.read", "data", 95, 20, 5);
	cuFileBatchIOGetStatus(batch, 3, &count, events, NULL);
	row(NOWHERE, -1, 4, count);
}
