/* Checks the copies of a device: downloads must return what was last uploaded. */
#ifndef IB_OPCHECK_COPY_CHECK_H
#define IB_OPCHECK_COPY_CHECK_H

#include "plugin/loader.h"

/* Checks an implementation with its own memory. Sets *checks to the number of copies compared, and text[n]
 * to "" if all are right, else to the first failure. A status other than IB_OK means that the
 * implementation reported an error. */
enum ib_status ib_copy_check_run(const struct ib_instance *, uint64_t *checks, char *text, size_t n);

#endif
