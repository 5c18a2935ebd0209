/* A baseline: the results of a run, small enough to be reviewed and committed with the sources. */
#ifndef IB_GATE_BASELINE_H
#define IB_GATE_BASELINE_H

#include "analysis/paired_ratio.h"
#include "base/arena.h"

#define IB_BASELINES "results/baselines"

struct ib_baseline_case {
    /* Contains only id, name, problem, implementation, status, verdict, test_rows, metrics, copies and who
     * counted them, median and number of the epoch times, times of the phases, and peak memory. */
    struct ib_case_record record;
    const char *control; /* id of the control, the case that times are relative to; NULL: none */
    struct ib_paired_ratio over_control; /* time over the control's; NaN: unknown, or the control itself */
    struct ib_paired_ratio mean_over_control; /* the same for means of all trainings */
};

struct ib_baseline {
    const char *name, *run, *version; /* id of the run, version of the program that made it */
    const char *control;              /* implementation or label */
    struct ib_machine machine;        /* only the members of ib_baseline_machine_names */
    struct ib_baseline_case *cases;   /* by id */
    size_t n;
    struct ib_arena arena;
};

/* Members of struct ib_machine; ends with NULL. */
extern const char *const ib_baseline_machine_names[];

/* The file of a baseline: IB_BASELINES/NAME.json in the working folder; a name that has a slash or ends with
 * ".json" is a path. For reading, falls back to the program's own data folder. IB_EINVAL: not a name. */
enum ib_status ib_baseline_path(struct ib_arena *, const char *name, bool to_read, const char **out);

/* Makes the baseline of a record from its cases that count (ib_case_record_counts). `control` is the
 * implementation or label that times are relative to (NULL: the run's reference, or cpu_naive). Texts are
 * borrowed from the record. IB_EINVAL: no case counts, or there is no such control. */
enum ib_status ib_baseline_make(const struct ib_run_record *, const char *name, const char *control,
                                struct ib_baseline *out);

/* Writes JSON with one line per case, to be compared line by line. Replaces the file atomically. */
enum ib_status ib_baseline_write(const char *path, const struct ib_baseline *);

/* IB_EINVAL: the file is missing, or is not a baseline that this program can read. */
enum ib_status ib_baseline_read(const char *path, struct ib_baseline *out);

void ib_baseline_free(struct ib_baseline *);

/* Sorts the cases, for ib_baseline_find. */
void ib_baseline_sort(struct ib_baseline *);

/* Finds a case by its id; NULL if there is none. */
const struct ib_baseline_case *ib_baseline_find(const struct ib_baseline *, const char *id);

#endif
