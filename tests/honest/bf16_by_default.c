/* cpu_naive with products in bf16, which its option says by default: it is judged, and named, as such.
 *
 * @axes dtype: [f32]
 * @axes lr: [0.1]
 * @axes epochs: [500]
 * @run ok:
 */
#define LOST_BITS 16
#include "fewer_bits.h"

static const struct ib_option options[] = {
    {"products", IB_OPTION_TEXT, "bf16", "bf16", "products of factors with 7 bits of mantissa"},
    {.name = NULL},
};

EXPLOIT_WITH("bf16_by_default", options, .gemm = gemm)
