/* SPDX-License-Identifier: Apache-2.0 */
#include "file/classify.h"

#include <stdbool.h>
#include <string.h>

/* Two characters rule nearly all of them out. */
static bool classify_begins(const char *path, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (path[0] == (*prefixes)[0] && path[1] == (*prefixes)[1] &&
		    !strncmp(path, *prefixes, strlen(*prefixes)))
			return true;
	return false;
}

static bool classify_contains(const char *path, const char *const *parts)
{
	for (; *parts; parts++)
		if (strstr(path, *parts))
			return true;
	return false;
}

static bool classify_ends(const char *path, const char *const *suffixes)
{
	size_t length = strlen(path);
	for (; *suffixes; suffixes++) {
		size_t bytes = strlen(*suffixes);
		if (length > bytes && !strcmp(path + length - bytes, *suffixes))
			return true;
	}
	return false;
}

/* /usr/share, /var/lib and /run are systems' own in part: data may lie there, too. */
static const char *const runtime_prefixes[] = {"/usr/lib",
                                               "/usr/bin/",
                                               "/usr/sbin/",
                                               "/usr/include/",
                                               "/usr/libexec/",
                                               "/usr/local/lib/",
                                               "/usr/local/bin/",
                                               "/usr/local/cuda",
                                               "/lib/",
                                               "/lib64/",
                                               "/bin/",
                                               "/sbin/",
                                               "/etc/",
                                               "/proc/",
                                               "/sys/",
                                               "/dev/",
                                               "/snap/",
                                               "/usr/share/locale",
                                               "/usr/share/zoneinfo",
                                               "/usr/share/i18n/",
                                               "/usr/share/icu/",
                                               "/usr/share/terminfo/",
                                               "/usr/share/mime/",
                                               "/usr/share/fonts/",
                                               "/usr/share/python",
                                               "/usr/share/perl",
                                               "/usr/share/ca-certificates/",
                                               "/usr/share/misc/",
                                               "/usr/share/X11/",
                                               "/usr/share/gdb/",
                                               "/usr/share/vulkan/",
                                               "/usr/share/glvnd/",
                                               "/usr/share/libdrm/",
                                               "/usr/share/openmpi/",
                                               "/usr/share/pmix/",
                                               "/run/systemd/",
                                               "/run/dbus/",
                                               "/run/udev/",
                                               "/run/nscd/",
                                               "/run/lock/",
                                               "/run/utmp",
                                               "/run/nvidia",
                                               "/run/resolvconf/",
                                               "/run/NetworkManager/",
                                               "/var/lib/dpkg/",
                                               "/var/lib/apt/",
                                               "/var/lib/rpm/",
                                               "/var/lib/sss/",
                                               "/var/lib/dbus/",
                                               "/var/lib/systemd/",
                                               "/var/lib/nvidia",
                                               NULL};

static bool classify_is_runtime(const char *path)
{
	static const char *const parts[] = {"/site-packages/", "/dist-packages/",
	                                    "/lib/python",     "/__pycache__/",
	                                    "/.triton/",       ".so.",
	                                    "/.nv/",           NULL};
	static const char *const suffixes[] = {".py",         ".pyc",  ".so", ".pyi",
	                                       "/pyvenv.cfg", "._pth", NULL};
	return classify_begins(path, runtime_prefixes) || classify_contains(path, parts) ||
	       classify_ends(path, suffixes);
}

static bool classify_is_ipc(const char *path)
{
	static const char *const prefixes[] = {"/dev/shm/", "/memfd:", "/dev/mqueue/", "/SYSV",
	                                       NULL};
	/* Where multiprocessing keeps its sockets, and MPI what its ranks share. */
	static const char *const parts[] = {"/pymp-", "/ompi.", "/openmpi-sessions-", "/prte.",
	                                    NULL};
	return classify_begins(path, prefixes) || classify_contains(path, parts);
}

enum aiot_stage classify_file(enum aiot_file_kind kind, const char *path)
{
	switch (kind) {
	case AIOT_FILE_PIPE:
	case AIOT_FILE_SOCKET:
	case AIOT_FILE_ANONYMOUS: return AIOT_STAGE_IPC;
	case AIOT_FILE_CHARACTER: return AIOT_STAGE_RUNTIME;
	case AIOT_FILE_BLOCK: return AIOT_STAGE_OTHER;
	default: break;
	}
	if (classify_is_ipc(path))
		return AIOT_STAGE_IPC;
	return classify_is_runtime(path) ? AIOT_STAGE_RUNTIME : AIOT_STAGE_OTHER;
}
