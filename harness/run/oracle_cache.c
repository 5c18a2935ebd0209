#include "run/oracle_cache.h"

#include "base/error.h"
#include "parent/worker_process.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LAST_EPOCH_NS                                                                                        \
    60000000000u /* in addition to the budget, for the drift trajectory and single steps                     \
                  */

struct ib_kept_trajectory {
    char key[1024];
    struct ib_trajectory trajectory;
    struct ib_kept_trajectory *next;
};

/* Everything that determines a trajectory, so not the implementation, the residency or the epochs read. */
static void key_of(const struct ib_case *c, const struct ib_oracle_request *request, char *key, size_t n)
{
    const struct ib_network *net = &c->spec.net;
    int used = snprintf(key, n, "%s %s %d %a %llu %d %d %d %llu %d %d %d %d", c->model->name,
                        c->dataset->sha256, (int)ib_workspace_exact_type(&c->spec), c->spec.lr,
                        (unsigned long long)request->epochs, (int)net->act, (int)net->loss, (int)c->init,
                        (unsigned long long)c->seed, (int)request->arithmetic.type,
                        (int)request->arithmetic.tf32, (int)request->arithmetic.reversed, (int)request->step);
    for (uint32_t l = 0; l <= net->n_layers && used > 0 && (size_t)used < n; l++)
        used += snprintf(key + used, n - (size_t)used, " %llu", (unsigned long long)net->width[l]);
}

/* ---- from files to a trajectory ---- */

static enum ib_status check_epoch(double epoch, double before)
{
    const double most = 0x1p53; /* largest range of exact integers */
    if (epoch >= 0 && epoch <= most && floor(epoch) == epoch && epoch > before)
        return IB_OK;
    return ib_fail(IB_EINVAL, "loss.npy", "its first column must be ascending epoch numbers; %g follows %g",
                   epoch, before);
}

static const double *read_seconds(const struct ib_npy *npy, struct ib_arena *arena)
{
    double *seconds = ib_arena_alloc(arena, npy->rows * sizeof *seconds);
    for (uint64_t i = 0; i < npy->rows; i++)
        seconds[i] = ib_npy_at(npy, npy->cols * i + 2);
    return seconds;
}

enum ib_status ib_curve_read(const struct ib_npy *npy, struct ib_arena *arena, struct ib_curve *out,
                             const double **seconds)
{
    if (npy->type != IB_F64 || npy->cols < 2 || npy->cols > 3)
        return ib_fail(
            IB_EINVAL, "loss.npy",
            "has %llu columns of %s, expected 2 of f64: epoch and loss (for another algorithm also seconds)",
            (unsigned long long)npy->cols, ib_word_of(ib_dtype_words, (int)npy->type));
    *out = (struct ib_curve){.n = npy->rows};
    out->epoch = ib_arena_alloc(arena, npy->rows * sizeof *out->epoch);
    out->loss = ib_arena_alloc(arena, npy->rows * sizeof *out->loss);
    for (uint64_t i = 0; i < npy->rows; i++) {
        const double epoch = ib_npy_at(npy, npy->cols * i);
        IB_TRY(check_epoch(epoch, i ? (double)out->epoch[i - 1] : -1));
        out->epoch[i] = (uint64_t)epoch;
        out->loss[i] = ib_npy_at(npy, npy->cols * i + 1);
    }
    *seconds = npy->cols == 3 ? read_seconds(npy, arena) : NULL;
    return IB_OK;
}

static enum ib_status load_curve(const char *path, struct ib_arena *arena, struct ib_curve *out)
{
    struct ib_npy npy;
    const double *seconds;
    IB_TRY(ib_npy_open(path, &npy));
    enum ib_status status = ib_curve_read(&npy, arena, out, &seconds);
    ib_npy_close(&npy);
    return status;
}

static enum ib_status load_trajectory(const char *folder, struct ib_arena *arena, struct ib_trajectory *out)
{
    char path[4096];
    struct ib_npy npy;
    snprintf(path, sizeof path, "%s/loss.npy", folder);
    IB_TRY(load_curve(path, arena, &out->curve));
    snprintf(path, sizeof path, "%s/params.npy", folder);
    IB_TRY(ib_npy_open(path, &npy));
    out->size = npy.rows * npy.cols;
    out->params = ib_arena_alloc(arena, out->size * sizeof *out->params);
    for (uint64_t i = 0; i < out->size; i++)
        out->params[i] = ib_npy_at(&npy, i);
    ib_npy_close(&npy);
    return IB_OK;
}

/* ---- one oracle run ---- */

/* Writes parameters to the folder and makes the job start from them. */
static enum ib_status start_from(struct ib_oracle_cache *refs, const double *params, const char *folder,
                                 struct ib_job *job)
{
    for (uint32_t p = 0; p < ib_network_params(&job->spec.net); p++) {
        job->start[p] = ib_arena_print(&refs->arena, "%s/start-%u.npy", folder, p);
        IB_TRY(ib_npy_write_f64(job->start[p], job->spec.dtype, ib_network_param_rows(&job->spec.net, p),
                                ib_network_param_cols(&job->spec.net, p), params));
        params += ib_network_param_size(&job->spec.net, p);
    }
    return IB_OK;
}

/* from: the parameters to start from; NULL: the case's own. */
static bool run_oracle(struct ib_oracle_cache *refs, const struct ib_case *c, const double *from,
                       struct ib_oracle_request *request, struct ib_trajectory *out,
                       struct ib_outcome *outcome)
{
    struct ib_job job;
    struct ib_worker_process *worker = NULL;
    json_t *answer = NULL;
    uint64_t timeout_ns = refs->budget_ns + LAST_EPOCH_NS;
    enum ib_status status = ib_workspace_job(refs->work, c, ib_workspace_exact_type(&c->spec), &job);
    if (status == IB_OK)
        status = ib_workspace_folder(refs->work, &request->out);
    if (status == IB_OK && from)
        status = start_from(refs, from, request->out, &job);
    if (status != IB_OK)
        return ib_outcome_error(outcome, status);
    bool ok =
        ib_worker_start(NULL, NULL, timeout_ns, &worker, outcome) &&
        ib_worker_process_ask(worker, ib_oracle_request_to_json(&job, request), timeout_ns, &answer, outcome);
    ib_worker_process_end(worker);
    if (!ok)
        return false;
    out->epochs = (uint64_t)json_integer_value(json_object_get(answer, "epochs"));
    json_decref(answer);
    ok = ib_outcome_error(outcome, load_trajectory(request->out, &refs->arena, out));
    ib_workspace_remove(request->out);
    return ok;
}

static bool get(struct ib_oracle_cache *refs, const struct ib_case *c, struct ib_oracle_request *request,
                const struct ib_trajectory **out, struct ib_outcome *outcome)
{
    char key[sizeof refs->kept->key];
    struct ib_kept_trajectory *kept;
    key_of(c, request, key, sizeof key);
    for (kept = refs->kept; kept && strcmp(kept->key, key) != 0; kept = kept->next)
        ;
    if (!kept) {
        kept = ib_arena_alloc(&refs->arena, sizeof *kept);
        if (!run_oracle(refs, c, NULL, request, &kept->trajectory, outcome))
            return false;
        memcpy(kept->key, key, sizeof key);
        kept->next = refs->kept;
        refs->kept = kept;
    }
    *out = &kept->trajectory;
    return ib_outcome_set(outcome, IB_CASE_OK, "%s", "");
}

static const struct ib_arithmetic exact = {.type = IB_F64};

/* The arithmetic of an answer, or for f64 the same sums in reverse order. */
static struct ib_arithmetic drift_of(const struct ib_case *c)
{
    const enum ib_dtype type = c->spec.dtype;
    return (struct ib_arithmetic){.type = type, .tf32 = ib_case_tf32(c), .reversed = type == IB_F64};
}

bool ib_oracle_cache_get(struct ib_oracle_cache *refs, const struct ib_case *c,
                         const struct ib_trajectory **truth, const struct ib_trajectory **drift,
                         struct ib_outcome *outcome)
{
    struct ib_oracle_request request = {
        .epochs = c->epochs, .budget_ns = refs->budget_ns, .arithmetic = exact};
    if (!get(refs, c, &request, truth, outcome))
        return false;
    *drift = *truth;
    if ((*truth)->epochs == 0)
        return true;
    request = (struct ib_oracle_request){.epochs = (*truth)->epochs, .arithmetic = drift_of(c)};
    return get(refs, c, &request, drift, outcome);
}

/* The step from the initial parameters is the same for all implementations and is cached. */
static bool get_step(struct ib_oracle_cache *refs, const struct ib_case *c, const double *from,
                     struct ib_oracle_request *request, struct ib_sketched *out, struct ib_outcome *outcome)
{
    struct ib_trajectory fresh;
    const struct ib_trajectory *found = &fresh;
    if (from ? !run_oracle(refs, c, from, request, &fresh, outcome) : !get(refs, c, request, &found, outcome))
        return false;
    *out = (struct ib_sketched){found->curve.loss[0], found->params};
    return true;
}

bool ib_oracle_cache_step(struct ib_oracle_cache *refs, const struct ib_case *c, const double *from,
                          struct ib_sketched *truth, struct ib_sketched *drift, struct ib_outcome *outcome)
{
    struct ib_oracle_request request = {.epochs = 1, .arithmetic = exact, .step = true};
    if (!get_step(refs, c, from, &request, truth, outcome))
        return false;
    request.arithmetic = drift_of(c);
    return get_step(refs, c, from, &request, drift, outcome);
}

void ib_oracle_cache_free(struct ib_oracle_cache *refs)
{
    ib_arena_free(&refs->arena);
    refs->kept = NULL;
}
