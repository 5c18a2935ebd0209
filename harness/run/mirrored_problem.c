#include "run/mirrored_problem.h"

#include "base/error.h"
#include "base/file.h"
#include "base/npy_input.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger features stay as they are: writing them would take longer than training. */
enum { FEATURES_MAX = 1 << 20 };

static bool has_small_features(const struct ib_mirrored_problem *m)
{
    const struct ib_training_spec *spec = &m->original.spec;
    return spec->rows + spec->test_rows <= FEATURES_MAX / spec->net.width[0];
}

/* Copies an array with other signs (of its features, outputs or array s of the state) to the folder, and
 * returns its path. */
enum kind { FEATURES, OUTPUTS, REVERSED_OUTPUTS, STATE };

static void reverse_rows(double *values, uint64_t rows, uint64_t cols)
{
    for (uint64_t i = 0; i < rows / 2; i++)
        for (uint64_t c = 0; c < cols; c++) {
            const double kept = values[i * cols + c];
            values[i * cols + c] = values[(rows - 1 - i) * cols + c];
            values[(rows - 1 - i) * cols + c] = kept;
        }
}

static enum ib_status change(const struct ib_mirrored_problem *m, enum kind kind, uint32_t s,
                             const char *path, uint64_t rows, uint64_t cols, struct ib_arena *arena,
                             const char **file)
{
    const struct ib_training_spec *spec = &m->original.spec;
    double *values;
    IB_TRY(ib_npy_load(arena, path, rows * cols, &values));
    if (kind == FEATURES)
        ib_mirror_features(&m->mirror, IB_F64, rows, values);
    else if (kind == STATE && ib_state_has_sign(spec, s))
        ib_mirror_param(&m->mirror, IB_F64, ib_state_param(spec, s), values);
    else if (kind != STATE)
        ib_mirror_outputs(&m->mirror, IB_F64, rows, values);
    if (kind == REVERSED_OUTPUTS)
        reverse_rows(values, rows, cols);
    *file = ib_arena_print(&m->work->arena, "%s%s", m->folder, strrchr(path, '/'));
    return ib_npy_write_f64(ib_arena_print(arena, "%s%s", m->written, strrchr(path, '/')), spec->dtype, rows,
                            cols, values);
}

static enum ib_status write_files(struct ib_mirrored_problem *m, bool reversed, struct ib_arena *arena)
{
    const struct ib_job *from = &m->original;
    const struct ib_training_spec *spec = &from->spec;
    const struct ib_network *net = &spec->net;
    if (has_small_features(m)) {
        IB_TRY(change(m, FEATURES, 0, from->x, spec->rows, net->width[0], arena, &m->job.x));
        IB_TRY(change(m, FEATURES, 0, from->x_test, spec->test_rows, net->width[0], arena, &m->job.x_test));
    }
    IB_TRY(change(m, reversed ? REVERSED_OUTPUTS : OUTPUTS, 0, from->y, spec->rows, ib_network_outputs(net),
                  arena, &m->job.y));
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        IB_TRY(change(m, STATE, s, from->start[s], ib_state_rows(spec, s), ib_state_cols(spec, s), arena,
                      &m->job.start[s]));
    return IB_OK;
}

static void remove_files(struct ib_mirrored_problem *m)
{
    if (m->folder)
        ib_folder_remove(m->folder);
    if (m->written && m->written != m->folder)
        ib_folder_remove(m->written);
    m->folder = m->written = NULL;
}

/* Files get to the worker's folder when they are complete: it could have put links there. */
static enum ib_status hand_over(struct ib_mirrored_problem *m)
{
    if (m->written == m->folder)
        return IB_OK;
    if (rename(m->written, m->folder) != 0)
        return ib_fail_errno(m->folder, "cannot be replaced by the files of a problem");
    m->written = m->folder;
    return IB_OK;
}

static enum ib_status write_mirror(struct ib_mirrored_problem *m, uint64_t seed, bool reversed)
{
    struct ib_arena arena = {0};
    remove_files(m);
    IB_TRY(ib_workspace_folder(m->work, &m->written));
    m->folder = m->written;
    if (m->worker)
        IB_TRY(ib_worker_process_folder(m->worker, &m->work->arena, &m->folder));
    ib_mirror_draw(&m->mirror, seed, has_small_features(m));
    enum ib_status status = write_files(m, reversed, &arena);
    if (status == IB_OK)
        status = hand_over(m);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_mirrored_open(struct ib_workspace *work, const struct ib_job *job, bool reversed,
                                struct ib_mirrored_problem *out)
{
    *out = (struct ib_mirrored_problem){.work = work, .original = *job, .job = *job};
    IB_TRY(ib_mirror_open(&out->original.spec.net, &out->mirror));
    IB_TRY(ib_spread_open(ib_network_size(&job->spec.net), &out->spread));
    return write_mirror(out, ib_random_seed(), reversed);
}

enum ib_status ib_mirrored_next(struct ib_mirrored_problem *m)
{
    return write_mirror(m, ib_random_seed(), false);
}

enum ib_status ib_mirrored_original(struct ib_mirrored_problem *m)
{
    return write_mirror(m, 0, false);
}

void ib_mirrored_restore(const struct ib_mirrored_problem *m, const struct ib_final *final)
{
    ib_mirror_params(&m->mirror, (double *)(uintptr_t) final->params);
    ib_mirror_outputs(&m->mirror, IB_F64, m->original.spec.test_rows,
                      (double *)(uintptr_t) final->predictions);
}

enum ib_status ib_mirrored_note(struct ib_mirrored_problem *m, const char *folder)
{
    const struct ib_network *net = &m->original.spec.net;
    struct ib_arena arena = {0};
    double *params = ib_arena_alloc(&arena, ib_network_size(net) * sizeof *params), *next = params;
    enum ib_status status = IB_OK;
    for (uint32_t p = 0; status == IB_OK && p < ib_network_params(net); p++) {
        const uint64_t n = ib_network_param_size(net, p);
        double *values;
        status = ib_npy_load(&arena, ib_arena_print(&arena, "%s/%s.npy", folder, m->original.state_name[p]),
                             n, &values);
        if (status == IB_OK)
            memcpy(next, values, n * sizeof *values);
        next += n;
    }
    if (status == IB_OK) {
        ib_mirror_params(&m->mirror, params);
        ib_spread_add(&m->spread, params);
    }
    ib_arena_free(&arena);
    return status;
}

void ib_mirrored_close(struct ib_mirrored_problem *m)
{
    remove_files(m);
    ib_spread_close(&m->spread);
    ib_mirror_close(&m->mirror);
    *m = (struct ib_mirrored_problem){0};
}
