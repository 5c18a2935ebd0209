/* What a worker in a sandbox (base/sandbox.h) may read and write. Readable are the system's folders, the
 * program and the plugin with the folders that they are in, and the worker's inputs; devices may be used; it
 * may write to its own folder only. */
#ifndef IB_PARENT_WORKER_FILES_H
#define IB_PARENT_WORKER_FILES_H

#include "base/arena.h"
#include "base/sandbox.h"
#include "ironbench/impl.h"

#include <stddef.h>

struct ib_worker_files {
    const char *folder; /* in which its own is made; NULL: that for temporary files */
    const char *cache; /* kept from one worker to the next, for what compilers of devices write; NULL: none */
    const char *answer;        /* another folder that it may write to; NULL: none */
    const char *plugin;        /* that it will be asked to load; NULL: none */
    const char *const *inputs; /* files that it reads */
    size_t n_inputs;
    const char *hidden; /* a folder that is not read, even if that of the program holds it; NULL: none */
};

/* From now on, all workers that run implementations do so in a sandbox. IB_EUNAVAILABLE, with what asks for
 * it
 * (`where`): this system has none. */
enum ib_status ib_sandbox_workers(const char *where);
bool ib_workers_sandboxed(void);
/* "Landlock 7 and seccomp"; NULL: they are not in a sandbox. */
const char *ib_workers_sandbox_name(void);

/* Opens the sandbox of one worker. own: its folder; command: what is started, as for ib_worker_process_start.
 * Returns 0 or an error number. */
int ib_worker_files_sandbox(const struct ib_worker_files *, const char *own, const char *const *command,
                            struct ib_sandbox *out);

/* This process's environment, but with temporary files and caches in the worker's folders. Ends with NULL;
 * lives in the arena. */
char **ib_worker_files_environment(struct ib_arena *, const struct ib_worker_files *, const char *own);

#endif
