/* Shared by the parts of the OpenCL tracer: the driver's functions, and the counts. */
#ifndef TRACER_OPENCL_LAYER_H
#define TRACER_OPENCL_LAYER_H

#include "ironbench/tracer.h"

#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl_layer.h>

#include <stdatomic.h>

/* The driver's functions, which ours call; NULL until the loader has initialised the layer. */
extern const cl_icd_dispatch *ib_layer_next;

extern struct ib_layer_seen {
    _Atomic uint64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes, d2d_count, d2d_bytes;
    _Atomic uint64_t memset_count, memset_bytes, launch_count, sync_count;
} ib_layer_seen;

/* Why the counts are invalid; NULL if they are valid. */
extern _Atomic(const char *) ib_layer_lost;

void ib_layer_count_h2d(size_t bytes);
void ib_layer_count_d2h(size_t bytes);
void ib_layer_count_d2d(size_t bytes);
void ib_layer_count_memset(size_t bytes);
void ib_layer_count_launch(cl_kernel);

/* `kernel` of the contract. */
bool ib_layer_kernel(uint32_t i, const char **name, uint64_t *count);

/* Resets the counts; maps and shared memory stay known. */
void ib_layer_clear(void);

/* Return the number of elements of a region, and the bytes of an image's region. */
size_t ib_layer_volume(const size_t *region);
size_t ib_layer_image_bytes(cl_mem image, const size_t *region);

/* Memory that the host may access from a map to its unmap. Written data is copied at the unmap. */
void ib_layer_count_map(const void *start, size_t bytes, cl_map_flags);
void ib_layer_count_unmap(const void *start);

/* Blocks of shared virtual memory. */
void ib_layer_share(const void *start, size_t bytes);
void ib_layer_unshare(const void *start);
bool ib_layer_is_shared(const void *);

/* Each installs its functions in the table, for: work within the device; copies and maps; creation of
 * memory; shared virtual memory. */
void ib_layer_watch_device(cl_icd_dispatch *);
void ib_layer_watch_copies(cl_icd_dispatch *);
void ib_layer_watch_creation(cl_icd_dispatch *);
void ib_layer_watch_shared(cl_icd_dispatch *);

#endif
