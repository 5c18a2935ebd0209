/* The limits of this machine: measured once by `ironbench doctor --limits`, kept in a file of the user's
 * cache folder, and read by every run. */
#ifndef IB_MACHINE_LIMITS_H
#define IB_MACHINE_LIMITS_H

#include "limits/rate.h"
#include "machine/kept.h"

struct ib_limits {
    const char *path, *measured; /* measured: UTC, ISO 8601 */
    uint64_t threads;            /* CPUs that were measured together */
    bool has_accelerator;        /* which an external program may use */
    struct ib_rates rates;
};

/* The file, or IRONBENCH_LIMITS (machine/kept.h). */
const char *ib_limits_path(struct ib_arena *, const struct ib_machine *);

/* *why: a sentence about any state but the first, with the remedy. Memory is the arena's. */
enum ib_kept_state ib_limits_load(struct ib_arena *, const struct ib_machine *, struct ib_limits *out,
                                  const char **why);

/* Measures in workers, one after the other: the host, which takes `seconds`, and every available
 * implementation with a library or a device. `told` hears what is being measured, and may be NULL. Nothing
 * is kept. */
enum ib_status ib_limits_measure(struct ib_arena *, double seconds, void (*told)(const char *what),
                                 struct ib_limits *out);
/* Writes to limits->path, for this machine. IB_EIO. */
enum ib_status ib_limits_save(const struct ib_limits *, const struct ib_machine *);

json_t *ib_limits_to_json(const struct ib_limits *, const struct ib_machine *);

#endif
