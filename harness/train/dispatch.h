/* All calls into an implementation go through here. Models call operations on tensors; only dispatch moves
 * data between host and device, by a policy of two booleans; ib_read is the only way out. What moved is kept
 * in a transfer log by phase, operation and tensor. */
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
    bool borrowed;           /* host memory belongs to the caller and is never written */
    bool pinned;             /* host memory is the implementation's kind */
    bool on_host, on_device; /* which of the two is current */
};

/* The policy: two questions that every operand is asked. Host memory answers no twice: nothing is ever
 * elsewhere. */
struct ib_policy {
    bool stale_before_call; /* what an operation reads is uploaded again, every time */
    bool home_after_call;   /* what an operation wrote is downloaded at once */
};

struct ib_dispatch {
    const struct ib_impl *impl;
    void *state;
    struct ib_policy policy;
    enum ib_phase phase; /* set by the caller; where the next copies are booked */
    struct ib_transfer_log transfer_log;
    struct ib_traffic total; /* every copy since open, also of trainings that the transfer log leaves out */
    bool capturing;          /* what is called now is recorded, and done only by ib_replay */
    struct {                 /* the newest recording: */
        uint64_t launches;
        struct ib_tensor *written[IB_MAX_TENSORS]; /* by index in the transfer log; NULL: not by it */
    } captured;
    struct ib_profiler *profile; /* set by the caller; NULL: no waits are added */
};

/* Binds an opened implementation to a policy. IB_EINVAL: a residency other than host for host memory, or host
 * for a device. */
enum ib_status ib_dispatch_open(const struct ib_impl *, void *state, enum ib_residency,
                                struct ib_dispatch *out);

/* A tensor of zeros (host == NULL), or over the caller's array, which is then only read; where the
 * implementation wants host memory of its own kind, over a copy of it. Its buffer in the implementation's
 * memory is allocated here and kept under every policy, so that per_op measures copies, not allocations. The
 * name is for the transfer log; at most 7 characters. */
enum ib_status ib_tensor_open(struct ib_dispatch *, const char *name, enum ib_dtype, uint64_t rows,
                              uint64_t cols, const void *host, struct ib_tensor *out);
void ib_tensor_close(struct ib_dispatch *, struct ib_tensor *);

/* Sets a tensor from host memory (rows * cols elements of its type). */
enum ib_status ib_write(struct ib_tensor *, const void *values);
/* The only way out: the current values to host memory. */
enum ib_status ib_read(struct ib_dispatch *, struct ib_tensor *, void *out);
/* Uploads now what a resident policy would upload at first use; nothing under the other policies. */
enum ib_status ib_place(struct ib_dispatch *, struct ib_tensor *);
/* Waits for all work. */
enum ib_status ib_sync(struct ib_dispatch *);

/* Recording, where the implementation offers it (impl.h, struct ib_capture). An operation that would have to
 * be copied around is IB_EINTERNAL between begin and end. */
enum ib_status ib_capture_begin(struct ib_dispatch *);
enum ib_status ib_capture_end(struct ib_dispatch *);
enum ib_status ib_replay(struct ib_dispatch *, uint64_t n);

/* One operation on tensors, in the order of its operands; NULL for an optional one that is not wanted. Two
 * operands may be the same tensor where the contract allows it. IB_EUNSUPPORTED: the implementation does not
 * offer it. Operands that are missing or do not fit are IB_EINTERNAL: a model is wrong, not the user. */
enum ib_status ib_call(struct ib_dispatch *, enum ib_op, const struct ib_op_args *,
                       struct ib_tensor *const *tensors);

/* A fused step as one bigger operation. The problem's views are filled in from the tensors: x, y read; w, b
 * read and written; loss (may be NULL) written. */
enum ib_status ib_steps(struct ib_dispatch *, struct ib_problem *, struct ib_tensor *x, struct ib_tensor *y,
                        struct ib_tensor *params, struct ib_tensor *loss, uint64_t n);
enum ib_status ib_forward(struct ib_dispatch *, struct ib_problem *, struct ib_tensor *x,
                          struct ib_tensor *params, struct ib_tensor *out);

#endif
