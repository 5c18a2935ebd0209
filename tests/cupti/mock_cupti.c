#include "mock_cupti.h"

#include <string.h>

enum { MAX_KINDS = 128 };

struct mock_cupti mock_cupti;
static bool enabled[MAX_KINDS];
static CUpti_BuffersCallbackRequestFunc request;
static CUpti_BuffersCallbackCompleteFunc complete;
static uint8_t *buffer; /* the one that is being filled; NULL: none */
static size_t capacity, used, dropped;

/* ---- records ---- */

static size_t record_bytes(uint32_t kind)
{
    switch (kind) {
    case CUPTI_ACTIVITY_KIND_MEMCPY:
        return sizeof(CUpti_ActivityMemcpy6);
    case CUPTI_ACTIVITY_KIND_MEMCPY2:
        return sizeof(CUpti_ActivityMemcpyPtoP4);
    case CUPTI_ACTIVITY_KIND_MEMSET:
        return sizeof(CUpti_ActivityMemset4);
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
        return sizeof(CUpti_ActivityKernel10);
    case CUPTI_ACTIVITY_KIND_SYNCHRONIZATION:
        return sizeof(CUpti_ActivitySynchronization2);
    case CUPTI_ACTIVITY_KIND_MEMORY2:
        return sizeof(CUpti_ActivityMemory4);
    default:
        return 0;
    }
}

static void hand_over(void)
{
    if (buffer == NULL)
        return;
    const size_t cut = mock_cupti.cut_bytes < used ? mock_cupti.cut_bytes : used;
    complete(NULL, 0, buffer, capacity, used - cut);
    buffer = NULL;
}

/* True if there is room for this many bytes. */
static bool make_room(size_t bytes)
{
    size_t max_records = 0;
    if (buffer != NULL && used + bytes > capacity)
        hand_over();
    if (buffer != NULL)
        return true;
    request(&buffer, &capacity, &max_records);
    if (mock_cupti.buffer_bytes > 0 && mock_cupti.buffer_bytes < capacity)
        capacity = mock_cupti.buffer_bytes;
    used = 0;
    return buffer != NULL && bytes <= capacity;
}

void mock_cupti_play(const void *record, size_t bytes)
{
    uint32_t kind;
    memcpy(&kind, record, sizeof kind);
    if (!enabled[kind])
        return;
    if (mock_cupti.drop > 0 || mock_cupti.no_room || !make_room(bytes)) {
        mock_cupti.drop -= mock_cupti.drop > 0;
        dropped++;
        return;
    }
    memcpy(buffer + used, record, bytes);
    used += bytes;
}

void mock_cupti_copy(uint8_t copy_kind, uint8_t source, uint8_t target, uint64_t bytes)
{
    const CUpti_ActivityMemcpy6 record = {.kind = CUPTI_ACTIVITY_KIND_MEMCPY,
                                          .copyKind = copy_kind,
                                          .srcKind = source,
                                          .dstKind = target,
                                          .bytes = bytes,
                                          .copyCount = 1};
    mock_cupti_play(&record, sizeof record);
}

void mock_cupti_set(uint64_t bytes)
{
    const CUpti_ActivityMemset4 record = {.kind = CUPTI_ACTIVITY_KIND_MEMSET, .bytes = bytes};
    mock_cupti_play(&record, sizeof record);
}

void mock_cupti_kernel(const char *name)
{
    const CUpti_ActivityKernel10 record = {.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, .name = name};
    mock_cupti_play(&record, sizeof record);
}

void mock_cupti_wait(CUpti_ActivitySynchronizationType type)
{
    const CUpti_ActivitySynchronization2 record = {.kind = CUPTI_ACTIVITY_KIND_SYNCHRONIZATION, .type = type};
    mock_cupti_play(&record, sizeof record);
}

void mock_cupti_alloc(CUpti_ActivityMemoryKind kind, uint64_t bytes)
{
    const CUpti_ActivityMemory4 record = {.kind = CUPTI_ACTIVITY_KIND_MEMORY2,
                                          .memoryOperationType =
                                              CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION,
                                          .memoryKind = kind,
                                          .bytes = bytes};
    mock_cupti_play(&record, sizeof record);
}

bool mock_cupti_enabled(CUpti_ActivityKind kind)
{
    return enabled[kind];
}

/* ---- CUPTI ---- */

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiGetVersion(uint32_t *version)
{
    *version = mock_cupti.version > 0 ? mock_cupti.version : CUPTI_API_VERSION;
    return mock_cupti.version_result;
}

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiGetResultString(CUptiResult result, const char **text)
{
    if (result == CUPTI_ERROR_FORCE_INT)
        return CUPTI_ERROR_INVALID_PARAMETER; /* unknown to this version */
    *text = result == CUPTI_ERROR_INSUFFICIENT_PRIVILEGES ? "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES"
                                                          : "CUPTI_ERROR_SOMETHING";
    return CUPTI_SUCCESS;
}

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiActivityRegisterCallbacks(
    CUpti_BuffersCallbackRequestFunc on_request, CUpti_BuffersCallbackCompleteFunc on_complete)
{
    if (mock_cupti.register_result != CUPTI_SUCCESS)
        return mock_cupti.register_result;
    request = on_request;
    complete = on_complete;
    return CUPTI_SUCCESS;
}

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiActivityEnable(CUpti_ActivityKind kind)
{
    if (kind == mock_cupti.refused_kind)
        return mock_cupti.enable_result;
    if (request == NULL || record_bytes(kind) == 0)
        return CUPTI_ERROR_INVALID_KIND;
    enabled[kind] = true;
    return CUPTI_SUCCESS;
}

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiActivityDisable(CUpti_ActivityKind kind)
{
    enabled[kind] = false;
    return CUPTI_SUCCESS;
}

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiActivityFlushAll(uint32_t flag)
{
    if (flag != CUPTI_ACTIVITY_FLAG_FLUSH_FORCED || request == NULL)
        return CUPTI_ERROR_INVALID_OPERATION;
    if (mock_cupti.flush_result == CUPTI_SUCCESS)
        hand_over();
    return mock_cupti.flush_result;
}

MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiActivityGetNumDroppedRecords(CUcontext context, uint32_t stream,
                                                                         size_t *out)
{
    (void)context, (void)stream;
    *out = dropped;
    dropped = 0;
    return mock_cupti.dropped_result;
}

/* A record that is cut off is passed over in silence, as the real one does; one of no known kind is an error.
 */
MOCK_CUPTI_EXPORT CUptiResult CUPTIAPI cuptiActivityGetNextRecord(uint8_t *start, size_t valid,
                                                                  CUpti_Activity **record)
{
    uint8_t *next = start;
    if (*record != NULL)
        next = (uint8_t *)*record + record_bytes((uint32_t)(*record)->kind);
    const size_t left = valid - (size_t)(next - start);
    if (left == 0)
        return CUPTI_ERROR_MAX_LIMIT_REACHED;
    const size_t bytes =
        left < sizeof(uint32_t) ? left + 1 : record_bytes((uint32_t)((CUpti_Activity *)next)->kind);
    if (bytes == 0)
        return CUPTI_ERROR_INVALID_KIND;
    if (bytes > left)
        return CUPTI_ERROR_MAX_LIMIT_REACHED;
    *record = (CUpti_Activity *)next;
    return CUPTI_SUCCESS;
}
