/* Problems that differ only in the seed of their initial weights, summarised together. */
#ifndef IB_REPORT_SEED_GROUPS_H
#define IB_REPORT_SEED_GROUPS_H

#include "report/summary_model.h"

#include <stdbool.h>
#include <stddef.h>

enum ib_seed_group_column {
    IB_SEED_GROUP_IMPL,
    IB_SEED_GROUP_TIME,
    IB_SEED_GROUP_TIME_SPREAD,
    IB_SEED_GROUP_SCORE,
    IB_SEED_GROUP_SCORE_SPREAD,
    IB_SEED_GROUP_CONVERGENCE,
    IB_SEED_GROUP_VERDICT,
    IB_SEED_GROUP_COLUMN_COUNT
};

#define IB_SEED_GROUP_COLUMNS "nrrrrww" /* of a table (doc_model.h) */

struct ib_seed_group_row {
    const char *cells[IB_SEED_GROUP_COLUMN_COUNT];
};

struct ib_seed_group {
    const char *title; /* of the problems, without the seed */
    struct ib_summary_group **groups;
    size_t n_seeds;     /* their number */
    const char *answer; /* "cpu_blas is fastest with 9 of 10 seeds; …" */
    const char *heads[IB_SEED_GROUP_COLUMN_COUNT];
    struct ib_seed_group_row *rows; /* one per implementation and residency */
    size_t n;
};

/* The name of a case's problem without its seed; NULL if the seed is not part of it. */
const char *ib_seed_group_title(struct ib_arena *, const struct ib_case_record *case_record);

/* How many problems a section has; several seeds are one. */
size_t ib_section_problems(const struct ib_summary_section *);

/* In how many settings an implementation is among the fastest with most of the seeds; *n_settings: of so
 * many, to which the n groups belong. */
size_t ib_settings_won(const struct ib_summary_group *const *groups, size_t n, const char *name,
                       size_t *n_settings);

/* Finds the section's seed groups, and sets the seed group of each of its groups. */
void ib_seed_groups_find(struct ib_arena *, struct ib_summary_section *);

#endif
