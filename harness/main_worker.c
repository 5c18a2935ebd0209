/* ironbench-worker: what `ironbench worker` does, and nothing else. Started by the program (base/paths.h). */
#include "worker/worker_main.h"

#include <signal.h>
#include <sys/prctl.h>

int main(void)
{
    prctl(PR_SET_NAME,
          "ironbench-worker"); /* it is started from a descriptor, whose number would be its name */
    signal(SIGXFSZ, SIG_IGN);  /* as in main.c */
    return ib_worker_main();
}
