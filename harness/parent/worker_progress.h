/* What a child reports while it trains. */
#ifndef IB_PARENT_WORKER_PROGRESS_H
#define IB_PARENT_WORKER_PROGRESS_H

#include <stdint.h>

/* Called for each progress message while an answer is awaited. */
typedef void ib_progress_fn(void *context, uint64_t epoch, double loss);

#endif
