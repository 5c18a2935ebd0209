#include "config/shipped.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".yaml"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *ib_shipped_configs(struct ib_arena *arena)
{
    size_t n = 0, capacity = 0;
    const char **names = ib_arena_grow(arena, NULL, sizeof *names, 0, &capacity);
    DIR *dir = opendir(ib_home_path(arena, "configs"));
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (ib_file_has_suffix(entry->d_name, SUFFIX)) {
            names[n++] = ib_file_stem(arena, entry->d_name);
            names = ib_arena_grow(arena, names, sizeof *names, n, &capacity);
        }
    if (dir)
        closedir(dir);
    qsort(names, n, sizeof *names, by_text);
    names[n] = NULL;
    return names;
}

const char *ib_shipped_path(struct ib_arena *arena, const char *name)
{
    return ib_home_path(arena, ib_arena_print(arena, "configs/%s" SUFFIX, name));
}

/* Appends a line of a comment to the sentence; returns whether the sentence goes on after it. */
static bool append_line(struct ib_arena *arena, const char **sentence, const char *line, size_t length)
{
    size_t end = 0;
    while (end < length && !(strchr(".?", line[end]) && (end + 1 == length || line[end + 1] == ' ')))
        end++;
    const bool ended = end < length;
    if (ended && line[end] == '?')
        end++;
    *sentence =
        ib_arena_print(arena, "%s%s%.*s", *sentence, (*sentence)[0] && end ? " " : "", (int)end, line);
    return !ended;
}

const char *ib_shipped_summary(struct ib_arena *arena, const char *name)
{
    enum { MAX_BYTES = 1 << 20 };
    char *text;
    size_t bytes;
    const char *sentence = "";
    if (ib_file_read_text(arena, ib_shipped_path(arena, name), MAX_BYTES, &text, &bytes) != IB_OK)
        return "";
    for (bool goes_on = true; goes_on && *text == '#';) {
        const char *line = text + 1 + (text[1] == ' ');
        const size_t length = strcspn(line, "\n");
        goes_on = length && append_line(arena, &sentence, line, length);
        text = (char *)line + length + (line[length] == '\n');
    }
    return sentence;
}

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

static enum ib_status unknown(struct ib_arena *arena, const char *name)
{
    char hint[128], list[512];
    const char *const *names = ib_shipped_configs(arena);
    return ib_fail(IB_EINVAL, name, "no such file or shipped configuration%s; allowed: a path%s%s",
                   ib_hint(name, names, hint, sizeof hint), names[0] ? ", or " : "",
                   ib_name_list(names, list, sizeof list));
}

enum ib_status ib_config_find(struct ib_arena *arena, const char *given, const char **path)
{
    *path = given;
    if (!given[0] || strpbrk(given, "/.") || is_file(given))
        return IB_OK;
    *path = ib_shipped_path(arena, given);
    return is_file(*path) ? IB_OK : unknown(arena, given);
}
