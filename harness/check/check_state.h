/* The state of a check while it runs; private to check/. */
#ifndef IB_CHECK_CHECK_STATE_H
#define IB_CHECK_CHECK_STATE_H

#include "check/check_request.h"
#include "check/check_result.h"
#include "config/matrix.h"
#include "parent/worker_process.h"

/* The memory limit of a worker; a check needs a tenth of it. */
#define IB_CHECK_MEMORY_BYTES 2000000000u

/* A check stops after this many requests that use up their limit of time or memory, since each takes long. */
enum { IB_EXHAUSTED_MAX = 2 };

/* Why a part was skipped in a check of some operations. */
#define IB_NOT_ASKED_FOR "not asked for"

struct ib_checking {
    const struct ib_check_request *request;
    struct ib_registry *registry;
    const struct ib_case *model_case; /* any training: provides the implementation with its settings */
    struct ib_check_result *check_result;
    const char *cache;                /* folder for caches of workers in a sandbox; NULL: they have none */
    struct ib_worker_process *worker; /* checks operations; NULL: not started */
    uint64_t test;                    /* the latest test that it began */
    unsigned exhausted;               /* requests that used up their time or memory */
};

/* Reports progress. Returns false if too many requests were exhausted; the subject then counts as skipped at
 * that level. */
bool ib_checking_continues(struct ib_checking *, enum ib_level, const char *subject);
/* Counts the request if it used up its limit of time or memory. */
void ib_checking_failed(struct ib_checking *, const struct ib_outcome *);
/* Makes a finding of a failure: "crashed: signal 11". */
struct ib_check_finding ib_checking_failure(struct ib_checking *, enum ib_level, const char *subject,
                                            const struct ib_outcome *, const char *output);

#endif
