/* Reading the repositories that a run was made of. Private to the store. */
#ifndef IB_STORE_SOURCES_H
#define IB_STORE_SOURCES_H

#include "store/run_record.h"

#include <sqlite3.h>

/* Adds those of the database to the run; none where they were not recorded yet. */
enum ib_status ib_read_sources(sqlite3 *, struct ib_run_record *);

/* A new row of the run. */
struct ib_source_record *ib_add_source(struct ib_run_record *);

#endif
