/* SPDX-License-Identifier: Apache-2.0
 *
 * The output buffer and its number formatting.
 */
#include "base/output.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

void output_open(struct output *output, int fd)
{
	*output =
	        (struct output){.fd = fd, .room = OUTPUT_ROOM, .bytes = memory_get(OUTPUT_ROOM, 1)};
}

void output_flush(struct output *output)
{
	size_t done = 0;

	while (done < output->used && !output->error) {
		ssize_t n = write(output->fd, output->bytes + done, output->used - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			output->error = errno;
	}
	output->used = 0;
}

void output_more(struct output *output, size_t most)
{
	if (output->fd != OUTPUT_MEMORY)
		output_flush(output);
	while (output->room - output->used < most)
		output->bytes = memory_grow(output->bytes, output->room, &output->room, 1);
}

void output_pass(struct output *from, struct output *to)
{
	struct output written = {.fd = to->fd, .bytes = from->bytes, .used = from->used};

	output_flush(to);
	written.error = to->error;
	output_flush(&written);
	to->error = written.error;
	from->used = 0;
}

int output_close(struct output *output)
{
	if (output->fd != OUTPUT_MEMORY)
		output_flush(output);
	free(output->bytes);
	output->bytes = NULL;
	errno = output->error;
	return output->error ? -1 : 0;
}

void output_write(struct output *output, const char *bytes, size_t length)
{
	while (length) {
		size_t room = output->room - output->used;
		size_t n = length < room ? length : room;
		memcpy(output->bytes + output->used, bytes, n);
		output->used += n;
		bytes += n;
		length -= n;
		if (length)
			output_more(output, 1);
	}
}

static const char output_pairs[] = "00010203040506070809101112131415161718192021222324"
                                   "25262728293031323334353637383940414243444546474849"
                                   "50515253545556575859606162636465666768697071727374"
                                   "75767778798081828384858687888990919293949596979899";

/* Two digits at a time, from the right. */
static char *output_digits(char *end, uint64_t value)
{
	while (value >= 100) {
		end -= 2;
		memcpy(end, output_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, output_pairs + 2 * value, 2);
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

/* Exactly eight digits; 32-bit divisions, which do not wait for each other. */
static void output_eight(char *at, uint32_t value)
{
	uint32_t high = value / 10000, low = value % 10000;

	memcpy(at, output_pairs + 2 * (high / 100), 2);
	memcpy(at + 2, output_pairs + 2 * (high % 100), 2);
	memcpy(at + 4, output_pairs + 2 * (low / 100), 2);
	memcpy(at + 6, output_pairs + 2 * (low % 100), 2);
}

static unsigned output_width(uint32_t value)
{
	unsigned width = 1;

	while (value >= 10) {
		value /= 10;
		width++;
	}
	return width;
}

char *output_put_unsigned(char *at, uint64_t value)
{
	unsigned width;

	if (value < 10) {
		*at = (char)('0' + value);
		return at + 1;
	}
	if (value >= 100000000) {
		at = output_put_unsigned(at, value / 100000000);
		output_eight(at, (uint32_t)(value % 100000000));
		return at + 8;
	}
	width = output_width((uint32_t)value);
	output_digits(at + width, value);
	return at + width;
}

char *output_put_signed(char *at, int64_t value)
{
	if (value >= 0)
		return output_put_unsigned(at, (uint64_t)value);
	*at = '-';
	return output_put_unsigned(at + 1, 0 - (uint64_t)value);
}

void output_unsigned(struct output *output, uint64_t value)
{
	char digits[20], *from = output_digits(digits + sizeof digits, value);

	output_write(output, from, (size_t)(digits + sizeof digits - from));
}

void output_signed(struct output *output, int64_t value)
{
	if (value < 0)
		output_char(output, '-');
	output_unsigned(output, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void output_seconds(struct output *output, int64_t ns, int width)
{
	uint64_t value = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	char text[40], *end = text + sizeof text, *from = end;

	for (int i = 0; i < 9; i++, value /= 10)
		*--from = (char)('0' + value % 10);
	*--from = '.';
	from = output_digits(from, value);
	if (ns < 0)
		*--from = '-';
	for (int pad = width - (int)(end - from); pad > 0; pad--)
		output_char(output, ' ');
	output_write(output, from, (size_t)(end - from));
}
