/* Mini-batches: how the rows of an epoch are divided among its steps. Every epoch has a random order of the
 * rows, its first batch takes the first rows of that, and so on; the last batch may have fewer. The order
 * is part of the problem: the parent draws it, and all implementations and the oracle read the same file. */
#ifndef IB_CORE_BATCHES_H
#define IB_CORE_BATCHES_H

#include "core/training_spec.h"

/* Rows are numbered by u32. */
#define IB_BATCH_ROWS_MAX UINT32_MAX

/* The number of gradient steps of an epoch. */
static inline uint64_t ib_steps_per_epoch(const struct ib_training_spec *spec)
{
    return spec->batch && spec->rows ? (spec->rows - 1) / spec->batch + 1 : 1;
}

/* The first row of a step (from 0) in the order of its epoch, and the number of its rows. */
static inline uint64_t ib_batch_first(const struct ib_training_spec *spec, uint64_t step)
{
    return step * spec->batch;
}

static inline uint64_t ib_batch_rows(const struct ib_training_spec *spec, uint64_t step)
{
    const uint64_t left = spec->rows - ib_batch_first(spec, step);
    return spec->batch && spec->batch < left ? spec->batch : left;
}

/* Steps are numbered from 1 through the whole training, as epochs are. The epoch of a step, and the number of
 * rows that its gradient is the mean of. */
static inline uint64_t ib_epoch_of_step(const struct ib_training_spec *spec, uint64_t number)
{
    return (number - 1) / ib_steps_per_epoch(spec) + 1;
}

static inline uint64_t ib_rows_of_step(const struct ib_training_spec *spec, uint64_t number)
{
    return ib_batch_rows(spec, (number - 1) % ib_steps_per_epoch(spec));
}

/* The number of terms whose roundings add up in an epoch, of which a tolerance is the root: the rows, in each
 * step. */
static inline uint64_t ib_sum_terms(const struct ib_training_spec *spec)
{
    return spec->rows * ib_steps_per_epoch(spec);
}

/* How many orders there are; 0 without batches. Epoch e has number (e - 1) mod this, so that the file is of
 * limited size for any number of epochs. It follows from the number of rows alone, as trainings of the same
 * problem differ in length. */
uint64_t ib_order_count(const struct ib_training_spec *);
/* The index of an epoch's first row among the orders, one after the other; epoch from 0. */
static inline uint64_t ib_order_at(const struct ib_training_spec *spec, uint64_t epoch)
{
    return epoch % ib_order_count(spec) * spec->rows;
}

/* Draws the orders: ib_order_count x rows numbers of rows from 0. They follow from the seed and the number of
 * rows. */
void ib_order_draw(const struct ib_training_spec *, uint64_t seed, uint32_t *out);

#endif
