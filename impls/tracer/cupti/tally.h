/* Sums over the records of the CUPTI tracer. */
#ifndef TRACER_CUPTI_TALLY_H
#define TRACER_CUPTI_TALLY_H

#include "ironbench/impl.h"
#include "tracer/kernels/kernels.h"

#include <cupti.h>

struct ib_cupti_traffic {
    uint64_t count, bytes;
};

struct ib_cupti_tally {
    struct ib_cupti_traffic up, down;
    struct ib_cupti_traffic pageable, pinned; /* of up and down, by host memory */
    struct ib_cupti_traffic device;           /* device to device, within one or between two */
    struct ib_cupti_traffic sets;             /* memsets */
    uint32_t last_call;                       /* the correlation id of the last copy, and its graph node */
    uint64_t last_node;
    struct ib_kernel_list kernels;
    uint64_t launches, waits, records;
    uint64_t managed; /* allocations of managed memory, whose pages move without a record */
};

/* Resets all sums. */
void ib_cupti_tally_clear(struct ib_cupti_tally *);

/* Adds one record; records of kinds that were not enabled only count as records. */
void ib_cupti_tally_add(struct ib_cupti_tally *, const CUpti_Activity *);

/* Returns the size of a record; 0 if its kind is not one that the tracer enables. */
size_t ib_cupti_record_bytes(const CUpti_Activity *);

/* Fills in *out from the sums. */
void ib_cupti_tally_copies(const struct ib_cupti_tally *, struct ib_copies *out);

#endif
