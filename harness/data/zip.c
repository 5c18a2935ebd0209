#include "data/zip.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "data/inflate.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* Sizes and places in the format (PKWARE's APPNOTE.TXT, 4.3). All numbers are little-endian. */
enum {
    END_BYTES = 22,       /* of the record at the end, without its comment */
    COMMENT_MOST = 65535, /* of that */
    LOCATOR_BYTES = 20,   /* before it, in ZIP64 */
    END64_BYTES = 56,
    ENTRY_BYTES = 46, /* in the directory, without name, extra fields and comment */
    LOCAL_BYTES = 30, /* of a local header, without name and extra fields */
    DIRECTORY_MOST = 1 << 26,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1,
    ZIP64_FIELD = 1,
};

static uint64_t number(const unsigned char *at, unsigned bytes)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < bytes; i++)
        out |= (uint64_t)at[i] << 8 * i;
    return out;
}

static enum ib_status damaged(const struct ib_source *source, const char *what)
{
    return ib_fail(IB_EINVAL, source->path, "not a readable ZIP archive: %s", what);
}

static enum ib_status read_at(const struct ib_source *source, uint64_t offset, size_t bytes, void *out)
{
    if (offset > source->bytes || bytes > source->bytes - offset)
        return damaged(source, "it is cut, or names a place beyond its end");
    return ib_file_read_exactly(source->fd, source->path, offset, bytes, out);
}

/* ---- the end of the archive ---- */

struct directory {
    uint64_t start, bytes, entries;
};

/* Finds the last record with this signature whose comment ends with the file. */
static enum ib_status find_end(const struct ib_source *source, struct ib_arena *scratch, uint64_t *out)
{
    const uint64_t most = END_BYTES + COMMENT_MOST, n = source->bytes < most ? source->bytes : most;
    unsigned char *tail = ib_arena_alloc(scratch, (size_t)n + 1);
    IB_TRY(read_at(source, source->bytes - n, (size_t)n, tail));
    for (uint64_t i = n; i-- > 0;) {
        if (n - i < END_BYTES || memcmp(tail + i, "PK\5\6", 4) != 0 ||
            number(tail + i + 20, 2) != n - i - END_BYTES)
            continue;
        *out = source->bytes - n + i;
        return IB_OK;
    }
    return damaged(source, "its end record is missing");
}

/* An archive over 4 GiB has a second record of larger numbers. */
static enum ib_status read_end64(const struct ib_source *source, uint64_t end, struct directory *out)
{
    unsigned char locator[LOCATOR_BYTES], record[END64_BYTES];
    if (end < LOCATOR_BYTES)
        return damaged(source, "its ZIP64 record is missing");
    IB_TRY(read_at(source, end - LOCATOR_BYTES, sizeof locator, locator));
    if (memcmp(locator, "PK\6\7", 4) != 0)
        return damaged(source, "its ZIP64 record is missing");
    IB_TRY(read_at(source, number(locator + 8, 8), sizeof record, record));
    if (memcmp(record, "PK\6\6", 4) != 0)
        return damaged(source, "its ZIP64 record is missing");
    *out = (struct directory){
        .entries = number(record + 32, 8), .bytes = number(record + 40, 8), .start = number(record + 48, 8)};
    return IB_OK;
}

static enum ib_status find_directory(const struct ib_source *source, struct ib_arena *scratch,
                                     struct directory *out)
{
    unsigned char record[END_BYTES];
    uint64_t end = 0;
    IB_TRY(find_end(source, scratch, &end));
    IB_TRY(read_at(source, end, sizeof record, record));
    *out = (struct directory){
        .entries = number(record + 10, 2), .bytes = number(record + 12, 4), .start = number(record + 16, 4)};
    if (out->entries == 0xffff || out->bytes == 0xffffffff || out->start == 0xffffffff)
        IB_TRY(read_end64(source, end, out));
    if (out->bytes > DIRECTORY_MOST || out->entries > out->bytes / ENTRY_BYTES)
        return damaged(source, "its directory is too large, or too small for its entries");
    if (out->start > source->bytes || out->bytes > source->bytes - out->start)
        return damaged(source, "it is cut, or names a place beyond its end");
    return IB_OK;
}

/* ---- its entries ---- */

/* Numbers that do not fit into 32 bits stand in an extra field, in this order. */
static bool read_zip64(const unsigned char *extra, size_t bytes, struct ib_zip_entry *entry)
{
    uint64_t *const wide[] = {&entry->bytes, &entry->compressed, &entry->header};
    while (bytes >= 4) {
        const size_t id = number(extra, 2), size = number(extra + 2, 2);
        const unsigned char *at = extra + 4, *end = at + size;
        if (size > bytes - 4)
            return false;
        for (size_t i = 0; id == ZIP64_FIELD && i < 3; i++) {
            if (*wide[i] != 0xffffffff)
                continue;
            if (end - at < 8)
                return false;
            *wide[i] = number(at, 8);
            at += 8;
        }
        extra += 4 + size;
        bytes -= 4 + size;
    }
    return true;
}

/* Reads an entry from at[left]; returns its bytes, or 0 if it is damaged. */
static size_t read_entry(struct ib_arena *arena, const unsigned char *at, size_t left,
                         struct ib_zip_entry *out)
{
    if (left < ENTRY_BYTES || memcmp(at, "PK\1\2", 4) != 0)
        return 0;
    const size_t name = number(at + 28, 2), extra = number(at + 30, 2), comment = number(at + 32, 2);
    if (name + extra + comment > left - ENTRY_BYTES)
        return 0;
    *out = (struct ib_zip_entry){.flags = (unsigned)number(at + 8, 2),
                                 .method = (unsigned)number(at + 10, 2),
                                 .crc = (uint32_t)number(at + 16, 4),
                                 .compressed = number(at + 20, 4),
                                 .bytes = number(at + 24, 4),
                                 .header = number(at + 42, 4)};
    out->name = ib_arena_print(arena, "%.*s", (int)name, (const char *)at + ENTRY_BYTES);
    if (!read_zip64(at + ENTRY_BYTES + name, extra, out))
        return 0;
    return ENTRY_BYTES + name + extra + comment;
}

enum ib_status ib_zip_open(struct ib_arena *arena, const struct ib_source *source, struct ib_zip *out)
{
    struct directory directory;
    *out = (struct ib_zip){.source = source};
    IB_TRY(find_directory(source, arena, &directory));
    unsigned char *at = ib_arena_alloc(arena, (size_t)directory.bytes + 1);
    IB_TRY(read_at(source, directory.start, (size_t)directory.bytes, at));
    out->entries = ib_arena_alloc(arena, (size_t)directory.entries * sizeof *out->entries);
    for (size_t left = (size_t)directory.bytes; out->n < directory.entries; out->n++) {
        const size_t bytes = read_entry(arena, at, left, &out->entries[out->n]);
        if (!bytes)
            return damaged(source, "its directory is damaged");
        at += bytes;
        left -= bytes;
    }
    return IB_OK;
}

const struct ib_zip_entry *ib_zip_find(const struct ib_zip *zip, const char *name)
{
    for (size_t i = 0; i < zip->n; i++)
        if (strcmp(zip->entries[i].name, name) == 0)
            return &zip->entries[i];
    return NULL;
}

/* ---- extracting ---- */

static enum ib_status check_method(const struct ib_source *out, const struct ib_zip_entry *entry)
{
    if (entry->flags & ENCRYPTED)
        return ib_fail(IB_EINVAL, out->path, "it is encrypted, which is not supported");
    if (entry->method != STORED && entry->method != DEFLATED)
        return ib_fail(IB_EINVAL, out->path,
                       "it is compressed by method %u; allowed: stored (0) and deflated (8)", entry->method);
    return IB_OK;
}

/* The local header's own name and extra fields may have another length than those of the directory. */
static enum ib_status find_contents(const struct ib_zip *zip, const struct ib_zip_entry *entry, uint64_t *out)
{
    unsigned char header[LOCAL_BYTES];
    IB_TRY(read_at(zip->source, entry->header, sizeof header, header));
    if (memcmp(header, "PK\3\4", 4) != 0)
        return damaged(zip->source, "an entry's header is damaged");
    *out = entry->header + LOCAL_BYTES + number(header + 26, 2) + number(header + 28, 2);
    if (*out > zip->source->bytes || entry->compressed > zip->source->bytes - *out)
        return damaged(zip->source, "it is cut, or names a place beyond its end");
    return IB_OK;
}

enum ib_status ib_zip_extract(struct ib_arena *arena, const struct ib_zip *zip,
                              const struct ib_zip_entry *entry, struct ib_source *out)
{
    uint64_t start = 0;
    uint32_t crc = 0;
    *out = (struct ib_source){.fd = -1};
    out->path = out->name = ib_arena_print(arena, "%s/%s", zip->source->path, IB_SHORT(entry->name));
    IB_TRY(check_method(out, entry));
    IB_TRY(find_contents(zip, entry, &start));
    const struct ib_compressed from = {.path = out->path,
                                       .fd = zip->source->fd,
                                       .start = start,
                                       .bytes = entry->compressed,
                                       .compression = entry->method == STORED ? IB_STORED : IB_DEFLATE};
    IB_TRY(ib_inflate(&from, &out->fd, &out->bytes, &crc));
    if (out->bytes == entry->bytes && crc == entry->crc)
        return IB_OK;
    ib_source_close(out);
    return ib_fail(IB_EINVAL, out->path,
                   "damaged: %" PRIu64 " bytes with CRC %08x, expected %" PRIu64 " with %08x", out->bytes,
                   crc, entry->bytes, entry->crc);
}
