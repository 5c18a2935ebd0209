/* cpu_naive with products in TF32, which its option says by default: it is judged, and named, as such.
 *
 * @axes dtype: [f32]
 * @axes lr: [0.1]
 * @axes epochs: [500]
 * @run ok:
 */
#define LOST_BITS 13
#include "fewer_bits.h"

static const struct ib_option options[] = {
    {"tf32", IB_OPTION_BOOL, NULL, "true", "products of factors with 10 bits of mantissa"},
    {.name = NULL},
};

EXPLOIT_WITH("tf32_by_default", options, .gemm = gemm)
