/* Mini-batches on an implementation: the data and the orders of the rows, of which each step takes its batch.
 * Where tensors stay with the implementation, it gathers the rows itself (operation gather_rows), by the
 * orders of all epochs, which are uploaded once, at set-up: nothing is copied while it trains. Where operands
 * are copied for each call, the rows are on the host, which gathers them; then the batch is uploaded
 * wherever an operation reads it. */
#ifndef IB_TRAIN_BATCHES_H
#define IB_TRAIN_BATCHES_H

#include "core/batches.h"
#include "train/step.h"

struct ib_batches {
    struct ib_tensor x, y;  /* all rows */
    struct ib_tensor order; /* 1 x (ib_order_count * rows) of IB_U32 */
    uint64_t epoch;         /* the next, from 0 */
    uint64_t recorded;      /* steps in the recording, which are the first of an epoch; 0: none yet */
};

/* Allocates and places the tensors, and those of a batch: t->x and t->y. */
enum ib_status ib_batches_open(struct ib_dispatch *, const struct ib_training_spec *, const void *x,
                               const void *y, const uint32_t *order, struct ib_batches *out,
                               struct ib_tensors *t);
/* Only the order, for an implementation that trains whole steps: it takes the rows itself. */
enum ib_status ib_batches_open_order(struct ib_dispatch *, const struct ib_training_spec *,
                                     const uint32_t *order, struct ib_batches *out);
void ib_batches_close(struct ib_dispatch *, struct ib_batches *);

/* Takes the rows of step `step` (from 0) of the next epoch and makes a gradient step with them. The tensors
 * then have the number of its rows. */
enum ib_status ib_batches_step(struct ib_dispatch *, const struct ib_training_spec *, struct ib_batches *,
                               uint64_t step, bool with_loss, struct ib_tensors *);

/* Runs the next epoch. *loss, unless NULL, receives the mean of the losses of its batches, each before its
 * update, weighted by their rows; each is read. Steps whose losses are not read are recorded and replayed if
 * the implementation offers that. */
enum ib_status ib_batches_epoch(struct ib_dispatch *, const struct ib_training_spec *, struct ib_batches *,
                                struct ib_tensors *, double *loss);
/* Runs the first `steps` steps of the next epoch, of which no other may follow. *loss is that of the last
 * step alone. */
enum ib_status ib_batches_part(struct ib_dispatch *, const struct ib_training_spec *, struct ib_batches *,
                               uint64_t steps, struct ib_tensors *, double *loss);

#endif
