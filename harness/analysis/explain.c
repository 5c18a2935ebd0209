#include "analysis/explain.h"

#include "analysis/member.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double bytes_of(const struct ib_explained_copies *copies)
{
    return copies->h2d_bytes + copies->d2h_bytes;
}

static bool is(const json_t *object, const char *member, const char *word)
{
    return strcmp(ib_member_text(object, member), word) == 0;
}

/* ---- the other residency ---- */

static const json_t *find_partner(const json_t *cases, const json_t *c)
{
    const char *other = is(c, "residency", "per_op")     ? "resident"
                        : is(c, "residency", "resident") ? "per_op"
                                                         : NULL;
    for (size_t i = 0; other && i < json_array_size(cases); i++) {
        const json_t *candidate = json_array_get(cases, i);
        if (is(candidate, "residency", other) && is(candidate, "problem", ib_member_text(c, "problem")) &&
            is(candidate, "label", ib_member_text(c, "label")) && ib_case_counts(candidate))
            return candidate;
    }
    return NULL;
}

static struct ib_paired_ratio overhead_of(const json_t *c, const json_t *partner)
{
    return is(c, "residency", "per_op") ? ib_paired_ratio_of(c, partner) : ib_paired_ratio_of(partner, c);
}

/* ---- copies ---- */

/* What the profile says of the copies of an operation and tensor, over all its epochs. */
static double profiled_ns(const json_t *c, const char *op, const char *tensor)
{
    const json_t *copies = ib_member(c, "profile.copies");
    for (size_t i = 0; i < json_array_size(copies); i++) {
        const json_t *copy = json_array_get(copies, i);
        if (is(copy, "op", op) && is(copy, "tensor", tensor))
            return ib_member_number(copy, "h2d_ns") + ib_member_number(copy, "d2h_ns");
    }
    return NAN;
}

static double all_profiled_ns(const json_t *c)
{
    const json_t *copies = ib_member(c, "profile.copies");
    double sum = 0;
    for (size_t i = 0; i < json_array_size(copies); i++)
        sum += ib_member_number(json_array_get(copies, i), "h2d_ns") +
               ib_member_number(json_array_get(copies, i), "d2h_ns");
    return sum;
}

/* Of the training; what is copied before and after it lies outside of its time. */
static double time_share(const struct ib_explanation *e, const json_t *copy)
{
    double all = all_profiled_ns(e->record);
    if (!is(copy, "phase", "train") || !e->has_breakdown || !(all > 0))
        return NAN;
    double share = profiled_ns(e->record, ib_member_text(copy, "op"), ib_member_text(copy, "tensor")) / all;
    return share * e->breakdown.ns[IB_TIME_TRANSFER] / e->epoch_ns;
}

static int by_bytes(const void *left, const void *right)
{
    const struct ib_explained_copies *a = left, *b = right;
    double difference = bytes_of(b) - bytes_of(a);
    if (difference == 0) /* the more copies, the more they cost */
        difference = b->h2d_count + b->d2h_count - a->h2d_count - a->d2h_count;
    return (difference > 0) - (difference < 0);
}

static void read_copies(struct ib_arena *arena, struct ib_explanation *e)
{
    const json_t *list = ib_member(e->record, "transfers.copies");
    e->n_copies = json_array_size(list);
    e->copies = ib_arena_alloc(arena, e->n_copies * sizeof *e->copies);
    for (size_t i = 0; i < e->n_copies; i++) {
        const json_t *copy = json_array_get(list, i);
        e->copies[i] = (struct ib_explained_copies){.phase = ib_member_text(copy, "phase"),
                                                    .op = ib_member_text(copy, "op"),
                                                    .tensor = ib_member_text(copy, "tensor"),
                                                    .h2d_count = ib_member_number(copy, "h2d_count"),
                                                    .h2d_bytes = ib_member_number(copy, "h2d_bytes"),
                                                    .d2h_count = ib_member_number(copy, "d2h_count"),
                                                    .d2h_bytes = ib_member_number(copy, "d2h_bytes"),
                                                    .time_share = time_share(e, copy)};
        e->bytes += bytes_of(&e->copies[i]);
        if (is(copy, "phase", "train"))
            e->copies_per_epoch +=
                (e->copies[i].h2d_count + e->copies[i].d2h_count) / ib_member_number(e->record, "epochs");
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
    e->tensors = ib_arena_alloc(arena, e->n_copies * sizeof *e->tensors);
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

static int by_time(const void *left, const void *right)
{
    const struct ib_explained_operation *a = left, *b = right;
    double difference = b->launch_ns + b->wait_ns - a->launch_ns - a->wait_ns;
    return (difference > 0) - (difference < 0);
}

static void read_operations(struct ib_arena *arena, struct ib_explanation *e)
{
    const json_t *profile = ib_member(e->record, "profile"), *list = ib_member(profile, "operations");
    const double epochs = ib_member_number(profile, "epochs");
    e->n_operations = json_array_size(list);
    e->operations = ib_arena_alloc(arena, e->n_operations * sizeof *e->operations);
    for (size_t i = 0; i < e->n_operations; i++) {
        const json_t *operation = json_array_get(list, i);
        e->operations[i] =
            (struct ib_explained_operation){.op = ib_member_text(operation, "op"),
                                            .calls = ib_member_number(operation, "calls") / epochs,
                                            .launch_ns = ib_member_number(operation, "launch_ns") / epochs,
                                            .compute_ns = ib_member_number(operation, "compute_ns") / epochs,
                                            .wait_ns = ib_member_number(operation, "wait_ns") / epochs};
    }
    qsort(e->operations, e->n_operations, sizeof *e->operations, by_time);
}

void ib_explain(struct ib_arena *arena, const json_t *cases, const json_t *c, struct ib_explanation *out)
{
    *out = (struct ib_explanation){.record = c,
                                   .partner = find_partner(cases, c),
                                   .epoch_ns = ib_member_number(c, "time.epoch_ns.median"),
                                   .overhead = {NAN, NAN, NAN, 0},
                                   .forecast = {NAN, NAN, NAN}};
    out->has_breakdown = ib_time_breakdown_of(c, &out->breakdown);
    if (out->partner && ib_case_counts(c))
        out->overhead = overhead_of(c, out->partner);
    read_copies(arena, out);
    sum_tensors(arena, out);
    read_operations(arena, out);
    if (is(c, "residency", "per_op"))
        out->forecast = ib_forecast_resident(c);
}
