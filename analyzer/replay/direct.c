/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECT_BLOCK 4096u /* at most, and of who does not say */

uint32_t direct_block(int fd)
{
#ifdef STATX_DIOALIGN
	struct statx about;
	uint32_t block;

	if (!statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &about) &&
	    about.stx_mask & STATX_DIOALIGN) {
		block = about.stx_dio_offset_align;
		if (block && !(block & (block - 1)) && block < DIRECT_BLOCK)
			return block;
	}
#else
	(void)fd;
#endif
	return DIRECT_BLOCK;
}

bool direct_fits(const struct open_file *file, const struct op *op)
{
	return !file->block || !op_moves(op->kind) ||
	       !((op->offset | op->size) & (file->block - 1));
}

static int64_t direct_read_around(struct worker *w, const struct op *op, uint64_t begin,
                                  uint64_t size)
{
	int64_t n = pread(w->files[op->object].fd, w->buffer, size, (off_t)begin);

	if (n < 0)
		return -errno;
	n -= (int64_t)(op->offset - begin);
	return n < 0 ? 0 : n > (int64_t)op->size ? (int64_t)op->size : n;
}

static int64_t direct_through_cache(struct worker *w, const struct op *op)
{
	int fd = w->files[op->object].fd, flags = fcntl(fd, F_GETFL);
	int pieces = perform_pieces(w, op);
	int64_t n;

	fcntl(fd, F_SETFL, flags & ~O_DIRECT);
	n = op_needs(op->kind) == 'w' ? pwritev(fd, w->pieces, pieces, (off_t)op->offset)
	                              : preadv(fd, w->pieces, pieces, (off_t)op->offset);
	n = n < 0 ? -errno : n;
	fcntl(fd, F_SETFL, flags);
	return n;
}

/* Calls that have no offset of their own go on behind this one. */
static bool direct_moves_position(const struct op *op)
{
	return op->kind == OP_READ || op->kind == OP_READV || op->kind == OP_WRITE ||
	       op->kind == OP_WRITEV;
}

int64_t direct_around(struct worker *w, const struct op *op)
{
	const struct open_file *f = &w->files[op->object];
	uint64_t begin = op->offset & ~(uint64_t)(f->block - 1);
	uint64_t size = (op->offset - begin + op->size + f->block - 1) & ~(uint64_t)(f->block - 1);
	int64_t n;

	__atomic_fetch_add(&w->run->unaligned, 1, __ATOMIC_RELAXED);
	if (op_needs(op->kind) != 'w' && size <= w->buffer_size)
		n = direct_read_around(w, op, begin, size);
	else
		n = direct_through_cache(w, op);
	if (n > 0 && direct_moves_position(op))
		lseek(f->fd, (off_t)op->offset + n, SEEK_SET);
	return n;
}

uint32_t direct_half(const struct open_file *file, const struct op *op)
{
	uint32_t half = (op->size + 1) / 2;

	return file->block ? (half + file->block - 1) & ~(file->block - 1) : half;
}
