#include "analysis/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double bytes_of(const struct ib_explained_copies *copies)
{
    return copies->h2d_bytes + copies->d2h_bytes;
}

/* ---- the other residency ---- */

static const struct ib_case_record *find_partner(const struct ib_run_record *run,
                                                 const struct ib_case_record *c)
{
    const enum ib_residency other = c->residency == IB_PER_OP ? IB_RESIDENT : IB_PER_OP;
    for (size_t i = 0; c->residency != IB_HOST && i < run->n; i++) {
        const struct ib_case_record *candidate = &run->cases[i];
        if (candidate->residency == other && strcmp(candidate->problem, c->problem) == 0 &&
            strcmp(candidate->label, c->label) == 0 && ib_case_record_counts(candidate))
            return candidate;
    }
    return NULL;
}

static struct ib_paired_ratio overhead_of(const struct ib_case_record *c,
                                          const struct ib_case_record *partner)
{
    return c->residency == IB_PER_OP ? ib_paired_ratio_of(c, partner) : ib_paired_ratio_of(partner, c);
}

/* ---- copies ---- */

static double copy_time_ns(const struct ib_copy_time_record *copy)
{
    return (double)(copy->h2d_ns + copy->d2h_ns);
}

/* The share of a copy's operation and tensor in the profiled time of all copies; NaN if unknown. */
static double profiled_share(const struct ib_profile_record *p, const struct ib_copy_record *copy)
{
    double all = 0, own = NAN;
    for (size_t i = 0; i < p->n_copies; i++) {
        all += copy_time_ns(&p->copies[i]);
        if (strcmp(p->copies[i].op, copy->op) == 0 && strcmp(p->copies[i].tensor, copy->tensor) == 0)
            own = copy_time_ns(&p->copies[i]);
    }
    return all > 0 ? own / all : NAN;
}

static bool is_training(const struct ib_copy_record *copy)
{
    return strcmp(copy->phase, ib_word_of(ib_phase_words, IB_TRAIN)) == 0;
}

/* The copy's share of the training time; NaN for copies before and after the training. */
static double time_share(const struct ib_explanation *e, const struct ib_copy_record *copy)
{
    if (!is_training(copy) || !e->has_breakdown)
        return NAN;
    return profiled_share(&e->record->profile, copy) * e->record->breakdown_ns[IB_TIME_TRANSFER] /
           e->epoch_ns;
}

static int by_bytes(const void *left, const void *right)
{
    const struct ib_explained_copies *a = left, *b = right;
    double difference = bytes_of(b) - bytes_of(a);
    if (difference == 0) /* more copies cost more */
        difference = b->h2d_count + b->d2h_count - a->h2d_count - a->d2h_count;
    return (difference > 0) - (difference < 0);
}

static void read_copies(struct ib_arena *arena, struct ib_explanation *e)
{
    const struct ib_case_record *c = e->record;
    e->n_copies = c->n_copies;
    e->copies = ib_arena_alloc(arena, (e->n_copies + 1) * sizeof *e->copies);
    for (size_t i = 0; i < e->n_copies; i++) {
        const struct ib_copy_record *copy = &c->copies[i];
        e->copies[i] = (struct ib_explained_copies){.phase = copy->phase,
                                                    .op = copy->op,
                                                    .tensor = copy->tensor,
                                                    .h2d_count = (double)copy->traffic.h2d_count,
                                                    .h2d_bytes = (double)copy->traffic.h2d_bytes,
                                                    .d2h_count = (double)copy->traffic.d2h_count,
                                                    .d2h_bytes = (double)copy->traffic.d2h_bytes,
                                                    .time_share = time_share(e, copy)};
        e->bytes += bytes_of(&e->copies[i]);
        if (is_training(copy))
            e->copies_per_epoch += (e->copies[i].h2d_count + e->copies[i].d2h_count) / (double)c->epochs;
    }
    for (size_t i = 0; i < e->n_copies; i++)
        e->copies[i].byte_share = bytes_of(&e->copies[i]) / e->bytes;
    qsort(e->copies, e->n_copies, sizeof *e->copies, by_bytes);
}

static struct ib_explained_copies *tensor_named(struct ib_explanation *e, const char *name)
{
    for (size_t i = 0; i < e->n_tensors; i++)
        if (strcmp(e->tensors[i].tensor, name) == 0)
            return &e->tensors[i];
    e->tensors[e->n_tensors] = (struct ib_explained_copies){.tensor = name, .time_share = NAN};
    return &e->tensors[e->n_tensors++];
}

static void sum_tensors(struct ib_arena *arena, struct ib_explanation *e)
{
    e->tensors = ib_arena_alloc(arena, (e->n_copies + 1) * sizeof *e->tensors);
    for (size_t i = 0; i < e->n_copies; i++) {
        const struct ib_explained_copies *copy = &e->copies[i];
        struct ib_explained_copies *tensor = tensor_named(e, copy->tensor);
        tensor->h2d_count += copy->h2d_count;
        tensor->h2d_bytes += copy->h2d_bytes;
        tensor->d2h_count += copy->d2h_count;
        tensor->d2h_bytes += copy->d2h_bytes;
        tensor->byte_share += copy->byte_share;
        if (!isnan(copy->time_share))
            tensor->time_share = copy->time_share + (isnan(tensor->time_share) ? 0 : tensor->time_share);
    }
    qsort(e->tensors, e->n_tensors, sizeof *e->tensors, by_bytes);
}

/* ---- operations ---- */

/* The profile's list is sorted, longest first. */
static void read_operations(struct ib_arena *arena, struct ib_explanation *e)
{
    const struct ib_profile_record *p = &e->record->profile;
    const double epochs = (double)p->epochs;
    e->n_operations = p->n_operations;
    e->operations = ib_arena_alloc(arena, (e->n_operations + 1) * sizeof *e->operations);
    for (size_t i = 0; i < e->n_operations; i++) {
        const struct ib_operation_record *operation = &p->operations[i];
        e->operations[i] =
            (struct ib_explained_operation){.op = operation->op,
                                            .calls = (double)operation->calls / epochs,
                                            .launch_ns = (double)operation->launch_ns / epochs,
                                            .compute_ns = (double)operation->compute_ns / epochs,
                                            .wait_ns = (double)operation->wait_ns / epochs,
                                            .flops = operation->flops / epochs,
                                            .bytes = operation->bytes / epochs,
                                            .least_ns = operation->least_ns / epochs};
    }
}

void ib_explain(struct ib_arena *arena, const struct ib_run_record *run, const struct ib_case_record *c,
                struct ib_explanation *out)
{
    *out = (struct ib_explanation){.record = c,
                                   .partner = find_partner(run, c),
                                   .epoch_ns = c->epoch_ns.median,
                                   .overhead = {NAN, NAN, NAN, 0},
                                   .has_breakdown = !isnan(c->breakdown_ns[IB_TIME_TRANSFER]),
                                   .forecast = {NAN, NAN, NAN, NAN}};
    if (out->partner && ib_case_record_counts(c))
        out->overhead = overhead_of(c, out->partner);
    read_copies(arena, out);
    sum_tensors(arena, out);
    read_operations(arena, out);
    if (c->residency == IB_PER_OP)
        out->forecast = ib_forecast_resident(c);
}
