#include "base/git.h"

#include "base/file.h"
#include "base/subprocess.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_NS 10000000000u /* for each question about a repository */

enum { MAX_OUTPUT_BYTES = 64 << 20 };

/* ---- running git ---- */

/* Before the subcommand: nothing that a configuration names is run along with it. */
static const char *const quiet[] = {"git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
                                    NULL};

/* Where these are set, as in a hook, git would look at another repository. */
static const char *const dropped[] = {"GIT_DIR=",
                                      "GIT_WORK_TREE=",
                                      "GIT_COMMON_DIR=",
                                      "GIT_INDEX_FILE=",
                                      "GIT_OBJECT_DIRECTORY=",
                                      "GIT_ALTERNATE_OBJECT_DIRECTORIES=",
                                      "GIT_NAMESPACE=",
                                      "GIT_PREFIX=",
                                      "LC_ALL=",
                                      NULL};

/* Messages are in English. To read, no refreshed index is written, nothing is fetched, nothing asked. */
static const char *const added[] = {"LC_ALL=C", NULL};
static const char *const added_to_read[] = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
                                            "GIT_TERMINAL_PROMPT=0", NULL};

static size_t length_of(const void *list)
{
    const char *const *at = list;
    size_t n = 0;
    while (at[n])
        n++;
    return n;
}

static bool begins_with_any(const char *text, const char *const *beginnings)
{
    for (; *beginnings; beginnings++)
        if (strncmp(text, *beginnings, strlen(*beginnings)) == 0)
            return true;
    return false;
}

static char *const *make_environment(struct ib_arena *arena, bool reads)
{
    const char *const *more = reads ? added_to_read : added;
    const char **out = ib_arena_alloc(arena, (length_of(environ) + length_of(more) + 1) * sizeof *out);
    size_t n = 0;
    for (char **at = environ; *at; at++)
        if (!begins_with_any(*at, dropped))
            out[n++] = *at;
    memcpy(out + n, more, length_of(more) * sizeof *out);
    return (char *const *)(uintptr_t)out;
}

static const char *const *make_command(struct ib_arena *arena, const char *const *arguments)
{
    const size_t n = length_of(quiet);
    const char **out = ib_arena_alloc(arena, (n + length_of(arguments) + 1) * sizeof *out);
    memcpy(out, quiet, n * sizeof *out);
    memcpy(out + n, arguments, length_of(arguments) * sizeof *out);
    return out;
}

/* The text of a file without the white space at its end; "" if it cannot be read. */
static const char *read_output(struct ib_arena *arena, const char *path)
{
    char *text;
    size_t bytes;
    if (ib_file_read(arena, path, MAX_OUTPUT_BYTES, &text, &bytes) != IB_OK)
        return "";
    while (bytes && (unsigned char)text[bytes - 1] <= ' ')
        text[--bytes] = '\0';
    return text;
}

/* Git says what is wrong first, and then how to go on. */
static const char *find_reason(struct ib_arena *arena, const char *path, const char *otherwise)
{
    static const char fatal[] = "fatal: ";
    const char *text = read_output(arena, path), *at = strstr(text, fatal);
    if (!at || (at != text && at[-1] != '\n'))
        return otherwise;
    at += strlen(fatal);
    return ib_arena_print(arena, "git: %.*s", (int)strcspn(at, "\n"), at);
}

/* A file in memory, which nothing needs to remove: returns its descriptor, -1 with errno; *path leads to it.
 */
static int open_in_memory(struct ib_arena *arena, const char **path)
{
    const int fd = memfd_create("git", MFD_CLOEXEC);
    *path = ib_arena_print(arena, "/proc/self/fd/%d", fd);
    return fd;
}

static const char *run_to(struct ib_arena *arena, const struct ib_git *git, const char *printed,
                          const char *messages, const char **output)
{
    const struct ib_subprocess process = {.argv = make_command(arena, git->arguments),
                                          .folder = git->folder,
                                          .environment = make_environment(arena, git->reads),
                                          .output = git->shown ? NULL : printed,
                                          .messages = git->shown ? NULL : messages,
                                          .timeout_ns = git->timeout_ns,
                                          .cleans_up = git->cleans_up};
    const char *reason = ib_subprocess_run(arena, &process);
    if (output)
        *output = git->shown ? "" : read_output(arena, printed);
    return reason && !git->shown ? find_reason(arena, messages, reason) : reason;
}

const char *ib_git_run(struct ib_arena *arena, const struct ib_git *git, const char **output)
{
    const char *printed, *messages, *reason;
    const int out = open_in_memory(arena, &printed), err = open_in_memory(arena, &messages);
    if (out >= 0 && err >= 0)
        reason = run_to(arena, git, printed, messages, output);
    else
        reason = ib_arena_print(arena, "cannot run git: %s", strerror(errno));
    if (out >= 0)
        close(out);
    if (err >= 0)
        close(err);
    return reason;
}

/* ---- the state of a repository ---- */

#define ASK(arena, dir, output, ...)                                                                         \
    ib_git_run(arena,                                                                                        \
               &(struct ib_git){.arguments = (const char *const[]){__VA_ARGS__, NULL},                       \
                                .folder = dir,                                                               \
                                .reads = true,                                                               \
                                .timeout_ns = TIMEOUT_NS},                                                   \
               output)

/* "1767225600 0123…" */
static void read_commit(struct ib_arena *arena, const char *text, struct ib_git_state *out)
{
    char *end, when[32];
    const time_t seconds = (time_t)strtoll(text, &end, 10);
    struct tm utc;
    if (end == text || *end != ' ' || !gmtime_r(&seconds, &utc))
        return;
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    out->commit = ib_arena_copy(arena, end + 1);
    out->committed = ib_arena_copy(arena, when);
}

/* Lines of `git status --porcelain=v2 --branch`: headers begin with '#', all others are changes. */
static void read_status(struct ib_arena *arena, const char *text, struct ib_git_state *out)
{
    static const char head[] = "# branch.head ";
    out->dirty = IB_NO;
    for (const char *line = text; *line; line += strspn(line, "\n")) {
        const size_t length = strcspn(line, "\n");
        if (strncmp(line, head, strlen(head)) == 0 && line[strlen(head)] != '(')
            out->branch = ib_arena_print(arena, "%.*s", (int)(length - strlen(head)), line + strlen(head));
        if (line[0] != '#')
            out->dirty = IB_YES;
        line += length;
    }
}

static const char *read_repository(struct ib_arena *arena, const char *file, struct ib_git_state *out)
{
    const char *folder = ib_file_folder(arena, file), *text;
    const char *reason = ASK(arena, folder, &text, "rev-parse", "--show-prefix");
    if (reason)
        return reason;
    out->path = ib_arena_print(arena, "%s%s", text, strrchr(file, '/') + 1);
    reason = ASK(arena, folder, &text, "rev-list", "--max-count=1", "--timestamp", "HEAD", "--");
    if (reason)
        return reason;
    read_commit(arena, text, out);
    reason = ASK(arena, folder, &text, "status", "--porcelain=v2", "--branch", "--untracked-files=no",
                 "--no-renames");
    if (!reason)
        read_status(arena, text, out);
    return reason;
}

void ib_git_state_of(struct ib_arena *arena, const char *path, struct ib_git_state *out)
{
    char file[PATH_MAX];
    *out = (struct ib_git_state){.dirty = IB_UNKNOWN, .path = path};
    out->reason = realpath(path, file) ? read_repository(arena, file, out)
                                       : ib_arena_print(arena, "%s: no such file", path);
}
