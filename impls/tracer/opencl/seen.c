/* The tracer's counts. */
#include "layer.h"
#include "tracer/kernels/kernels.h"

#include <pthread.h>
#include <string.h>

enum { MAX_NAME = 1023 }; /* longest kernel name */

struct ib_layer_seen ib_layer_seen;
_Atomic(const char *) ib_layer_lost;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct ib_kernel_list kernels;

void ib_layer_count_h2d(size_t bytes)
{
    ib_layer_seen.h2d_count++;
    ib_layer_seen.h2d_bytes += bytes;
}

void ib_layer_count_d2h(size_t bytes)
{
    ib_layer_seen.d2h_count++;
    ib_layer_seen.d2h_bytes += bytes;
}

void ib_layer_count_d2d(size_t bytes)
{
    ib_layer_seen.d2d_count++;
    ib_layer_seen.d2d_bytes += bytes;
}

void ib_layer_count_memset(size_t bytes)
{
    ib_layer_seen.memset_count++;
    ib_layer_seen.memset_bytes += bytes;
}

void ib_layer_count_launch(cl_kernel kernel)
{
    char name[MAX_NAME + 1];
    const cl_int code =
        ib_layer_next->clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name, name, NULL);
    ib_layer_seen.launch_count++;
    pthread_mutex_lock(&mutex);
    ib_kernel_list_add(&kernels, code == CL_SUCCESS ? name : NULL);
    pthread_mutex_unlock(&mutex);
}

bool ib_layer_kernel(uint32_t i, const char **name, uint64_t *count)
{
    pthread_mutex_lock(&mutex);
    const bool there = ib_kernel_list_get(&kernels, i, name, count);
    pthread_mutex_unlock(&mutex);
    return there;
}

void ib_layer_clear(void)
{
    memset(&ib_layer_seen, 0, sizeof ib_layer_seen);
    ib_layer_lost = NULL;
    pthread_mutex_lock(&mutex);
    ib_kernel_list_clear(&kernels);
    pthread_mutex_unlock(&mutex);
}
