/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#if !__has_include(<libaio.h>)
void snippet(void)
{
	_exit(77);
}
#else
#include <libaio.h>

/* libaio returns -errno and leaves errno alone. */
static inline long as_errno(long returned)
{
	if (returned >= 0)
		return returned;
	errno = (int)-returned;
	return -1;
}

static inline io_context_t new_context(void)
{
	io_context_t context = 0;
	if (io_setup(8, &context) < 0)
		_exit(77);
	return context;
}

static inline struct iocb *read_of(int fd, long offset, size_t size)
{
	static struct iocb blocks[8];
	static int used;
	struct iocb *block = &blocks[used++];
	io_prep_pread(block, fd, buffer, size, offset);
	return block;
}

static void libaio(void);

void snippet(void)
{
	libaio();
}

#define HAVE_LIBAIO
#endif
