/* The crossover: the number of training rows from which a device is faster than the best implementation on
 * the host, found in a sweep over sizes. */
#ifndef IB_ANALYSIS_CROSSOVER_H
#define IB_ANALYSIS_CROSSOVER_H

#include "analysis/paired_ratio.h"
#include "base/arena.h"

/* One size at which both were measured. */
struct ib_crossover_size {
    double rows;
    const struct ib_case_record *device, *host; /* host: the fastest there */
    double device_ns, host_ns;                  /* median time of an epoch */
    struct ib_paired_ratio ratio;               /* device over host */
};

enum ib_crossover_kind {
    IB_CROSSOVER_FROM,   /* faster from `rows` on */
    IB_CROSSOVER_UNTIL,  /* faster below `rows`, and no longer above */
    IB_CROSSOVER_ALWAYS, /* faster at all sizes */
    IB_CROSSOVER_NEVER   /* faster at none */
};
extern const char *const ib_crossover_words[]; /* "from", "until", "always", "never" */

/* Rows are interpolated between two sizes, straight in the logarithms of rows and ratio. */
struct ib_crossover {
    const char *title; /* of the problems, without their data sets: "linreg f32" */
    struct ib_crossover_size *sizes;
    size_t n; /* sizes, by rows; at least 2 */
    enum ib_crossover_kind kind;
    size_t n_crossings; /* `rows` is the last one */
    /* The crossing, and where the lower and the upper bounds of the paired ratios cross: 0 is below the
     * smallest size, infinity beyond the largest. NaN: a size has no interval. */
    double rows, low, high;
    double rows_ns; /* time of an epoch at the crossing; NaN where there is none */
};

/* One for each device implementation and residency that was verified and timed beside a host implementation
 * at two sizes at least, of problems that differ by nothing but their rows (and epochs). Simulated devices
 * are left out. Returns how many. */
size_t ib_crossovers(struct ib_arena *, const struct ib_run_record *, struct ib_crossover **out);

#endif
