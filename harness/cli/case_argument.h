/* The argument CASE of a command. */
#ifndef IB_CLI_CASE_ARGUMENT_H
#define IB_CLI_CASE_ARGUMENT_H

#include "store/run_record.h"

/* Finds the case with this number in the plan, with this id, or the only one with this part of its id.
 * IB_EINVAL lists candidates. */
enum ib_status ib_case_argument(struct ib_arena *, const struct ib_run_record *, const char *text,
                                const struct ib_case_record **out);

#endif
