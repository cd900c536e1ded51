/* SPDX-License-Identifier: Apache-2.0 */
#include "read/tool.h"

#include <string.h>

static const char *const tool_names[] = {
        "ag",    "awk",    "b2sum",   "busybox", "bzip2",   "cat",       "cksum",     "cmp",
        "cp",    "cpio",   "cut",     "diff",    "du",      "egrep",     "fgrep",     "file",
        "find",  "gawk",   "grep",    "gzip",    "head",    "less",      "ls",        "lz4",
        "mawk",  "md5sum", "more",    "mv",      "od",      "pigz",      "rclone",    "rg",
        "rm",    "rsync",  "scp",     "sed",     "sha1sum", "sha256sum", "sha512sum", "sort",
        "split", "stat",   "strings", "sum",     "tail",    "tar",       "tree",      "uniq",
        "unzip", "wc",     "xxd",     "xz",      "zip",     "zstd",      NULL};

bool tool_is(const struct process *process)
{
	const char *exe = process_attribute(process, "exe");
	const char *name = exe ? strrchr(exe, '/') : NULL;

	name = name ? name + 1 : exe;
	if (!name)
		return false;
	if (!strcmp(name, "git") || !strncmp(name, "git-", 4))
		return true;
	for (const char *const *tool = tool_names; *tool; tool++)
		if (!strcmp(name, *tool))
			return true;
	return false;
}
