/* The state of a training: the arrays that it carries from step to step, from which it can be continued. They
 * are numbered: first the parameters, as ib_network numbers them; then the optimiser's first moment of each
 * parameter, and its second (ops/optimizer.h); last the number of steps. */
#ifndef IB_TRAIN_TRAINING_STATE_H
#define IB_TRAIN_TRAINING_STATE_H

#include "core/training_spec.h"
#include "ops/optimizer.h"

enum { IB_MAX_STATE = IB_MAX_PARAMS * (1 + IB_MAX_MOMENTS) + 1 };

/* The number of arrays: of all, and without the number of steps. */
uint32_t ib_state_count(const struct ib_training_spec *);
uint32_t ib_state_moments_end(const struct ib_training_spec *);

uint64_t ib_state_rows(const struct ib_training_spec *, uint32_t s);
uint64_t ib_state_cols(const struct ib_training_spec *, uint32_t s);
uint64_t ib_state_size(const struct ib_training_spec *, uint32_t s);
/* The number of elements of all arrays. */
uint64_t ib_state_total(const struct ib_training_spec *);
/* The index of array s among them, one after the other. */
uint64_t ib_state_at(const struct ib_training_spec *, uint32_t s);

/* The parameter that array s has the shape of, or IB_MAX_PARAMS: the number of steps. */
uint32_t ib_state_param(const struct ib_training_spec *, uint32_t s);
/* Whether its signs follow those of the parameter. */
bool ib_state_has_sign(const struct ib_training_spec *, uint32_t s);
/* Writes "w1", "m_w1", "v_w1" or "step" to text[8], given the parameter's name. Returns text. */
const char *ib_state_name(const struct ib_training_spec *, uint32_t s, const char *param, char text[8]);

/* The same number of arrays for a problem of the contract; and sets the views of what its optimiser keeps,
 * from those of the whole state. */
uint32_t ib_problem_state_count(const struct ib_problem *);
void ib_problem_set_moments(struct ib_problem *, const struct ib_view *state);
/* Sets the views of its parameters. */
void ib_problem_set_params(struct ib_problem *, const struct ib_view *params);

#endif
