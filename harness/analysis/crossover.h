/* The crossover: the number of training rows from which a device is faster than the fastest host
 * implementation, found in a sweep over sizes. */
#ifndef IB_ANALYSIS_CROSSOVER_H
#define IB_ANALYSIS_CROSSOVER_H

#include "analysis/paired_ratio.h"
#include "base/arena.h"

/* One size at which both were measured. */
struct ib_crossover_size {
    double rows;
    const struct ib_case_record *device, *host; /* host: the fastest at this size */
    double device_ns, host_ns;                  /* median time of an epoch */
    struct ib_paired_ratio ratio;               /* device over host */
};

enum ib_crossover_kind {
    IB_CROSSOVER_FROM,   /* faster from `rows` on */
    IB_CROSSOVER_UNTIL,  /* faster below `rows`, but not above */
    IB_CROSSOVER_ALWAYS, /* faster at all sizes */
    IB_CROSSOVER_NEVER   /* faster at no size */
};
extern const char *const ib_crossover_words[]; /* "from", "until", "always", "never" */

/* Rows are interpolated between two sizes, linearly in the logarithms of rows and ratio. */
struct ib_crossover {
    const char *title; /* the problems' name without their data sets: "linreg f32" */
    struct ib_crossover_size *sizes;
    size_t n; /* sizes, at least 2, sorted by rows */
    enum ib_crossover_kind kind;
    size_t n_crossings; /* `rows` is the last one */
    /* The crossings of the paired ratios' medians and of their lower and upper bounds. 0: below the smallest
     * size; infinity: beyond the largest; NaN: a size has no interval. */
    double rows, low, high;
    double rows_ns; /* time per epoch at the crossing; NaN if there is none */
};

/* Finds one for each device implementation and residency that was verified and timed together with a host
 * implementation at two or more sizes, for problems that differ only in their rows (and epochs). Skips
 * simulated devices. Returns how many. */
size_t ib_crossovers(struct ib_arena *, const struct ib_run_record *, struct ib_crossover **out);

#endif
