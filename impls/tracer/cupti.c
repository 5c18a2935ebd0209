/* The tracer of CUDA, from CUPTI's activity records. The driver writes one for every copy, memset, kernel
 * and wait, whoever requested it: the implementation, cuBLAS or the runtime. No callback is subscribed, as
 * a process may have only one subscriber. Managed memory is copied without records and makes the counts
 * invalid; kernels that read pinned host memory through its address cannot be detected. */
#include "cupti/tally.h"
#include "ironbench/tracer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CONCURRENT_KERNEL, because KERNEL serialises kernels. Graphs are not traced as a whole, so each node has
 * its own record. */
static const CUpti_ActivityKind kinds[] = {
    CUPTI_ACTIVITY_KIND_MEMCPY,  CUPTI_ACTIVITY_KIND_MEMCPY2,           CUPTI_ACTIVITY_KIND_MEMSET,
    CUPTI_ACTIVITY_KIND_MEMORY2, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_SYNCHRONIZATION};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

enum { BUFFER_BYTES = 1 << 20, BUFFER_ALIGNMENT = 4096 };

/* CUPTI returns buffers on its own thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ib_cupti_tally seen;
static CUptiResult unreadable; /* the first error while reading records */
static uint64_t dropped;
static bool watching;
static bool forms_are_known; /* the library is exactly the headers' version, so record sizes match */

/* ---- buffers ---- */

static void CUPTIAPI give_buffer(uint8_t **buffer, size_t *bytes, size_t *max_records)
{
    *buffer = aligned_alloc(BUFFER_ALIGNMENT, BUFFER_BYTES);
    if (*buffer != NULL)
        memset(*buffer, 0, BUFFER_BYTES); /* so that unused space does not look like a record */
    *bytes = *buffer != NULL ? BUFFER_BYTES
                             : 0; /* without a buffer CUPTI drops records and reports their number */
    *max_records = 0;             /* no limit */
}

/* Adds the records lost since the previous call. */
static void count_dropped(void)
{
    size_t n = 0;
    const CUptiResult result = cuptiActivityGetNumDroppedRecords(NULL, 0, &n);
    dropped += n;
    if (result != CUPTI_SUCCESS && unreadable == CUPTI_SUCCESS)
        unreadable = result;
}

/* Returns true if the buffer ends in the middle of a record, which CUPTI skips silently. */
static bool ends_early(const uint8_t *buffer, size_t valid, const CUpti_Activity *last)
{
    uint32_t kind = 0;
    if (!forms_are_known)
        return false;
    const size_t last_bytes = last != NULL ? ib_cupti_record_bytes(last) : 0;
    if (last != NULL && last_bytes == 0)
        return false; /* of a kind that was not enabled */
    const size_t end = last != NULL ? (size_t)((const uint8_t *)last - buffer) + last_bytes : 0;
    if (end + sizeof kind <= valid)
        memcpy(&kind, buffer + end, sizeof kind);
    return kind != CUPTI_ACTIVITY_KIND_INVALID;
}

static void CUPTIAPI take_buffer(CUcontext context, uint32_t stream, uint8_t *buffer, size_t bytes,
                                 size_t valid)
{
    (void)context, (void)stream, (void)bytes;
    CUpti_Activity *record = NULL, *last = NULL;
    CUptiResult result = CUPTI_ERROR_MAX_LIMIT_REACHED;
    pthread_mutex_lock(&lock);
    while (valid > 0 && (result = cuptiActivityGetNextRecord(buffer, valid, &record)) == CUPTI_SUCCESS)
        ib_cupti_tally_add(&seen, last = record);
    if (result != CUPTI_ERROR_MAX_LIMIT_REACHED && unreadable == CUPTI_SUCCESS)
        unreadable = result;
    if (result == CUPTI_ERROR_MAX_LIMIT_REACHED && ends_early(buffer, valid, last))
        dropped++;
    count_dropped();
    pthread_mutex_unlock(&lock);
    free(buffer);
}

/* ---- errors ---- */

static const char *hint(CUptiResult result)
{
    switch (result) {
    case CUPTI_ERROR_INSUFFICIENT_PRIVILEGES:
    case CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES:
        return "; run as root, or load the driver with NVreg_RestrictProfilingToAdminUsers=0";
    case CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED:
    case CUPTI_ERROR_OLD_PROFILER_API_INITIALIZED:
        return "; another profiler is attached";
    case CUPTI_ERROR_UNKNOWN:
    case CUPTI_ERROR_NOT_INITIALIZED:
        return "; is there an NVIDIA driver?";
    default:
        return "";
    }
}

static enum ib_status refuse(CUptiResult result, const char *call, char *why, size_t n)
{
    const char *name = NULL;
    if (cuptiGetResultString(result, &name) != CUPTI_SUCCESS || name == NULL)
        name = "unknown error";
    snprintf(why, n, "%s: %s (%d)%s", call, name, (int)result, hint(result));
    return IB_EUNAVAILABLE;
}

static enum ib_status check(CUptiResult result, const char *call, char *why, size_t n)
{
    return result == CUPTI_SUCCESS ? IB_OK : refuse(result, call, why, n);
}

/* ---- the session, one per process ---- */

/* The records match these headers only if the library is not older. */
static enum ib_status check_version(char *why, size_t n)
{
    uint32_t version = 0;
    IB_TRY(check(cuptiGetVersion(&version), "cuptiGetVersion", why, n));
    forms_are_known = version == CUPTI_API_VERSION;
    /* before 13.0, versions were numbered from 1 */
    const uint32_t release = CUPTI_API_VERSION >= 130000 ? version / 100 : version;
    if (release >= (CUPTI_API_VERSION >= 130000 ? CUPTI_API_VERSION / 100 : CUPTI_API_VERSION))
        return IB_OK;
    snprintf(why, n, "this CUPTI (%u) is older than the one it was built with (%u)", (unsigned)version,
             (unsigned)CUPTI_API_VERSION);
    return IB_EUNAVAILABLE;
}

static enum ib_status enable_all(char *why, size_t n)
{
    for (size_t i = 0; i < N_KINDS; i++) {
        const CUptiResult result = cuptiActivityEnable(kinds[i]);
        if (result == CUPTI_SUCCESS)
            continue;
        while (i-- > 0)
            cuptiActivityDisable(kinds[i]);
        return refuse(result, "cuptiActivityEnable", why, n);
    }
    return IB_OK;
}

static enum ib_status start(char *why, size_t n)
{
    IB_TRY(check_version(why, n));
    IB_TRY(check(cuptiActivityRegisterCallbacks(give_buffer, take_buffer), "cuptiActivityRegisterCallbacks",
                 why, n));
    return enable_all(why, n);
}

/* Makes CUPTI deliver all records; the caller has waited for the device. */
static enum ib_status flush(char *why, size_t n)
{
    return check(cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED), "cuptiActivityFlushAll", why, n);
}

static enum ib_status attach(const char *path, char *why, size_t n)
{
    (void)path;
    if (watching) /* undelivered records belong to the time before */
        IB_TRY(flush(why, n));
    else
        IB_TRY(start(why, n));
    watching = true;
    pthread_mutex_lock(&lock);
    ib_cupti_tally_clear(&seen);
    unreadable = CUPTI_SUCCESS;
    dropped = 0;
    pthread_mutex_unlock(&lock);
    return IB_OK;
}

/* Returns IB_OK if the tally is valid; otherwise the reason in why[n]. */
static enum ib_status check_tally(char *why, size_t n)
{
    if (unreadable != CUPTI_SUCCESS)
        return refuse(unreadable, "reading CUPTI's records", why, n);
    if (dropped > 0)
        snprintf(why, n, "CUPTI lost %llu records", (unsigned long long)dropped);
    else if (seen.managed > 0)
        snprintf(why, n, "managed memory was used, whose pages move without records");
    else if (seen.records == 0)
        snprintf(why, n, "CUPTI delivered no records");
    else
        return IB_OK;
    return IB_EUNAVAILABLE;
}

static enum ib_status count(struct ib_copies *out, char *why, size_t n)
{
    if (!watching) {
        snprintf(why, n, "the tracer was never attached");
        return IB_EUNAVAILABLE;
    }
    IB_TRY(flush(why, n));
    pthread_mutex_lock(&lock);
    count_dropped();
    const enum ib_status status = check_tally(why, n);
    ib_cupti_tally_copies(&seen, out);
    pthread_mutex_unlock(&lock);
    return status;
}

/* No records arrive after the flush in `count`, as the caller has waited for the device. */
static bool kernel(uint32_t i, const char **name, uint64_t *started)
{
    pthread_mutex_lock(&lock);
    const bool there = ib_kernel_list_get(&seen.kernels, i, name, started);
    pthread_mutex_unlock(&lock);
    return there;
}

__attribute__((visibility("default"))) const struct ib_tracer *ib_tracer_plugin(uint32_t host_abi_major)
{
    static const struct ib_tracer tracer = {
        .struct_size = sizeof tracer,
        .abi_major = IB_TRACER_ABI_MAJOR,
        .name = "cupti",
        .source = "CUPTI",
        .attach = attach,
        .count = count,
        .kernel = kernel,
    };
    return host_abi_major == IB_TRACER_ABI_MAJOR ? &tracer : NULL;
}
