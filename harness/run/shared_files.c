#include "run/shared_files.h"

#include "base/error.h"

#include <sys/stat.h>

struct ib_shared_file {
    const char *path;
    struct stat info; /* when it was added */
};

enum ib_status ib_shared_files_add(struct ib_arena *arena, struct ib_shared_files *files, const char *path)
{
    struct ib_shared_file file = {.path = path};
    if (chmod(path, 0444) != 0 || stat(path, &file.info) != 0)
        return ib_fail_errno(path, "cannot be made read-only");
    files->list = ib_arena_grow(arena, files->list, sizeof *files->list, files->n, &files->capacity);
    files->list[files->n++] = file;
    return IB_OK;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The change time also covers a modification time that was set back. */
static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

const char *ib_shared_files_changed(const struct ib_shared_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        struct stat now;
        if (stat(files->list[i].path, &now) != 0 || !is_same(&files->list[i].info, &now))
            return files->list[i].path;
    }
    return NULL;
}
