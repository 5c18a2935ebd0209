#include "mock.h"

#include <stdlib.h>
#include <string.h>

/* So much may wait; then it is done, as a device would in the meantime. */
enum { QUEUE_LENGTH = 4096 };

struct work {
    struct work *next;
    mock_run *run;
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

static cudaError_t add(struct mock_recording *list, mock_run *run, const void *args, size_t bytes)
{
    struct work *w = malloc(sizeof *w + bytes);
    if (w == NULL)
        return cudaErrorMemoryAllocation;
    w->run = run;
    w->bytes = bytes;
    memcpy(w->args, args, bytes);
    append(list, w);
    return cudaSuccess;
}

cudaError_t mock_enqueue(mock_run *run, const void *args, size_t bytes)
{
    if (recording == NULL && queue.length >= QUEUE_LENGTH && mock_drain() != cudaSuccess)
        return sticky;
    return add(recording != NULL ? recording : &queue, run, args, bytes);
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
        if (add(copy, w->run, w->args, w->bytes) != cudaSuccess) {
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
        code = mock_enqueue(w->run, w->args, w->bytes);
    return code;
}
