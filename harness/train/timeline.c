#include "train/timeline.h"

#include "base/text.h"

const struct ib_word ib_event_words[] = {
    {"call", IB_EVENT_CALL}, {"upload", IB_EVENT_UPLOAD}, {"download", IB_EVENT_DOWNLOAD}, {NULL, 0}};

void ib_timeline_add(struct ib_timeline *timeline, const struct ib_event *event)
{
    if (!timeline || timeline->n == IB_MAX_EVENTS)
        return;
    if (timeline->n == 0)
        timeline->origin_ns = event->begin_ns;
    struct ib_event *added = &timeline->events[timeline->n++];
    *added = *event;
    added->begin_ns -= timeline->origin_ns;
}
