#include "parent/worker_process.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "parent/worker_state.h"
#include "protocol/messages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool check_hello(const json_t *hello, struct ib_outcome *outcome)
{
    const json_t *version = json_object_get(hello, "version");
    if (strcmp(json_string_value(json_object_get(hello, "type")), "hello") != 0)
        return ib_outcome_set(
            outcome, IB_CASE_FAILED,
            "did not start with `hello`: its first message must be a `hello` with version %d",
            IB_PROTOCOL_VERSION);
    if (json_is_integer(version) && json_integer_value(version) == IB_PROTOCOL_VERSION)
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED,
                          "speaks version %lld of the protocol; this ironbench speaks version %d",
                          (long long)json_integer_value(version), IB_PROTOCOL_VERSION);
}

/* ---- the process ---- */

static bool is_own_worker(const char *const *argv)
{
    return strcmp(argv[0], ib_self()) == 0 && argv[1] && strcmp(argv[1], "worker") == 0 && !argv[2];
}

/* Where the program is this one, its files may be gone, but not what it holds open; a sandbox hides other
 * ways through /proc. */
static const char *own_executable(const struct ib_sandbox *sandbox, char path[32])
{
    const int fd = ib_worker_fd();
    if (fd < 0)
        return NULL;
    if (sandbox)
        ib_sandbox_allow_fd(sandbox, fd, IB_SANDBOX_READ);
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return path;
}

/* Starts the child with `fds` as its first descriptors, in the sandbox unless that is NULL. Returns 0 or an
 * error number. */
static int spawn_in(const struct ib_worker_files *files, const struct ib_sandbox *sandbox,
                    struct ib_spawn *program, struct ib_worker_process *child)
{
    char path[32];
    struct ib_arena arena = {0};
    if (is_own_worker(program->argv))
        program->program = own_executable(sandbox, path);
    program->sandbox = sandbox;
    program->environment = sandbox ? ib_worker_files_environment(&arena, files, child->folder) : NULL;
    const int error = ib_spawn(program, &child->process);
    ib_arena_free(&arena);
    return error;
}

static int spawn(struct ib_spawn *program, const struct ib_worker_files *files,
                 struct ib_worker_process *child)
{
    struct ib_sandbox sandbox;
    if (!files || !ib_workers_sandboxed())
        return spawn_in(files, NULL, program, child);
    int error = ib_worker_files_sandbox(files, child->folder, program->argv, &sandbox);
    if (error)
        return error;
    error = spawn_in(files, &sandbox, program, child);
    ib_sandbox_close(&sandbox);
    return error;
}

/* Makes the child's folder, which only a sandbox needs where none is given. Returns 0 or an error number. */
static int make_folder(const struct ib_worker_files *files, struct ib_worker_process *child)
{
    const char *temporary = getenv("TMPDIR");
    const char *where = files && files->folder ? files->folder : temporary ? temporary : "/tmp";
    if (!files || (!files->folder && !ib_workers_sandboxed()))
        return 0;
    const int n = snprintf(child->folder, sizeof child->folder, "%s/worker-XXXXXX", where);
    const int error = n >= (int)sizeof child->folder ? ENAMETOOLONG : mkdtemp(child->folder) ? 0 : errno;
    if (error)
        child->folder[0] = '\0';
    return error;
}

static void remove_folder(const struct ib_worker_process *child)
{
    if (child && child->folder[0])
        ib_folder_remove(child->folder);
}

/* Returns 0 or an error number. */
static int connect_and_spawn(const struct ib_spawn *given, const struct ib_worker_files *files,
                             struct ib_worker_process *child)
{
    int fds[IB_WORKER_FDS];
    int error = make_folder(files, child);
    if (error)
        return error;
    if (!ib_worker_io_open(&child->io, fds))
        return errno;
    struct ib_spawn program = *given;
    program.fds = fds;
    program.n_fds = IB_WORKER_FDS;
    error = spawn(&program, files, child);
    for (int i = 0; i < IB_WORKER_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (error)
        ib_worker_io_close(&child->io);
    return error;
}

static bool start(const struct ib_spawn *program, const struct ib_worker_files *files, uint64_t timeout_ns,
                  struct ib_worker_process **out, struct ib_outcome *outcome)
{
    json_t *hello = NULL;
    struct ib_worker_process *child = calloc(1, sizeof *child);
    *out = NULL;
    if (child) {
        child->oom_known = ib_oom_kills(&child->oom_kills);
        child->started_ns = ib_now_ns();
    }
    const int error = child ? connect_and_spawn(program, files, child) : ENOMEM;
    if (error) {
        const char *name = program->argv[0];
        remove_folder(child);
        free(child);
        return ib_outcome_set(outcome, IB_CASE_FAILED, "cannot start %s: %s", name,
                              error == ENOENT && !strchr(name, '/') ? "not found in PATH" : strerror(error));
    }
    bool ok =
        ib_worker_process_next(child, timeout_ns, "hello", &hello, outcome) && check_hello(hello, outcome);
    json_decref(hello);
    *out = child; /* also on failure: its output may be quoted */
    return ok;
}

bool ib_worker_process_start(const char *const *argv, const cpu_set_t *cpus,
                             const struct ib_worker_files *files, uint64_t timeout_ns,
                             struct ib_worker_process **out, struct ib_outcome *outcome)
{
    const struct ib_spawn program = {.argv = argv, .cpus = cpus};
    return start(&program, files, timeout_ns, out, outcome);
}

bool ib_worker_start(const char *program, const cpu_set_t *cpus, const struct ib_worker_files *files,
                     uint64_t timeout_ns, struct ib_worker_process **out, struct ib_outcome *outcome)
{
    struct ib_arena arena = {0};
    const char *const argv[] = {program ? program : ib_self(), "worker", NULL};
    const struct ib_spawn of_program = {
        .argv = argv, .cpus = cpus, .program = program ? ib_worker_path_of(&arena, program) : NULL};
    const bool ok = start(&of_program, files, timeout_ns, out, outcome);
    ib_arena_free(&arena);
    return ok;
}

bool ib_worker_can_start(const char *program, uint64_t timeout_ns, struct ib_outcome *outcome)
{
    struct ib_worker_process *worker;
    const bool ok = ib_worker_start(program, NULL, NULL, timeout_ns, &worker, outcome);
    if (!ok)
        ib_worker_process_quote(worker, outcome);
    ib_worker_process_end(worker);
    return ok;
}

enum ib_status ib_worker_process_folder(struct ib_worker_process *child, struct ib_arena *arena,
                                        const char **out)
{
    char *folder = ib_arena_print(arena, "%s/XXXXXX", child->folder);
    *out = mkdtemp(folder);
    return *out ? IB_OK : ib_fail_errno(child->folder, "cannot make a folder in it");
}

void ib_worker_process_end(struct ib_worker_process *child)
{
    if (!child)
        return;
    ib_spawned_end(&child->process, NULL);
    ib_worker_io_close(&child->io);
    ib_memory_limit_end(&child->memory);
    remove_folder(child);
    free(child);
}
