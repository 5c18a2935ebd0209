#include "tally.h"

/* The newest version of each record in these headers. The loaded library has the same major version and
 * appends new fields. */
#if CUPTI_API_VERSION >= 130000
typedef CUpti_ActivityMemcpy6 memcpy_record;
typedef CUpti_ActivityMemcpyPtoP4 peer_record;
typedef CUpti_ActivityMemset4 memset_record;
typedef CUpti_ActivityMemory4 memory_record;
typedef CUpti_ActivityKernel10 kernel_record;
typedef CUpti_ActivitySynchronization2 wait_record;
#define BATCH(record) ((record)->copyCount > 0 ? (record)->copyCount : 1) /* a batch has one record */
#else
typedef CUpti_ActivityMemcpy5 memcpy_record;
typedef CUpti_ActivityMemcpyPtoP4 peer_record;
typedef CUpti_ActivityMemset4 memset_record;
typedef CUpti_ActivityMemory3 memory_record;
typedef CUpti_ActivityKernel9 kernel_record;
typedef CUpti_ActivitySynchronization wait_record;
#define BATCH(record) ((void)(record), UINT64_C(1))
#endif

static void add(struct ib_cupti_traffic *traffic, uint64_t count, uint64_t bytes)
{
    traffic->count += count;
    traffic->bytes += bytes;
}

/* Returns the number of copies in a record. A driver may split one call into several copies through its own
 * memory: each piece is then a record with the correlation number of the call, and only the first counts as
 * a copy. */
static uint64_t copies_of(struct ib_cupti_tally *tally, const memcpy_record *record)
{
    const bool is_continuation = record->correlationId != 0 && record->correlationId == tally->last_call &&
                                 record->graphNodeId == tally->last_node;
    tally->last_call = record->correlationId;
    tally->last_node = record->graphNodeId;
    return is_continuation ? 0 : BATCH(record);
}

/* Adds a copy between the device and host memory of this kind. */
static void add_crossing(struct ib_cupti_tally *tally, struct ib_cupti_traffic *direction,
                         const memcpy_record *record, uint8_t host_kind)
{
    const uint64_t copies = copies_of(tally, record);
    add(direction, copies, record->bytes);
    if (host_kind == CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE)
        add(&tally->pageable, copies, record->bytes);
    else if (host_kind == CUPTI_ACTIVITY_MEMORY_KIND_PINNED)
        add(&tally->pinned, copies, record->bytes);
}

static void add_copy(struct ib_cupti_tally *tally, const memcpy_record *record)
{
    switch (record->copyKind) {
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOD:
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOA:
        add_crossing(tally, &tally->up, record, record->srcKind);
        break;
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOH:
    case CUPTI_ACTIVITY_MEMCPY_KIND_ATOH:
        add_crossing(tally, &tally->down, record, record->dstKind);
        break;
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOH: /* stays on the host */
        break;
    default:
        add(&tally->device, copies_of(tally, record), record->bytes);
    }
}

static void add_kernel(struct ib_cupti_tally *tally, const kernel_record *record)
{
    tally->launches++;
    ib_kernel_list_add(&tally->kernels, record->name);
}

static void add_wait(struct ib_cupti_tally *tally, const wait_record *record)
{
    /* a stream that waits for another does not block the host */
    if (record->type != CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_WAIT_EVENT)
        tally->waits++;
}

static void add_memory(struct ib_cupti_tally *tally, const memory_record *record)
{
    if (record->memoryOperationType == CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION &&
        record->memoryKind == CUPTI_ACTIVITY_MEMORY_KIND_MANAGED)
        tally->managed++;
}

void ib_cupti_tally_add(struct ib_cupti_tally *tally, const CUpti_Activity *record)
{
    tally->records++;
    switch (record->kind) {
    case CUPTI_ACTIVITY_KIND_MEMCPY:
        add_copy(tally, (const memcpy_record *)record);
        break;
    case CUPTI_ACTIVITY_KIND_MEMCPY2:
        add(&tally->device, 1, ((const peer_record *)record)->bytes);
        break;
    case CUPTI_ACTIVITY_KIND_MEMSET:
        add(&tally->sets, 1, ((const memset_record *)record)->bytes);
        break;
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
        add_kernel(tally, (const kernel_record *)record);
        break;
    case CUPTI_ACTIVITY_KIND_SYNCHRONIZATION:
        add_wait(tally, (const wait_record *)record);
        break;
    case CUPTI_ACTIVITY_KIND_MEMORY2:
        add_memory(tally, (const memory_record *)record);
        break;
    default:
        break;
    }
}

size_t ib_cupti_record_bytes(const CUpti_Activity *record)
{
    switch (record->kind) {
    case CUPTI_ACTIVITY_KIND_MEMCPY:
        return sizeof(memcpy_record);
    case CUPTI_ACTIVITY_KIND_MEMCPY2:
        return sizeof(peer_record);
    case CUPTI_ACTIVITY_KIND_MEMSET:
        return sizeof(memset_record);
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
        return sizeof(kernel_record);
    case CUPTI_ACTIVITY_KIND_SYNCHRONIZATION:
        return sizeof(wait_record);
    case CUPTI_ACTIVITY_KIND_MEMORY2:
        return sizeof(memory_record);
    default:
        return 0;
    }
}

void ib_cupti_tally_copies(const struct ib_cupti_tally *tally, struct ib_copies *out)
{
    const struct ib_copies mine = {.h2d_count = tally->up.count,
                                   .h2d_bytes = tally->up.bytes,
                                   .d2h_count = tally->down.count,
                                   .d2h_bytes = tally->down.bytes,
                                   .launch_count = tally->launches,
                                   .sync_count = tally->waits,
                                   .d2d_count = tally->device.count,
                                   .d2d_bytes = tally->device.bytes,
                                   .memset_count = tally->sets.count,
                                   .memset_bytes = tally->sets.bytes,
                                   .pageable_count = tally->pageable.count,
                                   .pageable_bytes = tally->pageable.bytes,
                                   .pinned_count = tally->pinned.count,
                                   .pinned_bytes = tally->pinned.bytes};
    IB_FILL(out, &mine);
}

void ib_cupti_tally_clear(struct ib_cupti_tally *tally)
{
    ib_kernel_list_clear(&tally->kernels);
    *tally = (struct ib_cupti_tally){0};
}
