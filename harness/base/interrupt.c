#include "base/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A pipe in addition to the flag: a signal that arrives between the test of the flag and poll() must still
 * end the poll. */
static int pipe_fds[2] = {-1, -1};
static volatile sig_atomic_t received;

static void on_signal(int signal_number)
{
    (void)signal_number;
    received = 1;
    if (write(pipe_fds[1], "", 1) < 0)
        received = 1; /* the pipe is full, and therefore readable */
}

void ib_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    if (pipe_fds[0] < 0 && pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    received = 0;
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
    return received;
}

int ib_interrupt_fd(void)
{
    return pipe_fds[0];
}
