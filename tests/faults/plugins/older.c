/* Correct, as built when the tables were shorter: memory after each table's size must not be read. */
#include "broken.h"

#include <string.h>

enum { POISON = 0xa5 };

/* `to` becomes the first `bytes` of `from`, and poison behind them. */
static void cut(void *to, const void *from, size_t whole, uint32_t bytes)
{
    memset(to, POISON, whole);
    memcpy(to, from, bytes);
    memcpy(to, &bytes, sizeof bytes);
}

static void cut_impl(struct ib_impl *to, const struct ib_impl *from)
{
    cut(to, from, sizeof *to, offsetof(struct ib_impl, copies));
}

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static struct ib_impl host, device;
    static struct ib_mem_ops mem;
    static const struct ib_impl *const all[] = {&host, &device};
    cut_impl(&host, &ib_impl_cpu_naive);
    host.name = "older";
    cut(&mem, ib_impl_fakedev.mem, sizeof mem, offsetof(struct ib_mem_ops, mark));
    cut_impl(&device, &ib_impl_fakedev);
    device.name = "older_device";
    device.mem = &mem;
    *count = 2;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
