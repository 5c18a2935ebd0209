#include "base/sandbox.h"

#include "base/syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ABI_LEAST = 2,    /* before it, files cannot be moved between folders at all */
    ABI_TRUNCATE = 3, /* and so on: the version that knows it */
    ABI_IOCTL = 5,
    ABI_SCOPES = 6,
    PROCESSES_MAX = 8192 /* of this user, root excepted: ends a loop of forks */
};

/* The system's header may be older than its kernel. */
#define TRUNCATE   (UINT64_C(1) << 14)
#define IOCTL_DEV  (UINT64_C(1) << 15)
#define SCOPES     UINT64_C(3) /* signals, and sockets with an abstract name */
#define FILE_READ  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define FILE_WRITE (FILE_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE)
#define MAKE_OTHER                                                                                           \
    (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |            \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* As the newest kernel that this program knows reads it. */
struct ruleset {
    uint64_t files, network, scopes;
};

static uint64_t all_rights(int abi)
{
    const uint64_t first = (UINT64_C(1) << 14) - 1;
    return first | (abi >= ABI_TRUNCATE ? TRUNCATE : 0) | (abi >= ABI_IOCTL ? IOCTL_DEV : 0);
}

int ib_sandbox_landlock(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
}

int ib_sandbox_open(struct ib_sandbox *out, int newest)
{
    const int known = ib_sandbox_landlock(), abi = known < newest ? known : newest;
    const struct ruleset handled = {.files = all_rights(abi), .scopes = SCOPES};
    const size_t bytes = abi >= ABI_SCOPES ? sizeof handled : sizeof handled.files;
    if (abi < ABI_LEAST)
        return abi < 0 ? errno : ENOSYS;
    *out = (struct ib_sandbox){.abi = abi};
    out->ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, bytes, 0);
    return out->ruleset < 0 ? errno : 0;
}

void ib_sandbox_close(struct ib_sandbox *sandbox)
{
    close(sandbox->ruleset);
    sandbox->ruleset = -1;
}

static uint64_t rights(enum ib_sandbox_access access, bool folder)
{
    switch (access) {
    case IB_SANDBOX_READ:
        return folder ? FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR : FILE_READ;
    case IB_SANDBOX_WRITE:
        return folder ? ~(uint64_t)(MAKE_OTHER | IOCTL_DEV) : FILE_WRITE;
    case IB_SANDBOX_DEVICE:
        break;
    }
    return LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | IOCTL_DEV |
           (folder ? LANDLOCK_ACCESS_FS_READ_DIR : 0);
}

void ib_sandbox_allow_fd(const struct ib_sandbox *sandbox, int fd, enum ib_sandbox_access access)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return;
    const struct landlock_path_beneath_attr rule = {
        .allowed_access = rights(access, S_ISDIR(info.st_mode)) & all_rights(sandbox->abi), .parent_fd = fd};
    syscall(SYS_landlock_add_rule, sandbox->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void ib_sandbox_allow(const struct ib_sandbox *sandbox, const char *path, enum ib_sandbox_access access)
{
    const int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return;
    ib_sandbox_allow_fd(sandbox, fd, access);
    close(fd);
}

/* Root becomes as weak as any other user, but may still read what belongs to others. Landlock decides on
 * files. Another user has nothing to lose. */
static void drop_privileges(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct kept[2] = {{.effective = 1u << CAP_DAC_READ_SEARCH}};
    kept[0].permitted = kept[0].effective;
    for (int capability = 0; capability < 64; capability++)
        if (capability != CAP_DAC_READ_SEARCH)
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* so that exec does not give it back */
    if (geteuid() == 0)
        syscall(SYS_capset, &header, kept);
}

int ib_sandbox_enter(const struct ib_sandbox *sandbox)
{
    struct rlimit processes;
    if (getrlimit(RLIMIT_NPROC, &processes) == 0 && processes.rlim_max > PROCESSES_MAX) {
        processes.rlim_cur = processes.rlim_max = PROCESSES_MAX;
        setrlimit(RLIMIT_NPROC, &processes);
    }
    drop_privileges();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, sandbox->ruleset, 0) != 0)
        return errno;
    return ib_syscall_filter_enter(sandbox->abi >= ABI_SCOPES);
}

/* ---- whether it works ---- */

/* A child tries it. Returns 0 or an error number. */
static int try_it(void)
{
    struct ib_sandbox sandbox;
    volatile int error =
        ib_sandbox_open(&sandbox, IB_LANDLOCK_NEWEST); /* written by the child, which shares this memory */
    if (error)
        return error;
    const pid_t child = vfork();
    if (child == 0) {
        error = ib_sandbox_enter(&sandbox);
        _exit(0);
    }
    if (child < 0)
        error = errno;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    ib_sandbox_close(&sandbox);
    return error;
}

const char *ib_sandbox_missing(void)
{
    const int abi = ib_sandbox_landlock(), error = errno;
    const char *filter = ib_syscall_filter_missing();
    if (filter)
        return filter;
    if (abi >= ABI_LEAST)
        return try_it() == 0 ? NULL : "a process is not allowed to confine itself with Landlock and seccomp";
    if (abi > 0)
        return "this kernel's Landlock is too old; Linux 5.19 is needed";
    if (error == EOPNOTSUPP)
        return "Landlock is switched off; the kernel's parameter `lsm=` must name it";
    if (error == EPERM)
        return "the container that this runs in forbids Landlock";
    return "this kernel has no Landlock; Linux 5.19 is needed";
}
