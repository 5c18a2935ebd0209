/* What a merged run is made of: which of its parts and cases come from which run. Private to merging. */
#ifndef IB_STORE_MERGE_PLAN_H
#define IB_STORE_MERGE_PLAN_H

#include "store/run_record.h"

struct ib_merge_plan {
    struct ib_merge_source {
        const char *dir;
        struct ib_run_record run; /* without measurements */
    } * sources;
    size_t n_sources;
    struct ib_merge_part {
        const struct ib_run_part *part;
        size_t source;
        uint64_t number; /* in its source */
    } * parts;           /* by their start; numbered from 1 */
    size_t n_parts, n_machines;
    struct ib_merge_case {
        const struct ib_case_record *record;
        size_t source, machine; /* machine: in the order of their first parts */
        uint64_t part;          /* in the merged run */
    } * cases;                  /* in the order of the configuration; numbered from 1 */
    size_t n_cases;
    struct ib_arena arena;
};

/* Loads the runs, and checks that they can be merged. Free it even after a failure. */
enum ib_status ib_merge_plan_make(const char *const *dirs, size_t n, struct ib_merge_plan *out);
void ib_merge_plan_free(struct ib_merge_plan *);

/* ---- merge_checks.c ---- */

/* IB_EINVAL names what differs: the configuration, the version, the build on a machine, the division. */
enum ib_status ib_merge_check_runs(struct ib_merge_plan *);

/* ---- merge_copies.c ---- */

/* Two copies of a part. *second: the second one holds all that the first does, and more. IB_EINVAL: each has
 * what the other lacks. */
enum ib_status ib_merge_compare_copies(const struct ib_merge_plan *, const struct ib_merge_part copies[2],
                                       bool *second);

/* ---- merge_copy.c ---- */

/* Writes the merged run to a new file. */
enum ib_status ib_merge_copy(const struct ib_merge_plan *, const char *path);

#endif
