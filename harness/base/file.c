#include "base/file.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum ib_status read_all(struct ib_arena *arena, FILE *file, const char *path, size_t max_bytes,
                               char **text, size_t *bytes)
{
    struct stat info;
    if (fstat(fileno(file), &info) != 0)
        return ib_fail_errno(path, "cannot read");
    if (!S_ISREG(info.st_mode))
        return ib_fail(IB_EIO, path, "cannot read: not a regular file");
    if ((uint64_t)info.st_size > max_bytes)
        return ib_fail(IB_EINVAL, path, "too large: %lld bytes; at most %zu are allowed",
                       (long long)info.st_size, max_bytes);
    *text = ib_arena_alloc(arena, (size_t)info.st_size + 1);
    *bytes = fread(*text, 1, (size_t)info.st_size, file);
    return ferror(file) ? ib_fail_errno(path, "cannot read") : IB_OK;
}

enum ib_status ib_file_read(struct ib_arena *arena, const char *path, size_t max_bytes, char **text,
                            size_t *bytes)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return ib_fail_errno(path, "cannot open");
    enum ib_status status = read_all(arena, file, path, max_bytes, text, bytes);
    fclose(file);
    return status;
}

char *ib_file_folder(struct ib_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ib_arena_copy(arena, ".");
    return slash == path ? ib_arena_copy(arena, "/")
                         : ib_arena_print(arena, "%.*s", (int)(slash - path), path);
}

char *ib_file_stem(struct ib_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return ib_arena_print(arena, "%.*s", (int)(dot && dot != name ? (size_t)(dot - name) : strlen(name)),
                          name);
}

char *ib_file_join(struct ib_arena *arena, const char *folder, const char *path)
{
    if (!folder || path[0] == '/')
        return ib_arena_copy(arena, path);
    return ib_arena_print(arena, "%s/%s", folder, path);
}
