/* Reads what was measured of the cases of a run, case by case: of a run of many cases, what is not kept of
 * one case must not pile up until the last is read. Private to the store. */
#ifndef IB_STORE_MEASUREMENTS_H
#define IB_STORE_MEASUREMENTS_H

#include "store/tables.h"

struct ib_measurements;

/* Pool and run must outlast it. */
enum ib_status ib_measurements_open(sqlite3 *, enum ib_load_detail, struct ib_text_pool *,
                                    struct ib_run_record *, struct ib_measurements **out);
/* Reads the measurements of a case of the run, and derives what follows from the rounds that are not kept.
 * Fastest in the order of the cases. */
enum ib_status ib_measurements_read(struct ib_measurements *, struct ib_case_record *);
/* Ends its reading transaction until it reads again: a writer must not be held up by it. */
void ib_measurements_rest(struct ib_measurements *);
void ib_measurements_close(struct ib_measurements *);

/* Reads all cases. */
enum ib_status ib_load_measurements(sqlite3 *, enum ib_load_detail, struct ib_text_pool *,
                                    struct ib_run_record *);
/* Reads a list of one case again, in the order of its table. */
enum ib_status ib_load_rows(sqlite3 *, struct ib_run_record *, enum ib_db_table_kind, uint64_t case_number);
/* Reads the rows of a table for all cases. */
enum ib_status ib_load_table(sqlite3 *, struct ib_run_record *, const struct ib_db_table *);

#endif
