/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of names. A name that is in none is "other": no guess is made.
 */
#include "read/mount_class.h"

#include <stddef.h>
#include <string.h>

struct mount_row {
	const char *class;
	const char *types; /* each between blanks */
};

static const struct mount_row rows[] = {
        {"local", " ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs nilfs2 vfat exfat ntfs "
                  "ntfs3 fuseblk squashfs erofs iso9660 udf hfsplus fuse.mergerfs "},
        {"network", " nfs nfs4 cifs smb3 smbfs 9p virtiofs afs coda ncpfs fuse.sshfs "
                    "fuse.glusterfs glusterfs vboxsf fuse.vmhgfs-fuse prl_fs "},
        {"parallel", " lustre gpfs mmfs beegfs beegfs_nodev ceph fuse.ceph fuse.ceph-fuse wekafs "
                     "panfs pvfs2 orangefs fuse.dfuse daos ocfs2 gfs2 fhgfs scoutfs quobyte "},
        {"memory", " tmpfs ramfs hugetlbfs devtmpfs "},
        {"overlay", " overlay overlayfs aufs fuse.fuse-overlayfs "},
        {"pseudo",
         " proc sysfs devpts cgroup cgroup2 mqueue debugfs tracefs securityfs pstore bpf "
         "configfs fusectl nsfs autofs binfmt_misc efivarfs rpc_pipefs selinuxfs fuse.lxcfs "},
};

static bool mount_listed(const char *types, const char *type)
{
	size_t n = strlen(type);

	for (const char *at = types; n && (at = strstr(at, type)); at += n)
		if (at[-1] == ' ' && at[n] == ' ')
			return true;
	return false;
}

const char *mount_class(const char *type)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (mount_listed(rows[i].types, type))
			return rows[i].class;
	/* Object stores and caches come as FUSE: what is behind is elsewhere. */
	return !strncmp(type, "fuse", 4) ? "network" : "other";
}

const char *mount_medium(const char *source)
{
	static const char *const names[][2] = {
	        {"/dev/nvme", "nvme"},        {"/dev/pmem", "pmem"},    {"/dev/md", "raid"},
	        {"/dev/mapper/", "mapped"},   {"/dev/dm-", "mapped"},   {"/dev/vd", "virtual disk"},
	        {"/dev/xvd", "virtual disk"}, {"/dev/sd", "scsi disk"}, {"/dev/loop", "loop"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(source, names[i][0], strlen(names[i][0])))
			return names[i][1];
	return "";
}

bool mount_numbers_otherwise(const char *type)
{
	return mount_listed(" overlay overlayfs btrfs zfs bcachefs aufs fuse.fuse-overlayfs ",
	                    type);
}
