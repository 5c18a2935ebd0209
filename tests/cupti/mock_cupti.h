/* A CUPTI for tests, with no driver behind it: what is played to it comes back as activity records in the
 * buffers of whoever watches. It takes the place of libcupti.so.13. */
#ifndef MOCK_CUPTI_H
#define MOCK_CUPTI_H

#include <cupti.h>
#include <stdbool.h>

#define MOCK_CUPTI_EXPORT __attribute__((visibility("default")))

/* What goes wrong, and the settings of buffers; all zero: nothing. */
struct mock_cupti {
    CUptiResult version_result, register_result, enable_result, flush_result, dropped_result;
    CUpti_ActivityKind refused_kind; /* enabling this one gives enable_result */
    uint32_t version;                /* 0: that of the headers */
    size_t buffer_bytes;             /* only so much of every buffer is used; 0: all of it */
    size_t cut_bytes;                /* so much is missing at the end of every buffer */
    size_t drop;                     /* the next this many records are dropped */
    bool no_room;                    /* buffers are too small for any record */
};
extern MOCK_CUPTI_EXPORT struct mock_cupti mock_cupti;

/* Is this kind of record enabled? */
MOCK_CUPTI_EXPORT bool mock_cupti_enabled(CUpti_ActivityKind);

/* One record, written behind those before where its kind is enabled. Buffers are handed over when they are
 * full, on the caller's thread, and at a flush. */
MOCK_CUPTI_EXPORT void mock_cupti_play(const void *record, size_t bytes);

/* The records that tests need. Kinds: CUpti_ActivityMemcpyKind, CUpti_ActivityMemoryKind. */
MOCK_CUPTI_EXPORT void mock_cupti_copy(uint8_t copy_kind, uint8_t source, uint8_t target, uint64_t bytes);
MOCK_CUPTI_EXPORT void mock_cupti_set(uint64_t bytes);
MOCK_CUPTI_EXPORT void mock_cupti_kernel(const char *name);
MOCK_CUPTI_EXPORT void mock_cupti_wait(CUpti_ActivitySynchronizationType);
MOCK_CUPTI_EXPORT void mock_cupti_alloc(CUpti_ActivityMemoryKind, uint64_t bytes);

#endif
