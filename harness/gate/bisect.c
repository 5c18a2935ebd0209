#include "gate/bisect.h"

#include "base/error.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/git.h"
#include "base/paths.h"
#include "base/shell_words.h"
#include "base/subprocess.h"
#include "config/config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CANNOT_TELL = 125, ABORT = 255 }; /* exit statuses for `git bisect run` */

struct bisection {
    struct ib_arena *arena;
    const struct ib_bisect *request;
    const char *root;       /* of the repository */
    const char *folder;     /* temporary: */
    const char *good, *bad; /* worktrees in it */
    const char *script;
    const char *good_hash, *bad_hash;
};

/* ---- git ---- */

static const char *git_in(const struct bisection *b, const char *folder, bool shown, const char **output,
                          const char *const *arguments)
{
    return ib_git_run(b->arena, &(struct ib_git){.arguments = arguments, .folder = folder, .shown = shown},
                      output);
}

#define GIT(b, folder, output, ...) git_in(b, folder, false, output, (const char *const[]){__VA_ARGS__, NULL})

static enum ib_status fail_git(const char *where, const char *reason)
{
    return ib_fail(IB_EIO, where, "%s", reason);
}

/* Only the first line of what git says is kept as the reason: the commit is named here. */
static enum ib_status find_commit(const struct bisection *b, const char *name, const char **hash)
{
    const char *commit = ib_arena_print(b->arena, "%s^{commit}", name);
    if (GIT(b, b->root, hash, "rev-parse", "--verify", "--quiet", "--end-of-options", commit))
        return ib_fail(IB_EINVAL, name, "is not a commit of the repository %s", b->root);
    return IB_OK;
}

static enum ib_status find_commits(struct bisection *b)
{
    const char *reason = GIT(b, NULL, &b->root, "rev-parse", "--show-toplevel");
    if (reason)
        return ib_fail(IB_EINVAL, "bisect", "must be run in the repository: %s", reason);
    IB_TRY(find_commit(b, b->request->good, &b->good_hash));
    IB_TRY(find_commit(b, b->request->bad, &b->bad_hash));
    if (GIT(b, b->root, NULL, "merge-base", "--is-ancestor", b->good_hash, b->bad_hash) ||
        strcmp(b->good_hash, b->bad_hash) == 0)
        return ib_fail(IB_EINVAL, b->request->good, "is not an ancestor of %s: GOOD must come before BAD",
                       b->request->bad);
    return IB_OK;
}

static enum ib_status add_worktree(const struct bisection *b, const char *folder, const char *hash)
{
    const char *reason = GIT(b, b->root, NULL, "worktree", "add", "--quiet", "--detach", folder, hash);
    return reason ? fail_git(folder, reason) : IB_OK;
}

/* Also after an interrupt. What git does not remove, as it was never added, goes with the folder. */
static void remove_worktree(const struct bisection *b, const char *folder)
{
    ib_git_run(b->arena,
               &(struct ib_git){.arguments = (const char *const[]){"worktree", "remove", "--force", "--force",
                                                                   folder, NULL},
                                .folder = b->root,
                                .cleans_up = true},
               NULL);
}

/* ---- building and judging ---- */

static enum ib_status build(const struct bisection *b, const char *folder, const char *name)
{
    const char *reason =
        ib_subprocess_run(b->arena, &(struct ib_subprocess){.argv = b->request->build, .folder = folder});
    if (reason)
        return ib_fail(IB_EIO, name, "cannot be built: %s", reason);
    if (access(ib_file_join(b->arena, folder, b->request->config), R_OK) != 0)
        return ib_fail(IB_EINVAL, name, "has no %s, the configuration of this case", b->request->config);
    if (access(ib_file_join(b->arena, folder, b->request->product), R_OK) != 0)
        return ib_fail(IB_EINVAL, name, "the build command does not make %s", b->request->product);
    return IB_OK;
}

static bool same_file(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/* Whether the configuration names the plugin itself. */
static bool lists_plugin(const char *config_path, const char *plugin)
{
    struct ib_config config;
    bool listed = false;
    if (ib_config_read(config_path, &config) != IB_OK)
        return false;
    for (const char *const *p = config.plugins; p && *p; p++)
        listed |= same_file(*p, plugin);
    ib_config_free(&config);
    return listed;
}

const char *ib_bisect_script(struct ib_arena *arena, const struct ib_bisect *request, const char *program,
                             const char *good, const char *bad)
{
    const char *old = ib_file_join(arena, good, request->product),
               *new = ib_file_join(arena, bad, request->product),
               *old_config = ib_file_join(arena, good, request->config),
               *config = ib_file_join(arena, bad, request->config);
    const bool unnamed = !request->is_program && !lists_plugin(old_config, old);
    const char *gate = ib_shell_command(
        arena, (const char *const[]){request->is_program ? new : program, "gate", config, NULL});
    return ib_arena_print(arena,
                          "#!/bin/sh\n"
                          "cd %s || exit %d\n"
                          "%s || exit %d\n"
                          "%s %s%s%s --against %s --strict\n"
                          "case $? in\n"
                          "%d) exit 0 ;;\n"
                          "%d | %d) exit 1 ;;\n"
                          "%d) exit %d ;;\n"
                          "*) exit %d ;; # failed, missing or undecided\n"
                          "esac\n",
                          ib_shell_quote(arena, bad), ABORT, ib_shell_command(arena, request->build),
                          CANNOT_TELL, gate, ib_shell_command(arena, request->selection),
                          unnamed ? " --plugin " : "", unnamed ? ib_shell_quote(arena, new) : "",
                          ib_shell_quote(arena, old), IB_EXIT_OK, IB_EXIT_SLOWER, IB_EXIT_WRONG,
                          IB_EXIT_INTERRUPTED, ABORT, CANNOT_TELL);
}

static enum ib_status write_script(struct bisection *b)
{
    b->script = ib_arena_print(b->arena, "%s/judge", b->folder);
    FILE *file = fopen(b->script, "we");
    if (!file)
        return ib_fail_errno(b->script, "cannot write this file");
    fputs(ib_bisect_script(b->arena, b->request, ib_self(), b->good, b->bad), file);
    const bool written = !ferror(file);
    if (fclose(file) != 0 || !written || chmod(b->script, 0700) != 0)
        return ib_fail_errno(b->script, "cannot write this file");
    return IB_OK;
}

/* Without a difference between the two, git would look for one in vain. */
static enum ib_status check_bad(const struct bisection *b)
{
    const char *const judge[] = {"sh", "-c", "\"$0\"; test $? -eq 1", b->script, NULL};
    IB_TRY(build(b, b->bad, b->request->bad));
    if (!ib_subprocess_run(b->arena, &(struct ib_subprocess){.argv = judge}))
        return IB_OK;
    return ib_fail(IB_EINVAL, b->request->bad,
                   "the gate does not find this case worse than in %s: there is nothing to look for",
                   b->request->good);
}

/* ---- the result ---- */

/* Lines of `git bisect log`: "# first bad commit: [HASH] SUBJECT", or several "# possible first bad commit:
 * …". */
static void read_log(struct ib_arena *arena, const char *log, struct ib_bisect_result *out)
{
    static const char mark[] = "first bad commit: [";
    for (const char *at = log; (at = strstr(at, mark));) {
        at += strlen(mark);
        const int hash = (int)strcspn(at, "]\n"), subject = (int)strcspn(at + hash, "\n");
        const int skipped = subject < 2 ? subject : 2;
        out->list = ib_arena_grow(arena, out->list, sizeof *out->list, out->n, &out->capacity);
        out->list[out->n++] =
            (struct ib_bisect_commit){ib_arena_print(arena, "%.*s", hash, at),
                                      ib_arena_print(arena, "%.*s", subject - skipped, at + hash + skipped)};
    }
}

static enum ib_status search(const struct bisection *b, struct ib_bisect_result *out)
{
    const char *reason = GIT(b, b->bad, NULL, "bisect", "start", b->bad_hash, b->good_hash), *log;
    if (reason)
        return fail_git("git bisect", reason);
    reason = git_in(b, b->bad, true, NULL, (const char *const[]){"bisect", "run", b->script, NULL});
    const char *unread = GIT(b, b->bad, &log, "bisect", "log");
    if (!unread)
        read_log(b->arena, log, out);
    return out->n ? IB_OK : fail_git("git bisect", reason ? reason : unread ? unread : "found nothing");
}

/* ---- the whole ---- */

static enum ib_status run(struct bisection *b, struct ib_bisect_result *out)
{
    IB_TRY(add_worktree(b, b->good, b->good_hash));
    IB_TRY(build(b, b->good, b->request->good));
    IB_TRY(add_worktree(b, b->bad, b->bad_hash));
    IB_TRY(write_script(b));
    IB_TRY(check_bad(b));
    return search(b, out);
}

enum ib_status ib_bisect(struct ib_arena *arena, const struct ib_bisect *request,
                         struct ib_bisect_result *out)
{
    struct bisection b = {.arena = arena, .request = request};
    char *folder, whole[PATH_MAX];
    *out = (struct ib_bisect_result){0};
    IB_TRY(find_commits(&b));
    IB_TRY(ib_temporary_folder(arena, "ironbench-bisect", NULL, &folder));
    b.folder = realpath(folder, whole) ? whole : folder;
    b.good = ib_arena_print(arena, "%s/good", b.folder);
    b.bad = ib_arena_print(arena, "%s/bad", b.folder);
    const enum ib_status status = run(&b, out);
    remove_worktree(&b, b.good);
    remove_worktree(&b, b.bad);
    ib_folder_remove(folder);
    return status;
}
