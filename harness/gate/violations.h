/* Reasons to stop a change, by kind, and the exit status that they give. */
#ifndef IB_GATE_VIOLATIONS_H
#define IB_GATE_VIOLATIONS_H

#include "config/gate_rules.h"
#include "store/run_record.h"

/* The gravest first. accuracy, copies: exit status 3; failed, missing: 4; slower: 1; ambiguous: 5, under
 * --strict. */
enum ib_violation_kind {
    IB_ACCURACY = 1,
    IB_COPIES,
    IB_FAILED,
    IB_MISSING,
    IB_SLOWER_CASE,
    IB_AMBIGUOUS_CASE
};
extern const struct ib_word ib_violation_kind_words[];

struct ib_violation {
    enum ib_violation_kind kind;
    const char *id, *name, *problem; /* of its case; NULL, "", "": it is about the sweep */
    const char *message;
};

/* In the order in which they were found. */
struct ib_violations {
    struct ib_arena *arena; /* holds all texts; set it, and all else to 0 */
    struct ib_violation *list;
    size_t n, capacity;
};

/* The case may be NULL. */
void ib_violation_add(struct ib_violations *, enum ib_violation_kind, const struct ib_case_record *,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Finds fault with the answer and the copies of a case, by itself and against its old record (NULL: there is
 * none): a wrong or untrusted case, metrics off either way, copies over the budget or more than before. */
void ib_violations_of_answer(struct ib_violations *, const struct ib_gate_rules *,
                             const struct ib_case_record *candidate, const struct ib_case_record *old_case);

/* Finds what is missing: the candidate failed; or it has no verified answer, though the old case had one. The
 * candidate is NULL where the case is not in the sweep at all. */
void ib_violations_of_presence(struct ib_violations *, const struct ib_case_record *candidate,
                               const struct ib_case_record *old_case, bool allow_missing);

/* Required implementations (globs; ends with NULL; may be NULL) without a verified case; and a sweep without
 * any. */
void ib_violations_of_sweep(struct ib_violations *, const struct ib_run_record *, const char *const *require,
                            bool allow_missing);

/* By kind, the gravest first; otherwise the order stays. */
void ib_violations_sort(struct ib_violations *);

int ib_violations_exit_status(const struct ib_violations *, bool strict);

/* Undecided speed fails only a gate that ends with its own exit status, which takes --strict. */
bool ib_violation_fails(const struct ib_violation *, int exit_status);

#endif
