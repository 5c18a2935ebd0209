#include "mutate.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 6, DEEP = 4000, LONG = 300000, LONG_ONE_IN = 200 };

/* What parsers trip over. */
static const char *const dictionary[] = {"\0",
                                         "\xff\xfe",
                                         "\xc3",
                                         "\xed\xa0\x80",
                                         "\\u0000",
                                         "\\ud800",
                                         "1e999",
                                         "-1",
                                         "0",
                                         "1e-400",
                                         "0.5",
                                         "18446744073709551615",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "4294967296",
                                         "NaN",
                                         "null",
                                         "true",
                                         "[]",
                                         "{}",
                                         "\"\"",
                                         "[[",
                                         "}",
                                         "\n",
                                         "\r\n",
                                         "\"type\":\"error\",",
                                         "\"type\":\"progress\",",
                                         "%s%n",
                                         "(3,",
                                         ")",
                                         "'descr': '<f8'",
                                         "'shape': (9999999999999999999, 9)",
                                         "'fortran_order': True",
                                         "\x93NUMPY\x01",
                                         "\x93NUMPY\x03"};
enum { DICTIONARY_COUNT = sizeof dictionary / sizeof *dictionary };

/* ---- bytes ---- */

static struct bytes splice(struct ib_arena *arena, struct bytes in, size_t at, size_t drop, const void *add,
                           size_t n_add)
{
    struct bytes out = {ib_arena_alloc(arena, in.n - drop + n_add + 1), in.n - drop + n_add};
    memcpy(out.at, in.at, at);
    if (n_add)
        memcpy(out.at + at, add, n_add);
    memcpy(out.at + at + n_add, in.at + at + drop, in.n - at - drop);
    return out;
}

static struct bytes fill(struct ib_arena *arena, struct bytes in, size_t at, char with, size_t n)
{
    char *run = ib_arena_alloc(arena, n);
    memset(run, with, n);
    return splice(arena, in, at, 0, run, n);
}

static struct bytes step(struct ib_arena *arena, struct ib_rng *rng, const struct corpus *corpus,
                         struct bytes in)
{
    const size_t at = (size_t)ib_rng_below(rng, in.n + 1);
    const size_t span = (size_t)ib_rng_below(rng, (in.n - at < 64 ? in.n - at : 64) + 1);
    const struct bytes *other = &corpus->entries[ib_rng_below(rng, corpus->n)];
    const char *word = dictionary[ib_rng_below(rng, DICTIONARY_COUNT)];
    switch (ib_rng_below(rng, 9)) {
    case 0: /* a bit */
        if (at < in.n)
            in.at[at] = (char)(in.at[at] ^ (1 << ib_rng_below(rng, 8)));
        return in;
    case 1: /* a byte */
        if (at < in.n)
            in.at[at] = (char)ib_rng_below(rng, 256);
        return in;
    case 2:
        return splice(arena, in, at, span, NULL, 0);
    case 3: /* repeated */
        return splice(arena, in, at, 0, in.at + at, span);
    case 4:
    case 5:
        return splice(arena, in, at, span, word, word[0] ? strlen(word) : 1);
    case 6: /* continues as another */
        return splice(arena, in, at, in.n - at, other->at + (at < other->n ? at : 0),
                      other->n - (at < other->n ? at : 0));
    case 7:
        return fill(arena, in, at, "[{\" \x93\n\\"[ib_rng_below(rng, 7)], (size_t)ib_rng_below(rng, DEEP));
    default:
        return ib_rng_below(rng, LONG_ONE_IN) ? splice(arena, in, at, in.n - at, NULL, 0)
                                              : fill(arena, in, at, 'x', LONG);
    }
}

static struct bytes copy(struct ib_arena *arena, struct bytes in)
{
    return splice(arena, in, 0, 0, NULL, 0);
}

struct bytes mutate(struct ib_arena *arena, struct ib_rng *rng, const struct corpus *corpus, size_t entry)
{
    struct bytes out = copy(arena, corpus->entries[entry]);
    for (uint64_t steps = 1 + ib_rng_below(rng, MOST_STEPS); steps > 0; steps--)
        out = step(arena, rng, corpus, out);
    return out;
}

/* ---- JSON ---- */

static json_t *odd_value(struct ib_rng *rng)
{
    switch (ib_rng_below(rng, 10)) {
    case 0:
        return json_null();
    case 1:
        return json_integer(-1);
    case 2:
        return json_integer(INT64_MAX);
    case 3:
        return json_integer(INT64_MIN);
    case 4:
        return json_integer((json_int_t)ib_rng_below(rng, 100));
    case 5:
        return json_real(1e300);
    case 6:
        return json_string("");
    case 7:
        return json_string("f32");
    case 8:
        return json_array();
    default:
        return json_pack("[[i, s]]", 1, "x");
    }
}

static void spoil(struct ib_rng *rng, json_t *value);

static void spoil_object(struct ib_rng *rng, json_t *object)
{
    uint64_t chosen = ib_rng_below(rng, json_object_size(object));
    void *at = json_object_iter(object);
    while (chosen-- > 0)
        at = json_object_iter_next(object, at);
    const char *key = json_object_iter_key(at);
    json_t *value = json_object_iter_value(at);
    uint64_t how = ib_rng_below(rng, 4);
    if (how == 0)
        json_object_del(object, key);
    else if (how == 1 || !(json_is_object(value) || json_is_array(value)))
        json_object_set_new(object, key, odd_value(rng));
    else
        spoil(rng, value);
}

static void spoil_array(struct ib_rng *rng, json_t *array)
{
    const size_t i = (size_t)ib_rng_below(rng, json_array_size(array));
    json_t *value = json_array_get(array, i);
    uint64_t how = ib_rng_below(rng, 5);
    if (how == 0)
        json_array_remove(array, i);
    else if (how == 1)
        for (uint64_t n = ib_rng_below(rng, 100); n > 0; n--)
            json_array_append(array, value);
    else if (how == 2 || !(json_is_object(value) || json_is_array(value)))
        json_array_set_new(array, i, odd_value(rng));
    else
        spoil(rng, value);
}

static void spoil(struct ib_rng *rng, json_t *value)
{
    if (json_object_size(value))
        spoil_object(rng, value);
    else if (json_array_size(value))
        spoil_array(rng, value);
}

struct bytes mutate_json(struct ib_arena *arena, struct ib_rng *rng, const struct corpus *corpus,
                         size_t entry)
{
    struct bytes out = copy(arena, corpus->entries[entry]);
    json_t *value = json_loadb(out.at, out.n, 0, NULL);
    json_t *spoilt = json_deep_copy(value); /* which shares nothing, where a value was repeated */
    for (uint64_t n = 1 + ib_rng_below(rng, 3); n > 0; n--)
        spoil(rng, spoilt);
    char *text = spoilt ? json_dumps(spoilt, JSON_COMPACT) : NULL;
    if (text)
        out = copy(arena, (struct bytes){text, strlen(text)});
    free(text);
    json_decref(spoilt);
    json_decref(value);
    return out;
}
