/* What stops a change: findings by kind, and the exit status that they earn. */
#ifndef IB_GATE_VIOLATIONS_H
#define IB_GATE_VIOLATIONS_H

#include "config/gate_rules.h"

#include <jansson.h>

/* accuracy, copies: exit status 3; failed, missing: 4; slower: 1; ambiguous: 5, under --strict. */
enum ib_violation_kind {
    IB_ACCURACY = 1,
    IB_COPIES,
    IB_FAILED,
    IB_MISSING,
    IB_SLOWER_CASE,
    IB_AMBIGUOUS_CASE
};
extern const struct ib_word ib_violation_kind_words[];

/* Appends {kind, case: ID or null, name, problem, message}. `c` may be NULL. */
void ib_violation_add(json_t *findings, enum ib_violation_kind, const json_t *c, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What is wrong with the answer and the copies of a case, by itself and beside what it was (NULL: not known):
 * a wrong or untrusted case, metrics off either way, copies over the budget or more than there were. */
void ib_violations_of_answer(json_t *findings, const struct ib_gate_rules *, const json_t *candidate,
                             const json_t *was);

/* What there should be and is not: `is` failed; or it has no verified answer, though `was` had one. `is` is
 * NULL where the case is not in the sweep at all. */
void ib_violations_of_presence(json_t *findings, const json_t *candidate, const json_t *was,
                               bool allow_missing);

/* Required implementations (globs; ends with NULL) of which no case has a verified answer; and a sweep of
 * which none has. */
void ib_violations_of_sweep(json_t *findings, const json_t *cases, const char *const *require,
                            bool allow_missing);

/* The same by kind, the gravest first; a new reference. */
json_t *ib_violations_sorted(const json_t *findings);

int ib_violations_exit_status(const json_t *findings, bool strict);

#endif
