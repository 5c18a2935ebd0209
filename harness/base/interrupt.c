#include "base/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A pipe, not a flag alone: a signal that comes between the question and the wait must still end the wait. */
static int ends[2] = {-1, -1};
static volatile sig_atomic_t came;

static void note(int signal_number)
{
    (void)signal_number;
    came = 1;
    if (write(ends[1], "", 1) < 0)
        came = 1; /* a full pipe is readable all the same */
}

void ib_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = note};
    if (ends[0] < 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    came = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void ib_interrupt_release(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

bool ib_interrupted(void)
{
    return came;
}

int ib_interrupt_fd(void)
{
    return ends[0];
}
