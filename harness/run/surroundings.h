/* Tells failures of a run's surroundings (its folder, its disk, the program's files) from those of an
 * implementation. */
#ifndef IB_RUN_SURROUNDINGS_H
#define IB_RUN_SURROUNDINGS_H

#include "run/pass_context.h"

/* One pass, perhaps repeated:
 *     struct ib_attempt attempt = ib_attempt_begin();
 *     do ...; while (ib_attempt_again(&attempt, ...)); */
struct ib_attempt {
    struct ib_retry retry;
    enum ib_status status; /* an error: the surroundings are at fault, and the pass must not be recorded */
};
struct ib_attempt ib_attempt_begin(void);

/* Call after the pass, with its status. Returns true if it is to be repeated, because a worker was killed
 * from outside. */
bool ib_attempt_again(struct ib_attempt *, const struct ib_pass_context *, const struct ib_case *,
                      enum ib_case_status);

/* The status of a checked pass for ib_attempt_again: without a reference there may be something wrong, too.
 */
enum ib_case_status ib_attempt_status(const struct ib_checked_pass *);

#endif
