/* One training problem on one implementation: its tensors, epochs by the operations or by the
 * implementation's own fused steps, losses where somebody reads, predictions. */
#ifndef IB_TRAIN_TRAINING_H
#define IB_TRAIN_TRAINING_H

#include "core/training_spec.h"
#include "train/step.h"

/* What is trained, and the arrays of its type, borrowed for as long as the training lives. */
struct ib_train_data {
    struct ib_training_spec spec;
    const void *x, *y;                     /* rows x width[0], rows x outputs */
    const void *x_test;                    /* test_rows x width[0] */
    const void *start[IB_MAX_PARAMS];      /* initial parameters, by ib_network's numbering */
    const char *param_name[IB_MAX_PARAMS]; /* up to 7 characters each */
};

struct ib_training {
    struct ib_dispatch *dispatch;
    const struct ib_train_data *data;
    bool fused;                /* by the implementation's own steps, not by the operations */
    uint64_t captured;         /* epochs in the implementation's recording; 0: there is none yet */
    struct ib_problem problem; /* for fused steps; its views are set call by call */
    struct ib_tensors tensors;
};

/* Allocates the tensors, sets the start and places the data. Fused where the implementation has fused steps:
 * then IB_EUNSUPPORTED with its reason when it does not support this problem. */
enum ib_status ib_training_open(struct ib_dispatch *, const struct ib_train_data *, struct ib_training *out);
void ib_training_close(struct ib_training *);

/* Back to the start parameters. */
enum ib_status ib_training_restart(struct ib_training *);

/* Called after each epoch whose loss is wanted; an error stops the training. */
struct ib_loss_reader {
    bool (*wants)(void *context, uint64_t epoch);
    enum ib_status (*read)(void *context, uint64_t epoch, double loss);
    void *context;
};

/* `epochs` gradient steps from where the parameters are, numbered from 1; ends with a sync. reader may be
 * NULL: then no loss is computed. */
enum ib_status ib_training_run(struct ib_training *, uint64_t epochs, const struct ib_loss_reader *);

/* The current parameter p, of the data's type, to out (ib_network_param_size elements). */
enum ib_status ib_training_read_param(struct ib_training *, uint32_t p, void *out);

/* The output for the test rows, after the sigmoid where the loss is IB_BCE: test_rows x outputs, of the
 * data's type. */
enum ib_status ib_training_predict(struct ib_training *, void *out);

#endif
