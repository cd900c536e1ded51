/* SPDX-License-Identifier: Apache-2.0 */
#include "file/shared.h"

#include <linux/magic.h>
#include <stdint.h>
#include <sys/statfs.h>

#include "base/sys.h"
#include "sandbox.h"

#define SHARED_FOLDER "/dev/shm"
#define SHARED_BEGIN  SHARED_FOLDER "/deleted:["

static uint64_t shared_device; /* 0 = none found yet; goes on in a child; atomic */

/* A file system of its own, so that what lies on that device lies in that folder. */
static bool shared_find(int fd, dev_t device)
{
	struct stat folder, above;
	struct statfs system;
	if (SYS2(stat, SHARED_FOLDER, &folder) < 0 || folder.st_dev != device ||
	    SYS2(stat, SHARED_FOLDER "/..", &above) < 0 || above.st_dev == device ||
	    !sandbox_allows_young() || SYS2(fstatfs, fd, &system) < 0 ||
	    system.f_type != TMPFS_MAGIC)
		return false;
	__atomic_store_n(&shared_device, device, __ATOMIC_RELAXED);
	return true;
}

bool shared_name(int fd, const struct stat *about, char name[PATH_BYTES])
{
	if (about->st_nlink || !S_ISREG(about->st_mode))
		return false;
	if (__atomic_load_n(&shared_device, __ATOMIC_RELAXED) != about->st_dev &&
	    !shared_find(fd, about->st_dev))
		return false;
	path_of_inode(SHARED_BEGIN, about->st_ino, name);
	return true;
}
