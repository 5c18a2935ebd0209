/* The report on copying: the transfer overhead of each device, and the crossover, the number of rows from
 * which a device is faster than the host. */
#ifndef IB_REPORT_TRANSFER_SECTION_H
#define IB_REPORT_TRANSFER_SECTION_H

#include "analysis/derived.h"
#include "report/doc_model.h"

/* Adds a fold with a table for each; nothing if no device was measured in both residencies, or at two sizes
 * along with a host implementation. */
void ib_transfer_sections(struct ib_doc *, const struct ib_derived *);

#endif
