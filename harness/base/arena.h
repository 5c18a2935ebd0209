/* Arena allocator: memory that is freed all at once, such as that of a configuration, a matrix of cases or
 * a report. When memory runs out, the process aborts with a message, because no caller could recover. */
#ifndef IB_BASE_ARENA_H
#define IB_BASE_ARENA_H

#include "ironbench/impl.h"

#include <stddef.h>
#include <stdint.h>

struct ib_arena {
    struct ib_arena_block *blocks; /* initialize to {0} */
};

/* Returns zeroed memory, aligned for any type. */
void *ib_arena_alloc(struct ib_arena *, size_t bytes);
char *ib_arena_copy(struct ib_arena *, const char *text);
char *ib_arena_print(struct ib_arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for one more element: returns `array`, or a copy twice as large when `count` has reached
 * *capacity. */
void *ib_arena_grow(struct ib_arena *, void *array, size_t element_bytes, size_t count, size_t *capacity);
void ib_arena_free(struct ib_arena *);
/* Frees what was allocated, but keeps a block for what follows. */
void ib_arena_clear(struct ib_arena *);

/* IB_ENOMEM, at `where`, if this machine has less memory than `bytes`: for sizes that come from outside. */
enum ib_status ib_memory_check(const char *where, double bytes);

/* The machine's memory in bytes; 0: unknown. */
uint64_t ib_memory_present(void);

#endif
