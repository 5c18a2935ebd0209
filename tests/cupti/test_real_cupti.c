/* The tracer of CUDA with the real CUPTI. Without a driver it reports that; with one, a process that has
 * done nothing has no counts. The size of its records matches the tracer's, which needs no driver. Exit
 * status 77: CUPTI is missing. */
#include "ironbench/tracer.h"

#include <cupti.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WITNESS IB_BUILD_DIR "/impls/tracer_cupti.so"

typedef const struct ib_tracer *tracer_fn(uint32_t host_abi_major);

/* The library's step from a record of this kind to the next one; 0: it takes no such step. */
static size_t step_over(__typeof__(cuptiActivityGetNextRecord) *next, CUpti_ActivityKind kind)
{
    enum { BYTES = 4096 };
    uint8_t *buffer = aligned_alloc(8, BYTES);
    CUpti_Activity *record = NULL;
    size_t step = 0;
    for (size_t at = 0; buffer != NULL && at < BYTES; at += sizeof kind)
        memcpy(buffer + at, &kind, sizeof kind);
    if (buffer != NULL && next(buffer, BYTES, &record) == CUPTI_SUCCESS &&
        next(buffer, BYTES, &record) == CUPTI_SUCCESS)
        step = (size_t)((uint8_t *)record - buffer);
    free(buffer);
    return step;
}

/* The forms that impls/tracer/cupti/tally.c reads. */
static bool forms_fit(void)
{
    static const struct {
        CUpti_ActivityKind kind;
        size_t bytes;
    } forms[] = {{CUPTI_ACTIVITY_KIND_MEMCPY, sizeof(CUpti_ActivityMemcpy6)},
                 {CUPTI_ACTIVITY_KIND_MEMCPY2, sizeof(CUpti_ActivityMemcpyPtoP4)},
                 {CUPTI_ACTIVITY_KIND_MEMSET, sizeof(CUpti_ActivityMemset4)},
                 {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, sizeof(CUpti_ActivityKernel10)},
                 {CUPTI_ACTIVITY_KIND_SYNCHRONIZATION, sizeof(CUpti_ActivitySynchronization2)},
                 {CUPTI_ACTIVITY_KIND_MEMORY2, sizeof(CUpti_ActivityMemory4)}};
    void *library = dlopen(CUPTI, RTLD_NOW | RTLD_NOLOAD); /* the tracer has brought it */
    __typeof__(cuptiActivityGetNextRecord) *next;
    *(void **)&next = library != NULL ? dlsym(library, "cuptiActivityGetNextRecord") : NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const size_t step = next != NULL ? step_over(next, forms[i].kind) : 0;
        if (step != forms[i].bytes) {
            fprintf(stderr, "records of kind %d have %zu bytes, not %zu\n", (int)forms[i].kind, step,
                    forms[i].bytes);
            return false;
        }
    }
    return true;
}

int main(void)
{
    char why[256] = "";
    struct ib_copies copies = {.struct_size = sizeof copies};
    void *object = dlopen(WITNESS, RTLD_NOW);
    if (object == NULL) {
        printf("skipped: %s\n", dlerror());
        return 77;
    }
    tracer_fn *get = (tracer_fn *)(uintptr_t)dlsym(object, "ib_tracer_plugin");
    const struct ib_tracer *tracer = get(IB_TRACER_ABI_MAJOR);
    if (get(IB_TRACER_ABI_MAJOR + 1) != NULL || tracer == NULL)
        return fprintf(stderr, "it serves any ABI, or none\n"), 1;
    const enum ib_status attached = tracer->attach(WITNESS, why, sizeof why);
    printf("attach: %d %s\n", (int)attached, why);
    if (attached != IB_OK && (attached != IB_EUNAVAILABLE || strstr(why, "CUPTI_ERROR") == NULL))
        return fprintf(stderr, "no reason of CUPTI's\n"), 1;
    if (!forms_fit())
        return 1;
    const enum ib_status counted = tracer->count(&copies, why, sizeof why);
    printf("count: %d %s\n", (int)counted, why);
    return counted == IB_EUNAVAILABLE && why[0] != '\0' ? 0 : 1;
}
