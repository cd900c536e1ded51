/* SPDX-License-Identifier: Apache-2.0 */
#include "body/libaio.h"

#ifdef HAVE_LIBAIO
static void libaio(void)
{
	io_context_t context = 0;
	row(NOWHERE, -1, 8, as_errno(io_setup(8, &context)));
	context = 0;
	row(NOWHERE, -1, 0, as_errno(io_setup(0, &context)));
	row(NOWHERE, -1, 4, syscall(SYS_io_setup, 4, &context));
	row(NOWHERE, -1, 4, syscall(SYS_io_setup, 4, &context));
}
#endif
