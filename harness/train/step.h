/* The models in terms of operations: forward pass, gradient and update of a layered network, written once
 * for every implementation. All calls go through dispatch. */
#ifndef IB_TRAIN_STEP_H
#define IB_TRAIN_STEP_H

#include "core/training_spec.h"
#include "train/dispatch.h"
#include "train/training_state.h"

/* The tensors of a gradient step. */
struct ib_tensors {
    struct ib_tensor x, y, loss;           /* rows x width[0], rows x outputs, 1 x 1; rows of a batch */
    struct ib_tensor state[IB_MAX_STATE];  /* by training_state.h: the parameters, what the optimiser keeps */
    struct ib_tensor one;                  /* 1 x 1, if the optimiser counts steps: what each adds */
    struct ib_tensor grads[IB_MAX_PARAMS]; /* in the shapes of the parameters */
    struct ib_tensor acts[IB_MAX_LAYERS];  /* rows x width[l+1]: output of layer l; the last becomes dL/dz */
    struct ib_tensor deltas[IB_MAX_LAYERS]; /* rows x width[l+1]: dL/d acts[l], hidden layers only */
};

/* Makes one step: gradients, weight decay, and the optimiser's update. With with_loss, t->loss is the loss
 * before the update. */
enum ib_status ib_network_step(struct ib_dispatch *, const struct ib_training_spec *, bool with_loss,
                               struct ib_tensors *);

/* Computes the output for x in acts[last], after the sigmoid of IB_BCE or the softmax of IB_CE. */
enum ib_status ib_network_predict(struct ib_dispatch *, const struct ib_network *, struct ib_tensor *params,
                                  struct ib_tensor *x, struct ib_tensor *acts);

#endif
