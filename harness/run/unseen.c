#include "run/unseen.h"

#include "base/error.h"
#include "base/npy.h"
#include "base/rng.h"
#include "core/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Larger features stay as they are, since they would be written and kept a second time. */
enum { FEATURES_MAX = 1 << 24 };
enum { ROUNDS_PER_UNSEEN = 5 };

/* The arrays of a variant. */
struct ib_unseen {
    uint64_t variant;
    const char *from_x, *from_y; /* of the case's own problem */
    const char *x, *y, *x_test;
    struct ib_unseen *next;
};

/* ---- rows in another order ---- */

static uint64_t *draw_order(struct ib_rng *rng, uint64_t rows)
{
    uint64_t *order = malloc((rows + 1) * sizeof *order);
    for (uint64_t i = 0; order && i < rows; i++)
        order[i] = i;
    if (order)
        ib_rng_shuffle(rng, order, rows, sizeof *order);
    return order;
}

/* ---- single rows that matter ---- */

/* Of many rows, one that is left out changes a gradient by less than rounding does. So some get targets that
 * are higher by the root of their number: the first, the last (which belong to no whole block of rows), and
 * others drawn in secret. */
enum { RAISED = 10, MANY_ROWS = 2000 };
struct raised {
    uint64_t row[RAISED];
    double height; /* 0: none */
};

static double rms_of(const struct ib_npy *in)
{
    const uint64_t n = in->rows * in->cols;
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += ib_npy_at(in, i) * ib_npy_at(in, i);
    return n ? sqrt(sum / (double)n) : 0;
}

static struct raised draw_raised(struct ib_rng *rng, const struct ib_npy *in)
{
    struct raised out = {.row = {0, in->rows - 1}, .height = sqrt((double)in->rows) * rms_of(in)};
    for (int i = 2; i < RAISED; i++)
        out.row[i] = ib_rng_below(rng, in->rows);
    return out;
}

static double raise_of(const struct raised *raised, uint64_t row)
{
    for (int i = 0; i < RAISED; i++)
        if (raised->row[i] == row)
            return raised->height;
    return 0;
}

/* ---- files ---- */

static enum ib_status append_rows(const struct ib_npy *in, const uint64_t *order, const struct raised *raised,
                                  struct ib_npy_writer *out)
{
    double *row = malloc((in->cols + 1) * sizeof *row);
    enum ib_status status = row ? IB_OK : ib_fail(IB_ENOMEM, out->path, "out of memory");
    for (uint64_t i = 0; status == IB_OK && i < in->rows; i++) {
        for (uint64_t c = 0; c < in->cols; c++)
            row[c] = ib_npy_at(in, order[i] * in->cols + c) + raise_of(raised, i);
        status = ib_npy_append(out, row, in->cols);
    }
    free(row);
    return status;
}

static enum ib_status write_reordered(const struct ib_npy *in, const uint64_t *order,
                                      const struct raised *raised, const char *path)
{
    struct ib_npy_writer out = {0};
    enum ib_status status = ib_npy_create(path, in->type, in->rows, in->cols, &out);
    if (status == IB_OK)
        status = append_rows(in, order, raised, &out);
    return ib_npy_finish(&out, status);
}

/* Writes the rows of a file to another one in the next order that the generator draws, which depends on
 * nothing but their number. */
static enum ib_status reorder(struct ib_workspace *w, struct ib_rng *rng, bool raise, const char *from,
                              const char *to)
{
    struct ib_npy in;
    IB_TRY(ib_npy_open(from, &in));
    const struct raised raised = raise ? draw_raised(rng, &in) : (struct raised){0};
    uint64_t *order = draw_order(rng, in.rows);
    enum ib_status status = order ? write_reordered(&in, order, &raised, to)
                                  : ib_fail(IB_ENOMEM, from, "out of memory for the order of its rows");
    free(order);
    ib_npy_close(&in);
    return status == IB_OK ? ib_shared_files_add(&w->arena, &w->shared, to) : status;
}

static void seed_of(const struct ib_workspace *w, uint64_t variant, struct ib_rng *out)
{
    ib_rng_seed(out, w->secret + variant);
}

static enum ib_status write_variant(struct ib_workspace *w, const struct ib_job *job, struct ib_unseen *u)
{
    struct ib_rng rng;
    const char *folder;
    const struct ib_training_spec *spec = &job->spec;
    seed_of(w, u->variant, &rng);
    IB_TRY(ib_workspace_folder(w, &folder));
    u->y = ib_arena_print(&w->arena, "%s/%s", folder, strrchr(job->y, '/') + 1);
    /* Classes stay what they are. */
    const bool many = spec->rows >= MANY_ROWS && ib_loss_rule(spec->net.loss)->squared;
    IB_TRY(reorder(w, &rng, many, job->y, u->y));
    u->x_test = ib_arena_print(&w->arena, "%s/x_test.npy", folder);
    IB_TRY(reorder(w, &rng, false, job->x_test, u->x_test));
    u->x = job->x;
    if (spec->rows * spec->net.width[0] > FEATURES_MAX)
        return IB_OK;
    u->x = ib_arena_print(&w->arena, "%s/x.npy", folder);
    return reorder(w, &rng, false, job->x, u->x);
}

static enum ib_status find_variant(struct ib_workspace *w, const struct ib_job *job, uint64_t variant,
                                   const struct ib_unseen **out)
{
    for (struct ib_unseen *u = w->unseen; u; u = u->next)
        if (u->variant == variant && u->from_x == job->x && u->from_y == job->y) {
            *out = u;
            return IB_OK;
        }
    struct ib_unseen *u = ib_arena_alloc(&w->arena, sizeof *u);
    *u = (struct ib_unseen){.variant = variant, .from_x = job->x, .from_y = job->y, .next = w->unseen};
    IB_TRY(write_variant(w, job, u));
    *out = w->unseen = u;
    return IB_OK;
}

enum ib_status ib_unseen_job(struct ib_workspace *w, const struct ib_case *c, enum ib_dtype type,
                             uint64_t variant, struct ib_job *out)
{
    const struct ib_unseen *u;
    struct ib_rng rng;
    struct ib_case other = *c;
    if (variant == IB_UNSEEN_NONE)
        return ib_workspace_job(w, c, type, out);
    seed_of(w, variant, &rng);
    other.seed = ib_rng_u64(&rng); /* of the start */
    IB_TRY(ib_workspace_job(w, &other, type, out));
    IB_TRY(find_variant(w, out, variant, &u));
    out->x = u->x;
    out->y = u->y;
    out->x_test = u->x_test;
    return IB_OK;
}

/* ---- which rounds ---- */

void ib_unseen_seed(uint64_t secret, const char *case_id, struct ib_rng *out)
{
    for (; *case_id; case_id++)
        secret = 31 * secret + (unsigned char)*case_id;
    ib_rng_seed(out, secret);
}

bool ib_unseen_round(uint64_t secret, const char *case_id, uint64_t round, uint64_t rounds)
{
    struct ib_rng rng;
    uint64_t wanted = rounds < 2 ? 0 : rounds / ROUNDS_PER_UNSEEN + (rounds < ROUNDS_PER_UNSEEN),
             left = rounds;
    ib_unseen_seed(secret, case_id, &rng);
    for (uint64_t r = 1; r <= rounds; r++, left--) { /* as many as wanted, each set of them alike */
        const bool is_unseen = ib_rng_below(&rng, left) < wanted;
        wanted -= is_unseen;
        if (r == round)
            return is_unseen;
    }
    return false;
}
