#include "run/pass.h"

#include "base/error.h"
#include "base/npy.h"
#include "run/pin.h"
#include "training/law.h"

#include <stdio.h>

bool ib_pass_open(const struct ib_bench *bench, const struct ib_case *c, bool watched, struct ib_job *job,
                  struct ib_child **child, struct ib_outcome *outcome)
{
    json_t *ready = NULL;
    *child = NULL;
    if (!c->impl->info->available)
        return ib_outcome_set(outcome, IB_CASE_UNAVAILABLE, "%s", c->impl->info->reason);
    enum ib_status status = ib_workspace_job(bench->work, c, c->dtype, job);
    if (status != IB_OK)
        return ib_outcome_error(outcome, status);
    job->watched = watched;
    cpu_set_t cpus;
    if (!ib_worker_start(bench->program, ib_pin(bench->measure, c, &cpus) ? &cpus : NULL,
                         bench->measure->timeout_ns, child, outcome))
        return false;
    if (!ib_child_limit_memory(*child, bench->measure->memory_bytes, bench->measure->memory_by, outcome))
        return false;
    bool ok =
        ib_child_ask(*child, ib_job_to_json(job, "problem"), bench->measure->timeout_ns, &ready, outcome);
    json_decref(ready);
    return ok;
}

bool ib_pass_train(const struct ib_bench *bench, struct ib_child *child,
                   const struct ib_train_request *request, struct ib_pass_result *out,
                   struct ib_outcome *outcome)
{
    json_t *done = NULL;
    if (!ib_child_ask(child, ib_train_request_to_json(request), bench->measure->timeout_ns, &done, outcome))
        return false;
    bool ok = ib_outcome_error(outcome, ib_pass_result_from_json(done, out));
    json_decref(done);
    return ok;
}

/* ---- arrays ---- */

/* Appends the elements of folder/name.npy to `out`; its shape must be rows x cols. */
static enum ib_status load_array(const char *folder, const char *name, uint64_t rows, uint64_t cols,
                                 double *out)
{
    char path[4096];
    struct ib_npy npy;
    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    IB_TRY(ib_npy_open(path, &npy));
    bool fits = npy.rows == rows && npy.cols == cols;
    for (uint64_t i = 0; fits && i < rows * cols; i++)
        out[i] = ib_npy_at(&npy, i);
    ib_npy_close(&npy);
    return fits ? IB_OK
                : ib_fail(IB_EINVAL, name, "came back as %llu x %llu, expected %llu x %llu",
                          (unsigned long long)npy.rows, (unsigned long long)npy.cols,
                          (unsigned long long)rows, (unsigned long long)cols);
}

static enum ib_status load_curve(const char *folder, struct ib_arena *arena, struct ib_curve *out)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/loss.npy", folder);
    return ib_curve_load(path, arena, out);
}

static enum ib_status load_arrays(const struct ib_job *job, const char *folder, bool with_curve,
                                  struct ib_arena *arena, struct ib_arrays *out)
{
    uint64_t outputs = job->net.width[job->net.n_layers];
    double *params = ib_arena_alloc(arena, ib_network_size(&job->net) * sizeof *params), *next = params;
    double *predictions = ib_arena_alloc(arena, job->test_rows * outputs * sizeof *predictions);
    for (uint32_t p = 0; p < ib_network_params(&job->net); p++) {
        IB_TRY(load_array(folder, job->param_name[p], ib_network_param_rows(&job->net, p),
                          ib_network_param_cols(&job->net, p), next));
        next += ib_network_param_size(&job->net, p);
    }
    IB_TRY(load_array(folder, "predictions", job->test_rows, outputs, predictions));
    if (with_curve)
        IB_TRY(load_curve(folder, arena, &out->curve));
    out->final = (struct ib_final){ib_network_size(&job->net), job->test_rows * outputs, params, predictions};
    return IB_OK;
}

bool ib_pass_load(const struct ib_job *job, const char *folder, bool with_curve, struct ib_arena *arena,
                  struct ib_arrays *out, struct ib_outcome *outcome)
{
    *out = (struct ib_arrays){0};
    bool ok = ib_outcome_error(outcome, load_arrays(job, folder, with_curve, arena, out));
    ib_workspace_remove(folder);
    return ok;
}

/* ---- copies ---- */

bool ib_pass_obeys_law(const struct ib_case *c, const struct ib_pass_result *result, uint64_t epochs,
                       uint64_t reads, struct ib_outcome *outcome)
{
    char why[256];
    struct ib_law_case law = {.type = c->dtype,
                              .residency = c->residency,
                              .fused = result->fused,
                              .fused_predict = result->fused_predict,
                              .rows = c->dataset->rows,
                              .test_rows = c->dataset->test_rows,
                              .epochs = epochs,
                              .reads = reads};
    ib_case_network(c, &law.net);
    if (ib_law_obeyed(&law, &result->ledger, why, sizeof why))
        return true;
    return ib_outcome_set(outcome, IB_CASE_UNTRUSTED, "breaks the transfer law: %s", why);
}

bool ib_pass_witnessed(const struct ib_pass_result *result, struct ib_outcome *outcome)
{
    const struct ib_traffic *ledger = &result->total;
    const struct ib_copies *seen = &result->witness.seen;
    const struct ib_traffic copies = {seen->h2d_count, seen->h2d_bytes, seen->d2h_count, seen->d2h_bytes};
    if (!ib_testimony_given(&result->witness) || ib_traffic_equal(ledger, &copies))
        return true;
    return ib_outcome_set(
        outcome, IB_CASE_UNTRUSTED,
        "hidden copies: the %s saw %llu uploads and %llu downloads (%llu and %llu bytes), the ledger holds "
        "%llu and %llu (%llu and %llu)",
        result->witness.source, (unsigned long long)copies.h2d_count, (unsigned long long)copies.d2h_count,
        (unsigned long long)copies.h2d_bytes, (unsigned long long)copies.d2h_bytes,
        (unsigned long long)ledger->h2d_count, (unsigned long long)ledger->d2h_count,
        (unsigned long long)ledger->h2d_bytes, (unsigned long long)ledger->d2h_bytes);
}
