/* Pairs of times of identical code, case by case in the order in which they were taken. */
#ifndef TESTS_RECORDING_H
#define TESTS_RECORDING_H

#include "base/arena.h"
#include "ironbench/impl.h"

#include <stdbool.h>

struct pair {
    double ns[2];   /* per epoch: new, old */
    double ratio;   /* new over old, slice by slice */
    bool disturbed; /* something else had the processor, on either side */
};

struct recorded {
    const char *id;
    size_t n, capacity;
    struct pair *pairs;
};

struct recording {
    struct ib_arena arena;
    struct recorded *cases;
    size_t n, capacity;
};

/* Reads the runs of gates with `--out DIR`, one after another, or files written by recording_write. */
enum ib_status recording_of_gates(char *const *dirs, size_t n, struct recording *out);
enum ib_status recording_read(const char *path, struct recording *out);
/* CSV, to stdout. */
void recording_write(const struct recording *);
void recording_free(struct recording *);

#endif
