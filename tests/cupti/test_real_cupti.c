/* The witness of CUDA with the real CUPTI, on whatever machine this is: without a driver it says so; with
 * one, a process that has done nothing yet gives no count. Exit status 77: CUPTI itself is missing. */
#include "ironbench/witness.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define WITNESS IB_BUILD_DIR "/impls/witness_cupti.so"

typedef const struct ib_witness *witness_fn(uint32_t host_abi_major);

int main(void)
{
    char why[256] = "";
    struct ib_copies copies = {.struct_size = sizeof copies};
    void *object = dlopen(WITNESS, RTLD_NOW);
    if (object == NULL) {
        printf("skipped: %s\n", dlerror());
        return 77;
    }
    witness_fn *get = (witness_fn *)(uintptr_t)dlsym(object, "ib_witness_plugin");
    const struct ib_witness *witness = get(IB_WITNESS_ABI_MAJOR);
    if (get(IB_WITNESS_ABI_MAJOR + 1) != NULL || witness == NULL)
        return fprintf(stderr, "it serves any ABI, or none\n"), 1;
    const enum ib_status attached = witness->attach(WITNESS, why, sizeof why);
    printf("attach: %d %s\n", (int)attached, why);
    if (attached != IB_OK && (attached != IB_EUNAVAILABLE || strstr(why, "CUPTI_ERROR") == NULL))
        return fprintf(stderr, "no reason of CUPTI's\n"), 1;
    const enum ib_status counted = witness->count(&copies, why, sizeof why);
    printf("count: %d %s\n", (int)counted, why);
    return counted == IB_EUNAVAILABLE && why[0] != '\0' ? 0 : 1;
}
