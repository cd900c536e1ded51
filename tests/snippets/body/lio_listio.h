/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

void snippet(void)
{
	int fd = open("data", O_RDWR);
	BLOCK *in = block_of(fd, 10, 20), *out = block_of(fd, 50, 5), *none = block_of(fd, 0, 9);
	BLOCK *list[] = {in, NULL, out, none};
	in->aio_lio_opcode = LIO_READ;
	out->aio_lio_opcode = LIO_WRITE;
	none->aio_lio_opcode = LIO_NOP;
	row(NOWHERE, -1, 4, LISTIO(LIO_WAIT, list, 4, NULL));
	expect("lio_listio.read", "data", 10, 20, RETURN(in));
	expect("lio_listio.write", "data", 50, 5, RETURN(out));

	row(NOWHERE, -1, 1, LISTIO(LIO_NOWAIT, list, 1, NULL));
	expect("lio_listio.read", "data", 10, 20, wait_for(in));
	row(NOWHERE, -1, 4, LISTIO(77, list, 4, NULL));
}
