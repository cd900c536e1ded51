/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "away.h"
#include "base/clock.h"
#include "base/room.h"
#include "base/sys.h"
#include "config.h"
#include "encode/plain.h"
#include "file/mounts.h"
#include "trace/block.h"
#include "trace/define.h"
#include "trace/kernel_io.h"
#include "trace/loss.h"

#define ATTRIBUTES_BYTES   (131072 + MOUNTS_BYTES)
#define ATTRIBUTES_TEXT    16384

#define ATTRIBUTES_VERSION "0.1.0"

/* Who a process is among the others of its job. Frameworks set some of these
 * after the start, so that they are written again at the end. */
static const char *const attributes_variables[] = {
        "RANK",
        "LOCAL_RANK",
        "WORLD_SIZE",
        "LOCAL_WORLD_SIZE",
        "GROUP_RANK",
        "MASTER_ADDR",
        "MASTER_PORT",
        "OMPI_COMM_WORLD_RANK",
        "OMPI_COMM_WORLD_LOCAL_RANK",
        "OMPI_COMM_WORLD_SIZE",
        "PMI_RANK",
        "PMI_SIZE",
        "PMIX_RANK",
        "MPI_LOCALRANKID",
        "SLURM_PROCID",
        "SLURM_LOCALID",
        "SLURM_NTASKS",
        "SLURM_NODEID",
        "SLURM_JOB_ID",
        "SLURM_JOB_NAME",
        "PBS_JOBID",
        "LSB_JOBID",
        "JOB_ID",
        "CUDA_VISIBLE_DEVICES",
        "TORCHELASTIC_RUN_ID",
        "TORCHELASTIC_RESTART_COUNT",
};

static void attributes_add_variables(struct define_list *list)
{
	for (size_t i = 0; i < sizeof attributes_variables / sizeof *attributes_variables; i++) {
		const char *value = config_variable(attributes_variables[i]);
		char key[64] = "env.";
		strcpy(key + 4, attributes_variables[i]);
		if (value)
			define_attribute(list, key, value, strnlen(value, 256));
	}
}

static void attributes_add_file(struct define_list *list, const char *key, const char *path)
{
	char *text = sys_map(ATTRIBUTES_TEXT, 0);
	long bytes = text ? sys_read_file(path, text, ATTRIBUTES_TEXT) : 0;
	if (bytes > 0)
		define_attribute(list, key, text, (size_t)bytes);
	if (text)
		sys_unmap(text, ATTRIBUTES_TEXT);
}

static void attributes_add_link(struct define_list *list, const char *key, const char *path)
{
	ROOM(text);
	long bytes = SYS4(readlinkat, AT_FDCWD, path, text, ROOM_BYTES - 1);
	if (bytes > 0)
		define_attribute(list, key, text, (size_t)bytes);
}

static void attributes_add_clock(struct define_list *list, enum aiot_definition_kind kind)
{
	struct aiot_define_clock clock = {clock_of(CLOCK_MONOTONIC), clock_of(CLOCK_REALTIME)};
	define_add(list, kind, &clock, sizeof clock, NULL, 0);
}

static void attributes_add_notes(struct define_list *list)
{
	for (const char *note = config.notes; *note;) {
		size_t length = strcspn(note, "\n");
		define_add(list, AIOT_DEFINE_NOTE, note, length, NULL, 0);
		note += length + (note[length] == '\n');
	}
}

static void attributes_add_first(struct define_list *list, const char *host)
{
	kernel_io_add(list);
	define_attribute(list, "version", ATTRIBUTES_VERSION, strlen(ATTRIBUTES_VERSION));
	define_attribute(list, "host", host, strlen(host));
	attributes_add_link(list, "exe", "/proc/self/exe");
	attributes_add_link(list, "cwd", "/proc/self/cwd");
	attributes_add_file(list, "cmdline", "/proc/self/cmdline");
	mounts_add(list);
	attributes_add_variables(list);
	if (config.include)
		define_attribute(list, "include", config.include, strlen(config.include));
	if (config.exclude)
		define_attribute(list, "exclude", config.exclude, strlen(config.exclude));
	away_add(list);
	attributes_add_notes(list);
}

static void attributes_add_last(struct define_list *list)
{
	uint64_t lost[AIOT_LOSSES];
	loss_read(lost);
	attributes_add_variables(list);
	define_add(list, AIOT_DEFINE_LOSS, lost, sizeof lost, NULL, 0);
	kernel_io_add(list);
	attributes_add_clock(list, AIOT_DEFINE_END);
}

int attributes_begin(struct define_list *list, const char *host)
{
	uint8_t *memory = sys_map(ATTRIBUTES_BYTES, 0);
	if (!memory)
		return -ENOMEM;
	*list = (struct define_list){memory + PLAIN_HEAD, 0, ATTRIBUTES_BYTES - PLAIN_HEAD};
	attributes_add_first(list, host);
	return 0;
}

void attributes_end(struct define_list *list)
{
	sys_unmap(list->data - PLAIN_HEAD, ATTRIBUTES_BYTES);
}

void attributes_write_last(void)
{
	ROOM(room);
	struct define_list list = {(uint8_t *)room, 0, ROOM_BYTES};
	attributes_add_last(&list);
	block_write_definitions(list.data, list.used);
}

void attributes_note(const char *text)
{
	uint8_t record[512];
	struct define_list list = {record, 0, sizeof record};
	define_add(&list, AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0);
	block_write_definitions(list.data, list.used);
}
