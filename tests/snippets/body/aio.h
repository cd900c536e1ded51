/* SPDX-License-Identifier: Apache-2.0 */
#include <aio.h>

#include "../snippet.h"

/* The functions for struct aiocb, or those for struct aiocb64. */
#ifdef LARGE
#define AIO(name) aio_##name##64
#define BLOCK     struct aiocb64
#define LISTIO    lio_listio64
#define RETURN    aio_return64
#else
#define AIO(name) aio_##name
#define BLOCK     struct aiocb
#define LISTIO    lio_listio
#define RETURN    aio_return
#endif

static inline BLOCK *block_of(int fd, long offset, size_t size)
{
	static BLOCK blocks[64];
	static int used;
	BLOCK *block = &blocks[used++];
	block->aio_fildes = fd;
	block->aio_buf = buffer;
	block->aio_nbytes = size;
	block->aio_offset = offset;
	return block;
}

/* Waits out of the tracer's sight: it looks at this block alone. */
static inline long wait_for(BLOCK *block)
{
	while (AIO(error)(block) == EINPROGRESS)
		usleep(100);
	return AIO(return )(block);
}
