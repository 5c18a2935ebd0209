/* The copies of a device: what is uploaded comes back, and the newest of it. */
#ifndef IB_OPCHECK_COPY_CHECK_H
#define IB_OPCHECK_COPY_CHECK_H

#include "plugin/loader.h"

/* For an implementation with memory of its own. *checks: copies compared; text[n] becomes "" where all of
 * them are right, else what is wrong with the first that is not. A status other than IB_OK: the
 * implementation reported an error. */
enum ib_status ib_copy_check_run(const struct ib_instance *, uint64_t *checks, char *text, size_t n);

#endif
