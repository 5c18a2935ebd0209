/* How often verify calls honest trainings wrong, and mistakes right: `judge_families N [ARITHMETIC] [FAMILY]`
 * draws N problems of each family, lets each honest trainer train and predict, and judges it; then it judges
 * mistakes, made by the first. Without an arithmetic, that is f32 and f64. */
#include "families.h"
#include "honest.h"
#include "verify/verify_drifts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The arithmetics of answers, and products with fewer digits, which those must not have. */
static const struct arithmetic {
    const char *name;
    enum ib_dtype type;
    enum ib_products products, coarser; /* coarser IB_PRODUCTS_F32: there are none */
    bool by_default;
} arithmetics[] = {{"f32", IB_F32, IB_PRODUCTS_F32, IB_PRODUCTS_TF32, true},
                   {"f64", IB_F64, IB_PRODUCTS_F32, IB_PRODUCTS_F32, true},
                   {"tf32", IB_F32, IB_PRODUCTS_TF32, IB_PRODUCTS_BF16, false},
                   {"bf16", IB_F32, IB_PRODUCTS_BF16, IB_PRODUCTS_F32, false},
                   {"fp16", IB_F32, IB_PRODUCTS_FP16, IB_PRODUCTS_BF16, false}};
enum { ARITHMETICS = sizeof arithmetics / sizeof *arithmetics };

struct trial {
    const struct arithmetic *a;
    struct test_problem p;
    struct ib_training_spec spec;
    struct ib_trajectory truth, drift[IB_DRIFTS];
    unsigned drifts; /* trained so far */
};

static struct ib_trajectory oracle(struct ib_oracle_problem problem, struct ib_arithmetic arithmetic)
{
    struct ib_trajectory out;
    problem.arithmetic = arithmetic;
    if (ib_oracle_train(&problem, &out) != IB_OK)
        abort();
    return out;
}

/* The numbers as the answer's type holds them. */
static void round_to(enum ib_dtype type, uint64_t n, double *v)
{
    for (uint64_t i = 0; i < n && type == IB_F32; i++)
        v[i] = (double)(float)v[i];
}

static void round_problem(struct test_problem *p, enum ib_dtype type)
{
    const struct ib_network *net = &p->oracle.spec.net;
    round_to(type, p->oracle.spec.rows * net->width[0], p->x);
    round_to(type, p->oracle.spec.rows * ib_network_outputs(net), p->y);
    round_to(type, p->oracle.spec.test_rows * net->width[0], p->x_test);
    round_to(type, ib_network_size(net), p->start);
    round_to(type, 1, &p->oracle.spec.lr);
}

static void open_trial(struct trial *t, const struct family *family, uint64_t seed,
                       const struct arithmetic *a)
{
    t->a = a;
    family->open(&t->p, seed);
    round_problem(&t->p, a->type);
    t->spec = t->p.oracle.spec;
    t->spec.dtype = a->type;
    t->truth = oracle(t->p.oracle, (struct ib_arithmetic){.type = IB_F64});
    t->drifts = 0;
}

static void close_trial(struct trial *t)
{
    ib_trajectory_free(&t->truth);
    while (t->drifts)
        ib_trajectory_free(&t->drift[--t->drifts]);
    test_problem_free(&t->p);
}

/* The n-th sample of drift: ib_drift_source. It is trained when it is first asked for. */
static bool draw_drift(void *context, size_t wrong_step, unsigned n, struct ib_reference *reference,
                       struct ib_outcome *why)
{
    struct trial *t = context;
    (void)wrong_step;
    (void)why;
    if (n == t->drifts)
        t->drift[t->drifts++] = oracle(t->p.oracle, ib_drift_arithmetic(t->a->type, t->a->products, n));
    reference->drift = &t->drift[n];
    return true;
}

/* As in a sweep: another drift trajectory is trained only to be sure that an answer is wrong. */
static struct ib_verification judged(struct trial *t, const struct honest *h,
                                     const struct ib_trajectory *answered)
{
    double predictions[64];
    honest_predict(h, t->a->type, t->a->products, &t->spec.net, answered->params, t->spec.test_rows,
                   t->p.x_test, predictions);
    struct ib_reference reference = {.spec = &t->spec,
                                     .epochs = t->p.oracle.epochs,
                                     .start = t->p.start,
                                     .truth = &t->truth,
                                     .x_test = t->p.x_test};
    const struct ib_answer answer = {.products = t->a->products,
                                     .epochs = answered->epochs,
                                     .curve = answered->curve,
                                     .params = answered->params,
                                     .predictions = predictions};
    struct ib_verification v;
    struct ib_outcome why;
    draw_drift(t, 0, 0, &reference, &why);
    ib_verify_drifts(&reference, &answer, &(struct ib_drift_source){draw_drift, t}, &v, &why);
    return v;
}

/* ---- mistakes ---- */

enum mistake {
    RATE_1_PERCENT,
    RATE_1E4,
    ROW_DROPPED,
    NO_LAST_EPOCHS,
    HALF_STEPS,
    COARSER,
    UNCORRECTED,
    FORGETS,
    NO_DECAY,
    ORDER_IGNORED,
    BATCH_DROPPED,
    MISTAKES
};
static const struct {
    const char *name;
    enum honest_fault fault;
} mistakes[MISTAKES] = {
    [RATE_1_PERCENT] = {"rate 1% off", HONEST_RIGHT},
    [RATE_1E4] = {"rate 1e-4 off", HONEST_RIGHT},
    [ROW_DROPPED] = {"row dropped", HONEST_RIGHT},
    [NO_LAST_EPOCHS] = {"5% fewer epochs", HONEST_RIGHT},
    [HALF_STEPS] = {"half", HONEST_RIGHT},
    [COARSER] = {"coarser products", HONEST_RIGHT},
    [UNCORRECTED] = {"moments uncorrected", HONEST_UNCORRECTED},
    [FORGETS] = {"moment forgotten", HONEST_FORGETS},
    [NO_DECAY] = {"no decay", HONEST_NO_DECAY},
    [ORDER_IGNORED] = {"order ignored", HONEST_ORDER_IGNORED},
    [BATCH_DROPPED] = {"last batch dropped", HONEST_BATCH_DROPPED},
};

/* Whether it is one in this problem. */
static bool can_be_made(const struct trial *t, enum mistake mistake)
{
    switch (mistake) {
    case ROW_DROPPED: /* of batches, the order would name it */
        return t->spec.batch == 0;
    case COARSER:
        return t->a->coarser != IB_PRODUCTS_F32;
    case UNCORRECTED:
        return t->spec.optimizer == IB_ADAM;
    case FORGETS:
        return t->spec.optimizer != IB_SGD;
    case NO_DECAY:
        return t->spec.weight_decay != 0;
    case ORDER_IGNORED:
    case BATCH_DROPPED:
        return t->spec.batch != 0;
    default:
        return true;
    }
}

/* A copy of the problem with the mistake. */
static struct ib_oracle_problem mistaken(const struct trial *t, enum mistake mistake)
{
    struct ib_oracle_problem problem = t->p.oracle;
    problem.arithmetic = (struct ib_arithmetic){.type = t->a->type, .products = t->a->products};
    switch (mistake) {
    case RATE_1_PERCENT:
        problem.spec.lr *= 1.01;
        break;
    case RATE_1E4:
        problem.spec.lr *= 1 + 1e-4;
        break;
    case ROW_DROPPED:
        problem.spec.rows--;
        break;
    case HALF_STEPS:
        problem.spec.lr *= 0.5;
        break;
    case COARSER:
        problem.arithmetic.products = t->a->coarser;
        break;
    default:
        break;
    }
    return problem;
}

static void train_mistaken(const struct trial *t, enum mistake mistake, struct ib_trajectory *out)
{
    struct ib_oracle_problem problem = mistaken(t, mistake);
    struct honest trainer = honest_trainers[0];
    trainer.fault = mistakes[mistake].fault;
    honest_train(&trainer, &problem, out);
    if (mistake != NO_LAST_EPOCHS)
        return;
    struct ib_trajectory shorter;
    problem.epochs -= (problem.epochs + 19) / 20;
    if (problem.epochs == 0)
        return;
    honest_train(&honest_trainers[0], &problem, &shorter);
    memcpy(out->params, shorter.params, out->size * sizeof *out->params);
    ib_trajectory_free(&shorter);
}

/* ---- counting ---- */

struct tally {
    uint64_t honest, wrong, unverified, missed[MISTAKES], made[MISTAKES];
};

static void judge_honest(struct trial *t, struct tally *tally, uint64_t seed)
{
    const uint64_t unverified = tally->unverified;
    for (int i = 0; i < HONEST_COUNT; i++) {
        struct ib_oracle_problem problem = t->p.oracle;
        struct ib_trajectory answered;
        problem.arithmetic = (struct ib_arithmetic){.type = t->a->type, .products = t->a->products};
        honest_train(&honest_trainers[i], &problem, &answered);
        const struct ib_verification v = judged(t, &honest_trainers[i], &answered);
        tally->honest++;
        tally->wrong += v.verdict == IB_WRONG;
        if (v.verdict == IB_UNVERIFIED && tally->unverified++ == unverified)
            printf("    problem %llu, %s: unverified: %s\n", (unsigned long long)seed,
                   honest_trainers[i].name, v.reason);
        if (v.verdict == IB_WRONG)
            printf("    problem %llu, %s: %s | %s | %s\n", (unsigned long long)seed, honest_trainers[i].name,
                   v.deviation[0].fact, v.deviation[1].fact, v.deviation[2].fact);
        ib_trajectory_free(&answered);
    }
}

static void judge_mistakes(struct trial *t, struct tally *tally)
{
    for (int m = 0; m < MISTAKES; m++) {
        struct ib_trajectory answered;
        if (!can_be_made(t, (enum mistake)m))
            continue;
        tally->made[m]++;
        train_mistaken(t, (enum mistake)m, &answered);
        tally->missed[m] += judged(t, &honest_trainers[0], &answered).verdict != IB_WRONG;
        ib_trajectory_free(&answered);
    }
}

/* Returns whether no honest training of a stable family was called wrong. */
static bool judge_family(const struct family *family, uint64_t n, const struct arithmetic *a)
{
    struct tally tally = {0};
    for (uint64_t seed = 0; seed < n; seed++) {
        struct trial t;
        open_trial(&t, family, seed, a);
        judge_honest(&t, &tally, seed);
        judge_mistakes(&t, &tally);
        close_trial(&t);
    }
    printf("%-18s %-4s honest wrong %4llu of %llu, unverified %llu; missed:", family->name, a->name,
           (unsigned long long)tally.wrong, (unsigned long long)tally.honest,
           (unsigned long long)tally.unverified);
    for (int m = 0; m < MISTAKES; m++)
        if (tally.made[m])
            printf(" %s %llu of %llu", mistakes[m].name, (unsigned long long)tally.missed[m],
                   (unsigned long long)tally.made[m]);
    printf("\n");
    fflush(stdout);
    return tally.wrong == 0 || !family->stable;
}

static bool is_chosen(const struct family *family, const char *choice)
{
    return !choice || (strcmp(choice, "stable") == 0 ? family->stable : strcmp(choice, family->name) == 0);
}

int main(int argc, char **argv)
{
    const uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    const char *name = argc > 2 ? argv[2] : "-", *choice = argc > 3 ? argv[3] : NULL;
    bool right = true;
    for (const struct family *f = families; f->name && n; f++)
        for (const struct arithmetic *a = arithmetics; a < arithmetics + ARITHMETICS; a++)
            if (is_chosen(f, choice) && (name[0] == '-' ? a->by_default : strcmp(name, a->name) == 0))
                right = judge_family(f, n, a) && right;
    if (!n)
        fprintf(stderr, "usage: judge_families N [f32|f64|tf32|bf16|fp16|-] [FAMILY|stable]\n");
    return !n ? 2 : right ? 0 : 1;
}
