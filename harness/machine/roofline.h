/* What binds a training on this machine: the least time of an epoch, by its arithmetic and by the memory that
 * it must read, from the measured limits. */
#ifndef IB_MACHINE_ROOFLINE_H
#define IB_MACHINE_ROOFLINE_H

#include "core/case.h"
#include "machine/limits.h"
#include "train/work.h"

enum ib_bound { IB_BOUND_COMPUTE = 1, IB_BOUND_MEMORY, IB_BOUND_LATENCY };
extern const struct ib_word ib_bound_words[]; /* compute memory latency */

struct ib_roofline {
    double flops, bytes; /* least of an epoch (train/work.h) */
    enum ib_bound bound; /* 0: unknown */
    const char *by;      /* "avx2", "L3", "memory", "copies", "launch" */
    double rate;         /* of `by`: flop/s or bytes/s */
    double least_ns;     /* of an epoch; NaN: unknown */
};

/* cpus: those that its worker may use. */
void ib_roofline_of(const struct ib_limits *, const struct ib_case *, uint64_t cpus, struct ib_roofline *out);

/* The least time of a piece of work on the host, whose operands come from the caches that hold them; NaN:
 * unknown, or on a device. */
double ib_least_ns(const struct ib_limits *, const struct ib_case *, uint64_t cpus, struct ib_op_cost);

/* The time below which an epoch on the host is impossible on this machine, with margins for what was measured
 * too low; 0: unknown. *by: as above. */
double ib_floor_ns(const struct ib_limits *, const struct ib_case *, uint64_t cpus, const char **by);

#endif
