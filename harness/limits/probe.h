/* A measurement of the host, in short tries. A limit is a maximum: other work on the machine can only lower a
 * try, so the best of many tells it, if they are short enough to fit between disturbances. */
#ifndef IB_LIMITS_PROBE_H
#define IB_LIMITS_PROBE_H

#include "limits/rate.h"
#include "limits/team.h"

struct ib_probe {
    enum ib_rate_kind kind;
    const char *of;
    enum ib_dtype type;
    unsigned threads;
    double unit;      /* flops, bytes or cycles of one repetition by one thread */
    uint64_t repeats; /* of a try; grows until one is long enough */
    double best[2];   /* per second; the second one is reported, in case a clock was set during the first */
    /* Does the work `repeats` times. */
    void (*run)(const struct ib_probe *, unsigned member);
    const void *context;
};

struct ib_probes {
    struct ib_probe *list;
    size_t n, capacity;
};

/* Adds a probe with one thread and, if `together` is more, one with all of these. */
void ib_probes_add(struct ib_arena *, struct ib_probes *, unsigned together, struct ib_probe);

/* ---- one file for each kind; memory is the arena's ---- */

void ib_fma_probes(struct ib_arena *, unsigned threads, struct ib_probes *);
/* IB_ENOMEM: there is too little memory for the buffers. */
enum ib_status ib_bandwidth_probes(struct ib_arena *, unsigned threads, struct ib_probes *);
/* Gives back what the arena does not hold. */
void ib_bandwidth_close(void);

#endif
