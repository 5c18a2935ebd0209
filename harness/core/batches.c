#include "core/batches.h"

#include "base/rng.h"

/* 4 MiB of row numbers, but some orders at least, so that what is wrong in only one of them differs from
 * epoch to epoch, and no more than anyone would tell apart. */
enum { INDICES = 1 << 20, FEWEST = 4, MOST = 256 };

/* Another stream than that of the initial parameters, which the same seed draws. */
#define STREAM 0x6f72646572u

uint64_t ib_order_count(const struct ib_training_spec *spec)
{
    const uint64_t n = spec->rows ? INDICES / spec->rows : 0;
    if (spec->batch == 0)
        return 0;
    return n < FEWEST ? FEWEST : n > MOST ? MOST : n;
}

void ib_order_draw(const struct ib_training_spec *spec, uint64_t seed, uint32_t *out)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, seed ^ STREAM);
    for (uint64_t n = ib_order_count(spec); n > 0; n--, out += spec->rows) {
        for (uint64_t i = 0; i < spec->rows; i++)
            out[i] = (uint32_t)i;
        ib_rng_shuffle(&rng, out, spec->rows, sizeof *out);
    }
}
