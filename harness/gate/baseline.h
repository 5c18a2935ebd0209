/* A baseline: what a run found, small enough to be reviewed in a change and kept with the sources. */
#ifndef IB_GATE_BASELINE_H
#define IB_GATE_BASELINE_H

#include "analysis/paired_ratio.h"
#include "base/arena.h"

#define IB_BASELINES "results/baselines"

struct ib_baseline_case {
    /* Only id, name, problem, implementation, status, verdict, test_rows, metrics, copies, and the median and
     * number of the times of an epoch are known. */
    struct ib_case_record record;
    const char *control; /* id of the case whose times carry the machine's drift; NULL: it has none */
    struct ib_paired_ratio over_control; /* NaN: unknown, as for the control itself */
};

struct ib_baseline {
    const char *name, *run, *version; /* id of the run, version of the program that made it */
    const char *control;              /* implementation or label */
    struct ib_machine machine;        /* of which ib_baseline_machine_names are known */
    struct ib_baseline_case *cases;   /* by id */
    size_t n;
    struct ib_arena arena;
};

/* Members of struct ib_machine; ends with NULL. */
extern const char *const ib_baseline_machine_names[];

/* The file of a name: IB_BASELINES/NAME.json in the working folder; a name with a slash or that ends with
 * ".json" is a path itself. For reading, the program's own data folder is the fallback. IB_EINVAL: not a
 * name. */
enum ib_status ib_baseline_path(struct ib_arena *, const char *name, bool to_read, const char **out);

/* The baseline of a record, with those of its cases that count (ib_case_record_counts). `control` is the
 * implementation or label whose times carry the drift of the machine (NULL: the run's reference, or
 * cpu_naive). Texts stay the record's. IB_EINVAL: no case counts, or there is no such control. */
enum ib_status ib_baseline_make(const struct ib_run_record *, const char *name, const char *control,
                                struct ib_baseline *out);

/* As JSON, with one line a case, so that two baselines can be compared line by line. Whole or not at all. */
enum ib_status ib_baseline_write(const char *path, const struct ib_baseline *);

/* IB_EINVAL: there is none, or not a baseline that this program reads. */
enum ib_status ib_baseline_read(const char *path, struct ib_baseline *out);

void ib_baseline_free(struct ib_baseline *);

/* Puts the cases in order, for ib_baseline_find. */
void ib_baseline_sort(struct ib_baseline *);

/* By id; NULL: there is none. */
const struct ib_baseline_case *ib_baseline_find(const struct ib_baseline *, const char *id);

#endif
