/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/use_room.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A thread keeps room for so many, which others have of their own ... */
#define USE_ROOM_LARGE (UINT32_C(1) << 16)
/* ... and no more at a time than of so many, but for one process alone: on many cores they
 * would take gigabytes. */
#define USE_ROOM_MOST (8 * USE_ROOM_LARGE)

struct use_rooms {
	struct use **kept; /* by worker; NULL until it is needed */
	unsigned workers;
	size_t large; /* records of their own that there are */
	pthread_mutex_t lock;
	pthread_cond_t given_back;
};

struct use_rooms *use_rooms_new(unsigned workers)
{
	struct use_rooms *rooms = memory_get(1, sizeof *rooms);

	rooms->workers = workers;
	rooms->kept = memory_get(workers, sizeof *rooms->kept);
	pthread_mutex_init(&rooms->lock, NULL);
	pthread_cond_init(&rooms->given_back, NULL);
	return rooms;
}

void use_rooms_free(struct use_rooms *rooms)
{
	for (unsigned i = 0; i < rooms->workers; i++)
		free(rooms->kept[i]);
	free(rooms->kept);
	pthread_cond_destroy(&rooms->given_back);
	pthread_mutex_destroy(&rooms->lock);
	free(rooms);
}

struct use *use_room(struct use_rooms *rooms, size_t files, unsigned worker)
{
	if (files <= USE_ROOM_LARGE) {
		if (!rooms->kept[worker])
			rooms->kept[worker] = memory_get(USE_ROOM_LARGE, sizeof **rooms->kept);
		return rooms->kept[worker];
	}
	pthread_mutex_lock(&rooms->lock);
	while (rooms->large && rooms->large + files > USE_ROOM_MOST)
		pthread_cond_wait(&rooms->given_back, &rooms->lock);
	rooms->large += files;
	pthread_mutex_unlock(&rooms->lock);
	return memory_get(files, sizeof(struct use));
}

void use_room_back(struct use_rooms *rooms, size_t files, struct use *uses)
{
	if (files <= USE_ROOM_LARGE) {
		memset(uses, 0, files * sizeof *uses);
		return;
	}
	free(uses);
	pthread_mutex_lock(&rooms->lock);
	rooms->large -= files;
	pthread_cond_broadcast(&rooms->given_back);
	pthread_mutex_unlock(&rooms->lock);
}
