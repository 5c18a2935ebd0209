/* What a wrong answer looks like: known patterns, each tried against the evidence, the most telling first. A
 * pattern is named only where it explains the answer a hundred times better than the truth does. */
#ifndef IB_DIAGNOSE_DIAGNOSE_H
#define IB_DIAGNOSE_DIAGNOSE_H

#include "verify/verify.h"

struct ib_evidence {
    const struct ib_reference *reference;
    const struct ib_answer *answer;
    const double *predictor;        /* the answer's own parameters that its predictions come from, */
    const double *expected;         /* and the predictions that they give */
    uint64_t first_divergent_epoch; /* 0 when the losses are right */
};

/* Names in text[n] what is wrong with this part of the answer. */
void ib_diagnose(const struct ib_evidence *, enum ib_part, char *text, size_t n);

/* ---- for the patterns ---- */

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

/* How well a pattern explains numbers, beside how well the truth does. Starts from zeros. */
struct ib_fit {
    double like, unlike; /* largest distance from the pattern, and from the truth */
};
void ib_fit_add(struct ib_fit *, double got, double pattern, double truth);
/* The same relative to the truth: losses of different epochs may be magnitudes apart. */
void ib_fit_add_loss(struct ib_fit *, double got, double pattern, double truth);
bool ib_fit_is_clear(const struct ib_fit *);

/* The loss of an epoch; NaN, and false, where it was not read. */
bool ib_loss_find(const struct ib_curve *, uint64_t epoch, double *loss);
double ib_loss_at(const struct ib_curve *, uint64_t epoch);
/* Parameter p among all of them. */
const double *ib_param_at(const struct ib_network *, const double *params, uint32_t p);
/* Sets all biases among these parameters to 0. */
void ib_params_drop_biases(const struct ib_network *, double *params);
/* "w", "b" of a single layer, "w1", "b1" … of several; text[8], which is returned. */
const char *ib_param_text(const struct ib_network *, uint32_t p, char text[8]);
/* Is parameter p exactly where it started? */
bool ib_param_unmoved(const struct ib_evidence *, uint32_t p);

#endif
