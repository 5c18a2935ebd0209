/* What the CUPTI tracer has seen, added up record by record. */
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
    struct ib_cupti_traffic pageable, pinned; /* of both, by the host's memory */
    struct ib_cupti_traffic device;           /* from device memory to device memory, of one or of two */
    struct ib_cupti_traffic sets;             /* memsets */
    uint32_t last_call;                       /* the correlation of the last copy, and its node in a graph: */
    uint64_t last_node;
    struct ib_kernel_list kernels;
    uint64_t launches, waits, records;
    uint64_t managed; /* allocations of managed memory, whose pages move without a record */
};

/* Back to nothing. */
void ib_cupti_tally_clear(struct ib_cupti_tally *);

/* Adds one record; those of other kinds than the tracer asked for are only counted as records. */
void ib_cupti_tally_add(struct ib_cupti_tally *, const CUpti_Activity *);

/* The size of a record of a kind that the tracer asks for; 0 for any other. */
size_t ib_cupti_record_bytes(const CUpti_Activity *);

/* What the contract asks of a tracer. */
void ib_cupti_tally_copies(const struct ib_cupti_tally *, struct ib_copies *out);

#endif
