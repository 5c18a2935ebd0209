#include "base/yaml_keys.h"

#include "base/error.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = 32, ALLOWED_BYTES = 160 };

/* ---- Maps ---- */

static enum ib_status unknown_key(const struct ib_yaml *doc, const yaml_node_t *map, size_t i,
                                  const struct ib_yaml_key *keys)
{
    const char *names[KEYS_MAX + 1] = {NULL};
    for (size_t k = 0; keys[k].name && k < KEYS_MAX; k++)
        names[k] = keys[k].name;
    return ib_yaml_unknown_key(doc, map, i, names);
}

static enum ib_status check_required(const struct ib_yaml *doc, const yaml_node_t *map, const char *key,
                                     const struct ib_yaml_key *keys)
{
    for (; keys->name; keys++)
        if (keys->required && !ib_yaml_find(doc, map, keys->name))
            return ib_yaml_fail(doc, map, key, "`%s` is missing", keys->name);
    return IB_OK;
}

enum ib_status ib_yaml_read_map(const struct ib_yaml *doc, const yaml_node_t *map, const char *key,
                                const struct ib_yaml_key *keys, void *out)
{
    if (map->type != YAML_MAPPING_NODE)
        return ib_yaml_refuse(doc, map, key, "a map");
    for (size_t i = 0; i < ib_yaml_pairs(map); i++) {
        const struct ib_yaml_key *rule = keys;
        while (rule->name && strcmp(rule->name, ib_yaml_key(doc, map, i)) != 0)
            rule++;
        if (!rule->name)
            return unknown_key(doc, map, i, keys);
        IB_TRY(rule->read(doc, rule, ib_yaml_value(doc, map, i), (char *)out + rule->offset));
    }
    return check_required(doc, map, key, keys);
}

/* ---- Texts, integers, words ---- */

enum ib_status ib_yaml_read_text(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    return ib_yaml_scalar(doc, node, rule->name, false, "a string", field);
}

enum ib_status ib_yaml_read_texts(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, void *field)
{
    size_t n = ib_yaml_count(node);
    const char **texts = ib_arena_alloc(doc->arena, (n + 1) * sizeof *texts);
    for (size_t i = 0; i < n; i++)
        IB_TRY(ib_yaml_scalar(doc, ib_yaml_item(doc, node, i), rule->name, false, "a string", &texts[i]));
    *(const char *const **)field = texts;
    return IB_OK;
}

static void allow_u64(const struct ib_yaml_key *rule, char *text, size_t n)
{
    snprintf(text, n, "an integer from %" PRIu64 " to %" PRIu64, rule->min, rule->max);
}

static void print_u64(const struct ib_yaml_key *rule, const void *field, char *text, size_t n)
{
    (void)rule;
    snprintf(text, n, "%" PRIu64, *(const uint64_t *)field);
}

enum ib_status ib_yaml_read_u64(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *node, void *field)
{
    char allowed[ALLOWED_BYTES];
    const char *text = NULL;
    uint64_t value;
    allow_u64(rule, allowed, sizeof allowed);
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    if (!ib_parse_u64(text, &value) || value < rule->min || value > rule->max)
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *(uint64_t *)field = value;
    return IB_OK;
}

static void allow_word(const struct ib_yaml_key *rule, char *text, size_t n)
{
    ib_word_list(rule->words, text, n);
}

static void print_word(const struct ib_yaml_key *rule, const void *field, char *text, size_t n)
{
    int value;
    memcpy(&value, field, sizeof value);
    snprintf(text, n, "%s", ib_word_of(rule->words, value));
}

enum ib_status ib_yaml_read_word(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    char allowed[ALLOWED_BYTES];
    const char *text = NULL;
    int value;
    allow_word(rule, allowed, sizeof allowed);
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, false, allowed, &text));
    if (!ib_word_value(rule->words, text, &value))
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    memcpy(field, &value, sizeof value);
    return IB_OK;
}

static json_t *text_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_text();
}

static json_t *texts_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_list_or_one(ib_schema_text(), 0);
}

json_t *ib_yaml_u64_schema(const struct ib_yaml_key *rule)
{
    return ib_schema_integer(rule->min, rule->max);
}

static json_t *word_schema(const struct ib_yaml_key *rule)
{
    return ib_schema_words(rule->words);
}

/* ---- Quantities: a number and its unit ---- */

struct unit {
    const char *name;
    double factor;
};

/* Parses "1.5ms" into the smallest unit, rounded. `units` ends with a NULL name. */
static bool parse_quantity(const char *text, const struct unit *units, double *out)
{
    char number[32];
    size_t length = strspn(text, "0123456789.");
    if (length >= sizeof number)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    for (; units->name; units++) {
        if (strcmp(text + length, units->name) == 0 && ib_parse_f64(number, out)) {
            *out = round(*out * units->factor);
            return true;
        }
    }
    return false;
}

/* Adds the units to an expression of numbers. */
static json_t *quantity_schema(const struct unit *units)
{
    char expression[128] = "^([0-9]+\\.?[0-9]*|\\.[0-9]+)(";
    for (const struct unit *u = units; u->name; u++) {
        const size_t n = strlen(expression);
        snprintf(expression + n, sizeof expression - n, "%s%s", u == units ? "" : "|", u->name);
    }
    const size_t n = strlen(expression);
    snprintf(expression + n, sizeof expression - n, ")$");
    return ib_schema_pattern(expression);
}

static enum ib_status read_quantity(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                    const yaml_node_t *node, const struct unit *units, const char *allowed,
                                    uint64_t *out)
{
    const char *text = NULL;
    double value;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    if (!parse_quantity(text, units, &value) || value < (double)rule->min || value > (double)rule->max)
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *out = (uint64_t)value;
    return IB_OK;
}

static const struct unit durations[] = {{"us", 1e3}, {"ms", 1e6},   {"s", 1e9},
                                        {"m", 60e9}, {"h", 3600e9}, {NULL, 0}};

static void allow_duration(const struct ib_yaml_key *rule, char *text, size_t n)
{
    char min[32], max[32];
    snprintf(text, n, "a duration such as 20ms, 0.1s or 2m, from %s to %s",
             ib_print_ns((double)rule->min, min, sizeof min),
             ib_print_ns((double)rule->max, max, sizeof max));
}

/* Prints milliseconds below one second, else seconds. */
static void print_duration(const struct ib_yaml_key *rule, const void *field, char *text, size_t n)
{
    double ns = (double)*(const uint64_t *)field;
    (void)rule;
    snprintf(text, n, "%.6g%s", ns / (ns < 1e9 ? 1e6 : 1e9), ns < 1e9 ? "ms" : "s");
}

enum ib_status ib_yaml_read_duration(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                     const yaml_node_t *node, void *field)
{
    char allowed[ALLOWED_BYTES];
    allow_duration(rule, allowed, sizeof allowed);
    return read_quantity(doc, rule, node, durations, allowed, field);
}

static json_t *duration_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return quantity_schema(durations);
}

static const struct unit sizes[] = {{"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},     {"TB", 1e12},
                                    {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {NULL, 0}};

static json_t *bytes_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return quantity_schema(sizes);
}

static void allow_bytes(const struct ib_yaml_key *rule, char *text, size_t n)
{
    char min[32], max[32];
    snprintf(text, n, "a size such as 500MB, 2GB or 1.5GiB, from %s to %s",
             ib_print_bytes((double)rule->min, min, sizeof min),
             ib_print_bytes((double)rule->max, max, sizeof max));
}

enum ib_status ib_yaml_read_bytes(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, void *field)
{
    char allowed[ALLOWED_BYTES];
    allow_bytes(rule, allowed, sizeof allowed);
    return read_quantity(doc, rule, node, sizes, allowed, field);
}

/* ---- Shares ---- */

static void allow_share(const struct ib_yaml_key *rule, char *text, size_t n)
{
    (void)rule;
    snprintf(text, n, "a fraction above 0 and below 1, such as 1%% or 0.01");
}

static void print_share(const struct ib_yaml_key *rule, const void *field, char *text, size_t n)
{
    (void)rule;
    snprintf(text, n, "%.6g%%", 100 * *(const double *)field);
}

enum ib_status ib_yaml_read_share(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, void *field)
{
    char allowed[ALLOWED_BYTES];
    const char *text = NULL;
    double share;
    allow_share(rule, allowed, sizeof allowed);
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    if (!ib_parse_share(text, &share))
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *(double *)field = share;
    return IB_OK;
}

static json_t *share_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_either(
        json_pack("{s:s, s:i, s:i}", "type", "number", "exclusiveMinimum", 0, "exclusiveMaximum", 1),
        ib_schema_pattern("^[0-9.]+(e[-+]?[0-9]+)?%$"));
}

/* ---- The configuration reference ---- */

static const struct reader {
    enum ib_status (*read)(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *, void *);
    const char *type;
    void (*allow)(const struct ib_yaml_key *, char *text, size_t n); /* NULL: any value of the type */
    void (*print)(const struct ib_yaml_key *, const void *field, char *text, size_t n);
    json_t *(*schema)(const struct ib_yaml_key *);
} readers[] = {
    {ib_yaml_read_text, "string", NULL, NULL, text_schema},
    {ib_yaml_read_texts, "string or list of strings", NULL, NULL, texts_schema},
    {ib_yaml_read_u64, "integer", allow_u64, print_u64, ib_yaml_u64_schema},
    {ib_yaml_read_word, "word", allow_word, print_word, word_schema},
    {ib_yaml_read_duration, "duration", allow_duration, print_duration, duration_schema},
    {ib_yaml_read_bytes, "size", allow_bytes, NULL, bytes_schema},
    {ib_yaml_read_share, "fraction", allow_share, print_share, share_schema},
};

static const struct reader *reader_of(const struct ib_yaml_key *key)
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i].read == key->read)
            return &readers[i];
    return NULL;
}

const char *ib_yaml_key_type(const struct ib_yaml_key *key)
{
    const struct reader *reader = reader_of(key);
    return key->type || !reader ? key->type : reader->type;
}

const char *ib_yaml_key_allowed(const struct ib_yaml_key *key, char *text, size_t n)
{
    const struct reader *reader = reader_of(key);
    snprintf(text, n, "%s", key->allowed ? key->allowed : "");
    if (!key->allowed && reader && reader->allow)
        reader->allow(key, text, n);
    return text;
}

const char *ib_yaml_key_initial(const struct ib_yaml_key *key, const void *defaults, char *text, size_t n)
{
    const struct reader *reader = reader_of(key);
    snprintf(text, n, "%s", key->initial ? key->initial : "");
    if (!key->initial && !key->required && defaults && reader && reader->print)
        reader->print(key, (const char *)defaults + key->offset, text, n);
    return text;
}

/* ---- The JSON Schema ---- */

static json_t *schema_of(const struct ib_yaml_key *key)
{
    const struct reader *reader = reader_of(key);
    if (key->schema)
        return key->schema(key);
    if (reader)
        return reader->schema(key);
    return key->keys ? ib_yaml_map_schema(key->keys, NULL) : json_false();
}

/* "number of rounds. Allowed: an integer from 1 to 10. Default: 5. Example: 7" */
static json_t *describe(const struct ib_yaml_key *key, const void *defaults)
{
    char allowed[256], initial[64];
    ib_yaml_key_allowed(key, allowed, sizeof allowed);
    ib_yaml_key_initial(key, defaults, initial, sizeof initial);
    return json_sprintf("%s%s%s%s%s%s%s", key->help ? key->help : "", allowed[0] ? ". Allowed: " : "",
                        allowed, initial[0] ? ". Default: " : "", initial, key->example ? ". Example: " : "",
                        key->example ? key->example : "");
}

json_t *ib_yaml_map_schema(const struct ib_yaml_key *keys, const void *defaults)
{
    json_t *properties = json_object(), *required = json_array();
    for (; keys->name; keys++) {
        json_t *schema = schema_of(keys);
        json_object_set_new(schema, "description", describe(keys, defaults));
        json_object_set_new(properties, keys->name, schema);
        if (keys->required)
            json_array_append_new(required, json_string(keys->name));
    }
    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0, "required",
                     required, "properties", properties);
}
