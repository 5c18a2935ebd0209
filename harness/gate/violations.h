/* The reasons to reject a change, by kind, and the exit status that they cause. */
#ifndef IB_GATE_VIOLATIONS_H
#define IB_GATE_VIOLATIONS_H

#include "config/gate_rules.h"
#include "store/run_record.h"

/* Most serious first. accuracy, copies: exit status 3; failed, missing: 4; slower, memory: 1; ambiguous: 5,
 * under --strict. */
enum ib_violation_kind {
    IB_ACCURACY = 1,
    IB_COPIES,
    IB_FAILED,
    IB_MISSING,
    IB_SLOWER_CASE,
    IB_MORE_MEMORY,
    IB_AMBIGUOUS_CASE
};
extern const struct ib_word ib_violation_kind_words[];

struct ib_violation {
    enum ib_violation_kind kind;
    const char *id, *name, *problem; /* of its case; NULL, "", "" if it is about the whole sweep */
    const char *message;
};

/* In order of discovery. */
struct ib_violations {
    struct ib_arena *arena; /* holds all texts; set by the caller; initialise the rest to 0 */
    struct ib_violation *list;
    size_t n, capacity;
};

/* Adds a violation; the case may be NULL. */
void ib_violation_add(struct ib_violations *, enum ib_violation_kind, const struct ib_case_record *,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds violations in the answer and the copies of a case, alone and compared with its old record (NULL: there
 * is none): wrong or untrusted, metrics changed in either direction, copies over budget or more than before.
 */
void ib_violations_of_answer(struct ib_violations *, const struct ib_gate_rules *,
                             const struct ib_case_record *candidate, const struct ib_case_record *old_case);

/* Adds a violation if the candidate failed, or has no verified answer or no count of its copies although the
 * old case had one. The candidate is NULL if the case is no longer in the sweep. */
void ib_violations_of_presence(struct ib_violations *, const struct ib_case_record *candidate,
                               const struct ib_case_record *old_case, bool allow_missing);

/* Adds a violation for each required implementation (globs; ends with NULL; may be NULL) without a verified
 * case, and if the whole sweep has none. */
void ib_violations_of_sweep(struct ib_violations *, const struct ib_run_record *, const char *const *require,
                            bool allow_missing);

/* Sorts by kind, most serious first; stable. */
void ib_violations_sort(struct ib_violations *);

int ib_violations_exit_status(const struct ib_violations *, bool strict);

/* Does the violation fail a gate with this exit status? Undecided speed does so only with --strict. */
bool ib_violation_fails(const struct ib_violation *, int exit_status);

#endif
