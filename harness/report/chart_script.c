#include "report/chart_script.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
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
    {"panel", offsetof(struct ib_chart_script, panel)},
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
                arena, "#@%.*s is not a header: use title, caption, order, per, for, height, panel or sql",
                (int)word, line);
        *last = value_of(script, key);
    } else if (!*last) {
        return "the first header needs a name: title, caption, order, per, for, height, panel or sql";
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

static int is_script(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 3 && strcmp(entry->d_name + length - 3, ".gp") == 0;
}

enum ib_status ib_chart_scripts(struct ib_arena *arena, struct ib_chart_script **out, size_t *n)
{
    const char *folder = ib_home_path(arena, "scripts/charts");
    struct dirent **found = NULL;
    const int count = scandir(folder, &found, is_script, alphasort);
    if (count < 0 && errno != ENOENT)
        return ib_fail_errno(folder, "cannot read this folder");
    *n = count > 0 ? (size_t)count : 0;
    *out = ib_arena_alloc(arena, *n * sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        read_script(arena, ib_file_join(arena, folder, found[i]->d_name), &(*out)[i]);
        free(found[i]);
    }
    free(found);
    qsort(*out, *n, sizeof **out, by_order);
    return IB_OK;
}
