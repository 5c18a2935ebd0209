/* Is right, but its worker is killed in its probe, until the file that IRONBENCH_TEST_MEMORY names exists. */
#include "broken.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static enum ib_status probe(char *why, size_t n)
{
    (void)why, (void)n;
    const char *memory = getenv("IRONBENCH_TEST_MEMORY");
    if (memory == NULL || open(memory, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600) >= 0)
        kill(getpid(), SIGKILL);
    return IB_OK;
}

static void change(struct ib_impl *impl)
{
    impl->probe = probe;
}

BROKEN_PLUGIN("killed_probe", change)
