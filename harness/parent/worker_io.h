/* The pipes of a child that speaks the protocol: its messages, line by line, and what it writes to stdout and
 * stderr, of which the end is kept. */
#ifndef IB_PARENT_WORKER_IO_H
#define IB_PARENT_WORKER_IO_H

#include "parent/memory_limit.h"

#include <stddef.h>

enum {
    IB_TAIL_BYTES = 2048,
    IB_OUTPUT_LIMIT = 64 * 1024 * 1024, /* of stdout and stderr together: more is a loop, not a log */
    IB_LINE_LIMIT = 16 * 1024 * 1024    /* the longest message that is not garbage */
};

struct ib_worker_io {
    int to, from, out, err; /* our ends, none of which blocks; -1: closed */
    char *line;             /* what has come of its messages, `used` bytes */
    size_t used, capacity;
    char tail[IB_TAIL_BYTES + 1];
    size_t tail_used;
    uint64_t output_bytes;
};

enum { IB_WORKER_FDS = 5 };

/* Fills in the child's descriptors 0 to 4 (stdin is -1: nothing), for the caller to close. false: errno says
 * why, and nothing is open. */
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

/* Until a whole line lies at the start of io->line (zero-terminated, its length in *length), or nothing can
 * come. */
enum ib_worker_wait ib_worker_io_await_line(struct ib_worker_io *, const struct ib_memory_limit *,
                                            uint64_t deadline_ns, size_t *length);
void ib_worker_io_drop_line(struct ib_worker_io *, size_t length);

/* Until the process has exited; what it still writes is read, or it might never. */
bool ib_worker_io_await_exit(struct ib_worker_io *, int pidfd, uint64_t timeout_ns);

/* Reads what stdout and stderr hold now. */
void ib_worker_io_drain(struct ib_worker_io *);

/* The last line of stdout or stderr, or its end, in text[n]; false: there is none. */
bool ib_worker_io_last_line(const struct ib_worker_io *, char *text, size_t n);

#endif
