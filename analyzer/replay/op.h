/* SPDX-License-Identifier: Apache-2.0
 *
 * One operation of a replay plan, and how what became of it is kept: 32 and 16
 * bytes, since a plan may hold tens of millions.
 */
#ifndef REPLAY_OP_H
#define REPLAY_OP_H

#include <stdbool.h>
#include <stdint.h>

/* KIND(name, words, call, data): the call is the one it is recorded as, data r
 * or w where bytes move, f where it needs a descriptor, p where it needs a path,
 * - where nothing is done. */
#define OP_KINDS(KIND)                                                                             \
	KIND(NONE, "hand-off", NONE, '-')                                                          \
	KIND(OPEN, "open", openat64, 'o')                                                          \
	KIND(CLOSE, "close", close, 'f')                                                           \
	KIND(READ, "read", read, 'r')                                                              \
	KIND(PREAD, "pread", pread64, 'r')                                                         \
	KIND(READV, "readv", readv, 'r')                                                           \
	KIND(PREADV, "preadv", preadv64, 'r')                                                      \
	KIND(WRITE, "write", write, 'w')                                                           \
	KIND(PWRITE, "pwrite", pwrite64, 'w')                                                      \
	KIND(WRITEV, "writev", writev, 'w')                                                        \
	KIND(PWRITEV, "pwritev", pwritev64, 'w')                                                   \
	KIND(READ_NOW, "preadv2 that does not wait", preadv64v2, 'r')                              \
	KIND(WRITE_END, "pwritev2 at the end", pwritev64v2, 'w')                                   \
	KIND(WRITE_END_DSYNC, "pwritev2 at the end with O_DSYNC", pwritev64v2, 'w')                \
	KIND(WRITE_NOW, "pwritev2 that does not wait", pwritev64v2, 'w')                           \
	KIND(WRITE_DSYNC, "pwritev2 with O_DSYNC", pwritev64v2, 'w')                               \
	KIND(WRITE_SYNC, "pwritev2 with O_SYNC", pwritev64v2, 'w')                                 \
	KIND(TOUCH, "mapped read", fault_minor, 'r')                                               \
	KIND(TOUCH_WRITE, "mapped write", fault_write, 'w')                                        \
	KIND(MAP, "mmap", mmap64, 'f')                                                             \
	KIND(UNMAP, "munmap", munmap, 'f')                                                         \
	KIND(SEEK, "lseek", lseek64, 'f')                                                          \
	KIND(SEEK_END, "lseek to the end", lseek64, 'f')                                           \
	KIND(FSYNC, "fsync", fsync, 'f')                                                           \
	KIND(FDATASYNC, "fdatasync", fdatasync, 'f')                                               \
	KIND(SYNC_RANGE, "sync_file_range", sync_file_range, 'f')                                  \
	KIND(MSYNC, "msync", msync, 'f')                                                           \
	KIND(SYNCFS, "syncfs", syncfs, 'f')                                                        \
	KIND(ADVISE, "posix_fadvise", posix_fadvise64, 'f')                                        \
	KIND(FALLOCATE, "fallocate", fallocate64, 'f')                                             \
	KIND(FTRUNCATE, "ftruncate", ftruncate64, 'f')                                             \
	KIND(FSTAT, "fstat", fstat64, 'f')                                                         \
	KIND(FSTATFS, "fstatfs", fstatfs64, 'f')                                                   \
	KIND(FCHMOD, "fchmod", fchmod, 'f')                                                        \
	KIND(FUTIME, "futimens", futimens, 'f')                                                    \
	KIND(LIST, "readdir", readdir64, 'f')                                                      \
	KIND(LINK_OPEN, "linkat of an open file", linkat, 'f')                                     \
	KIND(REWIND, "rewinddir", rewinddir, 'f')                                                  \
	KIND(TRUNCATE, "truncate", truncate64, 'p')                                                \
	KIND(STAT, "stat", stat64, 'p')                                                            \
	KIND(LSTAT, "lstat", lstat64, 'p')                                                         \
	KIND(READLINK, "readlink", readlink, 'p')                                                  \
	KIND(ACCESS, "access", access, 'p')                                                        \
	KIND(SYNC, "sync", sync, 'p')                                                              \
	KIND(STATFS, "statfs", statfs64, 'p')                                                      \
	KIND(CHMOD, "chmod", chmod, 'p')                                                           \
	KIND(LUTIME, "utimensat of a link", utimensat, 'p')                                        \
	KIND(UTIME, "utimensat", utimensat, 'p')                                                   \
	KIND(MKDIR, "mkdir", mkdirat, 'p')                                                         \
	KIND(RMDIR, "rmdir", rmdir, 'p')                                                           \
	KIND(UNLINK, "unlink", unlinkat, 'p')                                                      \
	KIND(RENAME, "rename", renameat, 'p')                                                      \
	KIND(LINK, "link", linkat, 'p')                                                            \
	KIND(SYMLINK, "symlink", symlinkat, 'p')

enum op_kind {
#define KIND(name, words, call, data) OP_##name,
	OP_KINDS(KIND)
#undef KIND
	        OPS
};

enum op_bits {
	OP_STAGE = 15,    /* mask of enum aiot_stage */
	OP_AWAITED = 16,  /* another thread waits for it */
	OP_FAILS = 32,    /* it failed in the recording, and is to fail again */
	OP_IMPLICIT = 64, /* an opening that the recording does not have */
	OP_ASYNC = 128,   /* through io_uring */
};

struct op {
	uint64_t start_ns;   /* since the plan's start */
	uint64_t offset;     /* of what has two names: the second name, of links: what they lead to;
	                        of munmap: whether the memory stays;
	                        of hand-offs: what the thread waited for it in the recording, ns */
	uint32_t size;       /* of hand-offs: short_ns, of that before the call began; of fallocate,
	                        sync_file_range and msync: a number, see struct plan_range;
	                        of renames: their flags; of lseek: whence */
	uint32_t object;     /* number of a description (of an opening, too) or of a name; of
	                        hand-offs: short_ns, of a pause behind what they waited for */
	uint32_t gap;        /* short_ns: from the thread's last activity to this start */
	uint16_t depth : 15; /* asynchronous operations of the thread that may still be under way */
	uint16_t hit : 1;    /* a read of what was in the page cache */
	uint8_t kind;
	uint8_t bits;
};
#define OP_DEEPEST 0x7fffu
_Static_assert(sizeof(struct op) == 32, "see the head of this file");

struct outcome {
	uint64_t start_ns; /* since the run's start, 0 = not begun */
	uint32_t duration; /* short_ns */
	int32_t result;    /* bytes, or -errno; of hand-offs start and duration of the wait */
};
_Static_assert(sizeof(struct outcome) == 16, "see the head of this file");

/* Durations of up to 2.1 s to the nanosecond, of up to 9.5 h to 16 us. */
static inline uint32_t short_ns(uint64_t ns)
{
	if (ns < 1u << 31)
		return (uint32_t)ns;
	ns >>= 14;
	return (uint32_t)(ns < 1u << 31 ? ns : (1u << 31) - 1) | 1u << 31;
}

static inline uint64_t short_to_ns(uint32_t value)
{
	return value >> 31 ? (uint64_t)(value & ~(1u << 31)) << 14 : value;
}

static inline unsigned op_stage(const struct op *op)
{
	return op->bits & OP_STAGE;
}

const char *op_words(unsigned kind);
uint16_t op_call(unsigned kind); /* enum aiot_call */
int op_flags(unsigned kind);     /* RWF_...; 0 for most kinds */
bool op_can_ring(unsigned kind); /* a call of this kind may become an operation of io_uring */

/* 'r', 'w', 'f', 'p', 'o' or '-', see OP_KINDS. */
char op_needs(unsigned kind);

static inline bool op_moves(unsigned kind)
{
	char needs = op_needs(kind);

	return needs == 'r' || needs == 'w';
}

#endif
