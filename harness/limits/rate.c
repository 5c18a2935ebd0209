#include "limits/rate.h"

#include "base/error.h"

#include <math.h>

const struct ib_word ib_rate_words[] = {{"clock", IB_RATE_CLOCK},
                                        {"fma", IB_RATE_FMA},
                                        {"fma_allowed", IB_RATE_FMA_ALLOWED},
                                        {"capacity", IB_RATE_CAPACITY},
                                        {"read", IB_RATE_READ},
                                        {"copy", IB_RATE_COPY},
                                        {"gemm", IB_RATE_GEMM},
                                        {"axpy", IB_RATE_AXPY},
                                        {"upload", IB_RATE_UPLOAD},
                                        {"download", IB_RATE_DOWNLOAD},
                                        {"launch", IB_RATE_LAUNCH},
                                        {"sync", IB_RATE_SYNC},
                                        {NULL, 0}};

void ib_rates_add(struct ib_arena *arena, struct ib_rates *rates, struct ib_rate rate)
{
    rates->list = ib_arena_grow(arena, rates->list, sizeof *rates->list, rates->n, &rates->capacity);
    rates->list[rates->n++] = rate;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct ib_rate *ib_rates_find(const struct ib_rates *rates, enum ib_rate_kind kind, const char *of,
                                    enum ib_dtype type, uint64_t threads)
{
    for (const struct ib_rate *r = rates->list; r < rates->list + rates->n; r++)
        if (r->kind == kind && is_same(r->of, of) && r->type == type && r->threads == threads)
            return r;
    return NULL;
}

void ib_rates_improve(struct ib_rates *rates, const struct ib_rates *earlier)
{
    for (struct ib_rate *r = rates->list; r < rates->list + rates->n; r++) {
        const bool is_time = r->kind == IB_RATE_LAUNCH || r->kind == IB_RATE_SYNC;
        const struct ib_rate *old = ib_rates_find(earlier, r->kind, r->of, r->type, r->threads);
        if (old && r->kind != IB_RATE_CAPACITY && (is_time ? old->value < r->value : old->value > r->value))
            r->value = old->value;
    }
}

json_t *ib_rates_to_json(const struct ib_rates *rates)
{
    json_t *list = json_array();
    for (const struct ib_rate *r = rates->list; r < rates->list + rates->n; r++)
        json_array_append_new(list, json_pack("{s:s, s:s?, s:s?, s:I, s:f}", "kind",
                                              ib_word_of(ib_rate_words, (int)r->kind), "of", r->of, "type",
                                              r->type ? ib_word_of(ib_dtype_words, (int)r->type) : NULL,
                                              "threads", (json_int_t)r->threads, "value", r->value));
    return list;
}

/* A word of a table; a missing one is 0 where that is allowed. */
static bool read_word(const struct ib_word *words, const json_t *value, bool optional, int *out)
{
    *out = 0;
    return json_is_string(value) ? ib_word_value(words, json_string_value(value), out)
                                 : optional && (!value || json_is_null(value));
}

static bool read_rate(const json_t *object, struct ib_arena *arena, struct ib_rate *out)
{
    const json_t *of = json_object_get(object, "of"), *threads = json_object_get(object, "threads"),
                 *value = json_object_get(object, "value");
    int kind, type;
    if (!read_word(ib_rate_words, json_object_get(object, "kind"), false, &kind) ||
        !read_word(ib_dtype_words, json_object_get(object, "type"), true, &type))
        return false;
    *out = (struct ib_rate){.kind = (enum ib_rate_kind)kind,
                            .of = json_is_string(of) ? ib_arena_copy(arena, json_string_value(of)) : NULL,
                            .type = (enum ib_dtype)type,
                            .threads = (uint64_t)json_integer_value(threads),
                            .value = json_number_value(value)};
    return json_is_integer(threads) && json_integer_value(threads) >= 0 && isfinite(out->value) &&
           out->value > 0;
}

enum ib_status ib_rates_from_json(const char *where, const json_t *list, struct ib_arena *arena,
                                  struct ib_rates *out)
{
    size_t i;
    const json_t *object;
    if (!json_is_array(list))
        return ib_fail(IB_EINVAL, where, "`rates` is not a list");
    json_array_foreach (list, i, object) {
        struct ib_rate rate;
        if (!read_rate(object, arena, &rate))
            return ib_fail(IB_EINVAL, where,
                           "rates[%zu] is invalid: it requires a known kind, a type of f32, f64 or null, "
                           "threads of at least 0, and a value above 0",
                           i);
        ib_rates_add(arena, out, rate);
    }
    return IB_OK;
}
