/* A training on an implementation: its tensors, epochs by operations or fused steps, losses on request, and
 * predictions. */
#ifndef IB_TRAIN_TRAINING_H
#define IB_TRAIN_TRAINING_H

#include "core/training_spec.h"
#include "train/batches.h"

/* The problem and its arrays, of the spec's dtype, which must outlive the training. */
struct ib_train_data {
    struct ib_training_spec spec;
    const void *x, *y;                    /* rows x width[0], rows x outputs */
    const void *x_test;                   /* test_rows x width[0] */
    const uint32_t *order;                /* ib_order_count x rows: core/batches.h */
    const void *start[IB_MAX_STATE];      /* the initial state, by training_state.h */
    const char *state_name[IB_MAX_STATE]; /* up to 7 characters each */
};

struct ib_training {
    struct ib_dispatch *dispatch;
    const struct ib_train_data *data;
    bool fused;                /* by fused steps, not by operations */
    uint64_t captured;         /* epochs in the recording; 0: none yet */
    struct ib_problem problem; /* for fused steps; its views are set before each call */
    struct ib_tensors tensors;
    struct ib_batches batches; /* if the spec has any */
};

/* Allocates the tensors, sets the initial state and uploads the data. Uses fused steps if the
 * implementation has them and, if there are mini-batches, names these; IB_EUNSUPPORTED, with its reason, if
 * these do not support the problem or do not know its optimiser, or if an operation for mini-batches is
 * missing. */
enum ib_status ib_training_open(struct ib_dispatch *, const struct ib_train_data *, struct ib_training *out);
void ib_training_close(struct ib_training *);

/* Resets the state to its initial values. */
enum ib_status ib_training_restart(struct ib_training *);

/* Uploads x and y again, after the arrays have changed. */
enum ib_status ib_training_reload(struct ib_training *);

/* Reads losses: `read` is called after each epoch for which `wants` returns true. Its error stops the
 * training. */
struct ib_loss_reader {
    bool (*wants)(void *context, uint64_t epoch);
    enum ib_status (*read)(void *context, uint64_t epoch, double loss);
    void *context;
};

/* Runs `epochs` epochs, numbered from 1, from the current parameters, then a sync. Without a reader (NULL),
 * no loss is computed. Of mini-batches, the loss of an epoch is that of ib_batches_epoch. */
enum ib_status ib_training_run(struct ib_training *, uint64_t epochs, const struct ib_loss_reader *);

/* The same, but the last epoch ends after `last_steps` steps, at most those of an epoch; 0: it is a whole
 * one. Its loss is then that of the last step alone, and is read. For mini-batches. */
enum ib_status ib_training_run_cut(struct ib_training *, uint64_t epochs, uint64_t last_steps,
                                   const struct ib_loss_reader *);

/* The size of the whole state: parameters, and what the optimiser keeps. */
size_t ib_training_state_bytes(const struct ib_training *);
/* Reads the state to out, one array after the other, by ib_read or, if `again`, by ib_read_again. */
enum ib_status ib_training_read_state(struct ib_training *, bool again, void *out);

/* Computes the output for the test rows, after the sigmoid of IB_BCE or the softmax of IB_CE: test_rows x
 * outputs, of the data's type. */
enum ib_status ib_training_predict(struct ib_training *, void *out);

#endif
