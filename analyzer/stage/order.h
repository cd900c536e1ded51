/* SPDX-License-Identifier: Apache-2.0
 *
 * How a process goes from file to file.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stdint.h>

/* One process's order of files. */
struct order {
	uint64_t switches, ascents; /* from one storage file read to another; to a later name */
	uint64_t bytes;             /* read of storage files */
	uint32_t last, touched;     /* rank of the last name that was read; read or written */
	uint32_t before;            /* of the one that was read before the last one */
	uint32_t ended, began;      /* of the ones between which it went back last */
	uint64_t rounds;            /* back from there to there again: from the beginning on */
};

/* Goes on to a file, or goes on with it: are they sorted names or shuffled ones? */
static inline void order_go_on(struct order *order, uint32_t rank, uint64_t bytes)
{
	order->bytes += bytes;
	if (rank == order->last)
		return;
	if (order->last) {
		order->switches++;
		order->ascents += rank > order->last || rank == order->before;
		if (rank < order->last && rank != order->before) {
			order->rounds += order->last == order->ended && rank == order->began;
			order->ended = order->last;
			order->began = rank;
		}
	}
	if (rank == order->before)
		return; /* an index, looked at between the files of data */
	order->before = order->last;
	order->last = rank;
}

#endif
