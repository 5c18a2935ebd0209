#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "data/dataset.h"
#include "data/spec.h"

#include <dirent.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

/* ---- Known names ---- */

struct names { /* list[n] is NULL */
    struct ib_arena *arena;
    const char **list;
    size_t n, capacity;
};

static void add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->list[i], name) == 0)
            return;
    names->list[names->n++] = name;
    names->list = ib_arena_grow(names->arena, names->list, sizeof *names->list, names->n, &names->capacity);
}

static void add_folder(struct names *names, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (ib_dataset_format_of(entry->d_name))
            add_name(names, ib_file_stem(names->arena, ib_source_name(names->arena, entry->d_name)));
    closedir(dir);
}

static struct names known_names(struct ib_arena *arena, const char *folder)
{
    struct names names = {.arena = arena};
    names.list = ib_arena_grow(arena, NULL, sizeof *names.list, 0, &names.capacity);
    if (folder)
        add_folder(&names, folder);
    add_folder(&names, ib_home_path(arena, "configs/datasets"));
    return names;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *ib_dataset_names(struct ib_arena *arena, const char *folder)
{
    struct names names = known_names(arena, folder);
    qsort(names.list, names.n, sizeof *names.list, by_text);
    return names.list;
}

/* ---- Resolving a name ---- */

static enum ib_status unknown(struct ib_arena *arena, const char *name, const struct ib_dataset_spec *specs,
                              size_t n, const char *folder)
{
    struct names names = known_names(arena, folder);
    for (size_t i = 0; i < n; i++)
        add_name(&names, specs[i].name);
    char hint[128], list[512];
    return ib_fail(IB_EINVAL, NULL, "unknown data set `%s`%s; allowed: a path%s%s", IB_SHORT(name),
                   ib_hint(name, names.list, hint, sizeof hint),
                   names.n ? ", or " : " (no named data sets were found)",
                   ib_name_list(names.list, list, sizeof list));
}

/* Returns the path of NAME.csv in the folder, whose extension may be in capital letters; NULL if there is
 * none. */
static const char *find_named(struct ib_arena *arena, const char *folder, const char *name,
                              const char *extension)
{
    const size_t length = strlen(name);
    const char *found = NULL; /* the first by name, if there are several */
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, name, length) == 0 && strcasecmp(entry->d_name + length, extension) == 0 &&
            (!found || strcmp(entry->d_name, found) < 0))
            found = ib_arena_copy(arena, entry->d_name);
    if (dir)
        closedir(dir);
    return found ? ib_file_join(arena, folder, found) : NULL;
}

/* Returns folder/name with the first known extension for which the file exists, or NULL. */
static const char *find_file(struct ib_arena *arena, const char *folder, const char *name)
{
    for (const struct ib_dataset_format *const *f = ib_dataset_formats; *f; f++) {
        for (const char *const *extension = (*f)->extensions; *extension; extension++) {
            const char *path = find_named(arena, folder, name, *extension);
            if (!path)
                path = find_named(arena, folder, name, ib_arena_print(arena, "%s.gz", *extension));
            if (path)
                return path;
        }
    }
    return NULL;
}

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

enum ib_status ib_dataset_find(struct ib_arena *arena, const char *name, const struct ib_dataset_spec *specs,
                               size_t n, const char *folder, struct ib_dataset_spec *out)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(specs[i].name, name) == 0) {
            *out = specs[i];
            return IB_OK;
        }
    }
    const char *path = ib_file_join(arena, folder, name);
    *out = (struct ib_dataset_spec){.name = ib_file_stem(arena, ib_source_name(arena, name))};
    if (strchr(name, '/') || ib_dataset_format_of(name)) {
        out->path = path;
    } else {
        out->name = ib_arena_copy(arena, name);
        if (folder)
            out->path = find_file(arena, folder, name);
        if (!out->path)
            out->path = find_file(arena, ib_home_path(arena, "configs/datasets"), name);
        if (!out->path && strchr(name, '.') && is_file(path))
            out->path = path; /* its format is unknown, which reading it says */
        if (!out->path)
            return unknown(arena, name, specs, n, folder);
    }
    return ib_spec_read_sidecar(arena, out);
}
