/* The machine a run was made on. */
#ifndef IB_MACHINE_MACHINE_INFO_H
#define IB_MACHINE_MACHINE_INFO_H

#include <jansson.h>

/* A new object: cpu, architecture, logical_cores, usable_cores (that this process may run on), memory_bytes,
 * caches {name: size}, governor, turbo, virtualised, gpu_driver, kernel, os, compiler, flags (of this
 * program), libraries {name: version}, fingerprint. Unknown things are null. The fingerprint is made of what
 * decides speed and stays from day to day: processor, usable cores and whole GiB of memory; not of kernel,
 * compiler and versions, since comparing those is what runs are made for.
 */
json_t *ib_machine_describe(void);

#endif
