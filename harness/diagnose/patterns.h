/* The patterns of wrong answers and shared helpers; private to diagnose/. */
#ifndef IB_DIAGNOSE_PATTERNS_H
#define IB_DIAGNOSE_PATTERNS_H

#include "verify/verify.h"

struct ib_evidence {
    const struct ib_reference *reference;
    const struct ib_answer *answer;
    const double *predictor;        /* the answer's parameters from which its predictions were computed */
    const double *expected;         /* the correct predictions of these parameters */
    uint64_t first_divergent_epoch; /* 0 if the losses are correct */
};

/* The largest problem (rows times parameters) whose updates are computed for a diagnosis. */
enum { IB_DIAGNOSE_WORK = 2000000 };

/* Returns whether the evidence fits, and describes the pattern in text[n]. */
typedef bool ib_pattern(const struct ib_evidence *, char *text, size_t n);

/* The patterns of each part; the last one always fits. */
extern ib_pattern *const ib_loss_patterns[];
extern ib_pattern *const ib_params_patterns[];
extern ib_pattern *const ib_prediction_patterns[];

/* Some parameters kept their initial values although the truth changed them. */
ib_pattern ib_params_stuck;
/* The first epochs match those of a training with an injected mistake. */
ib_pattern ib_injected_mistake;
/* The first update is that of an arithmetic with fewer digits. */
ib_pattern ib_has_fewer_digits;
/* The final parameters lack the last update. */
ib_pattern ib_params_late;

/* How well a pattern and the truth fit some numbers. Zero-initialise. */
struct ib_fit {
    double like, unlike; /* largest distance from the pattern and from the truth */
};
void ib_fit_add(struct ib_fit *, double got, double pattern, double truth);
/* The same relative to the truth, since losses of different epochs may differ by orders of magnitude. */
void ib_fit_add_loss(struct ib_fit *, double got, double pattern, double truth);
bool ib_fit_is_clear(const struct ib_fit *);

/* Sets all biases in `params` to 0. */
void ib_params_drop_biases(const struct ib_network *, double *params);
/* Whether parameter p still has exactly its initial values. */
bool ib_param_unmoved(const struct ib_evidence *, uint32_t p);

#endif
