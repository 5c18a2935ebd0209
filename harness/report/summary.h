/* The record arranged for a reader. What is grouped, ranked and said is decided here once, for the terminal,
 * Markdown and HTML alike; they add only their own layout. All text is UTF-8 and not escaped. */
#ifndef IB_REPORT_SUMMARY_H
#define IB_REPORT_SUMMARY_H

#include "analysis/derived.h"
#include "base/arena.h"
#include "ironbench/impl.h"
#include "report/doc_model.h"
#include "report/seed_groups.h"

enum ib_summary_column {
    IB_COLUMN_IMPL,
    IB_COLUMN_RESIDENCY,
    IB_COLUMN_TIME,
    IB_COLUMN_INTERVAL,
    IB_COLUMN_RATIO,
    IB_COLUMN_SCORE,
    IB_COLUMN_SKILL,
    IB_COLUMN_CONVERGENCE,
    IB_COLUMN_VERDICT,
    IB_COLUMN_COUNT
};

/* As columns of a table (doc_model.h). */
#define IB_SUMMARY_COLUMNS "nwrrrrrww"

struct ib_summary_row {
    const struct ib_case_record *record; /* the case */
    size_t position;                     /* in the plan */
    const char *name;                    /* implementation, options, residency */
    bool ranked;                         /* verified, on a real device, with a time */
    double time_ns, low_ns, high_ns;     /* per epoch; NaN: unknown */
    struct ib_paired_ratio behind;       /* of a ranked row: how many times as long as the first one's */
    const char *cells[IB_COLUMN_COUNT];  /* "–" where there is nothing to say */
};

/* The cases of one problem, which do the same work: ranked ones first, by time. */
struct ib_summary_group {
    const char *title; /* "mlp 6-6 relu f32 diabetes" */
    const char *facts; /* "353 × 10, 89 test rows, 1000 epochs, lr 0.01, seed 42" */
    const char *heads[IB_COLUMN_COUNT];
    struct ib_summary_row *rows;
    size_t n, n_ranked;
    size_t n_first;           /* the fastest, and those that cannot be told from it */
    const char *leaders;      /* the fastest, or those that share its place: "cpu_blas" */
    const char *claim;        /* "is fastest, at 12.3 µs per epoch: 1.80× (1.75 to 1.83) as fast as …" */
    const char *const *notes; /* what else must be said; ends with NULL */
    const struct ib_loss_group *race; /* time to accuracy; NULL: no verified training whose loss goes down */
    struct ib_seed_group *seed_group; /* of problems that differ by their seed; NULL: there is one seed */
};

/* The groups of one model and data set. */
struct ib_summary_section {
    const char *model, *dataset;
    struct ib_summary_group *groups;
    size_t n;
    struct ib_seed_group *seed_groups;
    size_t n_seed_groups;
};

/* Cases that are not right, or gave no answer, for the same reason. */
struct ib_summary_fault {
    const char *verdict; /* "wrong", "crashed", "unavailable" */
    const char *name;    /* implementation; without its residency where that tells nothing */
    const char *where;   /* the problem, or "6 cases" */
    const char *reason;
    size_t count;
};

struct ib_summary_fact {
    const char *label, *value;
};

struct ib_summary {
    const struct ib_run_record *run;
    const char *title;                   /* the run's name */
    const struct ib_summary_fact *facts; /* when, where, what; ends with a NULL label */
    const char *counts;                  /* "24 cases: 20 ok, 1 wrong, 3 unavailable" */
    struct ib_summary_section *sections;
    size_t n;
    struct ib_summary_fault *faults; /* the worst first */
    size_t n_faults;
    struct ib_derived derived; /* of several cases together */
};

/* Texts live in the arena or in the record. */
void ib_summary_build(struct ib_arena *, const struct ib_run_record *, struct ib_summary *out);

/* "ok", "ok, simulated", "wrong", …, and of one that is not ok, why. */
#define IB_VERDICT_OTHER "another algorithm" /* it need not be verified, and is not ranked */
const char *ib_summary_verdict(const struct ib_case_record *case_record);
const char *ib_summary_fault_reason(const struct ib_case_record *case_record, const char *verdict);
/* GOOD, IDLE (neither right nor wrong) or BAD; of a tally such as "2 ok, 1 wrong", that of its worst. */
enum ib_doc_style ib_summary_verdict_style(const char *verdict);

/* Private to the summary: its words. */
void ib_summary_answer(struct ib_arena *, struct ib_summary_group *);
const char *const *ib_summary_notes(struct ib_arena *, const struct ib_summary_group *);
void ib_summary_find_faults(struct ib_arena *, const struct ib_run_record *run, struct ib_summary *);
const struct ib_summary_fact *ib_summary_run_facts(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_counts(struct ib_arena *, const struct ib_run_record *run);

#endif
