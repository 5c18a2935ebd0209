/* A model: the network and its initial parameters. */
#ifndef IB_CORE_MODEL_H
#define IB_CORE_MODEL_H

#include "core/network.h"
#include "data/dataset.h"

enum ib_init { IB_ZEROS = 1, IB_NORMAL, IB_XAVIER, IB_HE };
extern const struct ib_word
    ib_init_words[]; /* normal xavier he (zeros, for the regressions, cannot be chosen) */

struct ib_model {
    const char *name, *summary;
    bool layered;      /* hidden, act, loss, init and seed can be chosen; else one layer, initially zero */
    enum ib_loss loss; /* if not layered */
    unsigned tasks;    /* bit 1 << task for each task it can learn */
};
extern const struct ib_model ib_models[]; /* ends with a NULL name */

/* The names of all models, in order; ends with NULL. */
const char *const *ib_model_names(void);
/* Returns a model by name; NULL if there is none. */
const struct ib_model *ib_model_find(const char *name);

/* Writes "w", "b" for regressions or "w1", "b1", "w2" … for layered models to text[8]. Returns text. */
const char *ib_model_param_name(const struct ib_model *, uint32_t p, char text[8]);

/* Writes the initial parameters (ib_network_size elements), in the order w1 b1 w2 b2 …, row-major. normal:
 * every weight and bias N(0, 1); xavier: weights N(0, 2/(in+out)); he: weights N(0, 2/in); biases 0 in both
 * (Glorot and Bengio 2010; He et al. 2015). All are drawn in order from one generator. */
void ib_model_init(const struct ib_network *, enum ib_init, uint64_t seed, double *params);

#endif
