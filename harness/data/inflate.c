#include "data/inflate.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK_BYTES = 1 << 16, RATIO_MOST = 200, ALWAYS_ALLOWED = 1 << 26 };

uint64_t ib_inflate_most(uint64_t bytes)
{
    const uint64_t memory = ib_memory_present();
    uint64_t most = bytes < UINT64_MAX / RATIO_MOST ? RATIO_MOST * bytes : UINT64_MAX;
    if (most < ALWAYS_ALLOWED)
        most = ALWAYS_ALLOWED;
    return memory && most > memory / 2 ? memory / 2 : most;
}

/* The state of one decompression. */
struct inflation {
    const struct ib_compressed *from;
    z_stream stream;
    uint64_t taken; /* compressed bytes read from the file */
    int fd;
    uint64_t bytes, most;
    uLong crc;
    bool pending; /* the last output filled its buffer, and more may follow without further input */
    bool ended;   /* a compressed stream has ended; another one may follow in a gzip file */
    unsigned char in[CHUNK_BYTES], out[CHUNK_BYTES];
};

static enum ib_status damaged(const struct inflation *s)
{
    return ib_fail(IB_EINVAL, s->from->path, "damaged compressed data%s%s", s->stream.msg ? ": " : "",
                   s->stream.msg ? s->stream.msg : "");
}

static enum ib_status too_large(const struct inflation *s)
{
    char most[32];
    return ib_fail(IB_EINVAL, s->from->path,
                   "decompresses to more than %s, the limit for %llu compressed bytes; a file that is "
                   "decompressed beforehand may be larger",
                   ib_print_bytes((double)s->most, most, sizeof most), (unsigned long long)s->from->bytes);
}

static enum ib_status put(struct inflation *s, size_t n)
{
    if (n > s->most - s->bytes)
        return too_large(s);
    s->crc = crc32(s->crc, s->out, (uInt)n);
    s->bytes += n;
    for (size_t done = 0; done < n;) {
        const ssize_t written = write(s->fd, s->out + done, n - done);
        if (written < 0 && errno != EINTR)
            return ib_fail_errno(s->from->path, "cannot decompress into memory");
        done += written > 0 ? (size_t)written : 0;
    }
    return IB_OK;
}

/* Reads the next compressed bytes. */
static enum ib_status refill(struct inflation *s)
{
    const uint64_t left = s->from->bytes - s->taken;
    const size_t n = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
    if (n == 0)
        return ib_fail(IB_EINVAL, s->from->path, "the compressed data end too early: the file is cut");
    IB_TRY(ib_file_read_exactly(s->from->fd, s->from->path, s->from->start + s->taken, n, s->in));
    s->taken += n;
    s->stream.next_in = s->in;
    s->stream.avail_in = (uInt)n;
    return IB_OK;
}

/* Fills the buffer once and puts out what is in it. */
static enum ib_status step(struct inflation *s)
{
    if (s->stream.avail_in == 0 && !s->pending)
        IB_TRY(refill(s));
    s->stream.next_out = s->out;
    s->stream.avail_out = CHUNK_BYTES;
    const int result = inflate(&s->stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return damaged(s);
    s->ended = result == Z_STREAM_END;
    s->pending = s->stream.avail_out == 0 && !s->ended;
    return put(s, CHUNK_BYTES - s->stream.avail_out);
}

/* A gzip file may consist of several streams, one after the other. */
static enum ib_status inflate_all(struct inflation *s)
{
    const bool gzip = s->from->compression == IB_GZIP;
    if (inflateInit2(&s->stream, gzip ? MAX_WBITS + 16 : -MAX_WBITS) != Z_OK)
        return ib_fail(IB_ENOMEM, s->from->path, "cannot decompress: out of memory");
    enum ib_status status = IB_OK;
    while (status == IB_OK && !(s->ended && s->stream.avail_in == 0 && s->taken == s->from->bytes)) {
        if (s->ended && (!gzip || inflateReset(&s->stream) != Z_OK))
            status = ib_fail(IB_EINVAL, s->from->path, "bytes follow the end of the compressed data");
        if (status == IB_OK)
            status = step(s);
    }
    inflateEnd(&s->stream);
    return status;
}

static enum ib_status copy_all(struct inflation *s)
{
    for (size_t n; s->taken < s->from->bytes; s->taken += n) {
        const uint64_t left = s->from->bytes - s->taken;
        n = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        IB_TRY(ib_file_read_exactly(s->from->fd, s->from->path, s->from->start + s->taken, n, s->out));
        IB_TRY(put(s, n));
    }
    return IB_OK;
}

enum ib_status ib_inflate(const struct ib_compressed *from, int *fd, uint64_t *bytes, uint32_t *crc)
{
    struct inflation s = {.from = from, .most = ib_inflate_most(from->bytes), .crc = crc32(0, NULL, 0)};
    s.fd = memfd_create("ironbench-data", MFD_CLOEXEC);
    if (s.fd < 0)
        return ib_fail_errno(from->path, "cannot decompress into memory");
    const enum ib_status status = from->compression == IB_STORED ? copy_all(&s) : inflate_all(&s);
    if (status != IB_OK)
        close(s.fd);
    *fd = s.fd;
    *bytes = s.bytes;
    *crc = (uint32_t)s.crc;
    return status;
}
