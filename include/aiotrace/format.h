/* SPDX-License-Identifier: Apache-2.0
 *
 * The trace format as C sees it. FORMAT.md, beside this file, is the
 * specification; the two must say the same. All integers are little-endian.
 * What is on disk never changes its meaning: fields, kinds and numbers are
 * only added, and a number once used is not used again.
 */
#ifndef AIOTRACE_FORMAT_H
#define AIOTRACE_FORMAT_H

#include <stdint.h>

#define AIOT_MAGIC      "AIOTRACE"
#define AIOT_LIVE_MAGIC "AIOTLIVE"

/* On an array of characters that has no NUL. */
#if defined(__has_attribute) && __has_attribute(nonstring)
#define AIOT_BYTES __attribute__((nonstring))
#else
#define AIOT_BYTES
#endif

#define AIOT_SUFFIX      ".aiot" /* a process's trace */
#define AIOT_LIVE_SUFFIX ".live" /* beside it while the process lives, or was killed */

#define AIOT_BYTE_ORDER  0x01020304u
#define AIOT_VERSION     3u /* the version this header describes */
#define AIOT_MIN_READER  3u /* the oldest reader that understands what we write */

/* What a call is, for every analysis. Data calls are READ and WRITE alone. */
enum aiot_class {
	AIOT_CLASS_META = 0,
	AIOT_CLASS_OPEN = 1,
	AIOT_CLASS_CLOSE = 2,
	AIOT_CLASS_READ = 3,
	AIOT_CLASS_WRITE = 4,
	AIOT_CLASS_SEEK = 5,
	AIOT_CLASS_DUP = 6,
	AIOT_CLASS_SYNC = 7,
	AIOT_CLASS_MAP = 8,
	AIOT_CLASS_UNMAP = 9,
	AIOT_CLASS_PROC = 10,
	AIOT_CLASS_WAIT = 11,
};

/* Where in the stack of libraries an event was seen. Bytes of storage are those
 * of every level but stdio: a call on a stream is recorded with what it moved
 * between program and stream, and what the stream then moved between itself and
 * the kernel stands in events of level fd (stdio.read, stdio.write). */
enum aiot_level {
	AIOT_LEVEL_META = 0,
	AIOT_LEVEL_FD = 1,
	AIOT_LEVEL_STDIO = 2,
	AIOT_LEVEL_MMAP = 3,
	AIOT_LEVEL_AIO = 4,
	AIOT_LEVEL_URING = 5,
	AIOT_LEVEL_CUFILE = 6,
};

enum aiot_stage {
	AIOT_STAGE_OTHER = 0,
	AIOT_STAGE_INGEST = 1,
	AIOT_STAGE_PREPARE = 2,
	AIOT_STAGE_TRAIN = 3,
	AIOT_STAGE_CHECKPOINT = 4,
	AIOT_STAGE_RESTORE = 5,
	AIOT_STAGE_INFERENCE = 6,
	AIOT_STAGE_RUNTIME = 7,
	AIOT_STAGE_IPC = 8,
	AIOT_STAGES = 9,
};

/* By number. */
#define AIOT_STAGE_NAMES                                                                           \
	"other", "ingest", "prepare", "train", "checkpoint", "restore", "inference", "runtime",    \
	        "ipc"

enum aiot_file_kind {
	AIOT_FILE_UNKNOWN = 0,
	AIOT_FILE_REGULAR = 1,
	AIOT_FILE_DIRECTORY = 2,
	AIOT_FILE_PIPE = 3,
	AIOT_FILE_SOCKET = 4,
	AIOT_FILE_CHARACTER = 5,
	AIOT_FILE_BLOCK = 6,
	AIOT_FILE_ANONYMOUS = 7, /* eventfd, epoll, timerfd … */
};

/* AIOT_CALL_<symbol> = id */
enum aiot_call {
	AIOT_CALL_NONE = 0,
#define AIOT_CALL(id, symbol, class, level, roles) AIOT_CALL_##symbol = (id),
#define AIOT_EVENT(id, symbol, name, class, level) AIOT_CALL_##symbol = (id),
#include "aiotrace/calls.def"
};

enum aiot_event_flag {
	AIOT_EVENT_MARKED = 1, /* the stage was set by the program's own mark */
	AIOT_EVENT_APPEND = 2, /* written with O_APPEND; the offset was asked afterwards */
	AIOT_EVENT_POLLED = 4, /* times are estimates, from looks at a ring now and then */
	/* Of reads, where it was found out: */
	AIOT_EVENT_CACHED = 8,   /* all of its data was in the page cache, or on the way there */
	AIOT_EVENT_STORAGE = 16, /* some of it was not */
	AIOT_EVENT_DIRECT = 24,  /* both: O_DIRECT, which reads past the cache */
	/* Of reads, as FORMAT.md says under "Waiting in reads": */
	AIOT_EVENT_WAITED = 32,     /* the thread waited for something */
	AIOT_EVENT_UNWAITED = 64,   /* it did not */
	AIOT_EVENT_AWAY = 96,       /* both: it was off its processor, for one reason or another */
	AIOT_EVENT_NO_OFFSET = 128, /* in columns only: the row's offset is -1 */
};

/* aux of a fault: the thread that it happened to, and how many faults the event
 * stands for, as a power of 2. */
#define AIOT_FAULT_TID   0xffffffu
#define AIOT_FAULT_SHIFT 24

/* One event: one cache line, as it stands in a live buffer and in raw blocks. */
struct aiot_event {
	uint64_t start_ns;    /* CLOCK_MONOTONIC, before the call */
	uint64_t duration_ns; /* until it returned */
	int64_t offset;       /* bytes into the file; -1 where there is none */
	uint64_t size;        /* bytes asked for */
	int64_t result;       /* what it returned, or -errno if it failed */
	uint32_t file;        /* id of a FILE definition, 0 = none */
	uint32_t handle;      /* the process's open file description, 0 = none */
	uint32_t stack;       /* id of a STACK definition, 0 = none */
	uint32_t aux;         /* by call: see FORMAT.md, "aux" */
	uint16_t call;        /* id of a CALL definition */
	uint8_t stage;        /* enum aiot_stage, as guessed when it happened */
	uint8_t flags;        /* enum aiot_event_flag */
	uint32_t commit;      /* AIOT_COMMIT(sequence number), stored last */
};
_Static_assert(sizeof(struct aiot_event) == 64, "one cache line");

/* Never 0, so that an untouched slot is never taken for an event. */
#define AIOT_COMMIT(sequence) ((uint32_t)((sequence)*2u + 1u))

enum aiot_origin { AIOT_ORIGIN_EXEC = 0, AIOT_ORIGIN_FORK = 1 };

/* Offset 0 of a trace. */
struct aiot_header {
	char magic[8] AIOT_BYTES; /* AIOT_MAGIC */
	uint32_t byte_order;      /* AIOT_BYTE_ORDER */
	uint16_t version;
	uint16_t min_reader;
	uint64_t features;     /* bits of optional content; none yet */
	uint32_t header_bytes; /* sizeof this; blocks begin here */
	uint32_t pid;
	uint32_t ppid;
	uint32_t image;  /* 0, then 1, 2, … for each exec under the same pid */
	uint32_t origin; /* enum aiot_origin */
	uint32_t reserved;
	uint64_t start_mono_ns; /* CLOCK_MONOTONIC and … */
	uint64_t start_real_ns; /* … CLOCK_REALTIME, read together */
	uint8_t boot_id[16];    /* same boot = comparable monotonic clocks */
	uint64_t unused[5];
	uint64_t checksum; /* XXH64, seed 0, of all bytes before */
};
_Static_assert(sizeof(struct aiot_header) == 128, "on disk");

#define AIOT_BLOCK_MAGIC 0xB10CA107u

enum aiot_block_type {
	AIOT_BLOCK_DEFINITIONS = 1, /* one zstd frame of definition records */
	AIOT_BLOCK_EVENTS = 2,      /* columns */
	AIOT_BLOCK_RAW_EVENTS = 3,  /* count x struct aiot_event */
};

enum aiot_block_flag {
	AIOT_BLOCK_IN_ORDER = 1, /* no event starts before the one before it ended */
};

#define AIOT_BLOCK_MAX_BYTES  (64u << 20) /* a payload larger than this is damage */
#define AIOT_BLOCK_MAX_EVENTS (1u << 20)

struct aiot_block {
	uint32_t magic; /* AIOT_BLOCK_MAGIC */
	uint16_t type;  /* enum aiot_block_type; others are skipped */
	uint16_t flags; /* enum aiot_block_flag */
	uint32_t payload_bytes;
	uint32_t count;            /* events, or definition records */
	uint32_t tid;              /* kernel thread id */
	uint32_t stream;           /* the process's own number of the thread, never reused */
	uint64_t sequence;         /* of the first event within its stream */
	uint64_t first_ns;         /* earliest start, CLOCK_MONOTONIC */
	uint64_t last_ns;          /* latest end */
	uint64_t payload_checksum; /* XXH64, seed 0 */
	uint64_t header_checksum;  /* XXH64, seed 0, of the bytes before */
};
_Static_assert(sizeof(struct aiot_block) == 64, "on disk");

/* Columns of an EVENTS block, in this order where present; a column that is
 * absent is all zero. */
enum aiot_column {
	AIOT_COLUMN_CALL = 1,
	AIOT_COLUMN_STAGE = 2,
	AIOT_COLUMN_FLAGS = 3,
	AIOT_COLUMN_FILE = 4,
	AIOT_COLUMN_HANDLE = 5,
	AIOT_COLUMN_STACK = 6,
	AIOT_COLUMN_AUX = 7,
	AIOT_COLUMN_START = 8,
	AIOT_COLUMN_DURATION = 9,
	AIOT_COLUMN_SIZE = 10,
	AIOT_COLUMN_RESULT = 11,
	AIOT_COLUMN_OFFSET = 12,
};

enum aiot_transform {
	AIOT_TRANSFORM_PLAIN = 0, /* v = base + (u << shift) */
	AIOT_TRANSFORM_DELTA = 1, /* v = previous v + zigzag(u), first previous = base */
	AIOT_TRANSFORM_GAP = 2,   /* START: v = previous start + duration + (zigzag(u) << shift) */
	AIOT_TRANSFORM_SHORT = 3, /* RESULT: v = size - zigzag(u) */
	AIOT_TRANSFORM_NEXT =
	        4, /* OFFSET: v = end of the handle's last access + (zigzag(u) << shift) */
	/* Coded columns: u is an enum aiot_code; FORMAT.md says of each what it means. */
	AIOT_TRANSFORM_AGAIN = 5,  /* v = the row's before */
	AIOT_TRANSFORM_SIZED = 6,  /* SIZE: v = 0, or the handle's last that was not */
	AIOT_TRANSFORM_WHOLE = 7,  /* RESULT: v = size, or 0, or as a call's before */
	AIOT_TRANSFORM_FOLLOW = 8, /* OFFSET: v = end of the handle's last access */
	/* Parted columns: a list of numbers for each pair of a call and the one before. */
	AIOT_TRANSFORM_PARTED = 9,      /* DURATION: v = the list's next */
	AIOT_TRANSFORM_PARTED_GAP = 10, /* START: as GAP, u = the list's next */
};

/* Parted columns have at most so many lists besides that of all other pairs. */
#define AIOT_PARTS 64

struct aiot_pair {
	uint16_t call;
	uint16_t before; /* the call of the row before, in the first row 0 */
};

enum aiot_code {
	AIOT_CODE_USUAL = 0,
	AIOT_CODE_OTHER = 1,
	AIOT_CODE_REST = 2, /* by the next value of the list behind the codes */
	/* Of results alone: that of the last row of size 0 that */
	AIOT_CODE_GIVEN = 3,  /* got more than 0, as open does */
	AIOT_CODE_FAILED = 4, /* failed */
};

enum aiot_plane {
	AIOT_PLANE_CONSTANT = 0, /* one byte, repeated */
	AIOT_PLANE_RAW = 1,      /* count bytes */
	AIOT_PLANE_ZSTD = 2,     /* a zstd frame of count bytes */
};

/* AIOT_TRANSFORM_NEXT remembers the end of the last access in this many
 * entries, chosen by handle modulo their number; all begin at 0. FORMAT.md
 * says how a row changes its entry. */
#define AIOT_NEXT_SLOTS 256

/* AIOT_TRANSFORM_SIZED and _FOLLOW remember a value for each of so many handles,
 * in the slot that is the handle modulo their number. Another handle's row takes
 * the slot over with the value 0. */
#define AIOT_SLOTS 256

struct aiot_column_head {
	uint8_t column;    /* enum aiot_column; others are skipped */
	uint8_t transform; /* enum aiot_transform */
	uint8_t planes;    /* 0 to 8 bytes of each u, least significant plane first */
	uint8_t shift;     /* 0 to 63 */
	uint32_t bytes;    /* of the planes that follow */
	uint64_t base;
};
_Static_assert(sizeof(struct aiot_column_head) == 16, "on disk");

/* Definition records: this head, then `bytes` bytes of body. */
struct aiot_definition {
	uint16_t kind;
	uint16_t reserved;
	uint32_t bytes;
};

enum aiot_definition_kind {
	AIOT_DEFINE_FILE = 1,      /* struct aiot_define_file, path */
	AIOT_DEFINE_CALL = 2,      /* struct aiot_define_call, name */
	AIOT_DEFINE_ATTRIBUTE = 3, /* key, NUL, value */
	AIOT_DEFINE_CLOCK = 4,     /* struct aiot_define_clock */
	AIOT_DEFINE_KERNEL_IO = 5, /* struct aiot_define_kernel_io */
	AIOT_DEFINE_LOSS = 6,      /* uint64_t by enum aiot_loss */
	AIOT_DEFINE_THREAD = 7,    /* struct aiot_define_thread, name */
	AIOT_DEFINE_NOTE = 8,      /* text for the user */
	AIOT_DEFINE_END = 9,       /* struct aiot_define_clock: the process ended in order */
	AIOT_DEFINE_FRAME = 16,    /* struct aiot_define_frame, file, NUL, name, NUL, qualified */
	AIOT_DEFINE_STACK = 17,    /* struct aiot_define_stack, uint32_t frames[] */
	AIOT_DEFINE_CODE = 18,     /* struct aiot_define_code, build id */
	AIOT_DEFINE_MAPPED = 24,   /* struct aiot_define_mapped; the last one counts */
	AIOT_DEFINE_PROGRAM = 25,  /* struct aiot_define_program, path */
};

/* What becomes of the library in a program that was started. */
enum aiot_program {
	AIOT_PROGRAM_TRACED = 0,
	AIOT_PROGRAM_STATIC = 1,        /* statically linked: nothing loads it */
	AIOT_PROGRAM_OTHER_LIBC = 2,    /* another libc's loader would fail */
	AIOT_PROGRAM_OTHER_MACHINE = 3, /* 32 bits, or another processor's */
	AIOT_PROGRAM_SECURE = 4,        /* setuid, setgid or with capabilities */
};

/* A program that was started, without the library. */
struct aiot_define_program {
	uint32_t why; /* enum aiot_program */
	uint32_t reserved;
};

struct aiot_define_file {
	uint32_t id;
	uint8_t kind;  /* enum aiot_file_kind */
	uint8_t stage; /* runtime and ipc are known from path and kind; else other */
	uint16_t reserved;
	uint64_t device; /* st_dev as major << 32 | minor, 0 = not known */
	uint64_t inode;
	int64_t size; /* bytes when first seen, -1 = not known */
};

struct aiot_define_call {
	uint16_t id;
	uint8_t class; /* enum aiot_class */
	uint8_t level; /* enum aiot_level */
};

struct aiot_define_clock {
	uint64_t mono_ns;
	uint64_t real_ns;
};

/* /proc/self/io; the first record is the count when tracing began. Events that
 * ended by mono_ns are in it. */
struct aiot_define_kernel_io {
	uint64_t mono_ns;
	/* The first four without what the library itself read and wrote … */
	uint64_t rchar, wchar, syscr, syscw, read_bytes, write_bytes, cancelled_write_bytes;
	/* … which is this; absent in records of 64 bytes. */
	uint64_t own_rchar, own_wchar, own_syscr, own_syscw;
};
#define AIOT_KERNEL_IO_LEAST 64u

struct aiot_define_thread {
	uint32_t stream;
	uint32_t tid;
};

enum aiot_frame_kind { AIOT_FRAME_PYTHON = 0, AIOT_FRAME_NATIVE = 1 };

struct aiot_define_frame {
	uint32_t id;
	uint32_t line; /* 0 = not known */
	uint8_t kind;  /* enum aiot_frame_kind */
	uint8_t reserved[7];
};

/* Where a native frame's instruction is: the call that it is in, or what a signal
 * interrupted. An address as the file's own tables count it. */
struct aiot_define_code {
	uint32_t frame;
	uint32_t reserved;
	uint64_t offset;
};

enum aiot_stack_flag { AIOT_STACK_CUT = 1 }; /* there were more frames outside */

/* Then ids of frames, from the innermost. */
struct aiot_define_stack {
	uint32_t id;
	uint32_t flags; /* enum aiot_stack_flag */
};

/* Files of interest that are mapped into memory: data, not code nor libraries. */
struct aiot_define_mapped {
	uint64_t mono_ns;
	uint64_t bytes;          /* of all mappings that were made, or inherited */
	uint32_t mappings;       /* their number */
	uint32_t error;          /* errno with which the kernel refused to tell of faults, or 0 */
	uint32_t threads_unseen; /* whose faults it could not tell */
	uint32_t reserved;
};

/* Events that happened and are not in the trace, by cause. */
enum aiot_loss {
	AIOT_LOSS_EARLY = 0,    /* before the library could start */
	AIOT_LOSS_NESTED = 1,   /* a signal handler's call inside the library */
	AIOT_LOSS_VFORK = 2,    /* calls of children that share the memory, before their exec */
	AIOT_LOSS_NO_SPACE = 3, /* the trace could not be written */
	AIOT_LOSS_LIMIT = 4,    /* past AIOTRACE_MAX_MB */
	AIOT_LOSS_ASYNC = 5,    /* asynchronous operations not seen from end to end */
	AIOT_LOSS_FAULTS = 6,   /* the kernel's records of faults were not read in time */
	AIOT_LOSSES = 7,
};

/* The live file: a page, then regions. What it holds is a copy in clear of
 * what the trace does not have yet; a process that ends in order removes it. */
#define AIOT_LIVE_EVENTS       8192u
#define AIOT_LIVE_PAGE         4096u
#define AIOT_LIVE_DEFINE_BYTES 61440u
#define AIOT_LIVE_REGION_BYTES (AIOT_LIVE_PAGE + AIOT_LIVE_EVENTS * 64u + AIOT_LIVE_DEFINE_BYTES)

struct aiot_live {
	char magic[8] AIOT_BYTES; /* AIOT_LIVE_MAGIC */
	uint32_t byte_order;
	uint16_t version;
	uint16_t min_reader;
	uint32_t pid;
	uint32_t image;
	uint32_t region_bytes; /* AIOT_LIVE_REGION_BYTES */
	uint32_t events;       /* AIOT_LIVE_EVENTS */
	uint64_t checksum;     /* XXH64, seed 0, of all bytes before */
	uint64_t loss[16];     /* by enum aiot_loss; a trace's LOSS record is newer */
};

enum aiot_region_state { AIOT_REGION_FREE = 0, AIOT_REGION_OWNED = 1 };

#define AIOT_REGION_MAGIC 0xB10C11FEu

/* Then AIOT_LIVE_EVENTS events at AIOT_LIVE_PAGE, then the definition records.
 * Slot i holds event number sequence + i if its commit says so; the first one
 * that does not ends the buffer. */
struct aiot_region {
	uint32_t magic;
	uint32_t state;
	uint32_t stream;
	uint32_t tid;
	uint64_t sequence;
	uint32_t define_bytes;
	uint32_t writing; /* the writer's own, as is the next; readers ignore them */
	uint32_t calling;
};

#endif
