#include "run/iteration_search.h"

#include "base/arena.h"

#include <math.h>

/* A training done for the search. */
struct probe {
    uint64_t epochs;
    double loss;
};

struct state {
    const struct ib_iteration_search *search;
    struct ib_arena arena;
    struct probe *probes;
    size_t n, capacity;
};

/* A number of iterations that is too few, and one that is enough. */
struct bracket {
    uint64_t few;    /* 0: unknown */
    uint64_t enough; /* 0: unknown */
    double loss;     /* after `enough` iterations */
};

static bool probe(struct state *s, uint64_t epochs)
{
    double loss;
    if (!s->search->train(s->search->context, epochs, &loss))
        return false;
    s->probes = ib_arena_grow(&s->arena, s->probes, sizeof *s->probes, s->n, &s->capacity);
    s->probes[s->n++] = (struct probe){epochs, loss};
    return true;
}

static bool is_known(const struct state *s, uint64_t epochs)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->probes[i].epochs == epochs)
            return true;
    return false;
}

/* From the trainings so far; `few` also from the curve. */
static struct bracket bracket_of(const struct state *s, double target)
{
    const struct ib_curve *curve = s->search->curve;
    struct bracket b = {.loss = NAN};
    for (size_t i = 0; i < s->n; i++)
        if (s->probes[i].loss <= target && (!b.enough || s->probes[i].epochs < b.enough))
            b = (struct bracket){.enough = s->probes[i].epochs, .loss = s->probes[i].loss};
    const uint64_t end = b.enough ? b.enough : UINT64_MAX;
    for (size_t i = 0; i < s->n; i++)
        if (!(s->probes[i].loss <= target) && s->probes[i].epochs < end && s->probes[i].epochs > b.few)
            b.few = s->probes[i].epochs;
    for (uint64_t i = 0; i < curve->n && curve->epoch[i] < end && !(curve->loss[i] <= target); i++)
        if (curve->epoch[i] > b.few)
            b.few = curve->epoch[i];
    return b;
}

/* The iterations after which the curve claims to reach the loss, limited to what can be requested; 0: never.
 */
static uint64_t claim_of(const struct ib_iteration_search *search, double target)
{
    const struct ib_curve *curve = search->curve;
    uint64_t i = 0;
    while (i < curve->n && !(curve->loss[i] <= target))
        i++;
    if (i == curve->n)
        return 0;
    /* At least one iteration must be requested, even if the curve claims none. */
    return curve->epoch[i] < 1 ? 1 : curve->epoch[i] > search->most ? search->most : curve->epoch[i];
}

/* The logarithmic middle, since the loss may fall early or late. */
static uint64_t between(const struct bracket *b)
{
    const uint64_t few = b->few ? b->few : 1;
    const uint64_t middle = (uint64_t)sqrt((double)few * (double)b->enough);
    return middle > b->few ? middle : b->few + 1;
}

static bool is_narrow(const struct bracket *b)
{
    return b->enough - b->few <= 1 || (double)(b->enough - b->few) <= IB_SEARCH_PART * (double)b->few;
}

/* The most informative next training; 0: the bracket is narrow, or there is none. */
static uint64_t next_probe(const struct state *s, double target, uint64_t claim)
{
    const struct bracket b = bracket_of(s, target);
    if (b.enough)
        return is_narrow(&b) ? 0 : between(&b);
    if (claim && !is_known(s, claim))
        return claim;
    return is_known(s, s->search->most) ? 0 : s->search->most;
}

static bool find(struct state *s, double target, struct ib_found *out)
{
    const uint64_t claim = claim_of(s->search, target);
    *out = (struct ib_found){.claimed = claim > 0};
    for (uint64_t epochs; out->trainings < IB_SEARCH_MOST && (epochs = next_probe(s, target, claim));
         out->trainings++)
        if (!probe(s, epochs))
            return false;
    const struct bracket b = bracket_of(s, target);
    out->epochs = b.enough;
    out->loss = b.loss;
    return true;
}

bool ib_iteration_search(const struct ib_iteration_search *search, const double *losses, size_t n,
                         struct ib_found *out)
{
    struct state s = {.search = search};
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = find(&s, losses[i], &out[i]);
    ib_arena_free(&s.arena);
    return ok;
}
