/* Derived numbers as tables of a connection, so that charts draw what tables and text say. */
#ifndef IB_ANALYSIS_CHART_TABLES_H
#define IB_ANALYSIS_CHART_TABLES_H

#include "analysis/derived.h"
#include "store/database.h"

/* Makes, for this connection alone:
 *   names, ranked: what the record calls each case, and which cases may be ranked
 *   whole_medians: of each whole process that was timed, its median run
 *   answers (a view): predictions, those of one verified case for all that trained the same
 *   copy_costs: two rows a transfer overhead, with the breakdown of each residency (NULL: no profile)
 *   crossover_lines: a row a size of each device's line, and of the best host under it
 *   times_to: a row a case and loss that it reaches (time_to_loss.h); `point` is the epoch of its curve */
enum ib_status ib_chart_tables(sqlite3 *, const struct ib_run_record *, const struct ib_derived *);

#endif
