/* What the CUPTI witness has seen, added up record by record. */
#ifndef WITNESS_CUPTI_TALLY_H
#define WITNESS_CUPTI_TALLY_H

#include "ironbench/impl.h"

#include <cupti.h>
#include <stdio.h>

struct ib_cupti_traffic {
    uint64_t count, bytes;
};

/* Transfers of one size between the same kinds of memory. */
struct ib_cupti_size {
    uint8_t copy_kind, host_kind; /* CUpti_ActivityMemcpyKind, CUpti_ActivityMemoryKind of the host's side */
    uint64_t count, bytes;        /* bytes of one */
};

enum { IB_CUPTI_SIZES = 32 };

struct ib_cupti_tally {
    struct ib_cupti_traffic up, down;
    struct ib_cupti_traffic device; /* from device memory to device memory, of one device or of two */
    struct ib_cupti_traffic sets;   /* memsets */
    uint64_t launches, waits, records;
    uint64_t managed; /* allocations of managed memory, whose pages move without a record */
    struct ib_cupti_size sizes[IB_CUPTI_SIZES];
    uint32_t n_sizes; /* further sizes are counted above, but not kept */
};

/* Adds one record; those of other kinds than the witness asked for are only counted as records. */
void ib_cupti_tally_add(struct ib_cupti_tally *, const CUpti_Activity *);

/* The size of a record of a kind that the witness asks for; 0 for any other. */
size_t ib_cupti_record_bytes(const CUpti_Activity *);

/* What the contract asks of a witness. */
void ib_cupti_tally_copies(const struct ib_cupti_tally *, struct ib_copies *out);

/* The rest, for people: what went on within the device, and every size of transfer that was seen. */
void ib_cupti_tally_print(const struct ib_cupti_tally *, FILE *);

#endif
