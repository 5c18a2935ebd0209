/* The worker process: answers the parent's requests until its stream ends. */
#ifndef IB_WORKER_WORKER_MAIN_H
#define IB_WORKER_WORKER_MAIN_H

/* Returns the exit status of the process. */
int ib_worker_main(void);

#endif
