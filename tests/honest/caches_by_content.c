/* Remembers answers by the whole content of a problem, which never comes twice.
 *
 * @run ok:
 */
#include "one_layer.h"

static struct memory memory;

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    const uint64_t key = hash_of(p, true) + n;
    if (is_timed_training(p, n) && recall(&memory, key)) {
        take(p, recall(&memory, key));
        return IB_OK;
    }
    descend(p, n);
    if (is_timed_training(p, n))
        keep(&memory, key, p);
    return IB_OK;
}

ONE_LAYER("caches_by_content", steps)
