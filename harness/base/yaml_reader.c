#include "base/yaml_reader.h"

#include "base/error.h"
#include "base/file.h"

#include <stdio.h>
#include <string.h>

static enum ib_status fail_at(const struct ib_yaml *doc, size_t line, const char *what, const char *detail)
{
    return ib_fail_at(doc->path, line, 0, "%s%s", what, detail);
}

static size_t line_of(const yaml_mark_t *mark)
{
    return mark->line + 1;
}

/* ---- Opening ---- */

static enum ib_status parser_failure(const struct ib_yaml *doc, const yaml_parser_t *parser)
{
    size_t line = line_of(&parser->problem_mark);
    if (parser->error == YAML_READER_ERROR) { /* bad encoding: only the offset is known */
        line = 1;
        for (size_t i = 0; i < parser->problem_offset && i < doc->bytes; i++)
            line += doc->text[i] == '\n';
    }
    return fail_at(doc, line, "invalid YAML: ", parser->problem ? parser->problem : "out of memory");
}

static void start_parser(const struct ib_yaml *doc, yaml_parser_t *parser)
{
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)doc->text, doc->bytes);
}

/* Rejects what the document tree no longer shows. */
static enum ib_status check_event(const struct ib_yaml *doc, const yaml_event_t *event, int *documents)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++*documents > 1)
            return fail_at(doc, line_of(&event->start_mark), "more than one YAML document; one is allowed",
                           "");
        break;
    case YAML_ALIAS_EVENT:
        anchor = event->data.alias.anchor;
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
            return fail_at(doc, line_of(&event->start_mark), "NUL characters are not allowed", "");
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
            return ib_yaml_fail(doc, key, NULL, "a key must be a string, not a list or a map");
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
    IB_TRY(ib_file_read_text(arena, path, IB_YAML_MAX_BYTES, &text, &out->bytes));
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

/* ---- Traversal ---- */

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

/* ---- Errors ---- */

enum ib_status ib_yaml_fail(const struct ib_yaml *doc, const yaml_node_t *node, const char *key,
                            const char *format, ...)
{
    char message[sizeof ib_last_error()->message];
    va_list arguments;
    va_start(arguments, format);
    ib_print_shortened(message, sizeof message, format, arguments);
    va_end(arguments);
    const char *where = ib_yaml_where(doc, node);
    return key ? ib_fail(IB_EINVAL, where, "key `%s`: %s", IB_SHORT(key), message)
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
    return ib_yaml_fail(doc, node, key, "`%s%s%s` is not %s", quote,
                        IB_SHORT((const char *)node->data.scalar.value), quote, allowed);
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
                        "unknown key `%s`%s; allowed: %s", IB_SHORT(key),
                        ib_hint(key, names, hint, sizeof hint), list);
}

/* ---- Scalars ---- */

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

enum ib_status ib_yaml_check_name(const struct ib_yaml *doc, const yaml_node_t *node, const char *key,
                                  const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    if (name[0] && name[0] != '.' && name[0] != '-' && !name[strspn(name, letters)])
        return IB_OK;
    return ib_yaml_fail(
        doc, node, key,
        "`%s` is not a valid name; allowed: letters, digits, _, and after the first character . and -",
        IB_SHORT(name));
}
