/* The patterns of wrong answers, and what they are made of; private to the files of diagnose/. */
#ifndef IB_DIAGNOSE_PATTERNS_H
#define IB_DIAGNOSE_PATTERNS_H

#include "verify/verify.h"

struct ib_evidence {
    const struct ib_reference *reference;
    const struct ib_answer *answer;
    const double *predictor;        /* the answer's own parameters that its predictions come from, */
    const double *expected;         /* and the predictions that they give */
    uint64_t first_divergent_epoch; /* 0 when the losses are right */
};

/* true when the evidence fits, and then text[n] says what it looks like. */
typedef bool ib_pattern(const struct ib_evidence *, char *text, size_t n);

/* The patterns of each part; the last one always fits. */
extern ib_pattern *const ib_loss_patterns[];
extern ib_pattern *const ib_params_patterns[];
extern ib_pattern *const ib_prediction_patterns[];

/* Some parameters never left the start, while the truth moved them. */
ib_pattern ib_params_stuck;
/* The first epochs are those of a training with a planted mistake. */
ib_pattern ib_planted_mistake;
/* The final parameters miss the last update. */
ib_pattern ib_params_late;

/* How well a pattern explains numbers, and how well the truth does. Starts from zeros. */
struct ib_fit {
    double like, unlike; /* largest distance from the pattern, and from the truth */
};
void ib_fit_add(struct ib_fit *, double got, double pattern, double truth);
/* The same relative to the truth: losses of different epochs may be magnitudes apart. */
void ib_fit_add_loss(struct ib_fit *, double got, double pattern, double truth);
bool ib_fit_is_clear(const struct ib_fit *);

/* Sets all biases among these parameters to 0. */
void ib_params_drop_biases(const struct ib_network *, double *params);
/* Is parameter p exactly where it started? */
bool ib_param_unmoved(const struct ib_evidence *, uint32_t p);

#endif
