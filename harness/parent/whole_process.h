/* `ironbench replay JOB`: runs one whole job of a program that speaks the protocol, from start to exit, as a
 * single process that hyperfine can time. Started only by a sweep (run/pass_whole_process.c). */
#ifndef IB_PARENT_WHOLE_PROCESS_H
#define IB_PARENT_WHOLE_PROCESS_H

#include "parent/worker_process.h"
#include "protocol/messages.h"

struct ib_process_run_job {
    const char *const *argv; /* of the program; argv[0] is a path; ends with NULL */
    const cpu_set_t *cpus;   /* CPUs it may use; NULL: all */
    const char *folder;      /* working directory */
    const char *log;         /* path of a file to which each replay appends a line */
    uint64_t timeout_ns;     /* for each step */
    const struct ib_worker_files *files;
    json_t *problem, *train; /* the requests */
};

/* Writes the job file for the command. Takes the references to both requests. */
enum ib_status ib_process_run_write(const char *path, const struct ib_process_run_job *);

/* The parts of one replay's wall time, by its own clock, from the start of the program to its exit. */
enum ib_process_part {
    IB_PROCESS_STARTUP, /* from exec to `hello` */
    IB_PROCESS_LOAD,    /* load, readback and predict are 0 for programs that do not report them */
    IB_PROCESS_SETUP,   /* until `ready`: context, compilation, first copies */
    IB_PROCESS_TRAIN,
    IB_PROCESS_READBACK,
    IB_PROCESS_PREDICT,
    IB_PROCESS_REST, /* messages, output files, exit */
    IB_PROCESS_PART_COUNT
};
extern const char *const ib_process_part_names[IB_PROCESS_PART_COUNT]; /* "startup" "load" … */

/* Reads the last line of a log: the parts in nanoseconds, 0 where unknown. Returns false, with the reason in
 * the outcome, if that replay failed. */
bool ib_process_run_read(const char *log, uint64_t parts_ns[IB_PROCESS_PART_COUNT], struct ib_outcome *);

/* Runs the command; returns the exit status. */
int ib_process_run_main(const char *job_path);

#endif
