/* SPDX-License-Identifier: Apache-2.0 */
#include "file/unseen.h"

#include <sys/stat.h>

#include "base/room.h"
#include "base/sys.h"
#include "file/fd.h"
#include "file/path.h"
#include "uring/uring.h"

#define UNSEEN_MOST   64 /* descriptors that are asked about at a time */
#define UNSEEN_SPARED 64

/* A number that the thread found unused though it was below a new one: a call that
 * waits has it, accept for one, and the thread asks again only now and then. */
static __thread struct {
	int fd;
	uint32_t spared; /* how often it was not asked about */
} unseen_vacant __attribute__((tls_model("initial-exec"))) = {.fd = -1};

static bool unseen_is_vacant(int fd)
{
	return unseen_vacant.fd == fd && ++unseen_vacant.spared % UNSEEN_SPARED;
}

void unseen_below(int fd)
{
	while (--fd >= 0 && !fd_is_known(fd) && !unseen_is_vacant(fd)) {
		if (fd_adopt(fd).description)
			continue;
		unseen_vacant.fd = fd;
		return;
	}
}

void unseen_find(void)
{
	struct stat about;
	ROOM(name);
	unsigned highest = __atomic_load_n(&fd_highest, __ATOMIC_RELAXED);
	for (unsigned fd = 0, asked = 0; asked < UNSEEN_MOST; fd++) {
		if (fd_is_known((int)fd))
			continue;
		asked++;
		bool open = SYS2(fstat, fd, &about) >= 0;
		/* An instance has no kind; to ask for names takes longer. */
		if (open && !(about.st_mode & S_IFMT) && path_of_fd((int)fd, name) &&
		    uring_is_name(name))
			fd_adopt((int)fd);
		if (!open && fd > highest)
			return;
	}
}
