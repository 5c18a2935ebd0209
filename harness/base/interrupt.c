#include "base/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A pipe, not a flag alone: a signal that comes between the question and the wait must still end the wait. */
static int ends[2] = {-1, -1};
static volatile sig_atomic_t came;
static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

/* The second one ends the process: whoever sent it does not want to wait. */
static void note(int signal_number)
{
    if (came) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    came = 1;
    if (write(ends[1], "", 1) < 0)
        came = 1; /* a full pipe is readable all the same */
}

void ib_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = note};
    if (ends[0] < 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
        struct sigaction before;
        sigaction(caught[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* as nohup and shells in the background set it */
            sigaction(caught[i], &action, NULL);
    }
}

void ib_interrupt_request(void)
{
    came = 1;
    if (ends[1] >= 0 && write(ends[1], "", 1) < 0)
        came = 1;
}

bool ib_interrupted(void)
{
    return came;
}

int ib_interrupt_fd(void)
{
    return ends[0];
}
