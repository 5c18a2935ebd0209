/* `ironbench replay JOB`: one whole job of a program that speaks the protocol, from its start to its exit, as
 * one process that can be timed from outside. Only the sweep starts it (run/pass_process.c). */
#ifndef IB_PARENT_PROCESS_RUN_H
#define IB_PARENT_PROCESS_RUN_H

#include "parent/worker_process.h"
#include "protocol/messages.h"

struct ib_process_run_job {
    const char *const *argv; /* of the program; argv[0] is a path; ends with NULL */
    const cpu_set_t *cpus;   /* that it may use; NULL: all */
    const char *folder;      /* where it runs */
    const char *log;         /* path of a file to which each replay adds a line */
    uint64_t timeout_ns;     /* of each of its steps */
    json_t *problem, *train; /* the requests */
};

/* As a file for the command. It takes both requests. */
enum ib_status ib_process_run_write(const char *path, const struct ib_process_run_job *);

/* Wall time of one replay by its own clock, from the start of the program to its exit. */
enum ib_process_part {
    IB_PROCESS_STARTUP, /* from exec to its hello */
    IB_PROCESS_LOAD,    /* this, readback and predict are not known of a program that does not tell */
    IB_PROCESS_SETUP,   /* until it is ready: context, compilation, first copies */
    IB_PROCESS_TRAIN,
    IB_PROCESS_READBACK,
    IB_PROCESS_PREDICT,
    IB_PROCESS_REST, /* messages, the files of the answer, its exit */
    IB_PROCESS_PART_COUNT
};
extern const char *const ib_process_part_names[IB_PROCESS_PART_COUNT]; /* "startup" "load" … */

/* The last line of a log: the parts in nanoseconds, 0 where they are not known. false: that replay went
 * wrong, and the outcome says why. */
bool ib_process_run_read(const char *log, uint64_t parts_ns[IB_PROCESS_PART_COUNT], struct ib_outcome *);

/* The command; returns the exit status. */
int ib_process_run_main(const char *job_path);

#endif
