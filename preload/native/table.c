/* SPDX-License-Identifier: Apache-2.0 */
#include "native/table.h"

/* DW_EH_PE_*: how a pointer is written, and what it counts from. */
enum table_encoding {
	TABLE_ABSOLUTE = 0,
	TABLE_UDATA2 = 2,
	TABLE_UDATA4 = 3,
	TABLE_UDATA8 = 4,
	TABLE_SDATA2 = 10,
	TABLE_SDATA4 = 11,
	TABLE_SDATA8 = 12,
	TABLE_FROM_HERE = 0x10,
	TABLE_INDEX = 0x3b, /* of 4 bytes each, signed, from the index's beginning */
	TABLE_OMITTED = 0xff,
};

struct table_index {
	int32_t function, entry;
};

static uintptr_t table_pointer(struct bytes *bytes, uint8_t encoding)
{
	uintptr_t here = encoding & TABLE_FROM_HERE ? (uintptr_t)bytes->at : 0;
	switch (encoding & 15) {
	case TABLE_UDATA2: return here + bytes_unsigned(bytes, 2);
	case TABLE_UDATA4: return here + bytes_unsigned(bytes, 4);
	case TABLE_SDATA2: return here + (uintptr_t)bytes_signed(bytes, 2);
	case TABLE_SDATA4: return here + (uintptr_t)bytes_signed(bytes, 4);
	case TABLE_ABSOLUTE:
	case TABLE_UDATA8:
	case TABLE_SDATA8: return here + bytes_unsigned(bytes, 8);
	default: bytes->at = bytes->end; return 0;
	}
}

/* The record that begins at `at`, without its length; empty where it is none. */
static struct bytes table_record(const struct object *object, uintptr_t at)
{
	struct bytes all = {(const uint8_t *)at, (const uint8_t *)object->end};
	if (!object_has(object, at))
		return (struct bytes){0};
	uint64_t length = bytes_unsigned(&all, 4);
	if (length == UINT32_MAX)
		length = bytes_unsigned(&all, 8);
	if (length > (uint64_t)(all.end - all.at))
		return (struct bytes){0};
	return (struct bytes){all.at, all.at + length};
}

/* What the letters of a record's augmentation say. Returns false where one is
 * not known. */
static bool table_augment(struct bytes *record, const char *letter, uint8_t *encoding, bool *signal)
{
	uint64_t length = bytes_uleb(record);
	struct bytes values = *record;
	bytes_skip(record, length);
	for (; *letter; letter++) {
		uint8_t how;
		switch (*letter) {
		case 'R': *encoding = (uint8_t)bytes_unsigned(&values, 1); break;
		case 'P':
			how = (uint8_t)bytes_unsigned(&values, 1);
			table_pointer(&values, how);
			break;
		case 'L': bytes_skip(&values, 1); break;
		case 'S': *signal = true; break;
		case 'B': break;
		default: return false;
		}
	}
	return true;
}

/* What functions of a kind have in common. */
static bool table_common(struct bytes record, struct table_entry *entry, uint8_t *encoding,
                         bool *augmented)
{
	if (record.at == record.end || bytes_unsigned(&record, 4) != 0)
		return false;
	uint64_t version = bytes_unsigned(&record, 1);
	if (record.at == record.end)
		return false;
	const char *letters = (const char *)record.at;
	while (bytes_unsigned(&record, 1))
		;
	entry->code_step = bytes_uleb(&record);
	entry->data_step = bytes_sleb(&record);
	entry->return_column = version == 1 ? bytes_unsigned(&record, 1) : bytes_uleb(&record);
	*encoding = TABLE_ABSOLUTE;
	entry->signal = false;
	*augmented = letters[0] == 'z';
	if (record.at == record.end || (letters[0] && !*augmented))
		return false;
	if (*augmented && !table_augment(&record, letters + 1, encoding, &entry->signal))
		return false;
	entry->initial = record;
	return true;
}

static bool table_read(const struct object *object, uintptr_t at, struct table_entry *entry)
{
	uint8_t encoding;
	bool augmented;
	struct bytes record = table_record(object, at);
	uintptr_t here = (uintptr_t)record.at;
	uint64_t back = bytes_unsigned(&record, 4);
	if (!back || !table_common(table_record(object, here - back), entry, &encoding, &augmented))
		return false;
	entry->begin = table_pointer(&record, encoding);
	entry->end = entry->begin + table_pointer(&record, encoding & 15);
	if (augmented)
		bytes_skip(&record, bytes_uleb(&record));
	entry->own = record;
	return true;
}

/* Of the index, which may lie anywhere. */
static struct table_index table_row(const uint8_t *index, size_t row)
{
	struct table_index found;
	memcpy(&found, index + row * sizeof found, sizeof found);
	return found;
}

/* How many of the index's rows begin at or before `address`. */
static size_t table_search(const uint8_t *index, size_t count, intptr_t address)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table_row(index, middle).function <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool table_find(const struct object *object, uintptr_t address, struct table_entry *entry)
{
	uintptr_t base = (uintptr_t)object->frames;
	struct bytes head = {object->frames, (const uint8_t *)object->end};
	if (!base || !object_has(object, base) || bytes_unsigned(&head, 1) != 1)
		return false;
	uint8_t frames = (uint8_t)bytes_unsigned(&head, 1);
	uint8_t counted = (uint8_t)bytes_unsigned(&head, 1);
	if (bytes_unsigned(&head, 1) != TABLE_INDEX || counted == TABLE_OMITTED)
		return false;
	table_pointer(&head, frames);
	size_t count = table_pointer(&head, counted);
	if (count > (size_t)(head.end - head.at) / sizeof(struct table_index))
		return false;
	size_t rows = table_search(head.at, count, (intptr_t)(address - base));
	if (!rows)
		return false;
	intptr_t at = table_row(head.at, rows - 1).entry;
	return table_read(object, base + (uintptr_t)at, entry) && address >= entry->begin &&
	       address < entry->end;
}
