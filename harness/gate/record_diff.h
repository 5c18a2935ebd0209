/* The differences between two records of one case, or between the machines of two runs, and their wording.
 * Lists are in the arena; names and texts may belong to the records. */
#ifndef IB_GATE_RECORD_DIFF_H
#define IB_GATE_RECORD_DIFF_H

#include "store/run_record.h"

struct ib_difference {
    const char *name;
    double old, new;      /* NaN: unknown */
    enum ib_truth better; /* unknown for copies, or if old or new is unknown */
};

struct ib_differences {
    struct ib_difference *list;
    size_t n;
};

struct ib_text_difference {
    const char *name, *old, *new; /* NULL: unknown */
};

struct ib_text_differences {
    struct ib_text_difference *list;
    size_t n;
};

/* Metrics that differ by more than `tolerance`, a share of the old value. Rounding is not a difference: a
 * value may be off by 1e-9 of the target's spread, one test row may change its class, and two perfect fits
 * are equal. */
struct ib_differences ib_metric_differences(struct ib_arena *, const struct ib_case_record *old_case,
                                            const struct ib_case_record *new_case, double tolerance);

/* Counts and bytes of the copies of the timed pass that differ. An unknown count does not differ. */
struct ib_differences ib_copy_differences(struct ib_arena *, const struct ib_case_record *old_case,
                                          const struct ib_case_record *new_case);

/* The named members of struct ib_machine (ib_machine_fields; ends with NULL) that differ. */
struct ib_text_differences ib_machine_differences(struct ib_arena *, const struct ib_machine *old_machine,
                                                  const struct ib_machine *new_machine,
                                                  const char *const *names);

/* Differences in machine, compiler, libraries and program that can change a measurement. */
struct ib_text_differences ib_run_differences(struct ib_arena *, const struct ib_run_record *old_run,
                                              const struct ib_run_record *new_run);

/* "rmse 54.1 → 54.9 (worse), accuracy 0.95 → 0.96 (better)", "compiler unknown → GNU 12.2.0"; "" for none. */
const char *ib_difference_words(struct ib_arena *, const struct ib_differences *);
const char *ib_text_difference_words(struct ib_arena *, const struct ib_text_differences *);

/* "ok", "wrong", "unverified": the verdict on an answer; "crashed" etc. if the case did not finish; "" if it
 * did not run. */
const char *ib_answer_word(enum ib_case_status, enum ib_verdict);

#endif
