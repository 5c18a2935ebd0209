#include "base/yaml_reader.h"

#include "base/error.h"
#include "base/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = 32, MESSAGE_BYTES = 512 };

static enum ib_status fail_at(const struct ib_yaml *doc, size_t line, const char *what, const char *detail)
{
    char where[512];
    snprintf(where, sizeof where, "%s:%zu", doc->path, line);
    return ib_fail(IB_EINVAL, where, "%s%s", what, detail);
}

static size_t line_of(const yaml_mark_t *mark)
{
    return mark->line + 1;
}

/* ---- Opening ---- */

static enum ib_status parser_failure(const struct ib_yaml *doc, const yaml_parser_t *parser)
{
    size_t line = line_of(&parser->problem_mark);
    if (parser->error == YAML_READER_ERROR) { /* bad encoding: only its offset is known */
        line = 1;
        for (size_t i = 0; i < parser->problem_offset && i < doc->bytes; i++)
            line += doc->text[i] == '\n';
    }
    return fail_at(doc, line, "not readable as YAML: ", parser->problem ? parser->problem : "out of memory");
}

static void start_parser(const struct ib_yaml *doc, yaml_parser_t *parser)
{
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)doc->text, doc->bytes);
}

/* What the tree would no longer show. */
static enum ib_status check_event(const struct ib_yaml *doc, const yaml_event_t *event, int *documents)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++*documents > 1)
            return fail_at(doc, line_of(&event->start_mark), "a second document; one is allowed", "");
        break;
    case YAML_ALIAS_EVENT:
        anchor = event->data.alias.anchor;
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
            return fail_at(doc, line_of(&event->start_mark), "a NUL character is not allowed", "");
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor || tag)
        return fail_at(doc, line_of(&event->start_mark),
                       "anchors, aliases and tags are not allowed: ", (const char *)(anchor ? anchor : tag));
    return IB_OK;
}

static enum ib_status check_events(const struct ib_yaml *doc)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return ib_fail(IB_ENOMEM, doc->path, "out of memory");
    start_parser(doc, &parser);
    enum ib_status status = IB_OK;
    int documents = 0;
    for (bool more = true; more && status == IB_OK;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = parser_failure(doc, &parser);
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        status = check_event(doc, &event, &documents);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return status;
}

static enum ib_status load_tree(struct ib_yaml *doc)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return ib_fail(IB_ENOMEM, doc->path, "out of memory");
    start_parser(doc, &parser);
    enum ib_status status = yaml_parser_load(&parser, &doc->tree) ? IB_OK : parser_failure(doc, &parser);
    yaml_parser_delete(&parser);
    return status;
}

static const yaml_node_t *node_of(const struct ib_yaml *doc, int id)
{
    return doc->tree.nodes.start + (id - 1);
}

static enum ib_status check_keys(const struct ib_yaml *doc, const yaml_node_t *map)
{
    for (size_t i = 0; i < ib_yaml_pairs(map); i++) {
        const yaml_node_t *key = node_of(doc, map->data.mapping.pairs.start[i].key);
        if (key->type != YAML_SCALAR_NODE)
            return ib_yaml_fail(doc, key, NULL, "a key must be a single word");
        const char *name = ib_yaml_key(doc, map, i);
        for (size_t j = 0; j < i; j++)
            if (strcmp(name, ib_yaml_key(doc, map, j)) == 0)
                return ib_yaml_fail(doc, key, name, "given twice");
    }
    return IB_OK;
}

static enum ib_status check_tree(const struct ib_yaml *doc)
{
    if (!ib_yaml_root(doc))
        return fail_at(doc, 1, "the file is empty", "");
    for (const yaml_node_t *node = doc->tree.nodes.start; node < doc->tree.nodes.top; node++)
        IB_TRY(check_keys(doc, node));
    return IB_OK;
}

enum ib_status ib_yaml_open(const char *path, struct ib_arena *arena, struct ib_yaml *out)
{
    char *text;
    *out = (struct ib_yaml){.path = path, .arena = arena};
    IB_TRY(ib_file_read(arena, path, IB_YAML_MAX_BYTES, &text, &out->bytes));
    out->text = text;
    IB_TRY(check_events(out));
    IB_TRY(load_tree(out));
    enum ib_status status = check_tree(out);
    if (status != IB_OK)
        ib_yaml_close(out);
    return status;
}

void ib_yaml_close(struct ib_yaml *doc)
{
    yaml_document_delete(&doc->tree);
}

/* ---- Walking ---- */

const yaml_node_t *ib_yaml_root(const struct ib_yaml *doc)
{
    return doc->tree.nodes.top == doc->tree.nodes.start ? NULL : doc->tree.nodes.start;
}

const char *ib_yaml_where(const struct ib_yaml *doc, const yaml_node_t *node)
{
    return ib_arena_print(doc->arena, "%s:%zu", doc->path, line_of(&node->start_mark));
}

size_t ib_yaml_count(const yaml_node_t *list)
{
    if (list->type != YAML_SEQUENCE_NODE)
        return 1;
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

const yaml_node_t *ib_yaml_item(const struct ib_yaml *doc, const yaml_node_t *list, size_t i)
{
    return list->type == YAML_SEQUENCE_NODE ? node_of(doc, list->data.sequence.items.start[i]) : list;
}

size_t ib_yaml_pairs(const yaml_node_t *map)
{
    if (map->type != YAML_MAPPING_NODE)
        return 0;
    return (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start);
}

const char *ib_yaml_key(const struct ib_yaml *doc, const yaml_node_t *map, size_t i)
{
    return (const char *)node_of(doc, map->data.mapping.pairs.start[i].key)->data.scalar.value;
}

const yaml_node_t *ib_yaml_value(const struct ib_yaml *doc, const yaml_node_t *map, size_t i)
{
    return node_of(doc, map->data.mapping.pairs.start[i].value);
}

const yaml_node_t *ib_yaml_find(const struct ib_yaml *doc, const yaml_node_t *map, const char *key)
{
    for (size_t i = 0; i < ib_yaml_pairs(map); i++)
        if (strcmp(ib_yaml_key(doc, map, i), key) == 0)
            return ib_yaml_value(doc, map, i);
    return NULL;
}

/* ---- Refusing ---- */

enum ib_status ib_yaml_fail(const struct ib_yaml *doc, const yaml_node_t *node, const char *key,
                            const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const char *where = ib_yaml_where(doc, node);
    return key ? ib_fail(IB_EINVAL, where, "key `%s`: %s", key, message)
               : ib_fail(IB_EINVAL, where, "%s", message);
}

enum ib_status ib_yaml_refuse(const struct ib_yaml *doc, const yaml_node_t *node, const char *key,
                              const char *allowed)
{
    if (node->type == YAML_SEQUENCE_NODE)
        return ib_yaml_fail(doc, node, key, "a list is not %s", allowed);
    if (node->type == YAML_MAPPING_NODE)
        return ib_yaml_fail(doc, node, key, "a map is not %s", allowed);
    if (node->data.scalar.length == 0)
        return ib_yaml_fail(doc, node, key, "has no value; it must be %s", allowed);
    const char *quote = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? "" : "\"";
    return ib_yaml_fail(doc, node, key, "`%s%.100s%s` is not %s", quote,
                        (const char *)node->data.scalar.value, quote, allowed);
}

enum ib_status ib_yaml_unknown_key(const struct ib_yaml *doc, const yaml_node_t *map, size_t i,
                                   const char *const *names)
{
    const char *key = ib_yaml_key(doc, map, i);
    const char *list = "";
    char hint[128];
    for (const char *const *name = names; *name; name++)
        list = ib_arena_print(doc->arena, "%s%s%s", list, name == names ? "" : ", ", *name);
    return ib_yaml_fail(doc, node_of(doc, map->data.mapping.pairs.start[i].key), NULL,
                        "unknown key `%.100s`%s; allowed: %s", key, ib_hint(key, names, hint, sizeof hint),
                        list);
}

/* ---- Reading ---- */

enum ib_status ib_yaml_scalar(const struct ib_yaml *doc, const yaml_node_t *node, const char *key,
                              bool number, const char *allowed, const char **out)
{
    if (node->type != YAML_SCALAR_NODE)
        return ib_yaml_refuse(doc, node, key, allowed);
    bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (node->data.scalar.length == 0 || (number && !plain))
        return ib_yaml_refuse(doc, node, key, allowed);
    *out = ib_arena_copy(doc->arena, (const char *)node->data.scalar.value);
    return IB_OK;
}

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

enum ib_status ib_yaml_read_text(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    return ib_yaml_scalar(doc, node, rule->name, false, "a text", field);
}

enum ib_status ib_yaml_read_u64(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *node, void *field)
{
    char allowed[96];
    const char *text = NULL;
    uint64_t value;
    snprintf(allowed, sizeof allowed, "an integer from %" PRIu64 " to %" PRIu64, rule->min, rule->max);
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    if (!ib_parse_u64(text, &value) || value < rule->min || value > rule->max)
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *(uint64_t *)field = value;
    return IB_OK;
}

enum ib_status ib_yaml_read_word(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    char allowed[96];
    const char *text = NULL;
    int value;
    ib_word_list(rule->words, allowed, sizeof allowed);
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, false, allowed, &text));
    if (!ib_word_value(rule->words, text, &value))
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    memcpy(field, &value, sizeof value);
    return IB_OK;
}

enum ib_status ib_yaml_check_name(const struct ib_yaml *doc, const yaml_node_t *node, const char *key,
                                  const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    if (name[0] && name[0] != '.' && name[0] != '-' && !name[strspn(name, letters)])
        return IB_OK;
    return ib_yaml_fail(doc, node, key,
                        "`%.100s` is not a name made of letters, digits and _ (inside also . and -)", name);
}

struct unit {
    const char *name;
    double factor;
};

/* "1.5ms": a number and its unit, in the smallest one. `units` ends with a NULL name. */
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

enum ib_status ib_yaml_read_duration(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                     const yaml_node_t *node, void *field)
{
    static const struct unit units[] = {{"us", 1e3}, {"ms", 1e6},   {"s", 1e9},
                                        {"m", 60e9}, {"h", 3600e9}, {NULL, 0}};
    char allowed[128], least[32], most[32];
    snprintf(allowed, sizeof allowed, "a duration such as 20ms, 0.1s or 2m, from %s to %s",
             ib_print_ns((double)rule->min, least, sizeof least),
             ib_print_ns((double)rule->max, most, sizeof most));
    return read_quantity(doc, rule, node, units, allowed, field);
}

enum ib_status ib_yaml_read_bytes(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, void *field)
{
    static const struct unit units[] = {{"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},     {"TB", 1e12},
                                        {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {NULL, 0}};
    char allowed[128], least[32], most[32];
    snprintf(allowed, sizeof allowed, "an amount such as 500MB, 2GB or 1.5GiB, from %s to %s",
             ib_print_bytes((double)rule->min, least, sizeof least),
             ib_print_bytes((double)rule->max, most, sizeof most));
    return read_quantity(doc, rule, node, units, allowed, field);
}

/* "1%" or "0.01"; false: no number. */
static bool parse_share(struct ib_arena *arena, const char *text, double *out)
{
    size_t length = strlen(text);
    bool percent = length > 0 && text[length - 1] == '%';
    if (!ib_parse_f64(ib_arena_print(arena, "%.*s", (int)(length - percent), text), out))
        return false;
    if (percent)
        *out /= 100;
    return true;
}

enum ib_status ib_yaml_read_share(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, void *field)
{
    static const char allowed[] = "a share above 0 and below 1, such as 1% or 0.01";
    const char *text = NULL;
    double share;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    if (!parse_share(doc->arena, text, &share) || !(share > 0 && share < 1))
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *(double *)field = share;
    return IB_OK;
}

enum ib_status ib_yaml_read_texts(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, void *field)
{
    size_t n = ib_yaml_count(node);
    const char **texts = ib_arena_alloc(doc->arena, (n + 1) * sizeof *texts);
    for (size_t i = 0; i < n; i++)
        IB_TRY(ib_yaml_scalar(doc, ib_yaml_item(doc, node, i), rule->name, false, "a text", &texts[i]));
    *(const char *const **)field = texts;
    return IB_OK;
}
