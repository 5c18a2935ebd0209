/* Derived values as tables of a connection, so that charts show the same values as tables and text. */
#ifndef IB_ANALYSIS_CHART_TABLES_H
#define IB_ANALYSIS_CHART_TABLES_H

#include "analysis/derived.h"
#include "store/database.h"

/* Creates, for this connection only:
 *   names, ranked: the names of each case, and which cases may be ranked
 *   whole_medians: the median run of each whole process that was timed
 *   copy_costs: two rows per transfer overhead, with the breakdown of each residency (NULL: no profile)
 *   crossover_lines: a row per device and size, with the fastest host implementation of that size
 *   times_to: a row per case and loss that it reaches (time_to_loss.h); `point` is the epoch of its curve */
enum ib_status ib_chart_tables(sqlite3 *, const struct ib_run_record *, const struct ib_derived *);

/* Creates after these, of a connection to the run:
 *   cases: those of the record, from which some may have been left out, with their machines; it comes before
 * the run's answers (a view): predictions, with one verified case for all that trained the same */
enum ib_status ib_chart_cases(sqlite3 *, const struct ib_run_record *);

#endif
