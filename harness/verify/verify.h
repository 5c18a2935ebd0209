/* The verdict on an implementation's answer: compares loss curve, final parameters and predictions with the
 * oracle. Errors are compared as !(error <= tolerance), so that NaN fails. */
#ifndef IB_VERIFY_VERIFY_H
#define IB_VERIFY_VERIFY_H

#include "base/text.h"
#include "oracle/oracle.h"
#include "verify/tolerance.h"
#include "verify/verify_step.h"

enum ib_verdict { IB_UNVERIFIED, IB_RIGHT, IB_WRONG };
extern const struct ib_word ib_verdict_words[]; /* unverified ok wrong */

/* The result of a checked pass, as f64, in the model's units. */
struct ib_answer {
    enum ib_products products; /* the requested precision: see struct ib_arithmetic */
    uint64_t epochs;
    struct ib_curve curve;
    bool sparse; /* the program chose when to read losses: the curve lacks epochs of ib_checks_epoch */
    const double *params;      /* ib_network_size elements */
    const double *predictions; /* test_rows x outputs */
    const double *predictor;   /* the parameters of the predictions; NULL: params */
};

struct ib_reference {
    const struct ib_training_spec *spec; /* as requested from the implementation */
    uint64_t epochs;                     /* of the whole training */
    const double *start;                 /* initial parameters */
    const struct ib_trajectory *truth;   /* f64; of 0 epochs if the oracle had no time for one */
    const struct ib_trajectory *drift;   /* the same epochs, by ib_drift_arithmetic */
    const struct ib_step *steps;         /* that are checked alone */
    size_t n_steps;
    const double *x_test;                    /* test_rows x width[0], as the implementation saw it */
    const struct ib_oracle_problem *problem; /* of the truth, for the diagnosis; NULL: not available */
};

/* The parts of an answer. */
enum ib_part { IB_PART_LOSS, IB_PART_PARAMS, IB_PART_PREDICTIONS, IB_PART_COUNT };

/* How one part is wrong; both "" if it is correct, or wrong only because another part is. */
struct ib_deviation {
    char pattern[160]; /* the likely mistake: ib_diagnose */
    char fact[80];     /* one wrong number and the expected one */
};

/* What a verdict rests on: how much was compared, with a tolerance below IB_TOLERANCE_CEILING. */
struct ib_compared {
    uint64_t epochs;              /* those whose loss was */
    uint64_t params, predictions; /* elements */
    uint64_t steps;               /* each alone */
    uint64_t of_params, of_predictions;
    uint64_t continued_from; /* the epoch from which another process trained to the same end, set by the
                                caller; 0: none did */
};

struct ib_verification {
    enum ib_verdict verdict;
    struct ib_compared compared;
    double loss_error, params_error, prediction_error; /* NaN: not compared. Without a trajectory, the errors
                                                          of steps: params_error of the updates */
    uint64_t first_divergent_epoch;                    /* 0: none */
    size_t wrong_step; /* the first wrong one of the reference's steps, from 1; 0: none */
    struct ib_deviation deviation[IB_PART_COUNT];
    char reason[256]; /* for `unverified`; for `wrong` all deviations and likely mistakes: ib_diagnose */
};

/* Compares over exactly truth->epochs epochs (if the oracle's budget ended early, the caller trains the
 * answer that far). tol is ib_tolerance_with the error of the drift trajectory. Compared are:
 *
 * - the loss of every epoch e that both read: |l - ref| <= tol * max(|ref|, eps * ref of epoch 1), with the
 *   largest drift up to epoch 2 e;
 * - the final parameters: largest difference over largest parameter; once the losses' drift raises their
 *   tolerance, ten times that drift counts as well;
 * - the steps, each alone (verify_step.h). A doubtful one must be confirmed by a second, if there are
 * several;
 * - the predictions, with those computed from the answer's own parameters. Their drift is that
 *   of a prediction with the same parameters.
 *
 * If the truth diverges (loss not finite, or over 1e6 times the first), compares up to that epoch and
 * requires that both diverge within 2 epochs of each other, or within one reading interval if losses were
 * read less often, or within ten times the distance at which the drift trajectory diverges; and likewise pass
 * 1e12, 1e18 … times the first loss. If only the losses overflow in the answer's type, its parameters are
 * compared.
 *
 * `ok` requires that an update near the beginning and one near the end were compared; with less, the answer
 * is unverified.
 *
 * A wrong answer is described by facts; ib_diagnose (diagnose/diagnose.h) then names the likely mistake. */
void ib_verify(const struct ib_reference *, const struct ib_answer *, struct ib_verification *out);

/* How many samples of drift are tried at most before an answer is wrong by them. */
enum { IB_DRIFTS = 4 };
/* Whether the answer is wrong by its trajectory, and right in so many steps before that rounding may have
 * grown: then another drift trajectory may excuse it. */
bool ib_verify_depends_on_drift(const struct ib_training_spec *, const struct ib_verification *);

/* Whether the losses of some epoch after the first can be compared in this type. false: they all overflow or
 * underflow, so that only single steps can show how an implementation gets to its final parameters. */
bool ib_losses_decide(const struct ib_trajectory *truth, const struct ib_trajectory *drift, enum ib_dtype);

#endif
