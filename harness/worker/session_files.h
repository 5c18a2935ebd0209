/* The files of a session's answer. */
#ifndef IB_WORKER_SESSION_FILES_H
#define IB_WORKER_SESSION_FILES_H

#include "core/curve.h"
#include "ironbench/impl.h"

/* Writes folder/name.npy. */
enum ib_status ib_session_save(const char *folder, const char *name, enum ib_dtype, uint64_t rows,
                               uint64_t cols, const void *values);
/* Writes folder/loss.npy: n x 2 of f64, with columns epoch and loss. */
enum ib_status ib_session_save_curve(const char *folder, const struct ib_curve *);

#endif
