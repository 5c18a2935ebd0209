/* Is this implementation right? Everything is asked of worker processes, so that a crash or a hang costs one
 * finding, and the rest is still checked. */
#ifndef IB_CHECK_CHECK_H
#define IB_CHECK_CHECK_H

#include "check/check_request.h"
#include "check/check_result.h"
#include "parent/registry.h"

/* IB_EINVAL: a wrong option or model. Otherwise all that was found is in *out, also where nothing could be
 * checked. */
enum ib_status ib_check_run(struct ib_registry *, const struct ib_check_request *,
                            struct ib_check_result *out);

#endif
