/* Confines a child process, for good and with everything that it starts, to some files, without network,
 * signals to other processes or privileges: Landlock for files, a filter of system calls for the rest. */
#ifndef IB_BASE_SANDBOX_H
#define IB_BASE_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

enum ib_sandbox_access {
    IB_SANDBOX_READ,   /* and execute */
    IB_SANDBOX_WRITE,  /* everything but making links, pipes, sockets and devices */
    IB_SANDBOX_DEVICE, /* read, write and control */
};

struct ib_sandbox {
    int ruleset;
    int abi; /* version of Landlock */
};

/* Why processes cannot be confined here, after a try; NULL: they can. */
const char *ib_sandbox_missing(void);
/* The version of Landlock that this kernel has; 0 or less: none. */
int ib_sandbox_landlock(void);

/* Opens a sandbox in which no file can be opened yet, with a version of Landlock up to `newest`. Returns 0 or
 * an error number. */
enum { IB_LANDLOCK_NEWEST = 1000 };
int ib_sandbox_open(struct ib_sandbox *, int newest);
/* Allows a file, or a folder with all that is below it. A path that does not exist is ignored. */
void ib_sandbox_allow(const struct ib_sandbox *, const char *path, enum ib_sandbox_access);
/* The same for a file that is open. */
void ib_sandbox_allow_fd(const struct ib_sandbox *, int fd, enum ib_sandbox_access);
void ib_sandbox_close(struct ib_sandbox *);

/* Confines the calling thread; only async-signal-safe calls. Returns 0 or an error number. */
int ib_sandbox_enter(const struct ib_sandbox *);

#endif
