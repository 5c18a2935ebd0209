/* Reading a run from its folder. */
#ifndef IB_STORE_LOAD_RUN_H
#define IB_STORE_LOAD_RUN_H

#include "store/tables.h"

/* Reads DIR/run.sqlite, and derives what follows from it. IB_EINVAL: there is no run, or one of another
 * version. Nothing needs to be freed after a failure. */
enum ib_status ib_load_run(const char *dir, struct ib_run_record *out);
/* Reads the run and its cases without their measurements, and derives nothing. */
enum ib_status ib_load_run_cases(const char *dir, struct ib_run_record *out);

/* Reads from an open database, and derives nothing. *out must be freed even after a failure. */
enum ib_status ib_load_run_of(sqlite3 *, bool measurements, struct ib_run_record *out);

/* Reads a list of one case again, in the order of its table. */
enum ib_status ib_load_rows(sqlite3 *, struct ib_run_record *, enum ib_db_table_kind, uint64_t case_number);

#endif
