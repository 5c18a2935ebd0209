/* Between the files of cpu_fused. A method is one step of the optimisation, compiled once for each
 * instruction set and type. */
#ifndef CPU_FUSED_FUSED_H
#define CPU_FUSED_FUSED_H

#include "cpu_fused/team.h"
#include "ironbench/impl.h"

/* Problems are whole (ib_whole_problem). */
struct fused_method {
    /* Allocates the work space of a problem, and packs x and y as this method reads them. IB_ENOMEM. */
    enum ib_status (*open)(const struct ib_problem *, struct team *, void **out);
    void (*close)(void *training);
    enum ib_status (*steps)(void *training, const struct ib_problem *, uint64_t n);
};

enum fused_variant { FUSED, VECTORISED, BLOCKED, FUSED_VARIANTS };

/* What one object file offers: everything compiled for one instruction set. */
struct fused_isa {
    const char *name;
    uint32_t vector_bytes;
    struct fused_method methods[FUSED_VARIANTS][2]; /* f32, f64 */
    void (*predict[2])(const struct ib_problem *, const struct ib_view *x, const struct ib_view *out,
                       void *row);
};

extern const struct fused_isa fused_isa_baseline;
extern const struct fused_isa fused_isa_avx2;
extern const struct fused_isa fused_isa_avx512;

/* The rows of a step, at most. */
static inline uint64_t fused_step_rows(const struct ib_problem *p)
{
    return p->batch > 0 && p->batch < p->x.rows ? p->batch : p->x.rows;
}

static inline bool fused_has_batches(const struct ib_problem *p)
{
    return fused_step_rows(p) < p->x.rows;
}

/* The widest layer, x included. */
uint64_t fused_widest(const struct ib_problem *);

/* Zeroed memory in whole cache lines, in large pages where the system has them. NULL: none left. Freed by
 * free. */
void *fused_alloc(uint64_t count, uint64_t bytes_each);

#endif
