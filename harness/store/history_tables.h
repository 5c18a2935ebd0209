/* The rows of a history's table of points. Private to the store. */
#ifndef IB_STORE_HISTORY_TABLES_H
#define IB_STORE_HISTORY_TABLES_H

#include "store/history.h"
#include "store/tables.h"

struct ib_history_row {
    uint64_t case_number, machine_number;
    struct ib_history_result result;
};

/* Its key is the number of the run. */
extern const struct ib_db_table ib_db_history_points;
/* The repositories of the runs, as ib_db_sources; its key is the number of the run. */
extern const struct ib_db_table ib_db_history_sources;

#endif
