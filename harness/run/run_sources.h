/* The git repositories that a run is made of: of its configuration, and of each implementation from a plugin
 * or an external program. */
#ifndef IB_RUN_RUN_SOURCES_H
#define IB_RUN_RUN_SOURCES_H

#include "config/config.h"
#include "store/store.h"

/* Records them as they are now. A repository that cannot be read is recorded with the reason. */
enum ib_status ib_run_sources_record(struct ib_store *, const struct ib_config *, const struct ib_case *cases,
                                     size_t n);

#endif
