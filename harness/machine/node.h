/* Where this process runs, in the words of the network and of the batch system. */
#ifndef IB_MACHINE_NODE_H
#define IB_MACHINE_NODE_H

#include "base/arena.h"

/* The name of the machine: as Slurm calls it, else in the network. NULL: unknown. */
const char *ib_node_name(struct ib_arena *);
/* The job that this process belongs to: "Slurm 17", or "Slurm 17_3" for a task of an array. NULL: none. */
const char *ib_job_name(struct ib_arena *);

#endif
