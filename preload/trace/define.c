/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/define.h"

#include <stdbool.h>
#include <string.h>

#include "trace/block.h"
#include "trace/loss.h"
#include "base/room.h"
#include "thread.h"
#include "state.h"

void define_add(struct define_list *list, enum aiot_definition_kind kind, const void *head,
                size_t head_bytes, const void *tail, size_t tail_bytes)
{
	struct aiot_definition record = {.kind = (uint16_t)kind,
	                                 .bytes = (uint32_t)(head_bytes + tail_bytes)};
	if (sizeof record + record.bytes > list->room - list->used)
		return;
	uint8_t *to = list->data + list->used;
	memcpy(to, &record, sizeof record);
	memcpy(to + sizeof record, head, head_bytes);
	if (tail_bytes)
		memcpy(to + sizeof record + head_bytes, tail, tail_bytes);
	list->used += (uint32_t)sizeof record + record.bytes;
}

void define_attribute(struct define_list *list, const char *key, const void *value, size_t bytes)
{
	define_add(list, AIOT_DEFINE_ATTRIBUTE, key, strlen(key) + 1, value, bytes);
}

struct define_body {
	enum aiot_definition_kind kind;
	const void *head;
	size_t head_bytes;
	const void *tail;
	size_t tail_bytes;
};

static void define_add_body(struct define_list *list, const struct define_body *body)
{
	define_add(list, body->kind, body->head, body->head_bytes, body->tail, body->tail_bytes);
}

/* Returns whether the record now stands in the thread's region. */
static int define_in_region(const struct define_body *body)
{
	struct aiot_region *region = thread_current()->region;
	if (!region)
		return 0;
	struct define_list list = {thread_definitions(region), region->define_bytes,
	                           AIOT_LIVE_DEFINE_BYTES};
	uint32_t before = list.used;
	define_add_body(&list, body);
	__atomic_store_n(&region->define_bytes, list.used, __ATOMIC_RELEASE);
	return list.used > before;
}

static void define_at_once(const struct define_body *body)
{
	ROOM(record);
	struct define_list list = {(uint8_t *)record, 0, ROOM_BYTES};
	define_add_body(&list, body);
	block_write_definitions(list.data, list.used);
}

void define_record(enum aiot_definition_kind kind, const void *head, size_t head_bytes,
                   const void *tail, size_t tail_bytes)
{
	struct aiot_region *region = thread_current()->region;
	size_t room = DEFINE_BYTES - head_bytes;
	struct define_body body = {kind, head, head_bytes, tail,
	                           tail_bytes < room ? tail_bytes : room};
	if (!region && state_is(STATE_ON) && thread_attach())
		region = thread_self.region;
	if (!region) {
		define_at_once(&body);
		return;
	}
	thread_writing(region, 1);
	int kept = state_is(STATE_ON) && define_in_region(&body);
	bool small = !kept && room_is_small();
	if (!kept && !small && state_is(STATE_ON) && region->define_bytes &&
	    !block_write_definitions(thread_definitions(region), region->define_bytes)) {
		__atomic_store_n(&region->define_bytes, 0, __ATOMIC_RELEASE);
		kept = define_in_region(&body);
	}
	thread_writing(region, -1u);
	if (!kept && !small)
		define_at_once(&body);
}

void define_reason(const char *what, int error)
{
	char text[256];
	const char *why = strerrordesc_np(error);
	if (state_is(STATE_OFF))
		return;
	strcpy(text, what);
	strcat(text, error ? ": " : "");
	strcat(text, !error ? "" : why ? why : "unknown error");
	define_in_region(&(struct define_body){AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0});
}
