/* Sums in another order in each call, as atomic additions do, and does not promise the same bits. The rounds
 * of deep networks then differ by more than a single rounding.
 *
 * @axes model: [mlp]
 * @axes hidden: [[6, 6]]
 * @axes act: [relu]
 * @axes init: [he]
 * @axes lr: [0.3]
 * @axes seed: [1, 2]
 * @axes dtype: [f32, f64]
 * @axes epochs: [400]
 * @measure rounds: 3, min_time: 1ms
 * @run ok:
 */
#define NAME  "any_order"
#define FLAGS 0
#include "orders.h"

static enum order order_of_call(void)
{
    return (enum order)(rand() % (FMA + 1));
}
