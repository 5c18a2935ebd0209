#include "base/file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ib_status check_file(int fd, const char *path, size_t max_bytes, size_t *bytes)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return ib_fail_errno(path, "cannot read");
    if (!S_ISREG(info.st_mode))
        return ib_fail(IB_EIO, path, "cannot read: not a regular file");
    if ((uint64_t)info.st_size > max_bytes)
        return ib_fail(IB_EINVAL, path, "too large: %lld bytes; at most %zu are allowed",
                       (long long)info.st_size, max_bytes);
    *bytes = (size_t)info.st_size;
    return ib_memory_check(path, (double)info.st_size);
}

enum ib_status ib_file_read_exactly(int fd, const char *path, uint64_t offset, size_t bytes, void *out)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = pread(fd, (char *)out + done, bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ib_fail_errno(path, "cannot read");
        if (n == 0)
            return ib_fail(IB_EIO, path, "cannot read: the file became shorter meanwhile");
        done += (size_t)n;
    }
    return IB_OK;
}

int ib_file_open(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static enum ib_status read_open(struct ib_arena *arena, int fd, const char *path, size_t max_bytes,
                                char **text, size_t *bytes)
{
    IB_TRY(check_file(fd, path, max_bytes, bytes));
    *text = ib_arena_alloc(arena, *bytes + 1);
    return ib_file_read_exactly(fd, path, 0, *bytes, *text);
}

enum ib_status ib_file_read(struct ib_arena *arena, const char *path, size_t max_bytes, char **text,
                            size_t *bytes)
{
    const int fd = ib_file_open(path);
    if (fd < 0)
        return ib_fail_errno(path, "cannot open");
    enum ib_status status = read_open(arena, fd, path, max_bytes, text, bytes);
    close(fd);
    return status;
}

/* Removes a byte-order mark. */
static enum ib_status check_text(const char *path, char **text, size_t *bytes)
{
    static const char utf8[] = "\xEF\xBB\xBF", utf16_le[] = "\xFF\xFE", utf16_be[] = "\xFE\xFF";
    if (*bytes >= 2 && (memcmp(*text, utf16_le, 2) == 0 || memcmp(*text, utf16_be, 2) == 0))
        return ib_fail(IB_EINVAL, path, "this is UTF-16 (by its byte-order mark); save it as UTF-8");
    if (strncmp(*text, utf8, strlen(utf8)) == 0) {
        *text += strlen(utf8);
        *bytes -= strlen(utf8);
    }
    const char *nul = memchr(*text, '\0', *bytes);
    if (nul)
        return ib_fail(IB_EINVAL, path, "not a text file: byte %zu is NUL%s", (size_t)(nul - *text) + 1,
                       nul - *text < 2 ? "; UTF-16 must be saved as UTF-8" : "");
    return IB_OK;
}

enum ib_status ib_file_read_text(struct ib_arena *arena, const char *path, size_t max_bytes, char **text,
                                 size_t *bytes)
{
    IB_TRY(ib_file_read(arena, path, max_bytes, text, bytes));
    return check_text(path, text, bytes);
}

enum ib_status ib_file_text(struct ib_arena *arena, int fd, const char *path, char **text, size_t *bytes)
{
    IB_TRY(read_open(arena, fd, path, SIZE_MAX / 8, text, bytes));
    return check_text(path, text, bytes);
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

bool ib_file_has_suffix(const char *path, const char *suffix)
{
    const size_t length = strlen(path), n = strlen(suffix);
    return length >= n && strcasecmp(path + length - n, suffix) == 0;
}

char *ib_file_join(struct ib_arena *arena, const char *folder, const char *path)
{
    if (!folder || path[0] == '/')
        return ib_arena_copy(arena, path);
    return ib_arena_print(arena, "%s/%s", folder, path + (strncmp(path, "./", 2) == 0 ? 2 : 0));
}

enum ib_status ib_temporary_folder(struct ib_arena *arena, const char *name, const char *last, char **out)
{
    const char *const places[] = {getenv("TMPDIR"), "/tmp", last};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!places[i] || !places[i][0])
            continue;
        *out = ib_arena_print(arena, "%s/%s-XXXXXX", places[i], name);
        if (mkdtemp(*out))
            return IB_OK;
    }
    return ib_fail_errno(*out, "cannot create a temporary folder; TMPDIR names another place");
}

enum ib_status ib_file_make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return ib_fail_errno(path, "cannot create this folder");
        *slash = '/';
    }
    return IB_OK;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    remove(path);
    return 0;
}

void ib_folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
