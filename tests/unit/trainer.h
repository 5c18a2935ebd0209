/* A plain trainer, matrix by matrix as an implementation would do it, that can be wrong on purpose. */
#ifndef TESTS_TRAINER_H
#define TESTS_TRAINER_H

#include "problem.h"
#include "verify/verify.h"

enum fault {
    HONEST,
    /* in the update; of parameter `which`, or of all when it is negative */
    GRADIENT_SIGN,
    GRADIENT_TRANSPOSED,
    GRADIENT_TWICE,
    GRADIENT_HALF,
    GRADIENT_SUMMED,
    NOT_UPDATED,
    /* in the forward pass */
    BIAS_SKIPPED,
    /* in how the epochs run */
    ENDS_EARLY,    /* no updates from epoch `which` on */
    FEWER_UPDATES, /* after epoch 50 every other update is left out */
    TURNS_NAN,     /* at epoch `which` */
    /* in what is read */
    LOSS_STALE, /* that of the epoch before */
    LOSS_AFTER, /* that after the update */
    LOSS_TWICE,
    LOSS_ZERO,
    LOSS_FIRST,    /* always the first */
    LOSS_LEFT_OUT, /* that of epoch `which` is not given */
    PARAMS_STALE,  /* those before the last update */
    PARAMS_START,
    PARAMS_ZERO,
    PARAMS_TRANSPOSED, /* parameter `which` */
    /* in the prediction */
    PREDICTS_ZERO,
    PREDICTS_ZERO_TAIL,
    PREDICTS_NAN,
    PREDICTS_SIGN,
    PREDICTS_TWICE,
    PREDICTS_SHIFTED,
    PREDICTS_BY_START,
    PREDICTS_WITHOUT_BIAS,
    PREDICTS_LOGITS,
    PREDICTS_ONE_WRONG
};

/* An answer with the memory that its pointers lead to. */
struct test_answer {
    struct ib_answer answer;
    double *params, *predictions;
};

void test_train(const struct test_problem *, enum ib_dtype, enum fault, int which, struct test_answer *out);
void test_answer_free(struct test_answer *);

/* The verdict on an answer, with what it looks like where it is wrong. */
void test_judge(const struct ib_reference *, const struct ib_answer *, struct ib_verification *out);

#endif
