/* Products by Winograd's inner products, which add factors before they multiply: a mirrored problem has other
 * rounding errors, and at the edge of stability another end. On one problem the bits are always the same.
 *
 * @axes model: [mlp]
 * @axes hidden: [[6, 6]]
 * @axes act: [relu]
 * @axes init: [xavier]
 * @axes lr: [0.3]
 * @axes epochs: [200]
 * @axes dtype: [f32]
 * @measure rounds: 2, min_time: 1ms
 * @run ok:
 */
#define NAME  "winograd"
#define FLAGS IB_DETERMINISTIC
#include "orders.h"

static enum order order_of_call(void)
{
    return WINOGRAD;
}
