#include "run/oracle_cache.h"

#include "base/error.h"
#include "base/file.h"
#include "parent/worker_process.h"
#include "run/unseen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LAST_EPOCH_NS                                                                                        \
    60000000000u /* in addition to the budget, for the drift trajectory and single steps                     \
                  */

/* outcome: ok, or timeout: another try would take as long as this one. */
struct ib_kept_trajectory {
    char key[1024];
    struct ib_trajectory trajectory;
    struct ib_outcome outcome;
    struct ib_kept_trajectory *next;
};

/* Everything that determines a trajectory, so not the implementation, the residency or the epochs read. */
static void key_of(const struct ib_case *c, uint64_t variant, const struct ib_oracle_request *request,
                   char *key, size_t n)
{
    const struct ib_network *net = &c->spec.net;
    int used =
        snprintf(key, n, "%s %s %llu %d %a %d %a %llu %llu %d %d %d %llu %d %d %d %u %d %llu", c->model->name,
                 c->dataset->sha256, (unsigned long long)variant, (int)ib_workspace_exact_type(&c->spec),
                 c->spec.lr, (int)c->spec.optimizer, c->spec.weight_decay, (unsigned long long)c->spec.batch,
                 (unsigned long long)request->epochs, (int)net->act, (int)net->loss, (int)c->init,
                 (unsigned long long)c->seed, (int)request->arithmetic.type,
                 (int)request->arithmetic.products, (int)request->arithmetic.reversed,
                 request->arithmetic.jitter, (int)request->step, (unsigned long long)request->at_step);
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

static enum ib_status check_shape(const struct ib_npy_header *h, uint64_t epochs)
{
    if (h->kind != 'f' || h->bytes != sizeof(double) || h->cols < 2 || h->cols > 3)
        return ib_fail(
            IB_EINVAL, "loss.npy",
            "has %llu columns of %c%u, expected 2 of f8: epoch and loss (for another algorithm also seconds)",
            (unsigned long long)h->cols, h->kind, h->bytes);
    if (h->rows > epochs + 1)
        return ib_fail(IB_EINVAL, "loss.npy", "has %llu rows for a training of %llu epochs",
                       (unsigned long long)h->rows, (unsigned long long)epochs);
    return ib_memory_check("loss.npy", (double)(h->rows * h->cols) * sizeof(double));
}

enum ib_status ib_curve_read(const struct ib_npy_input *in, uint64_t epochs, struct ib_arena *arena,
                             struct ib_curve *out, const double **seconds)
{
    const uint64_t rows = in->header.rows, cols = in->header.cols;
    IB_TRY(check_shape(&in->header, epochs));
    double *table = ib_arena_alloc(arena, rows * cols * sizeof *table), *time = NULL;
    IB_TRY(ib_npy_input_rows(in, 0, rows, table));
    *out = (struct ib_curve){.n = rows};
    out->epoch = ib_arena_alloc(arena, rows * sizeof *out->epoch);
    out->loss = ib_arena_alloc(arena, rows * sizeof *out->loss);
    if (cols == 3)
        time = ib_arena_alloc(arena, rows * sizeof *time);
    for (uint64_t i = 0; i < rows; i++) {
        const double *row = table + cols * i;
        IB_TRY(check_epoch(row[0], i ? (double)out->epoch[i - 1] : -1));
        out->epoch[i] = (uint64_t)row[0];
        out->loss[i] = row[1];
        if (time)
            time[i] = row[2];
    }
    *seconds = time;
    return IB_OK;
}

static enum ib_status load_curve(const char *path, uint64_t epochs, struct ib_arena *arena,
                                 struct ib_curve *out)
{
    struct ib_npy_input in;
    const double *seconds;
    IB_TRY(ib_npy_input_open(path, &in));
    enum ib_status status = ib_curve_read(&in, epochs, arena, out, &seconds);
    ib_npy_input_close(&in);
    return status;
}

/* out->size, the number of parameters or of a sketch's elements, is known. */
static enum ib_status load_trajectory(const char *folder, uint64_t epochs, struct ib_arena *arena,
                                      struct ib_trajectory *out)
{
    IB_TRY(load_curve(ib_arena_print(arena, "%s/loss.npy", folder), epochs, arena, &out->curve));
    return ib_npy_load(arena, ib_arena_print(arena, "%s/params.npy", folder), out->size, &out->params);
}

/* ---- one oracle run ---- */

/* from: the state to start from; NULL: the case's own. */
static bool run_oracle(struct ib_oracle_cache *refs, const struct ib_case *c, uint64_t variant,
                       const double *from, struct ib_oracle_request *request, struct ib_trajectory *out,
                       struct ib_outcome *outcome)
{
    struct ib_job job;
    struct ib_worker_process *worker = NULL;
    json_t *answer = NULL;
    uint64_t timeout_ns = refs->budget_ns + LAST_EPOCH_NS;
    enum ib_status status = ib_unseen_job(refs->work, c, ib_workspace_exact_type(&c->spec), variant, &job);
    if (status == IB_OK)
        status = ib_workspace_folder(refs->work, &request->out);
    if (status == IB_OK && from)
        status = ib_workspace_start_from(refs->work, from, request->out, &job);
    if (status != IB_OK)
        return ib_outcome_error(outcome, status);
    bool ok =
        ib_worker_start(NULL, NULL, NULL, timeout_ns, &worker, outcome) &&
        ib_worker_process_ask(worker, ib_oracle_request_to_json(&job, request), timeout_ns, &answer, outcome);
    ib_worker_process_end(worker);
    out->epochs = (uint64_t)json_integer_value(json_object_get(answer, "epochs"));
    json_decref(answer);
    out->size = request->step ? ib_sketch_size(&c->spec.net) : ib_network_size(&c->spec.net);
    ok = ok && ib_outcome_error(outcome, load_trajectory(request->out, request->epochs, &refs->arena, out));
    ib_folder_remove(request->out);
    return ok;
}

static bool get(struct ib_oracle_cache *refs, const struct ib_case *c, uint64_t variant,
                struct ib_oracle_request *request, const struct ib_trajectory **out,
                struct ib_outcome *outcome)
{
    char key[sizeof refs->kept->key];
    struct ib_kept_trajectory *kept;
    key_of(c, variant, request, key, sizeof key);
    for (kept = refs->kept; kept && strcmp(kept->key, key) != 0; kept = kept->next)
        ;
    if (!kept) {
        kept = ib_arena_alloc(&refs->arena, sizeof *kept);
        if (!run_oracle(refs, c, variant, NULL, request, &kept->trajectory, outcome) &&
            outcome->status != IB_CASE_TIMEOUT)
            return false;
        memcpy(kept->key, key, sizeof key);
        kept->outcome = *outcome;
        kept->next = refs->kept;
        refs->kept = kept;
    }
    *out = &kept->trajectory;
    *outcome = kept->outcome;
    return outcome->status == IB_CASE_OK;
}

static const struct ib_arithmetic exact = {.type = IB_F64};

bool ib_oracle_cache_get_variant(struct ib_oracle_cache *refs, const struct ib_case *c, uint64_t variant,
                                 const struct ib_trajectory **truth, const struct ib_trajectory **drift,
                                 struct ib_outcome *outcome)
{
    struct ib_oracle_request request = {
        .epochs = c->epochs, .budget_ns = refs->budget_ns, .arithmetic = exact};
    if (!get(refs, c, variant, &request, truth, outcome))
        return false;
    *drift = *truth;
    if ((*truth)->epochs == 0)
        return true;
    return ib_oracle_cache_drift(refs, c, variant, (*truth)->epochs, 0, drift, outcome);
}

bool ib_oracle_cache_get(struct ib_oracle_cache *refs, const struct ib_case *c,
                         const struct ib_trajectory **truth, const struct ib_trajectory **drift,
                         struct ib_outcome *outcome)
{
    return ib_oracle_cache_get_variant(refs, c, IB_UNSEEN_NONE, truth, drift, outcome);
}

bool ib_oracle_cache_drift(struct ib_oracle_cache *refs, const struct ib_case *c, uint64_t variant,
                           uint64_t epochs, unsigned n, const struct ib_trajectory **out,
                           struct ib_outcome *outcome)
{
    struct ib_oracle_request request = {
        .epochs = epochs, .arithmetic = ib_drift_arithmetic(c->spec.dtype, ib_case_products(c), n)};
    return get(refs, c, variant, &request, out, outcome);
}

/* The step from the initial parameters is the same for all implementations and is cached. */
static bool get_step(struct ib_oracle_cache *refs, const struct ib_case *c, const double *from,
                     struct ib_oracle_request *request, struct ib_sketched *out, struct ib_outcome *outcome)
{
    struct ib_trajectory fresh;
    const struct ib_trajectory *found = &fresh;
    if (from ? !run_oracle(refs, c, IB_UNSEEN_NONE, from, request, &fresh, outcome)
             : !get(refs, c, IB_UNSEEN_NONE, request, &found, outcome))
        return false;
    *out = (struct ib_sketched){found->curve.loss[0], found->params};
    return true;
}

bool ib_oracle_cache_step(struct ib_oracle_cache *refs, const struct ib_case *c, const double *from,
                          uint64_t number, struct ib_sketched *truth, struct ib_sketched *drift,
                          struct ib_outcome *outcome)
{
    struct ib_oracle_request request = {.epochs = 1, .arithmetic = exact, .step = true, .at_step = number};
    if (!get_step(refs, c, from, &request, truth, outcome))
        return false;
    return ib_oracle_cache_step_drift(refs, c, from, number, 0, drift, outcome);
}

bool ib_oracle_cache_step_drift(struct ib_oracle_cache *refs, const struct ib_case *c, const double *from,
                                uint64_t number, unsigned n, struct ib_sketched *out,
                                struct ib_outcome *outcome)
{
    struct ib_oracle_request request = {.epochs = 1,
                                        .arithmetic =
                                            ib_drift_arithmetic(c->spec.dtype, ib_case_products(c), n),
                                        .step = true,
                                        .at_step = number};
    return get_step(refs, c, from, &request, out, outcome);
}

void ib_oracle_cache_free(struct ib_oracle_cache *refs)
{
    ib_arena_free(&refs->arena);
    refs->kept = NULL;
}
