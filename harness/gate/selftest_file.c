/* A self-test as JSON, and in its file. */
#include "base/error.h"
#include "base/json_number.h"
#include "gate/selftest.h"

#include <math.h>
#include <string.h>

static const struct ib_kept_kind kind = {
    .name = "selftest",
    .variable = "IRONBENCH_SELFTEST",
    .subject = "what a gate can see",
    .were = "was",
    .remedy = "`ironbench selftest` measures it in some minutes",
    .schema = 1,
};

enum { CASES_MAX = 1000 };

const char *ib_selftest_path(struct ib_arena *arena, const struct ib_machine *machine)
{
    return ib_kept_path(arena, &kind, machine);
}

/* ---- writing ---- */

static json_t *planted_json(const struct ib_noise *noise, size_t level)
{
    return level < noise->n_levels ? json_real(noise->planted[level]) : json_null();
}

static json_t *least_json(const struct ib_noise *noise, const struct ib_noise_least *least)
{
    return json_pack("{s:o, s:o, s:o}", "planted", planted_json(noise, least->level), "low",
                     planted_json(noise, least->best), "high", planted_json(noise, least->worst));
}

static json_t *rate_json(const struct ib_noise_rate *rate)
{
    return json_pack("{s:I, s:I, s:o, s:o}", "gates", (json_int_t)rate->n, "slower", (json_int_t)rate->k,
                     "low", ib_json_number(rate->low), "high", ib_json_number(rate->high));
}

static json_t *levels_json(const struct ib_selftest *self)
{
    json_t *list = json_array();
    for (size_t l = 0; l < self->noise.n_levels; l++) {
        const struct ib_selftest_level *level = &self->levels[l];
        json_array_append_new(
            list,
            json_pack("{s:f, s:{s:o, s:o, s:o, s:I}, s:o, s:o}", "planted", self->noise.planted[l], "ratio",
                      "median", ib_json_number(level->ratio.median), "low", ib_json_number(level->ratio.low),
                      "high", ib_json_number(level->ratio.high), "n", (json_int_t)level->ratio.n, "replayed",
                      rate_json(&level->rate), "as_measured", rate_json(&level->measured)));
    }
    return list;
}

static json_t *costs_json(const struct ib_selftest *self)
{
    json_t *list = json_array();
    for (size_t i = 0; i < IB_SELFTEST_COSTS; i++) {
        const struct ib_selftest_cost *c = &self->costs[i];
        json_array_append_new(list, json_pack("{s:I, s:o, s:f}", "pairs", (json_int_t)c->pairs, "found",
                                              least_json(&self->noise, &c->least), "minutes", c->minutes));
    }
    return list;
}

static json_t *pairs_json(const struct ib_noise *noise, const struct ib_noise_case *c)
{
    json_t *levels = json_array();
    for (size_t l = 0; l < noise->n_levels; l++) {
        json_t *rounds = json_array();
        for (size_t r = 0; r < noise->n_rounds; r++) {
            const struct ib_noise_pair *p = &c->pairs[l * noise->n_rounds + r];
            json_array_append_new(rounds,
                                  json_pack("[f, f, f, b]", p->ns[0], p->ns[1], p->ratio, p->disturbed));
        }
        json_array_append_new(levels, rounds);
    }
    return levels;
}

static json_t *cases_json(const struct ib_noise *noise, bool rounds)
{
    json_t *list = json_array();
    for (size_t c = 0; c < noise->n_cases; c++) {
        json_t *one = json_pack("{s:s}", "name", noise->cases[c].name);
        if (rounds)
            json_object_set_new(one, "pairs", pairs_json(noise, &noise->cases[c]));
        json_array_append_new(list, one);
    }
    return list;
}

json_t *ib_selftest_to_json(const struct ib_selftest *self, const struct ib_machine *machine, bool rounds)
{
    const struct ib_noise *noise = &self->noise;
    json_t *out = ib_kept_json(&kind, machine, self->measured);
    json_t *rest = json_pack(
        "{s:f, s:{s:I, s:I, s:f, s:f}, s:I, s:f, s:s?, s:o, s:o, s:o, s:o}", "seconds", self->seconds,
        "rules", "pairs", (json_int_t)self->rules->pairs, "confirm", (json_int_t)self->rules->confirm,
        "slowdown", self->rules->slowdown, "alpha", self->rules->alpha, "rounds", (json_int_t)noise->n_rounds,
        "pair_ns", noise->pair_ns, "left_out", noise->left, "levels", levels_json(self), "found",
        least_json(noise, &self->least), "costs", costs_json(self), "cases", cases_json(noise, rounds));
    json_object_update(out, rest);
    json_decref(rest);
    return out;
}

enum ib_status ib_selftest_save(const struct ib_selftest *self, const struct ib_machine *machine)
{
    json_t *json = ib_selftest_to_json(self, machine, true);
    const enum ib_status status = ib_kept_save(&kind, self->path, json);
    json_decref(json);
    return status;
}

/* ---- reading ---- */

struct reader {
    const char *path;
    struct ib_arena *arena;
    struct ib_selftest *out;
};

static enum ib_status refuse(const struct reader *r, const char *name)
{
    return ib_fail(IB_EINVAL, r->path, "`%s` is not what `ironbench selftest` writes", name);
}

/* An integer of at least 1, or 0 if there is none up to `most`. */
static size_t count_of(const json_t *in, const char *name, size_t most)
{
    const json_int_t n = json_integer_value(json_object_get(in, name));
    return n >= 1 && n <= (json_int_t)most ? (size_t)n : 0;
}

static bool read_number(const json_t *in, double least, double *out)
{
    *out = json_number_value(in);
    return json_is_number(in) && isfinite(*out) && *out >= least;
}

/* Unknown numbers are null. */
static double number_or_nan(const json_t *in, const char *name)
{
    double value;
    return read_number(json_object_get(in, name), -HUGE_VAL, &value) ? value : NAN;
}

static struct ib_noise_rate read_rate(const json_t *in)
{
    const size_t n = count_of(in, "gates", SIZE_MAX / 4), k = count_of(in, "slower", n);
    return (struct ib_noise_rate){n, k, number_or_nan(in, "low"), number_or_nan(in, "high")};
}

static struct ib_noise_least read_least(const struct ib_noise *noise, const json_t *in)
{
    static const char *const names[] = {"planted", "low", "high"};
    size_t at[3];
    for (int i = 0; i < 3; i++) {
        const double planted = number_or_nan(in, names[i]);
        for (at[i] = 0; at[i] < noise->n_levels && noise->planted[at[i]] != planted; at[i]++)
            ;
    }
    return (struct ib_noise_least){at[0], at[1], at[2]};
}

static enum ib_status read_levels(const struct reader *r, const json_t *list)
{
    struct ib_noise *noise = &r->out->noise;
    noise->n_levels = json_array_size(list);
    if (noise->n_levels < 2 || noise->n_levels > IB_NOISE_LEVELS)
        return refuse(r, "levels");
    noise->planted = ib_arena_alloc(r->arena, noise->n_levels * sizeof *noise->planted);
    r->out->levels = ib_arena_alloc(r->arena, noise->n_levels * sizeof *r->out->levels);
    for (size_t l = 0; l < noise->n_levels; l++) {
        const json_t *level = json_array_get(list, l), *ratio = json_object_get(level, "ratio");
        if (!read_number(json_object_get(level, "planted"), 0, &noise->planted[l]))
            return refuse(r, "levels");
        r->out->levels[l] = (struct ib_selftest_level){
            .ratio = {number_or_nan(ratio, "median"), number_or_nan(ratio, "low"),
                      number_or_nan(ratio, "high"), count_of(ratio, "n", SIZE_MAX / 4)},
            .rate = read_rate(json_object_get(level, "replayed")),
            .measured = read_rate(json_object_get(level, "as_measured"))};
        if (r->out->levels[l].rate.n == 0)
            return refuse(r, "levels");
    }
    return IB_OK;
}

static bool read_pair(const json_t *in, struct ib_noise_pair *out)
{
    const double least = 1e-9;
    out->disturbed = json_is_true(json_array_get(in, 3));
    return read_number(json_array_get(in, 0), least, &out->ns[0]) &&
           read_number(json_array_get(in, 1), least, &out->ns[1]) &&
           read_number(json_array_get(in, 2), least, &out->ratio);
}

static enum ib_status read_case(const struct reader *r, const json_t *in, struct ib_noise_case *out)
{
    const struct ib_noise *noise = &r->out->noise;
    const char *name = json_string_value(json_object_get(in, "name"));
    const json_t *levels = json_object_get(in, "pairs");
    out->name = ib_arena_copy(r->arena, name ? name : "?");
    out->pairs = ib_arena_alloc(r->arena, noise->n_levels * noise->n_rounds * sizeof *out->pairs);
    for (size_t l = 0; l < noise->n_levels; l++)
        for (size_t i = 0; i < noise->n_rounds; i++)
            if (!read_pair(json_array_get(json_array_get(levels, l), i),
                           &out->pairs[l * noise->n_rounds + i]))
                return refuse(r, "cases");
    return IB_OK;
}

static enum ib_status read_cases(const struct reader *r, const json_t *file)
{
    struct ib_noise *noise = &r->out->noise;
    const json_t *list = json_object_get(file, "cases");
    const size_t n = json_array_size(list);
    noise->n_rounds = count_of(file, "rounds", IB_NOISE_ROUNDS_MAX);
    if (n < 1 || n > CASES_MAX || !noise->n_rounds)
        return refuse(r, noise->n_rounds ? "cases" : "rounds");
    noise->cases = ib_arena_alloc(r->arena, n * sizeof *noise->cases);
    for (; noise->n_cases < n; noise->n_cases++)
        IB_TRY(read_case(r, json_array_get(list, noise->n_cases), &noise->cases[noise->n_cases]));
    return IB_OK;
}

static enum ib_status read_costs(const struct reader *r, const json_t *list)
{
    for (size_t i = 0; i < IB_SELFTEST_COSTS; i++) {
        const json_t *in = json_array_get(list, i);
        struct ib_selftest_cost *out = &r->out->costs[i];
        out->pairs = count_of(in, "pairs", SIZE_MAX / 4);
        out->least = read_least(&r->out->noise, json_object_get(in, "found"));
        if (!out->pairs || !read_number(json_object_get(in, "minutes"), 0, &out->minutes))
            return refuse(r, "costs");
    }
    return IB_OK;
}

static enum ib_status read_file(const struct reader *r, const json_t *file)
{
    struct ib_selftest *out = r->out;
    out->measured = ib_kept_measured(r->arena, file);
    out->rules = &ib_gate_rules_default;
    if (!read_number(json_object_get(file, "seconds"), 0, &out->seconds) ||
        !read_number(json_object_get(file, "pair_ns"), 0, &out->noise.pair_ns))
        return refuse(r, "seconds` or `pair_ns");
    IB_TRY(read_levels(r, json_object_get(file, "levels")));
    IB_TRY(read_cases(r, file));
    out->least = read_least(&out->noise, json_object_get(file, "found"));
    return read_costs(r, json_object_get(file, "costs"));
}

enum ib_kept_state ib_selftest_load(struct ib_arena *arena, const struct ib_machine *machine,
                                    struct ib_selftest *out, const char **why)
{
    json_t *file;
    *out = (struct ib_selftest){.path = ib_selftest_path(arena, machine)};
    const struct reader reader = {out->path, arena, out};
    enum ib_kept_state state = ib_kept_load(arena, &kind, machine, out->path, &file, why);
    if (state == IB_KEPT_KNOWN && read_file(&reader, file) != IB_OK) {
        state = IB_KEPT_DAMAGED;
        *why = ib_kept_damaged(arena, &kind);
    }
    json_decref(file);
    return state;
}
