/* Violations: what makes a gate fail, by kind, and the exit status that follows. */
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
void ib_violation_add(json_t *violations, enum ib_violation_kind, const json_t *c, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Violations of a case's answer and copies, by itself and against the old case (NULL: not known): a wrong or
 * untrusted case, metrics off either way, copies over the budget or more than in the old case. */
void ib_violations_of_answer(json_t *violations, const struct ib_gate_rules *, const json_t *candidate,
                             const json_t *old);

/* A case that failed, or has no verified answer although the old one had. candidate: NULL where the sweep no
 * longer has the case. */
void ib_violations_of_presence(json_t *violations, const json_t *candidate, const json_t *old,
                               bool allow_missing);

/* Required implementations (globs; ends with NULL) without a verified case, and a sweep without any. */
void ib_violations_of_sweep(json_t *violations, const json_t *cases, const char *const *require,
                            bool allow_missing);

/* The same by kind, the gravest first; a new reference. */
json_t *ib_violations_sorted(const json_t *violations);

int ib_violations_exit_status(const json_t *violations, bool strict);

#endif
