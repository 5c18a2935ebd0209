/* Bytes made worse than they were: by single bytes and spans, and for JSON also by its own structure. */
#ifndef TESTS_MUTATE_H
#define TESTS_MUTATE_H

#include "base/arena.h"
#include "base/rng.h"

#include <stddef.h>

struct bytes {
    char *at;
    size_t n;
};

struct corpus {
    struct bytes *entries;
    size_t n;
};

/* A mutant of one entry, maybe spliced with another, in the arena. */
struct bytes mutate(struct ib_arena *, struct ib_rng *, const struct corpus *, size_t entry);
/* The same for an entry that is one JSON value: replaces, drops or repeats a value within it. Returns an
 * entry that is not JSON unchanged. */
struct bytes mutate_json(struct ib_arena *, struct ib_rng *, const struct corpus *, size_t entry);

#endif
