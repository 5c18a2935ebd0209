/* Memory that lives and dies together: a configuration, a matrix of cases, a report. An allocation never
 * fails silently: out of memory ends the process with a message, since no caller could do better with a few
 * bytes of text. */
#ifndef IB_BASE_ARENA_H
#define IB_BASE_ARENA_H

#include <stddef.h>

struct ib_arena {
    struct ib_arena_block *blocks; /* start from {0} */
};

/* Zeroed, aligned for any type. */
void *ib_arena_alloc(struct ib_arena *, size_t bytes);
char *ib_arena_copy(struct ib_arena *, const char *text);
char *ib_arena_print(struct ib_arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for one more element: `array` itself, or, when `count` has reached *capacity, a copy twice as large.
 */
void *ib_arena_grow(struct ib_arena *, void *array, size_t element_bytes, size_t count, size_t *capacity);
void ib_arena_free(struct ib_arena *);

#endif
