#include "opcheck/copy_check.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 3 }; /* contents written to each buffer */
/* The last is too large for what CUDA stages: memory of the host that a device can access is then read later.
 */
static const size_t sizes[] = {4, 100, 4096, 65537, ((size_t)4 << 20) + 1};
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes };

/* Two device buffers, and host memory for uploads and downloads. */
struct copying {
    const struct ib_mem_ops *mem;
    void *state;
    size_t bytes;
    void *device[2];
    unsigned char *host, *back;
};

static unsigned char content(size_t at, unsigned buffer, unsigned setting)
{
    return (unsigned char)(at * 7 + buffer * 101 + setting * 31 + 1);
}

static void fill(const struct copying *c, unsigned buffer, unsigned setting)
{
    for (size_t i = 0; i < c->bytes; i++)
        c->host[i] = content(i, buffer, setting);
}

static bool holds(const struct copying *c, unsigned buffer, unsigned setting)
{
    for (size_t i = 0; i < c->bytes; i++)
        if (c->back[i] != content(i, buffer, setting))
            return false;
    return true;
}

/* Downloads a buffer and compares it with its last contents. */
static enum ib_status compare(const struct copying *c, unsigned buffer, unsigned setting, char *text,
                              size_t n)
{
    memset(c->back, 0, c->bytes);
    IB_TRY(c->mem->d2h(c->state, c->back, c->device[buffer], c->bytes));
    if (holds(c, buffer, setting))
        return IB_OK;
    if (setting > 0 && holds(c, buffer, setting - 1))
        snprintf(text, n, "stale copy: the second download of %zu bytes returns the data of the first",
                 c->bytes);
    else if (holds(c, 1 - buffer, setting))
        snprintf(text, n, "wrong buffer: a download of %zu bytes returns the data of another buffer",
                 c->bytes);
    else
        snprintf(text, n, "corrupt copy: the %zu bytes downloaded differ from those uploaded", c->bytes);
    return IB_OK;
}

static enum ib_status copy_around(const struct copying *c, uint64_t *checks, char *text, size_t n)
{
    for (unsigned b = 0; b < 2; b++)
        for (unsigned setting = 0; setting < SETTINGS && !text[0]; setting++) {
            fill(c, b, setting);
            IB_TRY(c->mem->h2d(c->state, c->device[b], c->host, c->bytes));
            memset(c->host, 0, c->bytes); /* the caller may reuse it immediately (impl.h) */
            IB_TRY(compare(c, b, setting, text, n));
            *checks += 1;
        }
    return text[0] ? IB_OK : compare(c, 0, SETTINGS - 1, text, n);
}

static enum ib_status examine_size(const struct ib_instance *instance, size_t bytes, uint64_t *checks,
                                   char *text, size_t n)
{
    struct copying c = {.mem = instance->impl->mem, .state = instance->state, .bytes = bytes};
    c.host = malloc(bytes);
    c.back = malloc(bytes);
    enum ib_status status =
        c.host && c.back ? IB_OK : ib_fail(IB_ENOMEM, "copies", "out of memory for %zu bytes", bytes);
    for (unsigned b = 0; b < 2 && status == IB_OK; b++)
        status = c.mem->alloc(c.state, bytes, &c.device[b]);
    if (status == IB_OK)
        status = copy_around(&c, checks, text, n);
    for (unsigned b = 0; b < 2; b++)
        if (c.device[b])
            c.mem->free(c.state, c.device[b]);
    free(c.host);
    free(c.back);
    return status;
}

enum ib_status ib_copy_check_run(const struct ib_instance *instance, uint64_t *checks, char *text, size_t n)
{
    *checks = 0;
    text[0] = '\0';
    for (size_t i = 0; i < SIZE_COUNT && !text[0]; i++)
        IB_TRY(examine_size(instance, sizes[i], checks, text, n));
    return IB_OK;
}
