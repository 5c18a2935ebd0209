/* Takes its time with the first steps of a process: it reads what it needs, starts threads, compiles.
 *
 * @run ok:
 */
#include "one_layer.h"

#include <time.h>

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    static bool warm;
    for (; !warm; warm = true)
        for (struct timespec t = {0, 30000000}; nanosleep(&t, &t) != 0;)
            ;
    descend(p, n);
    return IB_OK;
}

ONE_LAYER("warms_up_at_first", steps)
