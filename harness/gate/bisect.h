/* Finds the commit that made a case worse: `git bisect run`, with the gate as the judge. Builds and checkouts
 * take place in temporary worktrees; the user's own is not touched. */
#ifndef IB_GATE_BISECT_H
#define IB_GATE_BISECT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Paths of files start from the root of the repository that the working directory is in. */
struct ib_bisect {
    const char *good, *bad;       /* commits; the first must be an ancestor of the second */
    const char *config;           /* configuration */
    const char *const *selection; /* flags that leave the case alone: "-s", "…"; ends with NULL */
    const char *product;          /* what the build makes and the gate compares: a plugin, or ironbench */
    bool is_program;              /* it is ironbench, which then also runs the gate */
    const char *const *build;     /* command, run in the root of a worktree; ends with NULL */
};

struct ib_bisect_commit {
    const char *hash, *subject;
};

/* One commit: the first that is worse. Several: it is among these, which could not be judged. */
struct ib_bisect_result {
    struct ib_bisect_commit *list;
    size_t n, capacity;
};

/* Shows builds, gates and git's own messages on stderr. IB_EINVAL: the request does not fit the repository,
 * or the case is not worse in `bad` than in `good`; IB_EIO: git, or the build of `good` or `bad`, has failed.
 * After an interrupt, fails with no more said. */
enum ib_status ib_bisect(struct ib_arena *, const struct ib_bisect *, struct ib_bisect_result *out);

/* The script that judges the commit checked out in `bad`, a worktree: exits with 0 if the gate passes, 1 if
 * the case is slower, wrong or copies more than the build in `good`, 125 if it cannot be built or judged. */
const char *ib_bisect_script(struct ib_arena *, const struct ib_bisect *, const char *program,
                             const char *good, const char *bad);

#endif
