/* What was measured of a machine: one number each, in flop/s, bytes/s, bytes, Hz or seconds. */
#ifndef IB_LIMITS_RATE_H
#define IB_LIMITS_RATE_H

#include "base/arena.h"
#include "base/text.h"

#include <jansson.h>

enum ib_rate_kind {
    IB_RATE_CLOCK = 1,   /* Hz, of one core at work */
    IB_RATE_FMA,         /* flop/s of multiply-adds in registers; of: the instruction set */
    IB_RATE_FMA_ALLOWED, /* the same by the clock, at two such instructions a cycle */
    IB_RATE_CAPACITY,    /* bytes of a cache; threads: how many CPUs fill as many of them; of: L1, L2 … */
    IB_RATE_READ,        /* bytes/s; of: the cache level, or "memory" */
    IB_RATE_COPY,        /* bytes/s, read and written ones together */
    IB_RATE_GEMM,        /* flop/s of a large product; of: the implementation, as below */
    IB_RATE_AXPY,        /* bytes/s of Y += alpha X on a device, read and written */
    IB_RATE_UPLOAD,      /* bytes/s */
    IB_RATE_DOWNLOAD,    /* bytes/s */
    IB_RATE_LAUNCH,      /* seconds that a call of the smallest operation takes */
    IB_RATE_SYNC         /* seconds to wait for an idle device */
};
extern const struct ib_word ib_rate_words[];

struct ib_rate {
    enum ib_rate_kind kind;
    const char *of;     /* NULL: the machine */
    enum ib_dtype type; /* 0: does not apply */
    uint64_t threads;   /* on which it was measured together; 0: does not apply */
    double value;
};

struct ib_rates {
    struct ib_rate *list;
    size_t n, capacity;
};

/* Adds a copy; `of` stays the caller's. */
void ib_rates_add(struct ib_arena *, struct ib_rates *, struct ib_rate);
/* Raises each rate to that of an earlier measurement of the same machine if that was better: work of others
 * can only make a limit seem lower (and the two times, launch and sync, longer). */
void ib_rates_improve(struct ib_rates *, const struct ib_rates *earlier);
/* Returns NULL if it was not measured. of, type and threads as above. */
const struct ib_rate *ib_rates_find(const struct ib_rates *, enum ib_rate_kind, const char *of, enum ib_dtype,
                                    uint64_t threads);

/* [{"kind": "fma", "of": "avx2", "type": "f32", "threads": 1, "value": 1.1e11}] */
json_t *ib_rates_to_json(const struct ib_rates *);
/* Adds those of a list, copied to the arena. IB_EINVAL, at `where`, names the first that is invalid. */
enum ib_status ib_rates_from_json(const char *where, const json_t *, struct ib_arena *, struct ib_rates *out);

#endif
