/* The trainings that a timed pass repeats: each is of another mirror of the problem (core/mirror.h), so that
 * no answer can be remembered, and all have one answer, of which the lowest and the highest values are kept.
 */
#ifndef IB_WORKER_VARIANTS_H
#define IB_WORKER_VARIANTS_H

#include "core/mirror.h"
#include "core/spread.h"
#include "worker/job_arrays.h"

struct ib_variants {
    const struct ib_training_spec *spec;
    struct ib_job_arrays *arrays; /* changed in place; the files are not */
    struct ib_mirror mirror;      /* of the arrays as they are */
    bool mirrored;
    struct ib_spread spread; /* of the answers noted */
    double *params;          /* of the one that is being read */
};

/* *out is closed even on failure. The arrays must outlive it. IB_ENOMEM. */
enum ib_status ib_variants_open(const struct ib_training_spec *, struct ib_job_arrays *,
                                struct ib_variants *out);
void ib_variants_close(struct ib_variants *);

/* Makes the arrays those of another mirror, for a training that is timed; seed 0: of the original. */
enum ib_status ib_variants_next(struct ib_variants *, uint64_t seed);
/* Makes the arrays those of a problem with another answer, and back: the targets in reverse. */
enum ib_status ib_variants_reverse(struct ib_variants *);

/* Converts what the current mirror's training gave to an answer to the original: array s of the state (the
 * parameters are noted with the last of them); predictions. */
void ib_variants_state(struct ib_variants *, uint32_t s, void *values);
void ib_variants_predictions(const struct ib_variants *, void *values);
/* Writes folder/spread.npy: the lowest and the highest values, 2 x ib_network_size of f64. */
enum ib_status ib_variants_save(const struct ib_variants *, const char *folder);

#endif
