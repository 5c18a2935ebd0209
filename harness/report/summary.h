/* The record arranged for a reader. Grouping, ranking and wording are decided here, once for the terminal,
 * Markdown and HTML, which only add their layout. All text is UTF-8 and not escaped. */
#ifndef IB_REPORT_SUMMARY_H
#define IB_REPORT_SUMMARY_H

#include "report/summary_model.h"

/* Texts live in the arena or in the record. */
void ib_summary_build(struct ib_arena *, const struct ib_run_record *, struct ib_summary *out);

/* "ok", "ok, simulated", "wrong", …; and the reason for a verdict that is not ok. */
#define IB_VERDICT_OTHER "another algorithm" /* need not be verified, and is not ranked */
const char *ib_summary_verdict(const struct ib_case_record *case_record);
const char *ib_summary_fault_reason(const struct ib_case_record *case_record, const char *verdict);
/* GOOD, IDLE (neither right nor wrong) or BAD; for a tally such as "2 ok, 1 wrong", that of its worst. */
enum ib_doc_style ib_summary_verdict_style(const char *verdict);

/* Private to summary*.c. */
void ib_summary_answer(struct ib_arena *, struct ib_summary_group *);
const char *const *ib_summary_notes(struct ib_arena *, const struct ib_summary_group *,
                                    bool with_disturbance);
void ib_summary_energy(struct ib_arena *, struct ib_summary_group *); /* fills its columns */
const char *ib_summary_energy_note(struct ib_arena *, const struct ib_summary_group *);
const char *ib_summary_disturbance(struct ib_arena *, const struct ib_run_record *run);
void ib_summary_find_faults(struct ib_arena *, const struct ib_run_record *run, struct ib_summary *);
const struct ib_summary_fact *ib_summary_run_facts(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_commits(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_origin(struct ib_arena *, const struct ib_run_record *run);
const char *ib_summary_counts(struct ib_arena *, const struct ib_run_record *run);

#endif
