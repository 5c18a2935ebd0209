#include "data/source.h"

#include "base/error.h"
#include "base/file.h"
#include "data/inflate.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char suffix[] = ".gz";

static bool is_compressed(const char *path)
{
    return strlen(path) > strlen(suffix) && ib_file_has_suffix(path, suffix);
}

const char *ib_source_name(struct ib_arena *arena, const char *path)
{
    char *name = ib_arena_copy(arena, path);
    if (is_compressed(path))
        name[strlen(path) - strlen(suffix)] = '\0';
    return name;
}

static enum ib_status measure(struct ib_source *source)
{
    struct stat info;
    if (fstat(source->fd, &info) != 0)
        return ib_fail_errno(source->path, "cannot read");
    if (!S_ISREG(info.st_mode))
        return ib_fail(IB_EIO, source->path, "cannot read: not a regular file");
    source->bytes = (uint64_t)info.st_size;
    return IB_OK;
}

/* Replaces the file by its decompressed contents. */
static enum ib_status decompress(struct ib_source *source)
{
    static const unsigned char magic[] = {0x1f, 0x8b};
    unsigned char start[sizeof magic] = {0};
    uint32_t crc;
    if (source->bytes >= sizeof start)
        IB_TRY(ib_file_read_exactly(source->fd, source->path, 0, sizeof start, start));
    if (memcmp(start, magic, sizeof magic) != 0)
        return ib_fail(IB_EINVAL, source->path, "not a gzip file, although its name ends with .gz");
    const struct ib_compressed from = {
        .path = source->path, .fd = source->fd, .bytes = source->bytes, .compression = IB_GZIP};
    int fd = -1;
    IB_TRY(ib_inflate(&from, &fd, &source->bytes, &crc));
    close(source->fd);
    source->fd = fd;
    return IB_OK;
}

enum ib_status ib_source_open(struct ib_arena *arena, const char *path, struct ib_source *out)
{
    *out = (struct ib_source){.path = path, .name = ib_source_name(arena, path), .fd = ib_file_open(path)};
    if (out->fd < 0)
        return ib_fail_errno(path, "cannot open");
    enum ib_status status = measure(out);
    if (status == IB_OK && is_compressed(path))
        status = decompress(out);
    if (status != IB_OK)
        ib_source_close(out);
    return status;
}

void ib_source_close(struct ib_source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}

enum ib_status ib_source_text(struct ib_arena *arena, const struct ib_source *source, char **text,
                              size_t *bytes)
{
    return ib_file_text(arena, source->fd, source->path, text, bytes);
}
