/* SPDX-License-Identifier: Apache-2.0
 *
 * Text to a file descriptor by the megabyte: numbers are formatted by hand,
 * since one printf a row would be most of the time of a dump.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OUTPUT_ROOM (256u << 10)

/* In place of a file: what is written stays in memory, however much. */
#define OUTPUT_MEMORY (-1)

struct output {
	int fd;
	int error; /* errno of the first write that failed; nothing is written after */
	size_t used, room;
	char *bytes;
};

void output_open(struct output *output, int fd);

/* Writes the rest and frees the buffer. -1 where any write failed, errno says
 * why. */
int output_close(struct output *output);

void output_flush(struct output *output);

/* Makes room for `most` bytes, no more than OUTPUT_ROOM. */
void output_more(struct output *output, size_t most);

/* Moves all of an output in memory to another one, which writes it at once. */
void output_pass(struct output *from, struct output *to);

void output_write(struct output *output, const char *bytes, size_t length);

static inline void output_char(struct output *output, char c)
{
	if (output->used == output->room)
		output_more(output, 1);
	output->bytes[output->used++] = c;
}

static inline void output_text(struct output *output, const char *text)
{
	output_write(output, text, strlen(text));
}

/* Where the next bytes of text may be written without asking for each; no more
 * than most, which is at most OUTPUT_ROOM. output_end takes where they end. */
static inline char *output_begin(struct output *output, size_t most)
{
	if (output->room - output->used < most)
		output_more(output, most);
	return output->bytes + output->used;
}

static inline void output_end(struct output *output, const char *end)
{
	output->used = (size_t)(end - output->bytes);
}

/* Each writes at `at` and returns where it ended; numbers take up to 20 bytes. */
char *output_put_unsigned(char *at, uint64_t value);
char *output_put_signed(char *at, int64_t value);

static inline char *output_put(char *at, const char *bytes, size_t length)
{
	memcpy(at, bytes, length);
	return at + length;
}

void output_unsigned(struct output *output, uint64_t value);
void output_signed(struct output *output, int64_t value);

/* Seconds with nine digits, right-aligned to width. */
void output_seconds(struct output *output, int64_t ns, int width);

#endif
