/* The machine that a run is made on. */
#ifndef IB_MACHINE_MACHINE_INFO_H
#define IB_MACHINE_MACHINE_INFO_H

#include "base/arena.h"
#include "base/truth.h"

#include <jansson.h>
#include <stdint.h>

struct ib_named_text {
    const char *name, *text;
};

/* Text is NULL and numbers are 0 where unknown. The fingerprint is made of what decides speed and stays from
 * day to day: processor, usable cores and whole GiB of memory; not of kernel, compiler and versions, since
 * comparing those is what runs are made for. */
struct ib_machine {
    const char *fingerprint, *cpu, *architecture;
    uint64_t logical_cores, usable_cores; /* usable: that this process may run on */
    uint64_t memory_bytes;
    const struct ib_named_text *caches; /* of the first core: "L1 Data", "32K"; ends with a NULL name */
    const char *governor;
    enum ib_truth turbo, virtualised;
    const char *gpu_driver, *kernel, *os, *compiler, *flags; /* compiler and flags of this program */
    const struct ib_named_text *libraries;                   /* and versions; ends with a NULL name */
};

/* In the arena. */
void ib_machine_describe(struct ib_arena *, struct ib_machine *out);

/* As the record's `machine`; and back, in the arena, where members that are missing are unknown. */
json_t *ib_machine_to_json(const struct ib_machine *);
void ib_machine_from_json(const json_t *, struct ib_arena *, struct ib_machine *out);

/* Every member but caches and libraries. */
struct ib_machine_field {
    const char *name;
    enum ib_machine_field_type { IB_MACHINE_TEXT, IB_MACHINE_COUNT, IB_MACHINE_TRUTH } type;
    size_t offset;
};
extern const struct ib_machine_field ib_machine_fields[]; /* ends with a NULL name */
/* "8", "true", "gcc 12.2.0"; NULL where unknown. */
const char *ib_machine_field_text(const struct ib_machine *, const struct ib_machine_field *,
                                  struct ib_arena *);

#endif
