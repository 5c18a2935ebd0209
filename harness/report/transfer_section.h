/* What the copying costs, in words and tables: the transfer overhead of each device, and the size of data
 * from which a device pays. */
#ifndef IB_REPORT_TRANSFER_SECTION_H
#define IB_REPORT_TRANSFER_SECTION_H

#include "analysis/derived.h"
#include "report/doc_model.h"

/* A heading and a table each; nothing where no device was measured in both residencies, or at two sizes
 * beside a host. */
void ib_transfer_sections(struct ib_doc *, const struct ib_derived *);

#endif
