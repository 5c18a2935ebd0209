#include "stats/change_points.h"

#include "base/arena.h"
#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PERMUTATIONS_PER_LEVEL = 10, SEED = 1 };

/* Sums of the same distances in another order differ by rounding. */
#define SAME 1e-9

/* Sums of distances for each place where a stretch may be split. */
struct sums {
    double *row;    /* of the newest sample to those before each place */
    double *across; /* between the samples before the place and those from there to the newest */
    double *before; /* among those before */
    double *after;  /* among those from there to the newest */
};

struct search {
    const struct ib_change_rules *rules;
    struct sums sums;
    struct ib_rng rng;
    double *shuffled;
    size_t *ends; /* of the stretches between the changes so far */
    size_t n_stretches;
    struct ib_change_point *best; /* of each stretch: the change that divides it best; statistic < 0: none */
};

/* ---- the statistic ---- */

/* The paper's Q of n samples before and m after, given the sums of distances. */
static double scaled_distance(double across, double before, double after, double n, double m)
{
    return 2 / (n + m) * (across - m / (n - 1) * before - n / (m - 1) * after);
}

/* Adds the newest sample, x[newest], to the sums of all places up to it. */
static void add_sample(struct sums *s, const double *x, size_t newest)
{
    double total = 0;
    for (size_t place = 0; place < newest; place++) {
        s->row[place] = total;
        total += fabs(x[newest] - x[place]);
    }
    for (size_t place = 1; place < newest; place++) {
        s->across[place] += s->row[place];
        s->after[place] += total - s->row[place];
    }
    s->across[newest] = total;
    s->after[newest] = 0;
    s->before[newest + 1] = s->before[newest] + total;
}

/* The split of x[n] with the largest statistic, over all places and all ends of the second part. */
static struct ib_change_point divide(struct sums *s, const double *x, size_t n, size_t least)
{
    struct ib_change_point best = {.statistic = -1, .p = NAN};
    s->before[0] = s->before[1] = 0;
    for (size_t newest = 1; newest < n; newest++) {
        add_sample(s, x, newest);
        for (size_t place = least; place + least <= newest + 1; place++) {
            const double q = scaled_distance(s->across[place], s->before[place], s->after[place],
                                             (double)place, (double)(newest + 1 - place));
            if (q > best.statistic) {
                best.statistic = q;
                best.at = place;
            }
        }
    }
    return best;
}

/* ---- the test ---- */

static size_t begin_of(const struct search *s, size_t stretch)
{
    return stretch ? s->ends[stretch - 1] : 0;
}

/* The largest statistic after the samples of each stretch were shuffled. */
static double largest_by_chance(struct search *s, const double *x)
{
    double largest = -1;
    for (size_t i = 0; i < s->n_stretches; i++) {
        const size_t begin = begin_of(s, i), n = s->ends[i] - begin;
        if (n < 2 * s->rules->least)
            continue;
        memcpy(s->shuffled, x + begin, n * sizeof *x);
        ib_rng_shuffle(&s->rng, s->shuffled, n, sizeof *x);
        largest = fmax(largest, divide(&s->sums, s->shuffled, n, s->rules->least).statistic);
    }
    return largest;
}

/* The p-value of a statistic; more than the level as soon as that is certain (Besag and Clifford, Biometrika
 * 78, 1991). */
static double test(struct search *s, const double *x, double statistic)
{
    const double tries = ceil(PERMUTATIONS_PER_LEVEL / s->rules->level);
    double as_large = 1; /* the series itself is one of the permutations */
    for (double done = 1; done < tries && as_large <= s->rules->level * tries; done++)
        as_large += largest_by_chance(s, x) >= statistic * (1 - SAME) ? 1 : 0;
    return as_large / tries;
}

/* ---- the changes ---- */

static void divide_stretch(struct search *s, const double *x, size_t stretch)
{
    const size_t begin = begin_of(s, stretch);
    s->best[stretch] = divide(&s->sums, x + begin, s->ends[stretch] - begin, s->rules->least);
    s->best[stretch].at += begin;
}

static void insert_change(struct search *s, const double *x, size_t stretch, size_t at)
{
    const size_t later = s->n_stretches - stretch;
    memmove(&s->ends[stretch + 1], &s->ends[stretch], later * sizeof *s->ends);
    memmove(&s->best[stretch + 1], &s->best[stretch], later * sizeof *s->best);
    s->ends[stretch] = at;
    s->n_stretches++;
    divide_stretch(s, x, stretch);
    divide_stretch(s, x, stretch + 1);
}

static void open_search(struct search *s, struct ib_arena *arena, const double *x, size_t n)
{
    double **const arrays[] = {&s->sums.row, &s->sums.across, &s->sums.before, &s->sums.after, &s->shuffled};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = ib_arena_alloc(arena, (n + 2) * sizeof(double));
    s->ends = ib_arena_alloc(arena, (n + 1) * sizeof *s->ends);
    s->best = ib_arena_alloc(arena, (n + 1) * sizeof *s->best);
    s->ends[0] = n;
    s->n_stretches = 1;
    ib_rng_seed(&s->rng, SEED);
    divide_stretch(s, x, 0);
}

static int by_place(const void *left, const void *right)
{
    const struct ib_change_point *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

/* The stretch whose best change has the largest statistic. */
static size_t most_divided(const struct search *s)
{
    size_t most = 0;
    for (size_t i = 1; i < s->n_stretches; i++)
        most = s->best[i].statistic > s->best[most].statistic ? i : most;
    return most;
}

size_t ib_change_points(const double *x, size_t n, const struct ib_change_rules *rules,
                        struct ib_change_point *out)
{
    struct ib_arena arena = {0};
    struct search s = {.rules = rules};
    size_t n_found = 0;
    if (n < 2 * rules->least)
        return 0;
    open_search(&s, &arena, x, n);
    for (;;) {
        const size_t stretch = most_divided(&s);
        struct ib_change_point change = s.best[stretch];
        if (!(change.statistic > 0) || (change.p = test(&s, x, change.statistic)) > rules->level)
            break;
        out[n_found++] = change;
        insert_change(&s, x, stretch, change.at);
    }
    qsort(out, n_found, sizeof *out, by_place);
    ib_arena_free(&arena);
    return n_found;
}
