#include "base/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A pipe in addition to the flag: a signal that arrives between the test of the flag and poll() must still
 * end the poll. */
static int pipe_fds[2] = {-1, -1};
static volatile sig_atomic_t received;
static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

/* The second signal ends the process: the sender does not want to wait. */
static void on_signal(int signal_number)
{
    if (received) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    ib_interrupt_request();
}

void ib_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    if (pipe_fds[0] < 0 && pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
        struct sigaction before;
        sigaction(caught[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* as nohup sets it */
            sigaction(caught[i], &action, NULL);
    }
}

void ib_interrupt_request(void)
{
    received = 1;
    if (pipe_fds[1] >= 0 && write(pipe_fds[1], "", 1) < 0)
        received = 1; /* the pipe is full, and therefore readable */
}

bool ib_interrupted(void)
{
    return received;
}

int ib_interrupt_fd(void)
{
    return pipe_fds[0];
}
