#include "report/chart_script.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SCRIPT_BYTES = 1 << 20 };

static const struct key {
    const char *word;
    size_t offset;
} keys[] = {
    {"title", offsetof(struct ib_chart_script, title)},
    {"caption", offsetof(struct ib_chart_script, caption)},
    {"order", offsetof(struct ib_chart_script, order)},
    {"per", offsetof(struct ib_chart_script, per)},
    {"for", offsetof(struct ib_chart_script, condition)},
    {"height", offsetof(struct ib_chart_script, height)},
    {"sql", offsetof(struct ib_chart_script, sql)},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

static const char **value_of(struct ib_chart_script *script, const struct key *key)
{
    return (const char **)((char *)script + key->offset);
}

static const struct key *find_key(const char *word, size_t length)
{
    for (const struct key *key = keys; key < keys + KEY_COUNT; key++)
        if (strlen(key->word) == length && strncmp(key->word, word, length) == 0)
            return key;
    return NULL;
}

/* Reads a header line without its "#@"; *last is the value that a "#@ …" line continues. Returns the fault,
 * or NULL. */
static const char *read_header(struct ib_arena *arena, struct ib_chart_script *script, const char *line,
                               const char ***last)
{
    size_t word = strcspn(line, " \t");
    const char *text = line + word + strspn(line + word, " \t");
    if (word) {
        const struct key *key = find_key(line, word);
        if (!key)
            return ib_arena_print(
                arena, "#@%.*s is not a header: use title, caption, order, per, for, height or sql",
                (int)word, line);
        *last = value_of(script, key);
    } else if (!*last) {
        return "the first header needs a name: title, caption, order, per, for, height or sql";
    }
    **last = ib_arena_print(arena, "%s%s%s", **last, **last[0] ? " " : "", text);
    return NULL;
}

static const char *read_headers(struct ib_arena *arena, struct ib_chart_script *script, char *text)
{
    const char **last = NULL;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        const char *fault = strncmp(line, "#@", 2) == 0 ? read_header(arena, script, line + 2, &last) : NULL;
        if (fault)
            return fault;
    }
    return script->title[0] && script->sql[0] ? NULL : "it needs the headers #@title and #@sql";
}

static void read_script(struct ib_arena *arena, const char *path, struct ib_chart_script *out)
{
    char *text;
    size_t bytes;
    *out = (struct ib_chart_script){.name = ib_file_stem(arena, path), .path = ib_arena_copy(arena, path)};
    for (int i = 0; i < KEY_COUNT; i++)
        *value_of(out, &keys[i]) = "";
    if (ib_file_read(arena, path, MAX_SCRIPT_BYTES, &text, &bytes) == IB_OK)
        out->fault = read_headers(arena, out, text);
    else
        out->fault = ib_arena_copy(arena, ib_error_text());
}

static int by_order(const void *left, const void *right)
{
    const struct ib_chart_script *a = left, *b = right;
    int place_a = a->order[0] ? atoi(a->order) : 100, place_b = b->order[0] ? atoi(b->order) : 100;
    return place_a != place_b ? (place_a < place_b ? -1 : 1) : strcmp(a->name, b->name);
}

enum ib_status ib_chart_scripts(struct ib_arena *arena, struct ib_chart_script **out, size_t *n)
{
    glob_t found = {0};
    int rc = glob(ib_home_path(arena, "scripts/charts/*.gp"), 0, NULL, &found);
    if (rc != 0 && rc != GLOB_NOMATCH)
        return ib_fail(IB_EIO, ib_home_path(arena, "scripts/charts"), "cannot read this folder");
    *n = found.gl_pathc;
    *out = ib_arena_alloc(arena, *n * sizeof **out);
    for (size_t i = 0; i < *n; i++)
        read_script(arena, found.gl_pathv[i], &(*out)[i]);
    qsort(*out, *n, sizeof **out, by_order);
    globfree(&found);
    return IB_OK;
}
