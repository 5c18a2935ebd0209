/* The summary of a run as data: sections, groups of cases that do the same work, rows, and faults. All text
 * is UTF-8 and not escaped. */
#ifndef IB_REPORT_SUMMARY_MODEL_H
#define IB_REPORT_SUMMARY_MODEL_H

#include "analysis/derived.h"
#include "report/impl_looks.h"

struct ib_seed_group;

enum ib_summary_column {
    IB_COLUMN_IMPL,
    IB_COLUMN_RESIDENCY,
    IB_COLUMN_MACHINE,
    IB_COLUMN_TIME,
    IB_COLUMN_STEP, /* time of a gradient step */
    IB_COLUMN_INTERVAL,
    IB_COLUMN_RATIO,
    IB_COLUMN_LIMIT, /* share of the limit */
    IB_COLUMN_ENERGY,
    IB_COLUMN_ENERGY_TO_LOSS, /* to 99 % of its improvement */
    IB_COLUMN_INSTRUCTIONS,
    IB_COLUMN_SCORE,
    IB_COLUMN_SKILL,
    IB_COLUMN_CONVERGENCE,
    IB_COLUMN_VERDICT,
    IB_COLUMN_COUNT
};

/* As columns of a table (doc_model.h). */
#define IB_SUMMARY_COLUMNS "nwwrrrrrrrrrrww"

struct ib_summary_row {
    const struct ib_case_record *record; /* the case */
    size_t position;                     /* in the plan */
    const char *name;                    /* implementation, options, residency */
    bool ranked;                         /* verified, on a real device, with a time */
    double time_ns, low_ns, high_ns;     /* per epoch; NaN: unknown */
    struct ib_paired_ratio behind;       /* if ranked: its time over that of the fastest (ranking.h) */
};

/* The cases of one problem, which all do the same work: ranked ones first, as in ranking.h. Their words are
 * made where they are shown (group_words.h): a run may have very many groups. */
struct ib_summary_group {
    const char *title;           /* "mlp 6x6 relu f32 diabetes" */
    bool shown[IB_COLUMN_COUNT]; /* not: the machine if there is one, steps if each is an epoch, the limit
                                    where those of the machine are unknown, energy and instructions if not
                                    asked for */
    struct ib_summary_row *rows;
    size_t n, n_ranked;
    size_t n_first;                         /* the fastest, and those that cannot be told apart from it */
    const struct ib_loss_group *loss_group; /* NULL: no verified training whose loss decreases */
    struct ib_seed_group *seed_group;       /* problems that differ only in their seed; NULL: one seed */
};

/* The groups of one model and data set. */
struct ib_summary_section {
    const char *model, *dataset;
    struct ib_summary_group *groups;
    size_t n, capacity;
    struct ib_seed_group *seed_groups;
    size_t n_seed_groups;
};

/* Cases that failed or are unverified for the same reason. */
struct ib_summary_fault {
    const char *verdict; /* "wrong", "crashed", "unavailable" */
    const char *name;    /* implementation; without its residency if unavailable */
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
    const struct ib_summary_fact *facts; /* time, machine, configuration; ends with a NULL label */
    const char *origin;                  /* when, on which machine, and how quiet it was */
    const char *disturbance;             /* of the whole run, where it concerns many samples; else NULL */
    const char *counts;                  /* "24 cases: 20 ok (4 diverged), 1 wrong, 3 unavailable" */
    struct ib_summary_section *sections;
    size_t n;
    struct ib_summary_fault *faults; /* worst first */
    size_t n_faults;
    struct ib_derived derived;
    struct ib_looks looks; /* of its implementations */
};

#endif
