/* Correct implementations whose rounding differs in every way that may be expected of one: none may be called
 * wrong or untrusted. The option `arithmetic` tells which.
 *
 * @axes impl: [{name: honest, arithmetic: [pairwise, wide, winograd, other_exp]}]
 * @axes model: [mlp]
 * @axes hidden: [[6]]
 * @axes act: [tanh]
 * @axes dtype: [f32, f64]
 * @axes epochs: [600]
 * @measure rounds: 2, min_time: 1ms
 * @run ok:
 */
#define NAME  "honest"
#define FLAGS IB_DETERMINISTIC
#include "orders.h"

static enum order order_of_call(void)
{
    return chosen;
}
