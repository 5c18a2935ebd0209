/* The words for a group of cases and its rows, made where they are shown. All text is UTF-8 and not escaped;
 * it lives in the arena or in the record. */
#ifndef IB_REPORT_GROUP_WORDS_H
#define IB_REPORT_GROUP_WORDS_H

#include "report/doc_model.h"
#include "report/summary_model.h"

/* "ok", "ok, simulated", "wrong", …; and the reason for a verdict that is not ok. */
#define IB_VERDICT_OTHER "another algorithm" /* need not be verified, and is not ranked */
const char *ib_summary_verdict(const struct ib_case_record *case_record);
const char *ib_summary_fault_reason(const struct ib_case_record *case_record, const char *verdict);
/* GOOD, IDLE (neither right nor wrong) or BAD; for a tally such as "2 ok, 1 wrong", that of its worst. */
enum ib_doc_style ib_summary_verdict_style(const char *verdict);

/* What a column says of a row ("–" if that is unknown), and its head. */
const char *ib_summary_cell(struct ib_arena *, const struct ib_summary_group *, const struct ib_summary_row *,
                            enum ib_summary_column);
const char *ib_summary_head(struct ib_arena *, const struct ib_summary_group *, enum ib_summary_column);
/* "353 training rows × 10 columns, 89 test rows, 1000 epochs, lr 0.01" */
const char *ib_summary_facts(struct ib_arena *, const struct ib_summary_group *);
/* The names of the fastest: "cpu_blas"; */
const char *ib_summary_leaders(struct ib_arena *, const struct ib_summary_group *);
/* what is said of them: "is fastest, at 12.3 µs per epoch: 1.80× (1.75 to 1.83) as fast as …"; */
const char *ib_summary_claim(struct ib_arena *, const struct ib_summary_group *);
/* and both in a line of a table: "cpu_blas: 1.80× as fast as …". */
const char *ib_summary_brief(struct ib_arena *, const struct ib_summary_group *);
/* Sentences about a group; ends with NULL. */
const char *const *ib_summary_notes(struct ib_arena *, const struct ib_summary *,
                                    const struct ib_summary_group *);

/* Private to group_words.c and summary*.c. */
const char *ib_summary_energy_cell(struct ib_arena *, const struct ib_summary_group *,
                                   const struct ib_summary_row *, enum ib_summary_column);
const char *ib_summary_energy_head(struct ib_arena *, const struct ib_summary_group *,
                                   enum ib_summary_column);

#endif
