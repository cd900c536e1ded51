/* SPDX-License-Identifier: Apache-2.0 */
#include "body/libaio.h"

#ifdef HAVE_LIBAIO
static void libaio(void)
{
	io_context_t context = new_context();
	meta(NOWHERE, as_errno(io_destroy(context)));
	meta(NOWHERE, as_errno(io_destroy(context)));
	meta(NOWHERE, syscall(SYS_io_destroy, context));
}
#endif
