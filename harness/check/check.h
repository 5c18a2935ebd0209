/* Checks whether an implementation is correct. All calls are made in worker processes, so that a crash or a
 * hang is one finding and the rest is still checked. */
#ifndef IB_CHECK_CHECK_H
#define IB_CHECK_CHECK_H

#include "check/check_request.h"
#include "check/check_result.h"
#include "parent/registry.h"

/* Runs the check. IB_EINVAL: invalid option or model. Otherwise *out contains all findings, even if nothing
 * could be checked. */
enum ib_status ib_check_run(struct ib_registry *, const struct ib_check_request *,
                            struct ib_check_result *out);

#endif
