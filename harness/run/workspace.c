#include "run/workspace.h"

#include "base/error.h"
#include "base/file.h"
#include "base/npy.h"
#include "base/random.h"
#include "base/utf8.h"
#include "core/batches.h"
#include "run/answer_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the folder ---- */

enum ib_status ib_workspace_open(const char *parent, struct ib_workspace *out)
{
    *out = (struct ib_workspace){0};
    char *folder = parent ? ib_arena_print(&out->arena, "%s/ironbench-XXXXXX", parent) : NULL;
    enum ib_status status = !parent ? ib_temporary_folder(&out->arena, "ironbench", NULL, &folder)
                            : mkdtemp(folder)
                                ? IB_OK
                                : ib_fail_errno(parent, "cannot create a folder for the run's arrays");
    if (status != IB_OK) {
        ib_arena_free(&out->arena);
        return status;
    }
    out->folder = realpath(folder, NULL); /* absolute: workers may run elsewhere */
    out->secret = ib_random_u64();
    status = !out->folder ? ib_fail_errno(folder, "cannot be resolved")
             : ib_utf8_valid(out->folder)
                 ? IB_OK
                 : ib_fail(IB_EINVAL, out->folder,
                           "this path is not valid UTF-8, and workers are told of it "
                           "in JSON");
    if (status != IB_OK) {
        ib_workspace_close(out);
        return status;
    }
    out->memory = ib_answer_memory_open(&out->arena, out->folder);
    out->hidden = parent ? ib_arena_copy(&out->arena, parent) : out->folder;
    return IB_OK;
}

void ib_workspace_close(struct ib_workspace *w)
{
    if (w->memory)
        ib_folder_remove(w->memory);
    if (w->folder)
        ib_folder_remove(w->folder);
    free((void *)(uintptr_t)w->folder);
    ib_arena_free(&w->arena);
    *w = (struct ib_workspace){0};
}

enum ib_status ib_workspace_cache(struct ib_workspace *w, const char *name, const char **out)
{
    *out = ib_arena_print(&w->arena, "%s/cache-%s", w->folder, name);
    return mkdir(*out, 0777) == 0 || errno == EEXIST ? IB_OK
                                                     : ib_fail_errno(*out, "cannot create the folder");
}

enum ib_status ib_workspace_folder(struct ib_workspace *w, const char **out)
{
    char *folder = ib_arena_print(&w->arena, "%s/%llu", w->folder, (unsigned long long)w->n_folders++);
    if (mkdir(folder, 0777) != 0)
        return ib_fail_errno(folder, "cannot create the folder");
    *out = folder;
    return IB_OK;
}

/* ---- data sets ---- */

/* Writes the data set in a type, with scaled and with plain targets. */
static enum ib_status prepare(struct ib_workspace *w, const struct ib_dataset *dataset, enum ib_dtype type)
{
    const char *folder;
    IB_TRY(ib_workspace_folder(w, &folder));
    struct ib_prepared *plain = ib_arena_alloc(&w->arena, 2 * sizeof *plain), *scaled = plain + 1;
    *plain = (struct ib_prepared){.dataset = dataset,
                                  .type = type,
                                  .x = ib_arena_print(&w->arena, "%s/x.npy", folder),
                                  .y = ib_arena_print(&w->arena, "%s/y.npy", folder),
                                  .x_test = ib_arena_print(&w->arena, "%s/x_test.npy", folder),
                                  .next = w->prepared};
    *scaled = *plain;
    scaled->targets = IB_TARGETS_SCALED;
    scaled->y = ib_arena_print(&w->arena, "%s/y_scaled.npy", folder);
    scaled->next = plain;
    IB_TRY(ib_standardise(&w->arena, plain, scaled));
    const char *const files[] = {plain->x, plain->y, plain->x_test, scaled->y};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        IB_TRY(ib_shared_files_add(&w->arena, &w->shared, files[i]));
    w->prepared = scaled;
    return IB_OK;
}

/* Writes the targets again, with a column for each class, which can be large. */
static enum ib_status prepare_classes(struct ib_workspace *w, const struct ib_prepared *plain)
{
    const char *folder;
    IB_TRY(ib_workspace_folder(w, &folder));
    struct ib_prepared *one_hot = ib_arena_alloc(&w->arena, sizeof *one_hot);
    *one_hot = *plain;
    one_hot->targets = IB_TARGETS_ONE_HOT;
    one_hot->y = ib_arena_print(&w->arena, "%s/y_one_hot.npy", folder);
    one_hot->next = w->prepared;
    IB_TRY(ib_one_hot_targets(&w->arena, plain, one_hot));
    IB_TRY(ib_shared_files_add(&w->arena, &w->shared, one_hot->y));
    w->prepared = one_hot;
    return IB_OK;
}

bool ib_workspace_intact(struct ib_workspace *w, const char **changed)
{
    *changed = ib_shared_files_changed(&w->shared);
    if (!*changed)
        return true;
    w->removed |= access(*changed, F_OK) != 0;
    w->prepared = NULL;
    w->starts = NULL;
    w->orders = NULL;
    w->unseen = NULL;
    w->shared.n = 0;
    return false;
}

static const struct ib_prepared *find_prepared(const struct ib_workspace *w, const struct ib_dataset *dataset,
                                               enum ib_dtype type, enum ib_targets targets)
{
    const struct ib_prepared *p = w->prepared;
    while (p && !(p->dataset == dataset && p->type == type && p->targets == targets))
        p = p->next;
    return p;
}

static enum ib_targets targets_of(const struct ib_case *c)
{
    return ib_loss_rule(c->spec.net.loss)->targets;
}

bool ib_workspace_is_prepared(const struct ib_workspace *w, const struct ib_case *c, enum ib_dtype type)
{
    return find_prepared(w, c->dataset, type, targets_of(c)) != NULL;
}

enum ib_status ib_workspace_prepare(struct ib_workspace *w, const struct ib_case *c, enum ib_dtype type,
                                    const struct ib_prepared **out)
{
    const enum ib_targets targets = targets_of(c);
    *out = find_prepared(w, c->dataset, type, targets);
    if (*out)
        return IB_OK;
    if (!find_prepared(w, c->dataset, type, IB_TARGETS_PLAIN))
        IB_TRY(prepare(w, c->dataset, type));
    if (targets == IB_TARGETS_ONE_HOT)
        IB_TRY(prepare_classes(w, find_prepared(w, c->dataset, type, IB_TARGETS_PLAIN)));
    *out = find_prepared(w, c->dataset, type, targets);
    return IB_OK;
}

enum ib_dtype ib_workspace_exact_type(const struct ib_training_spec *spec)
{
    return spec->rows > IB_EXACT_ELEMENTS_MAX / spec->net.width[0] ? spec->dtype : IB_F64;
}

/* ---- initial parameters ---- */

/* The initial state on disk: parameters drawn once by the parent for all implementations, so that all start
 * from the same point, and zeros for what the optimiser keeps. */
struct ib_start {
    struct ib_network net;
    enum ib_init init;
    uint64_t seed;
    enum ib_dtype type;
    const struct ib_model *model; /* names the parameters */
    enum ib_optimizer optimizer;
    const char *path[IB_MAX_STATE];
    struct ib_start *next;
};

static bool same_start(const struct ib_start *s, const struct ib_case *c, enum ib_dtype type)
{
    const struct ib_network *net = &c->spec.net;
    return s->model == c->model && s->init == c->init && s->seed == c->seed && s->type == type &&
           s->optimizer == c->spec.optimizer && s->net.n_layers == net->n_layers &&
           memcmp(s->net.width, net->width, sizeof net->width) == 0;
}

static const char *state_name(const struct ib_model *model, const struct ib_training_spec *spec, uint32_t s,
                              char text[8])
{
    char param[8];
    ib_model_param_name(model, ib_state_param(spec, s) % IB_MAX_PARAMS, param);
    return ib_state_name(spec, s, param, text);
}

static enum ib_status write_start(struct ib_arena *arena, const char *folder, struct ib_start *start)
{
    const struct ib_training_spec spec = {.net = start->net, .optimizer = start->optimizer};
    const uint64_t total = ib_state_total(&spec);
    double *state = calloc(total, sizeof *state);
    if (!state)
        return ib_fail(IB_ENOMEM, folder, "out of memory for the initial parameters");
    ib_model_init(&spec.net, start->init, start->seed, state);
    enum ib_status status = IB_OK;
    for (uint32_t s = 0; status == IB_OK && s < ib_state_count(&spec); s++) {
        char name[8];
        start->path[s] = ib_arena_print(arena, "%s/%s.npy", folder, state_name(start->model, &spec, s, name));
        status = ib_npy_write_f64(start->path[s], start->type, ib_state_rows(&spec, s),
                                  ib_state_cols(&spec, s), state + ib_state_at(&spec, s));
    }
    free(state);
    return status;
}

static enum ib_status find_start(struct ib_workspace *w, const struct ib_case *c, enum ib_dtype type,
                                 const struct ib_start **out)
{
    const char *folder;
    for (*out = w->starts; *out; *out = (*out)->next)
        if (same_start(*out, c, type))
            return IB_OK;
    IB_TRY(ib_workspace_folder(w, &folder));
    struct ib_start *start = ib_arena_alloc(&w->arena, sizeof *start);
    *start = (struct ib_start){.net = c->spec.net,
                               .init = c->init,
                               .seed = c->seed,
                               .type = type,
                               .model = c->model,
                               .optimizer = c->spec.optimizer};
    IB_TRY(write_start(&w->arena, folder, start));
    for (uint32_t s = 0; s < ib_state_count(&c->spec); s++)
        IB_TRY(ib_shared_files_add(&w->arena, &w->shared, start->path[s]));
    start->next = w->starts;
    w->starts = start;
    *out = start;
    return IB_OK;
}

/* ---- orders of the rows, for mini-batches ---- */

/* On disk: drawn once for all trainings with as many rows and the same seed, whatever their batches. */
struct ib_row_order {
    uint64_t rows, seed;
    const char *path;
    struct ib_row_order *next;
};

static enum ib_status write_order(const struct ib_training_spec *spec, uint64_t seed, const char *path)
{
    const uint64_t orders = ib_order_count(spec);
    uint32_t *order = malloc(orders * spec->rows * sizeof *order);
    if (!order)
        return ib_fail(IB_ENOMEM, path, "out of memory for the order of the rows");
    ib_order_draw(spec, seed, order);
    const enum ib_status status = ib_npy_write(path, IB_U32, orders, spec->rows, order);
    free(order);
    return status;
}

enum ib_status ib_workspace_order(struct ib_workspace *w, const struct ib_case *c, const char **path)
{
    const char *folder;
    *path = NULL;
    if (!c->spec.batch)
        return IB_OK;
    for (const struct ib_row_order *o = w->orders; o && !*path; o = o->next)
        if (o->rows == c->spec.rows && o->seed == c->seed)
            *path = o->path;
    if (*path)
        return IB_OK;
    IB_TRY(ib_workspace_folder(w, &folder));
    struct ib_row_order *o = ib_arena_alloc(&w->arena, sizeof *o);
    *o = (struct ib_row_order){c->spec.rows, c->seed, ib_arena_print(&w->arena, "%s/order.npy", folder),
                               w->orders};
    IB_TRY(write_order(&c->spec, c->seed, o->path));
    IB_TRY(ib_shared_files_add(&w->arena, &w->shared, o->path));
    w->orders = o;
    *path = o->path;
    return IB_OK;
}

/* ---- jobs ---- */

enum ib_status ib_workspace_job(struct ib_workspace *w, const struct ib_case *c, enum ib_dtype type,
                                struct ib_job *out)
{
    const struct ib_prepared *prepared;
    IB_TRY(ib_workspace_prepare(w, c, type, &prepared));
    *out = (struct ib_job){.impl = c->impl->info->name,
                           .plugin = c->impl->info->plugin,
                           .settings = c->impl->settings,
                           .n_settings = c->impl->n_settings,
                           .residency = c->residency,
                           .model = c->model->name,
                           .spec = c->spec,
                           .x = prepared->x,
                           .y = prepared->y,
                           .x_test = prepared->x_test};
    out->spec.dtype = type;
    const struct ib_start *start;
    IB_TRY(ib_workspace_order(w, c, &out->order));
    IB_TRY(find_start(w, c, type, &start));
    for (uint32_t s = 0; s < ib_state_count(&c->spec); s++) {
        state_name(c->model, &c->spec, s, out->state_name[s]);
        out->start[s] = start->path[s];
    }
    return IB_OK;
}

enum ib_status ib_workspace_start_from(struct ib_workspace *w, const double *state, const char *folder,
                                       struct ib_job *job)
{
    const struct ib_training_spec *spec = &job->spec;
    for (uint32_t s = 0; s < ib_state_count(spec); s++) {
        job->start[s] = ib_arena_print(&w->arena, "%s/%s.npy", folder, job->state_name[s]);
        IB_TRY(ib_npy_write_f64(job->start[s], spec->dtype, ib_state_rows(spec, s), ib_state_cols(spec, s),
                                state + ib_state_at(spec, s)));
    }
    return IB_OK;
}

enum ib_status ib_workspace_order_from(struct ib_workspace *w, uint64_t epochs, const char *folder,
                                       struct ib_job *job)
{
    const uint64_t rows = job->spec.rows, all = ib_order_count(&job->spec) * rows;
    struct ib_npy order;
    if (!job->spec.batch)
        return IB_OK;
    const uint64_t done = ib_order_at(&job->spec, epochs);
    IB_TRY(ib_npy_open(job->order, &order));
    uint32_t *turned = malloc(all * sizeof *turned);
    for (uint64_t i = 0; turned && i < all; i++)
        turned[i] = ((const uint32_t *)order.data)[(done + i) % all];
    ib_npy_close(&order);
    if (!turned)
        return ib_fail(IB_ENOMEM, job->order, "out of memory for the order of the rows");
    job->order = ib_arena_print(&w->arena, "%s/order.npy", folder);
    const enum ib_status status = ib_npy_write(job->order, IB_U32, all / rows, rows, turned);
    free(turned);
    return status;
}
