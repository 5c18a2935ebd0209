/* ironbench: the command line. Each command is a file of cli/. */
#include "base/exit_status.h"
#include "base/interrupt.h"
#include "base/plain_text.h"
#include "base/spawn.h"
#include "base/version.h"
#include "cli/commands.h"
#include "parent/whole_process.h"
#include "worker/worker_main.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int help(FILE *to)
{
    fprintf(to,
            "ironbench: which implementation is fastest, is its answer right, and what does copying cost?\n\n"
            "usage: ironbench COMMAND ...\n\n");
    for (const struct ib_command *const *c = ib_commands; *c; c++)
        fprintf(to, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fprintf(to,
            "\n`ironbench COMMAND --help` describes a command; `ironbench --version` prints the version.\n\n"
            "exit status: %s",
            ib_exit_status_help);
    return to == stdout ? IB_EXIT_OK : IB_EXIT_USAGE;
}

static int unknown_command(const char *name)
{
    enum { MOST = 64 };
    const char *names[MOST + 1] = {0};
    for (size_t i = 0; ib_commands[i] && i < MOST; i++)
        names[i] = ib_commands[i]->name;
    const char *nearest = ib_nearest(name, names);
    ib_print_line(stderr, "ironbench: %s: no such command%s%s%s; see `ironbench --help`", name,
                  nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    return IB_EXIT_USAGE;
}

/* Output that could not be written is an error, unless the status already is one. */
static int written(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "ironbench: stdout: the output cannot be written\n");
    return status == IB_EXIT_OK || status == IB_EXIT_INTERRUPTED ? IB_EXIT_FAILED : status;
}

/* Signals are caught for every command, so that it removes what it has made for itself, and what its children
 * leave behind is ended; and output that could not be written is an error, whatever the command has found. */
static int run_command(const struct ib_command *command, int argc, char **argv)
{
    ib_interrupt_catch();
    ib_spawn_contain();
    int status = command->main(command, argc, argv);
    ib_spawn_release();
    return written(ib_interrupted() ? IB_EXIT_INTERRUPTED : status);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr);
    signal(SIGXFSZ, SIG_IGN); /* a file beyond the limit is an error of whoever writes it */
    if (strcmp(argv[1], "worker") == 0)
        return ib_worker_main();
    setlocale(LC_CTYPE, ""); /* names may be UTF-8; numbers stay in the C locale */
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return written(help(stdout));
    if (strcmp(argv[1], "--version") == 0) {
        struct ib_arena arena = {0};
        ib_print_line(stdout, "%s", ib_version_text(&arena));
        ib_arena_free(&arena);
        return written(IB_EXIT_OK);
    }
    signal(SIGPIPE, SIG_IGN); /* a dead worker must not end the sweep */
    if (argc == 3 && strcmp(argv[1], "replay") == 0)
        return ib_process_run_main(argv[2]);
    for (const struct ib_command *const *c = ib_commands; *c; c++)
        if (strcmp(argv[1], (*c)->name) == 0)
            return run_command(*c, argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
