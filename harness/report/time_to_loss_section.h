/* The report on time to loss. */
#ifndef IB_REPORT_TIME_TO_LOSS_SECTION_H
#define IB_REPORT_TIME_TO_LOSS_SECTION_H

#include "analysis/time_to_loss.h"
#include "report/doc_model.h"

/* Adds a sentence, a table, and the reasons for missing times; nothing for NULL. */
void ib_time_to_section(struct ib_doc *, const struct ib_loss_group *);

#endif
