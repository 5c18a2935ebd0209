/* The verdict on an implementation's answer: loss curve, final parameters and its own predictions, against
 * the oracle. Errors are compared as !(error <= tolerance), so that NaN fails. */
#ifndef IB_VERIFY_VERIFY_H
#define IB_VERIFY_VERIFY_H

#include "base/text.h"
#include "oracle/oracle.h"
#include "verify/tolerance.h"
#include "verify/verify_step.h"

enum ib_verdict { IB_UNVERIFIED, IB_RIGHT, IB_WRONG };
extern const struct ib_word ib_verdict_words[]; /* unverified ok wrong */

/* What an implementation returned from a checked pass, as f64, in the model's own units. */
struct ib_answer {
    bool tf32; /* its products were asked to be coarse: see struct ib_arithmetic */
    uint64_t epochs;
    struct ib_curve curve;
    bool sparse; /* read its losses when it liked: the curve lacks epochs that ib_checks_epoch names */
    const double *params;      /* ib_network_size elements */
    const double *predictions; /* test_rows x outputs */
    const double *predictor;   /* the parameters that they come from; NULL: params */
};

struct ib_reference {
    const struct ib_training_spec *spec; /* what the implementation was asked for */
    const double *start;                 /* initial parameters */
    const struct ib_trajectory *truth;   /* f64; of no epochs where the oracle had no time for one */
    const struct ib_trajectory *drift;   /* the answer's type; for f64 reversed. Same epochs as truth */
    const struct ib_step *steps;         /* epochs that are checked by themselves, where truth ends early */
    size_t n_steps;
    const double *x_test;                    /* test_rows x width[0], as the implementation saw it */
    const struct ib_oracle_problem *problem; /* the truth's, for naming mistakes; NULL: not at hand */
};

/* What an answer consists of. */
enum ib_part { IB_PART_LOSS, IB_PART_PARAMS, IB_PART_PREDICTIONS, IB_PART_COUNT };

/* How one part is wrong; both "" where it is right, or off only in consequence of another part. */
struct ib_deviation {
    char pattern[160]; /* what it looks like: ib_diagnose */
    char fact[80];     /* one number that is off, and what it should be */
};

struct ib_verification {
    enum ib_verdict verdict;
    double loss_error, params_error, prediction_error; /* NaN: not compared. Without a trajectory, those of
                                                          steps: params_error of updates */
    uint64_t first_divergent_epoch;                    /* 0: none */
    size_t wrong_step; /* the first of the reference's steps that is wrong, from 1; 0: none */
    struct ib_deviation deviation[IB_PART_COUNT];
    char reason[256]; /* of `unverified`; of `wrong` all that is wrong and what it looks like: ib_diagnose */
};

/* Compares, over exactly truth->epochs epochs (the caller trains the answer that far when the oracle's budget
 * ended early), where tol is ib_tolerance, or 100 times (TF32: 10 times) what the drift trajectory is off by
 * if that is more:
 *
 * - the loss of every epoch e that both read: |l - ref| <= tol * max(|ref|, eps * ref of epoch 1), where the
 *   drift is the largest up to epoch 2 e;
 * - the final parameters: largest difference over largest parameter, where ten times the losses' drift
 *   counts as well once it matters;
 * - the steps, each by itself (verify_step.h);
 * - the predictions, with those that the answer's own parameters give. Nothing drifts here; for f32, the
 *   error of the oracle's f32 arithmetic on the same parameters takes the drift's place.
 *
 * Where the truth diverges (loss not finite, or over 1e6 times the first), compares up to there and asks that
 * both cross within 2 epochs, or within one reading interval where losses were read more rarely, or within
 * ten times the distance at which the drift trajectory crosses.
 *
 * A wrong answer is told in facts; ib_diagnose (diagnose/diagnose.h) then says what it looks like. */
void ib_verify(const struct ib_reference *, const struct ib_answer *, struct ib_verification *out);

/* Are predictions (test_rows x outputs) those that the parameters give for x_test? By the rules above,
 * without anything else to compare with; true also where numbers are too large to tell. *error is the
 * largest, relative; NaN where nothing was compared, or without memory, which is false. */
bool ib_predictions_fit(const struct ib_training_spec *, const double *params, const double *x_test,
                        const double *predictions, double *error);

#endif
