/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of other libraries than libc, which need not be installed where
 * this one is built or used: their prototypes, by hand.
 */
#ifndef PRELOAD_FOREIGN_H
#define PRELOAD_FOREIGN_H

#include <linux/aio_abi.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* libaio; its structures are the kernel's. Errors are returned, not in errno. */
struct io_context;
int io_setup(int count, struct io_context **context);
int io_destroy(struct io_context *context);
int io_submit(struct io_context *context, long count, struct iocb *list[]);
int io_getevents(struct io_context *context, long least, long count, struct io_event *events,
                 struct timespec *timeout);
int io_pgetevents(struct io_context *context, long least, long count, struct io_event *events,
                  struct timespec *timeout, sigset_t *mask);
int io_cancel(struct io_context *context, struct iocb *iocb, struct io_event *event);

/* liburing: as much of its structures as has been the same since version 2.0. */
struct io_uring_sq {
	unsigned *khead, *ktail, *kring_mask, *kring_entries, *kflags, *kdropped, *array;
	struct io_uring_sqe *sqes;
	unsigned sqe_head, sqe_tail;
	size_t ring_sz;
	void *ring_ptr;
	unsigned pad[4];
};

struct io_uring_cq {
	unsigned *khead, *ktail, *kring_mask, *kring_entries, *kflags, *koverflow;
	struct io_uring_cqe *cqes;
	size_t ring_sz;
	void *ring_ptr;
	unsigned pad[4];
};

struct io_uring {
	struct io_uring_sq sq;
	struct io_uring_cq cq;
	unsigned flags;
	int ring_fd;
};

struct io_uring_params;
struct __kernel_timespec;
int io_uring_setup(unsigned entries, struct io_uring_params *parameters);
int io_uring_enter(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask);
int io_uring_enter2(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask,
                    size_t size);
int io_uring_register(unsigned fd, unsigned operation, const void *argument, unsigned count);
int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags);
int io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                               struct io_uring_params *parameters);
int io_uring_queue_mmap(int fd, struct io_uring_params *parameters, struct io_uring *ring);
void io_uring_queue_exit(struct io_uring *ring);
int io_uring_submit(struct io_uring *ring);
int io_uring_submit_and_wait(struct io_uring *ring, unsigned least);
int io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
                                     unsigned least, struct __kernel_timespec *timeout,
                                     sigset_t *mask);
int io_uring_submit_and_get_events(struct io_uring *ring);
int io_uring_get_events(struct io_uring *ring);
int __io_uring_get_cqe(struct io_uring *ring, struct io_uring_cqe **cqe, unsigned submit,
                       unsigned least, sigset_t *mask);
int io_uring_wait_cqes(struct io_uring *ring, struct io_uring_cqe **cqe, unsigned least,
                       struct __kernel_timespec *timeout, sigset_t *mask);
int io_uring_wait_cqe_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
                              struct __kernel_timespec *timeout);
unsigned io_uring_peek_batch_cqe(struct io_uring *ring, struct io_uring_cqe **cqes, unsigned count);
int io_uring_register_files(struct io_uring *ring, const int *files, unsigned count);
int io_uring_register_files_tags(struct io_uring *ring, const int *files, const __u64 *tags,
                                 unsigned count);
int io_uring_register_files_sparse(struct io_uring *ring, unsigned count);
int io_uring_register_files_update(struct io_uring *ring, unsigned first, const int *files,
                                   unsigned count);
int io_uring_register_files_update_tag(struct io_uring *ring, unsigned first, const int *files,
                                       const __u64 *tags, unsigned count);
int io_uring_unregister_files(struct io_uring *ring);

/* cuFile, from its documentation; the library names these types otherwise. */
struct cufile_status {
	int error, cuda;
};

enum { CUFILE_FILE_FD = 1 };

struct cufile_file {
	int type;
	union {
		int fd;
		void *pointer;
	} handle;
	const void *operations;
};

enum { CUFILE_OPERATION_READ = 0, CUFILE_OPERATION_WRITE = 1 };

struct cufile_operation {
	int mode;
	void *buffer;
	off_t offset, in_buffer;
	size_t size;
	void *handle;
	int opcode;
	void *cookie;
};

enum {
	CUFILE_STATUS_WAITING = 1,
	CUFILE_STATUS_PENDING = 2,
	CUFILE_STATUS_INVALID = 4,
	CUFILE_STATUS_CANCELED = 8,
	CUFILE_STATUS_COMPLETE = 16,
	CUFILE_STATUS_TIMEOUT = 32,
	CUFILE_STATUS_FAILED = 64,
};

struct cufile_completion {
	void *cookie;
	int status;
	size_t moved;
};

struct cufile_status cuFileDriverOpen(void);
struct cufile_status cuFileDriverClose(void);
struct cufile_status cuFileDriverClose_v2(void);
struct cufile_status cuFileHandleRegister(void **handle, struct cufile_file *file);
void cuFileHandleDeregister(void *handle);
struct cufile_status cuFileBufRegister(const void *buffer, size_t size, int flags);
struct cufile_status cuFileBufDeregister(const void *buffer);
ssize_t cuFileRead(void *handle, void *buffer, size_t size, off_t offset, off_t in_buffer);
ssize_t cuFileWrite(void *handle, const void *buffer, size_t size, off_t offset, off_t in_buffer);
struct cufile_status cuFileReadAsync(void *handle, void *buffer, size_t *size, off_t *offset,
                                     off_t *in_buffer, ssize_t *moved, void *stream);
struct cufile_status cuFileWriteAsync(void *handle, void *buffer, size_t *size, off_t *offset,
                                      off_t *in_buffer, ssize_t *moved, void *stream);
struct cufile_status cuFileBatchIOSetUp(void **batch, unsigned count);
void cuFileBatchIODestroy(void *batch);
struct cufile_status cuFileBatchIOSubmit(void *batch, unsigned count, struct cufile_operation *list,
                                         unsigned flags);
struct cufile_status cuFileBatchIOGetStatus(void *batch, unsigned least, unsigned *count,
                                            struct cufile_completion *list,
                                            struct timespec *timeout);

#endif
