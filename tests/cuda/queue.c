#include "mock.h"

#include <stdlib.h>
#include <string.h>

/* So much may wait; then it is done, as a device would in the meantime. */
enum { QUEUE_LENGTH = 4096 };

struct work {
    struct work *next;
    mock_run *run;
    const struct mock_recording *from; /* NULL: it was queued alone */
    size_t bytes;
    _Alignas(max_align_t) unsigned char args[];
};

struct mock_recording {
    struct work *first, **end;
    size_t length;
    bool spoilt;
};

static struct mock_recording queue; /* what waits */
static struct mock_recording *recording;
static cudaError_t sticky;
static uint64_t n_enqueued;

static void append(struct mock_recording *list, struct work *w)
{
    if (list->first == NULL)
        list->end = &list->first;
    w->next = NULL;
    *list->end = w;
    list->end = &w->next;
    list->length++;
}

static struct work *take_first(struct mock_recording *list)
{
    struct work *w = list->first;
    list->first = w->next;
    list->length--;
    return w;
}

static cudaError_t add(struct mock_recording *list, const struct mock_recording *from, mock_run *run,
                       const void *args, size_t bytes)
{
    struct work *w = malloc(sizeof *w + bytes);
    if (w == NULL)
        return cudaErrorMemoryAllocation;
    w->run = run;
    w->from = from;
    w->bytes = bytes;
    memcpy(w->args, args, bytes);
    append(list, w);
    return cudaSuccess;
}

static cudaError_t enqueue(const struct mock_recording *from, mock_run *run, const void *args, size_t bytes)
{
    if (recording == NULL && queue.length >= QUEUE_LENGTH && mock_drain() != cudaSuccess)
        return sticky;
    return add(recording != NULL ? recording : &queue, from, run, args, bytes);
}

cudaError_t mock_enqueue(mock_run *run, const void *args, size_t bytes)
{
    n_enqueued++;
    return enqueue(NULL, run, args, bytes);
}

uint64_t mock_enqueued(void)
{
    return n_enqueued;
}

/* What follows a failure is dropped. */
cudaError_t mock_drain(void)
{
    while (queue.first != NULL) {
        struct work *w = take_first(&queue);
        if (sticky == cudaSuccess)
            sticky = w->run(w->args);
        free(w);
    }
    return sticky;
}

cudaError_t mock_sticky(void)
{
    return sticky;
}

/* ---- recordings ---- */

static struct mock_recording *new_recording(void)
{
    struct mock_recording *r = calloc(1, sizeof *r);
    if (r != NULL)
        mock_count_handles(1);
    return r;
}

cudaError_t mock_record_begin(void)
{
    if (recording != NULL)
        return cudaErrorIllegalState;
    recording = new_recording();
    return recording == NULL ? cudaErrorMemoryAllocation : cudaSuccess;
}

bool mock_is_recording(void)
{
    return recording != NULL;
}

void mock_record_spoil(void)
{
    recording->spoilt = true;
}

struct mock_recording *mock_record_end(void)
{
    struct mock_recording *ended = recording;
    recording = NULL;
    if (ended == NULL || !ended->spoilt)
        return ended;
    mock_record_free(ended);
    return NULL;
}

struct mock_recording *mock_record_copy(const struct mock_recording *from)
{
    struct mock_recording *copy = new_recording();
    for (const struct work *w = from->first; copy != NULL && w != NULL; w = w->next)
        if (add(copy, NULL, w->run, w->args, w->bytes) != cudaSuccess) {
            mock_record_free(copy);
            return NULL;
        }
    return copy;
}

void mock_record_free(struct mock_recording *gone)
{
    mock_count_handles(-1);
    while (gone->first != NULL)
        free(take_first(gone));
    free(gone);
}

cudaError_t mock_record_replay(const struct mock_recording *r)
{
    cudaError_t code = cudaSuccess;
    for (const struct work *w = r->first; code == cudaSuccess && w != NULL; w = w->next)
        code = enqueue(r, w->run, w->args, w->bytes);
    return code;
}

bool mock_record_waits(const struct mock_recording *r)
{
    for (const struct work *w = queue.first; w != NULL; w = w->next)
        if (w->from == r)
            return true;
    return false;
}

/* ---- the default stream ---- */

static bool default_busy;

void mock_default_begin(void)
{
    default_busy = true;
}

void mock_default_done(void)
{
    default_busy = false;
}

bool mock_default_busy(void)
{
    return default_busy;
}
