/* How often the changes of a history err: series of runs with a known noise and known changes, judged as
 * `history show` judges them. Prints the tables of results/history-simulation.
 *
 *   history_simulate recording.csv [SERIES]     of results/gate-noise, unpacked: the noise of real times
 */
#include "../gate/recording.h"
#include "base/error.h"
#include "base/rng.h"
#include "stats/binomial.h"
#include "stats/change_points.h"
#include "stats/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 10, MOST = 200, BEFORE = 30, LATEST = 30, NEAR = 2 };

/* ---- noise ---- */

enum noise_kind { NORMAL, OUTLIERS, CORRELATED, RECORDED, RECORDED_RATIO };

/* Of the logarithm of a run's time. */
struct noise {
    const char *name;
    enum noise_kind kind;
    double deviation;
};

static const struct noise noises[] = {
    {"normal, 1 %", NORMAL, 0.01},
    {"normal, 2 %", NORMAL, 0.02},
    {"normal, 3 %", NORMAL, 0.03},
    {"normal, 1 %; one run in 20 is up to 20 % slower", OUTLIERS, 0.01},
    {"1 %, correlated from run to run (0.3)", CORRELATED, 0.3},
    {"1 %, correlated from run to run (0.6)", CORRELATED, 0.6},
    {"recorded: times, medians of 10 rounds", RECORDED, 0},
    {"recorded: ratios to the same code in the same minutes", RECORDED_RATIO, 0},
};
enum { NOISES = sizeof noises / sizeof *noises };

struct maker {
    const struct recording *recording;
    struct ib_rng rng;
};

/* The median of rounds that were taken one after the other, at some time of the recording: of their times, or
 * of the ratios of pairs. */
static double recorded_run(struct maker *m, const struct recorded *from, bool ratios)
{
    double rounds[ROUNDS];
    const size_t first = ib_rng_below(&m->rng, from->n - ROUNDS + 1);
    for (size_t i = 0; i < ROUNDS; i++)
        rounds[i] = ratios ? from->pairs[first + i].ratio : from->pairs[first + i].ns[1];
    return log(ib_median(rounds, ROUNDS));
}

static void make_series(struct maker *m, const struct noise *noise, double *x, size_t n)
{
    const struct recorded *from = &m->recording->cases[ib_rng_below(&m->rng, m->recording->n)];
    double last = 0.01 * ib_rng_normal(&m->rng);
    for (size_t i = 0; i < n; i++) {
        const double z = ib_rng_normal(&m->rng);
        switch (noise->kind) {
        case RECORDED:
        case RECORDED_RATIO:
            x[i] = recorded_run(m, from, noise->kind == RECORDED_RATIO);
            break;
        case CORRELATED:
            x[i] = last;
            last = noise->deviation * last + sqrt(1 - noise->deviation * noise->deviation) * 0.01 * z;
            break;
        case OUTLIERS:
            x[i] = noise->deviation * z +
                   (ib_rng_below(&m->rng, 20) == 0 ? log1p(0.2 * ib_rng_uniform(&m->rng)) : 0);
            break;
        default:
            x[i] = noise->deviation * z;
        }
    }
}

static void add_step(double *x, size_t from, size_t n, double factor)
{
    for (size_t i = from; i < n; i++)
        x[i] += log(factor);
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* ---- false alarms ---- */

static double alarms(struct maker *m, const struct noise *noise, size_t n,
                     const struct ib_change_rules *rules, size_t n_series)
{
    struct ib_change_point found[MOST];
    double x[MOST];
    size_t alarmed = 0;
    for (size_t i = 0; i < n_series; i++) {
        make_series(m, noise, x, n);
        alarmed += ib_change_points(x, n, rules, found) > 0 ? 1 : 0;
    }
    return (double)alarmed / (double)n_series;
}

static void print_alarms(struct maker *m, size_t n_series)
{
    static const size_t lengths[] = {20, 60, 120};
    const struct ib_change_rules rules = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
    double low, high;
    printf("## False alarms: series without a change in which one is found\n\n"
           "| noise | 20 runs | 60 runs | 120 runs |\n|---|---|---|---|\n");
    for (size_t k = 0; k < NOISES; k++) {
        printf("| %s |", noises[k].name);
        for (size_t l = 0; l < 3; l++) {
            const double share = alarms(m, &noises[k], lengths[l], &rules, n_series);
            ib_clopper_pearson(n_series, (size_t)lround(share * (double)n_series), 0.95, &low, &high);
            printf(" %.1f %% [%.1f, %.1f] |", 100 * share, 100 * low, 100 * high);
            fflush(stdout);
        }
        printf("\n");
    }
    printf("\n");
}

/* ---- delay ---- */

/* The number of runs after the step with which it is first found, within NEAR of its place; LATEST + 1: not
 * within so many. */
static size_t delay_of(struct maker *m, const struct noise *noise, double factor,
                       const struct ib_change_rules *rules)
{
    struct ib_change_point found[MOST];
    double x[MOST];
    make_series(m, noise, x, BEFORE + LATEST);
    add_step(x, BEFORE, BEFORE + LATEST, factor);
    for (size_t after = rules->least; after <= LATEST; after++) {
        const size_t n = ib_change_points(x, BEFORE + after, rules, found);
        for (size_t i = 0; i < n; i++)
            if (distance(found[i].at, BEFORE) <= NEAR)
                return after;
    }
    return LATEST + 1;
}

static int by_size(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void print_delay(const size_t *delays, size_t n)
{
    const size_t middle = delays[n / 2], late = delays[n * 95 / 100];
    size_t found = 0;
    while (found < n && delays[found] <= LATEST)
        found++;
    if (middle > LATEST)
        printf(" – (%.0f %%) |", 100 * (double)found / (double)n);
    else if (late > LATEST)
        printf(" %zu, – (%.0f %%) |", middle, 100 * (double)found / (double)n);
    else
        printf(" %zu, %zu (%.0f %%) |", middle, late, 100 * (double)found / (double)n);
    fflush(stdout);
}

static void print_delays(struct maker *m, const struct ib_change_rules *rules, size_t n_series)
{
    static const double factors[] = {1.02, 1.05, 1.1};
    size_t *delays = malloc(n_series * sizeof *delays);
    printf("| noise | 2 %% | 5 %% | 10 %% |\n|---|---|---|---|\n");
    for (size_t k = 0; k < NOISES && delays; k++) {
        printf("| %s |", noises[k].name);
        for (size_t f = 0; f < 3; f++) {
            for (size_t i = 0; i < n_series; i++)
                delays[i] = delay_of(m, &noises[k], factors[f], rules);
            qsort(delays, n_series, sizeof *delays, by_size);
            print_delay(delays, n_series);
        }
        printf("\n");
    }
    printf("\n");
    free(delays);
}

/* ---- the rules ---- */

static void print_rules(struct maker *m, size_t n_series)
{
    static const struct noise *const noise = &noises[NOISES - 1];
    static const size_t least[] = {2, 3, 5};
    static const double levels[] = {0.05, 0.01};
    size_t *delays = malloc(n_series * sizeof *delays);
    printf(
        "## Other rules: noise of the recorded ratios, false alarms of 60 runs; delay of a 5 %% step\n\n"
        "| runs between two changes | level | false alarms | median, 95 %% (found) |\n|---|---|---|---|\n");
    for (size_t i = 0; i < 6 && delays; i++) {
        const struct ib_change_rules rules = {least[i / 2], levels[i % 2]};
        printf("| %zu | %g %% | %.1f %% |", rules.least, 100 * rules.level,
               100 * alarms(m, noise, 60, &rules, n_series));
        for (size_t k = 0; k < n_series; k++)
            delays[k] = delay_of(m, noise, 1.05, &rules);
        qsort(delays, n_series, sizeof *delays, by_size);
        print_delay(delays, n_series);
        printf("\n");
    }
    printf("\n");
    free(delays);
}

/* ---- several changes ---- */

/* 60 runs with three changes of 5 %, 15 apart. */
static void print_three(struct maker *m, size_t n_series)
{
    static const double levels[] = {1.05, 1.05, 1 / 1.05};
    const struct ib_change_rules rules = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
    printf("## 60 runs with three changes of 5 %%\n\n"
           "| noise | found of three | all three and nothing else | in the very commit | others |\n"
           "|---|---|---|---|---|\n");
    for (size_t k = 0; k < NOISES; k++) {
        size_t n_found = 0, n_perfect = 0, n_exact = 0, n_others = 0;
        for (size_t i = 0; i < n_series; i++) {
            struct ib_change_point found[MOST];
            double x[MOST];
            make_series(m, &noises[k], x, 60);
            for (size_t s = 0; s < 3; s++)
                add_step(x, 15 * (s + 1), 60, levels[s]);
            const size_t n = ib_change_points(x, 60, &rules, found);
            size_t right = 0;
            for (size_t c = 0; c < n; c++) {
                const size_t nearest = 15 * ((found[c].at + 7) / 15);
                const bool is_right =
                    nearest >= 15 && nearest <= 45 && distance(found[c].at, nearest) <= NEAR;
                right += is_right;
                n_exact += is_right && found[c].at == nearest;
            }
            n_found += right;
            n_others += n - right;
            n_perfect += right == 3 && n == 3;
        }
        const double all = 3 * (double)n_series;
        printf("| %s | %.1f %% | %.1f %% | %.0f %% | %.3f a series |\n", noises[k].name,
               100 * (double)n_found / all, 100 * (double)n_perfect / (double)n_series,
               100 * (double)n_exact / all, (double)n_others / (double)n_series);
    }
    printf("\n");
}

/* The scatter of the recorded runs: 1.48 times the median absolute deviation of the logarithms, by case. */
static void print_scatter(struct maker *m, bool ratios)
{
    double least = INFINITY, most = 0, all[64];
    size_t n = 0;
    for (; n < m->recording->n && n < 64; n++) {
        double x[MOST], off[MOST];
        for (size_t i = 0; i < MOST; i++)
            x[i] = recorded_run(m, &m->recording->cases[n], ratios);
        for (size_t i = 0; i < MOST; i++)
            off[i] = fabs(x[i] - ib_median(x, MOST));
        all[n] = 1.4826 * ib_median(off, MOST);
        least = fmin(least, all[n]);
        most = fmax(most, all[n]);
    }
    printf("Recorded %s scatter by %.1f to %.1f %%, median %.1f %%, depending on the case.\n\n",
           ratios ? "ratios" : "times", 100 * least, 100 * most, 100 * ib_median(all, n));
}

int main(int argc, char **argv)
{
    struct recording recording;
    const size_t n_series = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    const struct ib_change_rules rules = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
    if (argc < 2 || n_series == 0 || recording_read(argv[1], &recording) != IB_OK) {
        fprintf(stderr, "usage: history_simulate recording.csv [SERIES]\n%s\n",
                argc < 2 ? "" : ib_error_text());
        return 2;
    }
    struct maker m = {.recording = &recording};
    ib_rng_seed(&m.rng, 1);
    print_scatter(&m, false);
    print_scatter(&m, true);
    print_alarms(&m, n_series);
    printf("## Delay: runs after a step until it is found, of 30 runs before it; median, 95 %% (found within "
           "30)\n\n");
    print_delays(&m, &rules, n_series / 5 + 1);
    print_three(&m, n_series);
    print_rules(&m, n_series / 5 + 1);
    recording_free(&recording);
    return 0;
}
