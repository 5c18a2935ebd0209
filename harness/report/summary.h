/* The record arranged for a reader. Grouping, ranking and wording are decided here, once for the terminal,
 * Markdown and HTML, which only add their layout. All text is UTF-8 and not escaped. */
#ifndef IB_REPORT_SUMMARY_H
#define IB_REPORT_SUMMARY_H

#include "report/group_words.h"

/* Texts live in the arena or in the record. */
void ib_summary_build(struct ib_arena *, const struct ib_run_record *, struct ib_summary *out);

/* Private to summary*.c. */
const char *ib_summary_energy_note(struct ib_arena *, const struct ib_summary_group *);
const char *ib_summary_disturbance(struct ib_arena *, const struct ib_run_record *run);
void ib_summary_find_faults(struct ib_arena *, const struct ib_run_record *run, struct ib_summary *);
const struct ib_summary_fact *ib_summary_run_facts(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_commits(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_origin(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_counts(struct ib_arena *, const struct ib_run_record *run);

#endif
