#include "report/gnuplot.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

static int start(const char *script, const char *messages, pid_t *out)
{
    /* -d: whatever a user has in ~/.gnuplot must not change a report. */
    char *argv[] = {(char *)"gnuplot", (char *)"-d", (char *)(uintptr_t)script, NULL};
    posix_spawn_file_actions_t files;
    int rc = posix_spawn_file_actions_init(&files);
    if (rc)
        return rc;
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    rc = posix_spawnp(out, argv[0], &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* gnuplot repeats the line that it stumbled over, points at the place, and then says what is wrong: its last
 * line. */
static const char *last_line(struct ib_arena *arena, const char *path)
{
    enum { MAX_MESSAGE_BYTES = 1 << 20 };
    char *text;
    size_t bytes;
    if (ib_file_read(arena, path, MAX_MESSAGE_BYTES, &text, &bytes) != IB_OK)
        return "no message";
    while (bytes && (unsigned char)text[bytes - 1] <= ' ')
        text[--bytes] = '\0';
    const char *newline = strrchr(text, '\n');
    return newline ? newline + 1 : text;
}

const char *ib_gnuplot_run(struct ib_arena *arena, const char *script, const char *messages)
{
    pid_t pid;
    int rc = start(script, messages, &pid), wait_status;
    if (rc == ENOENT)
        return "gnuplot is not installed";
    if (rc)
        return ib_arena_print(arena, "gnuplot does not start: %s", strerror(rc));
    while (waitpid(pid, &wait_status, 0) < 0)
        if (errno != EINTR)
            return ib_arena_print(arena, "gnuplot was lost: %s", strerror(errno));
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
        return NULL;
    return ib_arena_print(arena, "gnuplot failed: %s", last_line(arena, messages));
}

/* In single quotes nothing is special but the quote itself, which is doubled. */
const char *ib_gnuplot_quote(struct ib_arena *arena, const char *text)
{
    char *out = ib_arena_alloc(arena, 2 * strlen(text) + 3), *at = out;
    *at++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            *at++ = '\'';
        *at++ = (unsigned char)*text < ' ' ? ' ' : *text;
    }
    *at = '\'';
    return out;
}
