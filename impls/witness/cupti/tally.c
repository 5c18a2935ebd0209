#include "tally.h"

#include <inttypes.h>

/* The newest form of each record that these headers know. The library that is loaded has the same major
 * version, and within one a form never changes. */
#if CUPTI_API_VERSION >= 130000
typedef CUpti_ActivityMemcpy6 memcpy_record;
typedef CUpti_ActivityMemcpyPtoP4 peer_record;
typedef CUpti_ActivityMemset4 memset_record;
typedef CUpti_ActivityMemory4 memory_record;
typedef CUpti_ActivityKernel10 kernel_record;
typedef CUpti_ActivitySynchronization2 wait_record;
#define OPERATIONS(record) ((record)->copyCount > 0 ? (record)->copyCount : 1) /* a batch is one record */
#else
typedef CUpti_ActivityMemcpy5 memcpy_record;
typedef CUpti_ActivityMemcpyPtoP4 peer_record;
typedef CUpti_ActivityMemset4 memset_record;
typedef CUpti_ActivityMemory3 memory_record;
typedef CUpti_ActivityKernel9 kernel_record;
typedef CUpti_ActivitySynchronization wait_record;
#define OPERATIONS(record) ((void)(record), UINT64_C(1))
#endif

static void add(struct ib_cupti_traffic *traffic, uint64_t count, uint64_t bytes)
{
    traffic->count += count;
    traffic->bytes += bytes;
}

static void add_size(struct ib_cupti_tally *tally, uint8_t copy_kind, uint8_t host_kind, uint64_t bytes)
{
    for (uint32_t i = 0; i < tally->n_sizes; i++) {
        struct ib_cupti_size *size = &tally->sizes[i];
        if (size->copy_kind == copy_kind && size->host_kind == host_kind && size->bytes == bytes) {
            size->count++;
            return;
        }
    }
    if (tally->n_sizes < IB_CUPTI_SIZES)
        tally->sizes[tally->n_sizes++] = (struct ib_cupti_size){copy_kind, host_kind, 1, bytes};
}

static void add_copy(struct ib_cupti_tally *tally, const memcpy_record *record)
{
    switch (record->copyKind) {
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOD:
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOA:
        add(&tally->up, OPERATIONS(record), record->bytes);
        add_size(tally, CUPTI_ACTIVITY_MEMCPY_KIND_HTOD, record->srcKind, record->bytes);
        break;
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOH:
    case CUPTI_ACTIVITY_MEMCPY_KIND_ATOH:
        add(&tally->down, OPERATIONS(record), record->bytes);
        add_size(tally, CUPTI_ACTIVITY_MEMCPY_KIND_DTOH, record->dstKind, record->bytes);
        break;
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOH: /* crosses nothing */
        break;
    default:
        add(&tally->device, OPERATIONS(record), record->bytes);
    }
}

static void add_wait(struct ib_cupti_tally *tally, const wait_record *record)
{
    /* one stream that waits for another holds nobody up on the host */
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
        tally->launches++;
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
    *out = (struct ib_copies){.struct_size = sizeof *out,
                              .h2d_count = tally->up.count,
                              .h2d_bytes = tally->up.bytes,
                              .d2h_count = tally->down.count,
                              .d2h_bytes = tally->down.bytes,
                              .launch_count = tally->launches,
                              .sync_count = tally->waits};
}

static const char *memory_name(uint8_t kind)
{
    switch (kind) {
    case CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE:
        return "pageable";
    case CUPTI_ACTIVITY_MEMORY_KIND_PINNED:
        return "pinned";
    case CUPTI_ACTIVITY_MEMORY_KIND_MANAGED:
    case CUPTI_ACTIVITY_MEMORY_KIND_MANAGED_STATIC:
        return "managed";
    default:
        return "other";
    }
}

void ib_cupti_tally_print(const struct ib_cupti_tally *tally, FILE *to)
{
    fprintf(to,
            "CUPTI: %" PRIu64 " up (%" PRIu64 " bytes), %" PRIu64 " down (%" PRIu64 "), %" PRIu64
            " within the device (%" PRIu64 "), %" PRIu64 " memsets (%" PRIu64 "), %" PRIu64
            " kernels, %" PRIu64 " waits\n",
            tally->up.count, tally->up.bytes, tally->down.count, tally->down.bytes, tally->device.count,
            tally->device.bytes, tally->sets.count, tally->sets.bytes, tally->launches, tally->waits);
    for (uint32_t i = 0; i < tally->n_sizes; i++) {
        const struct ib_cupti_size *size = &tally->sizes[i];
        fprintf(to, "CUPTI:   %s %" PRIu64 " x %" PRIu64 " bytes, %s\n",
                size->copy_kind == CUPTI_ACTIVITY_MEMCPY_KIND_HTOD ? "up" : "down", size->count, size->bytes,
                memory_name(size->host_kind));
    }
    if (tally->n_sizes == IB_CUPTI_SIZES)
        fprintf(to, "CUPTI:   and perhaps further sizes\n");
}
