/* What a run records of the instructions of a case. */
#ifndef IB_STORE_INSTRUCTION_RECORD_H
#define IB_STORE_INSTRUCTION_RECORD_H

#include <math.h>
#include <stdint.h>

/* The instructions of a training of so many epochs. */
struct ib_instruction_record {
    uint64_t count, epochs; /* 0: unknown */
    const char *source;     /* perf, callgrind (core/instructions.h) */
    const char *reason;     /* why they are unknown; NULL: they are known, or were not asked for */
};

/* The instructions of an epoch; NaN: unknown. */
static inline double ib_instructions_of_epoch(const struct ib_instruction_record *i)
{
    return i->count && i->epochs ? (double)i->count / (double)i->epochs : NAN;
}

#endif
