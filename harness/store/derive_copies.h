/* What follows for a case from its copies and from its memory. Part of ib_run_record_derive. */
#ifndef IB_STORE_DERIVE_COPIES_H
#define IB_STORE_DERIVE_COPIES_H

#include "store/run_record.h"

/* Sets transfers, phase_transfers, as_expected and counting. */
void ib_derive_copies(struct ib_case_record *);
/* Sets peak_bytes and device_peak_bytes. */
void ib_derive_memory(struct ib_case_record *);

#endif
