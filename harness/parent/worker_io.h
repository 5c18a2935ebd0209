/* The pipes of a child that speaks the protocol: its messages, line by line, and the tail of its stdout and
 * stderr. */
#ifndef IB_PARENT_WORKER_IO_H
#define IB_PARENT_WORKER_IO_H

#include "base/spawn.h"
#include "parent/memory_limit.h"

#include <stddef.h>

enum {
    IB_TAIL_BYTES = 2048,
    IB_OUTPUT_LIMIT = 64 * 1024 * 1024, /* stdout and stderr together: more is a runaway loop */
    IB_LINE_LIMIT = 16 * 1024 * 1024    /* the longest message that is accepted */
};

struct ib_worker_io {
    int to, from, out, err; /* our ends, all non-blocking; -1: closed */
    char *line;             /* message bytes received so far, `used` of them */
    size_t used, capacity;
    char tail[IB_TAIL_BYTES + 1];
    size_t tail_used;
    uint64_t output_bytes;
};

enum { IB_WORKER_FDS = 5 };

/* Fills in the child's descriptors 0 to 4 (stdin is -1: none), which the caller closes. On failure returns
 * false with errno set and nothing left open. */
bool ib_worker_io_open(struct ib_worker_io *, int child_fds[IB_WORKER_FDS]);
void ib_worker_io_close(struct ib_worker_io *);

enum ib_worker_wait {
    IB_GOT_LINE,
    IB_STREAM_ENDED,
    IB_TOO_LATE,
    IB_TOO_LARGE,
    IB_TOO_MUCH_OUTPUT,
    IB_WAIT_INTERRUPTED
};

/* Waits until a complete line is at the start of io->line (zero-terminated, its length in *length), or until
 * none can arrive. */
enum ib_worker_wait ib_worker_io_await_line(struct ib_worker_io *, const struct ib_memory_limit *,
                                            uint64_t deadline_ns, size_t *length);
/* Whether it has sent a whole message, without waiting for one. */
bool ib_worker_io_has_line(struct ib_worker_io *);
void ib_worker_io_drop_line(struct ib_worker_io *, size_t length);

/* Waits until the process has exited, reading its output meanwhile so that it cannot block. */
bool ib_worker_io_await_exit(struct ib_worker_io *, const struct ib_spawned *, uint64_t timeout_ns);

/* Reads what is available on stdout and stderr. */
void ib_worker_io_drain(struct ib_worker_io *);

/* Copies the last line of output, or its end, to text[n]; false if there is none. */
bool ib_worker_io_last_line(const struct ib_worker_io *, char *text, size_t n);

#endif
