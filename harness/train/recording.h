/* Recorded work, if the implementation supports it (impl.h, struct ib_capture). */
#ifndef IB_TRAIN_RECORDING_H
#define IB_TRAIN_RECORDING_H

#include "train/dispatch.h"

/* Between begin and end, calls are recorded and not executed, and a copy is IB_EINTERNAL. */
enum ib_status ib_capture_begin(struct ib_dispatch *);
enum ib_status ib_capture_end(struct ib_dispatch *);
/* Runs what was recorded n times. */
enum ib_status ib_replay(struct ib_dispatch *, uint64_t n);
/* Once, with the rows of mini-batches taken from `shift` further on in their order. */
enum ib_status ib_replay_shifted(struct ib_dispatch *, uint64_t shift);

#endif
