/* A model: which network is trained, from which start, on which targets, and what its output means. */
#ifndef IB_CORE_MODEL_H
#define IB_CORE_MODEL_H

#include "core/network.h"
#include "data/dataset.h"

enum ib_init { IB_ZEROS = 1, IB_NORMAL, IB_XAVIER, IB_HE };
extern const struct ib_word
    ib_init_words[]; /* normal xavier he (zeros is no choice: it belongs to the regressions) */

struct ib_model {
    const char *name, *summary;
    bool layered;      /* hidden, act, loss, init and seed are choices; otherwise one layer from zeros */
    enum ib_loss loss; /* for a model that is not layered */
    unsigned tasks;    /* bit 1 << task for each task it can learn */
};
extern const struct ib_model ib_models[]; /* ends with a name of NULL; a new model is one entry */

/* The names of all models, in order; ends with NULL. */
const char *const *ib_model_names(void);
/* By name; NULL when there is none. */
const struct ib_model *ib_model_find(const char *name);

/* Targets are standardised, and the output scaled back, for the plain squared error of layered models. */
bool ib_model_scales_targets(enum ib_loss);
/* The output is a probability. */
bool ib_model_gives_probability(enum ib_loss);

/* "w", "b" for regressions, "w1", "b1", "w2" … for layered models; text[8], which is returned. */
const char *ib_model_param_name(const struct ib_model *, uint32_t p, char text[8]);

/* The start: f64, all parameters after another (ib_network_size elements), in the order w1 b1 w2 b2 …,
 * row-major. normal: every weight and bias N(0,1), as in the seed's program; xavier: weights N(0,
 * 2/(in+out)), he: weights N(0, 2/in), biases 0 in both (Glorot and Bengio 2010; He et al. 2015). Drawn in
 * order from one generator. */
void ib_model_init(const struct ib_network *, enum ib_init, uint64_t seed, double *params);

#endif
