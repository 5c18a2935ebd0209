/* The machine a run is made on. */
#ifndef IB_MACHINE_MACHINE_INFO_H
#define IB_MACHINE_MACHINE_INFO_H

#include "base/arena.h"
#include "base/truth.h"

#include <jansson.h>
#include <stdint.h>

struct ib_named_text {
    const char *name, *text;
};

/* Unknown texts are NULL, unknown numbers 0. The fingerprint covers what determines speed and stays the same
 * from day to day: CPU, usable cores, a quota of them, and whole GiB of memory. It leaves out kernel,
 * compiler and versions, because comparing those is a purpose of runs. */
struct ib_machine {
    const char *fingerprint, *cpu, *architecture;
    uint64_t logical_cores, usable_cores; /* usable: by this process */
    uint64_t memory_bytes;
    double cpu_quota;                   /* CPUs that its container may use on average; 0: no quota */
    uint64_t memory_limit_bytes;        /* of its container; 0: none */
    const struct ib_named_text *caches; /* of the first core: "L1 Data", "32K"; ends with a NULL name */
    const char *governor;
    enum ib_truth turbo, virtualised;
    const char *gpu_driver, *kernel, *os, *compiler, *flags; /* compiler and flags of this program */
    const char *sandbox;                                     /* that implementations run in; NULL: none */
    const struct ib_named_text *libraries;                   /* and versions; ends with a NULL name */
};

/* Describes this machine; texts are in the arena. */
void ib_machine_describe(struct ib_arena *, struct ib_machine *out);

/* Conversion to and from the record's `machine` object. Reading copies to the arena; missing members are
 * unknown. */
json_t *ib_machine_to_json(const struct ib_machine *);
void ib_machine_from_json(const json_t *, struct ib_arena *, struct ib_machine *out);

/* Describes every member except caches and libraries. */
struct ib_machine_field {
    const char *name;
    enum ib_machine_field_type { IB_MACHINE_TEXT, IB_MACHINE_COUNT, IB_MACHINE_REAL, IB_MACHINE_TRUTH } type;
    size_t offset;
};
extern const struct ib_machine_field ib_machine_fields[]; /* ends with a NULL name */
/* A field as text: "8", "true", "gcc 12.2.0"; NULL if unknown. */
const char *ib_machine_field_text(const struct ib_machine *, const struct ib_machine_field *,
                                  struct ib_arena *);

#endif
