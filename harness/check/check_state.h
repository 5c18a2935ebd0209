/* The state of a check while it runs; private to check/. */
#ifndef IB_CHECK_CHECK_STATE_H
#define IB_CHECK_CHECK_STATE_H

#include "check/check_request.h"
#include "check/check_result.h"
#include "config/matrix.h"
#include "parent/worker_process.h"

/* The memory limit of a worker; a check needs a tenth of it. */
#define IB_CHECK_MEMORY_BYTES 2000000000u

/* A check stops after this many requests that hung, as each takes its whole time limit. */
enum { IB_HANGS_MAX = 2 };

struct ib_checking {
    const struct ib_check_request *request;
    struct ib_registry *registry;
    const struct ib_case *model_case; /* any training: the implementation with its settings, as read */
    struct ib_check_result *check_result;
    struct ib_worker_process *worker; /* that examines operations; NULL: one must be started */
    uint64_t test;                    /* the newest test that it began */
    unsigned hangs;
};

/* Reports progress. false: too many requests have hung, and the subject is counted as skipped at that level.
 */
bool ib_checking_goes_on(struct ib_checking *, enum ib_level, const char *subject);
/* Counts requests that hung. */
void ib_checking_failed(struct ib_checking *, const struct ib_outcome *);
/* A finding that is a failure: "crashed: signal 11". */
struct ib_check_finding ib_checking_failure(struct ib_checking *, enum ib_level, const char *subject,
                                            const struct ib_outcome *, const char *output);

#endif
