/* Reading git repositories, by running git. Nothing is written to them and no hook runs, unless the command
 * itself does that. */
#ifndef IB_BASE_GIT_H
#define IB_BASE_GIT_H

#include "base/arena.h"
#include "base/truth.h"

/* The commit that a file belongs to, as far as it is known. */
struct ib_git_state {
    const char *commit;    /* 40 or 64 hexadecimal digits; NULL: unknown */
    const char *committed; /* when: UTC, ISO 8601 */
    const char *branch;    /* NULL: unknown, or none is checked out */
    enum ib_truth dirty;   /* some file that git tracks differs from the commit, submodules included */
    const char *path;      /* of the file, from the root of its repository; outside of one, as given */
    const char *reason;    /* why something is unknown; NULL: all is known */
};

/* The state of the repository around a file, which need not be tracked. Takes a few milliseconds; a second of
 * a large repository, and never more than half a minute. Texts are in the arena. */
void ib_git_state_of(struct ib_arena *, const char *path, struct ib_git_state *out);

struct ib_git {
    const char *const *arguments; /* without "git"; ends with NULL */
    const char *folder;           /* NULL: the working directory */
    uint64_t timeout_ns;          /* 0: none */
    bool reads;                   /* it changes nothing, and fetches nothing that is missing here */
    bool shown;                   /* what it prints goes to this process's stderr */
    bool cleans_up;               /* see struct ib_subprocess */
};

/* Runs git, on the repository of the folder whatever GIT_DIR says, without hooks. Returns NULL or the reason
 * why it failed. *output (may be NULL): what it printed, without the newline at its end; "" if shown. */
const char *ib_git_run(struct ib_arena *, const struct ib_git *, const char **output);

#endif
