/* Is this implementation right? Everything that can be asked of one, in workers of its own, so that whatever
 * dies or hangs is one flaw, and the rest is looked at. */
#ifndef IB_CHECK_CHECK_H
#define IB_CHECK_CHECK_H

#include "check/check_result.h"
#include "parent/registry.h"

/* Says what is about to be looked at. */
typedef void ib_check_progress_fn(void *context, const char *subject);

struct ib_check_request {
    const char *name;           /* of the implementation, in the registry */
    const char *const *options; /* "NAME=VALUE" …; ends with NULL */
    const char *const *models;  /* of the trainings: these alone; ends with NULL; none: all */
    bool quick;                 /* no large sizes, few trainings */
    uint64_t timeout_ns;        /* of one request to a worker */
    const char *option_flag;    /* who gave the options, for messages: "--option" */
    const char *model_flag;
    ib_check_progress_fn *progress;
    void *progress_context;
};

/* IB_EINVAL: a wrong option or model. Otherwise all that was found is in *out, also where nothing could be
 * looked at. */
enum ib_status ib_check_run(struct ib_registry *, const struct ib_check_request *,
                            struct ib_check_result *out);

#endif
