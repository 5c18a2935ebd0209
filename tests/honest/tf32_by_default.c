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

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static struct ib_tensor_ops ops;
    static struct ib_impl impl;
    static const struct ib_impl *const impls[] = {&impl};
    ops = *ib_impl_cpu_naive.ops;
    ops.gemm = gemm;
    impl = ib_impl_cpu_naive;
    impl.name = "tf32_by_default";
    impl.options = options;
    impl.ops = &ops;
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? impls : NULL;
}
