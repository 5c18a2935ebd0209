/* All calls into an implementation go through here. Models call operations on tensors. Only dispatch moves
 * data between host and device, by a policy of two booleans, and results are read only by ib_read. Every
 * copy is recorded in a transfer log by phase, operation and tensor. */
#ifndef IB_TRAIN_DISPATCH_H
#define IB_TRAIN_DISPATCH_H

#include "core/case.h"
#include "train/profile.h"

struct ib_tensor {
    uint64_t rows, cols;
    enum ib_dtype type;
    uint32_t index; /* in the transfer log */
    void *host;
    void *device;
    bool borrowed;           /* host memory is the caller's and is never written */
    bool pinned;             /* host memory was allocated by the implementation */
    bool on_host, on_device; /* which of the two is current */
};

/* The residency policy, applied to every operand. Both are false for host memory, which needs no copies. */
struct ib_policy {
    bool upload_before_call;  /* upload what an operation reads, every time */
    bool download_after_call; /* download what an operation wrote, immediately */
};

struct ib_dispatch {
    const struct ib_impl *impl;
    void *state;
    struct ib_policy policy;
    enum ib_phase phase;     /* set by the caller; the phase of the next copies */
    struct ib_traffic total; /* every copy since open, including trainings not in the transfer log */
    bool capturing;          /* calls are recorded, and executed only by ib_replay (recording.h) */
    struct {                 /* the last recording */
        uint64_t launches;
        struct ib_tensor *written[IB_MAX_TENSORS]; /* by index in the transfer log; NULL: not written */
    } captured;
    struct ib_profiler *profile; /* set by the caller; NULL: not profiled */
    struct ib_op_cost *counted;  /* by enum ib_op: calls are counted instead of made; NULL: they are made */
    bool joins[IB_OPERATION_COUNT]; /* joined operations that models call in place of their parts: those that
                                       are offered, unless operands are copied for each call */
    struct ib_transfer_log transfer_log;
};

/* Binds an open implementation to a residency. IB_EINVAL: host for a device, or another for an
 * implementation in host memory. */
enum ib_status ib_dispatch_open(const struct ib_impl *, void *state, enum ib_residency,
                                struct ib_dispatch *out);

/* Creates a tensor of zeros (host == NULL), or over the caller's array, which is only read (or copied, if
 * the implementation allocates host memory itself). The device buffer is allocated here and kept under
 * every policy, so that per_op measures copies, not allocations. The name, of at most 7 characters, is for
 * the transfer log. */
enum ib_status ib_tensor_open(struct ib_dispatch *, const char *name, enum ib_dtype, uint64_t rows,
                              uint64_t cols, const void *host, struct ib_tensor *out);
void ib_tensor_close(struct ib_dispatch *, struct ib_tensor *);

/* Sets a tensor from host memory (rows * cols elements of its type). */
enum ib_status ib_write(struct ib_tensor *, const void *values);
/* Copies the current values to host memory. */
enum ib_status ib_read(struct ib_dispatch *, struct ib_tensor *, void *out);
/* Reads the only element of a tensor. */
enum ib_status ib_read_number(struct ib_dispatch *, struct ib_tensor *, double *out);
/* The same from the device's memory, also if the host's is current: to prove that nothing is going on.
 * Counted in `total`, not in the transfer log. */
enum ib_status ib_read_again(struct ib_dispatch *, struct ib_tensor *, void *out);
/* Uploads now what the resident policy would upload at first use; does nothing under other policies. */
enum ib_status ib_place(struct ib_dispatch *, struct ib_tensor *);
/* Places a tensor over the caller's array anew, after the array has changed. */
enum ib_status ib_refresh(struct ib_dispatch *, struct ib_tensor *, const void *host);
/* Marks the device's copy as the current one. */
void ib_mark_written(struct ib_tensor *);
/* Waits for all work. */
enum ib_status ib_sync(struct ib_dispatch *);

/* Calls an operation on tensors, in the order of its operands; NULL for an optional one that is not wanted.
 * Two operands may be the same tensor if the contract allows it. IB_EUNSUPPORTED: the implementation lacks
 * the operation. Missing operands or shapes that do not match are IB_EINTERNAL, a bug in the model. */
enum ib_status ib_call(struct ib_dispatch *, enum ib_op, const struct ib_op_args *,
                       struct ib_tensor *const *tensors);

/* Has the implementation prepare x and y (and the order of mini-batches, otherwise NULL), which are in place,
 * if it offers that and operands are not copied for each call. Its answer goes to the problem. */
enum ib_status ib_prepare(struct ib_dispatch *, struct ib_problem *, const struct ib_tensor *x,
                          const struct ib_tensor *y, const struct ib_tensor *order);
void ib_release(struct ib_dispatch *, struct ib_problem *);

/* Fused training steps and prediction, treated as one operation. The problem's views are set from the
 * tensors: x, y and order (may be NULL) are read; the state (training_state.h; for predictions, the
 * parameters) is read, and written by steps; loss (may be NULL) and out are written. */
enum ib_status ib_steps(struct ib_dispatch *, struct ib_problem *, struct ib_tensor *x, struct ib_tensor *y,
                        struct ib_tensor *order, struct ib_tensor *state, struct ib_tensor *loss, uint64_t n);
enum ib_status ib_forward(struct ib_dispatch *, struct ib_problem *, struct ib_tensor *x,
                          struct ib_tensor *params, struct ib_tensor *out);

#endif
