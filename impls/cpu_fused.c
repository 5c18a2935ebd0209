/* cpu_fused: whole training steps, written by hand for this kind of processor. cpu_fused/README.md explains
 * how, step by step; each step is a variant. This file chooses the variant and the instruction set. */
#include "cpu_fused/fused.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fused_state {
    const struct ib_host *host;
    struct team *team;
    const struct fused_isa *isa;
    enum fused_variant variant;
};

static const char *const variants[FUSED_VARIANTS] = {"fused", "vectorised", "blocked"};

/* ---- the instruction set ---- */

static bool has_avx512(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#else
    return false;
#endif
}

static bool has_avx2(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

static bool has_baseline(void)
{
    return true;
}

/* The best first. */
static const struct {
    const struct fused_isa *isa;
    bool (*present)(void);
    const char *needs;
} isas[] = {
#ifdef __x86_64__
    {&fused_isa_avx512, has_avx512, "AVX-512 F, DQ, VL and BW"},
    {&fused_isa_avx2, has_avx2, "AVX2 and FMA"},
#endif
    {&fused_isa_baseline, has_baseline, ""},
};
enum { N_ISAS = sizeof isas / sizeof *isas };

static enum ib_status choose_isa(const struct ib_host *host, const char *wanted, const struct fused_isa **out)
{
    for (int i = 0; i < N_ISAS; i++) {
        if (strcmp(wanted, "auto") == 0 ? !isas[i].present() : strcmp(wanted, isas[i].isa->name) != 0)
            continue;
        if (!isas[i].present())
            return host->fail(host, IB_EUNAVAILABLE, "isa: %s needs %s, which this processor does not have",
                              wanted, isas[i].needs);
        *out = isas[i].isa;
        return IB_OK;
    }
    return host->fail(host, IB_EUNAVAILABLE, "isa: %s was not built for this kind of processor", wanted);
}

/* ---- trainings ---- */

struct prepared {
    const struct fused_method *method;
    void *training;
};

static void release(void *state, void *prepared)
{
    struct prepared *p = prepared;
    (void)state;
    if (p->training != NULL)
        p->method->close(p->training);
    free(p);
}

static enum ib_status prepare(void *state, const struct ib_problem *problem, void **out)
{
    struct fused_state *s = state;
    struct prepared *p = calloc(1, sizeof *p);
    const struct ib_problem whole = ib_whole_problem(problem);
    if (p != NULL) {
        p->method = &s->isa->methods[s->variant][problem->dtype == IB_F64];
        if (p->method->open(&whole, s->team, &p->training) == IB_OK) {
            *out = p;
            return IB_OK;
        }
        release(s, p);
    }
    return s->host->fail(s->host, IB_ENOMEM, "no memory to pack %llu rows of %llu columns",
                         (unsigned long long)problem->x.rows, (unsigned long long)problem->x.cols);
}

/* A program that does not know `prepare` has x packed within the training. */
static enum ib_status steps(void *state, const struct ib_problem *problem, uint64_t n)
{
    const struct ib_problem whole = ib_whole_problem(problem);
    struct prepared *p = whole.prepared;
    if (p != NULL)
        return p->method->steps(p->training, &whole, n);
    void *mine;
    IB_TRY(prepare(state, problem, &mine));
    p = mine;
    const enum ib_status status = p->method->steps(p->training, &whole, n);
    release(state, mine);
    return status;
}

static enum ib_status predict(void *state, const struct ib_problem *problem, const struct ib_view *x,
                              const struct ib_view *out)
{
    struct fused_state *s = state;
    void *rows = fused_alloc(2 * fused_widest(problem), sizeof(double));
    if (rows == NULL)
        return s->host->fail(s->host, IB_ENOMEM, "no memory for two rows of activations");
    s->isa->predict[problem->dtype == IB_F64](problem, x, out, rows);
    free(rows);
    return IB_OK;
}

/* ---- the implementation ---- */

static enum ib_status fused_open(const struct ib_host *host, void **state)
{
    const int64_t threads = host->option_int(host, "threads");
    const char *variant = host->option_text(host, "variant");
    const struct fused_isa *isa = NULL;
    IB_TRY(choose_isa(host, host->option_text(host, "isa"), &isa));
    struct fused_state *s = calloc(1, sizeof *s);
    struct team *team = s == NULL ? NULL : team_open((uint32_t)threads);
    if (team == NULL) {
        free(s);
        return host->fail(host, IB_ENOMEM, "threads: %d threads cannot be started", (int)threads);
    }
    *s = (struct fused_state){.host = host, .team = team, .isa = isa};
    while (strcmp(variants[s->variant], variant) != 0)
        s->variant++;
    *state = s;
    return IB_OK;
}

static void fused_close(void *state)
{
    struct fused_state *s = state;
    team_close(s->team);
    free(s);
}

static enum ib_status describe(void *state, char *text, size_t n)
{
    const struct fused_state *s = state;
    snprintf(text, n, "%s, vectors of %u bytes", s->isa->name, s->isa->vector_bytes);
    return IB_OK;
}

static const struct ib_option options[] = {
    {"threads", IB_OPTION_INT, "1..64", "1", "threads that share the rows"},
    {"variant", IB_OPTION_TEXT, "fused|vectorised|blocked", "blocked", "the last step of the optimisation"},
    {"isa", IB_OPTION_TEXT, "auto|avx512|avx2|baseline", "auto",
     "instruction set; auto: the best of this processor"},
    {.name = NULL},
};

static const struct ib_fused fused = {
    .struct_size = sizeof fused,
    .steps = steps,
    .predict = predict,
    .prepare = prepare,
    .release = release,
    .updates = IB_DOES_MOMENTUM | IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY | IB_DOES_BATCHES,
};

static const struct ib_impl cpu_fused = {
    .struct_size = sizeof cpu_fused,
    .abi_major = IB_ABI_MAJOR,
    .name = "cpu_fused",
    .summary = "whole steps in one pass over the rows, vectorised and blocked by hand",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .open = fused_open,
    .close = fused_close,
    .fused = &fused,
    .describe = describe,
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cpu_fused};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
