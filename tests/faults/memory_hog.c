#include "fault.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 22, PIECES = 1 << 10, PAUSE_US = 1000 }; /* 4 GiB, unless it is stopped earlier */

static uint64_t updates;

/* Memory that is held and touched, at a pace that a watchful parent can follow. */
static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    static void *pieces[PIECES];
    if (++updates == FATEFUL_UPDATE)
        for (int i = 0; i < PIECES && (pieces[i] = malloc(PIECE_BYTES)) != NULL; i++) {
            memset(pieces[i], 1, PIECE_BYTES);
            usleep(PAUSE_US);
        }
    return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

void fault_memory_hog(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
