/* Reading a run from its folder. */
#ifndef IB_STORE_LOAD_RUN_H
#define IB_STORE_LOAD_RUN_H

#include "store/database.h"
#include "store/run_record.h"

/* Reads DIR/run.sqlite, and derives what follows from it. IB_EINVAL: no run there, or one of another version.
 */
enum ib_status ib_load_run(const char *dir, struct ib_run_record *out);

/* The same of an open database, without what is derived. *out is to be freed also where this failed. */
enum ib_status ib_load_run_of(sqlite3 *, struct ib_run_record *out);

#endif
