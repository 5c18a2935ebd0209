#include "base/syscall_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { UNKNOWN_CALL = 452 }; /* the first after Linux 6.5, on every architecture */

#ifdef IB_SECCOMP
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* ---- what is refused ---- */

#define ALWAYS                                                                                               \
    0,                                                                                                       \
    {                                                                                                        \
        {                                                                                                    \
            0, _SCMP_CMP_MIN, 0, 0                                                                           \
        }                                                                                                    \
    }
#define LOW(argument, mask, value)                                                                           \
    1,                                                                                                       \
    {                                                                                                        \
        {                                                                                                    \
            argument, SCMP_CMP_MASKED_EQ, mask, value                                                        \
        }                                                                                                    \
    }
#define IS(argument, value) LOW(argument, 0xffffffff, value)
#define IS_NOT(argument, value)                                                                              \
    1,                                                                                                       \
    {                                                                                                        \
        {                                                                                                    \
            argument, SCMP_CMP_NE, value, 0                                                                  \
        }                                                                                                    \
    }

static const struct refused {
    int call, error;
    unsigned n;
    struct scmp_arg_cmp when[1]; /* n: only if the argument is so */
} refused[] = {
    /* the network, and programs that listen on this machine */
    {SCMP_SYS(socket), EACCES, IS_NOT(0, AF_UNIX)},
    {SCMP_SYS(socket), EACCES, LOW(1, 0xf, SOCK_DGRAM)}, /* which sendmsg could send to any path */
    {SCMP_SYS(socket), EACCES, LOW(1, 0xf, SOCK_RAW)},   /* the same for AF_UNIX */
    {SCMP_SYS(socketpair), EACCES, IS_NOT(0, AF_UNIX)},
    {SCMP_SYS(socketpair), EACCES, LOW(1, 0xf, SOCK_DGRAM)},
    {SCMP_SYS(socketpair), EACCES, LOW(1, 0xf, SOCK_RAW)},
    {SCMP_SYS(connect), EACCES, ALWAYS},
    {SCMP_SYS(sendto), EACCES, IS_NOT(4, 0)},
    {SCMP_SYS(io_uring_setup), EPERM, ALWAYS}, /* makes calls that no filter sees */
    /* other processes of this user */
    {SCMP_SYS(prlimit64), EPERM, IS_NOT(0, 0)},
    {SCMP_SYS(setpriority), EPERM, IS_NOT(1, 0)},
    {SCMP_SYS(setpriority), EPERM, IS(0, PRIO_USER)},
    {SCMP_SYS(ioprio_set), EPERM, IS_NOT(1, 0)},
    {SCMP_SYS(ioprio_set), EPERM, IS(0, IOPRIO_WHO_USER)},
    {SCMP_SYS(sched_setaffinity), EPERM, IS_NOT(0, 0)},
    {SCMP_SYS(sched_setscheduler), EPERM, IS_NOT(0, 0)},
    {SCMP_SYS(sched_setparam), EPERM, IS_NOT(0, 0)},
    {SCMP_SYS(sched_setattr), EPERM, IS_NOT(0, 0)},
    {SCMP_SYS(ioctl), EPERM, IS(1, TIOCSTI)},
    {SCMP_SYS(ioctl), EPERM, IS(1, 0x541c)}, /* TIOCLINUX, which also types into a terminal */
    /* what stays in the kernel after the process */
    {SCMP_SYS(shmget), EPERM, ALWAYS},
    {SCMP_SYS(semget), EPERM, ALWAYS},
    {SCMP_SYS(msgget), EPERM, ALWAYS},
    {SCMP_SYS(mq_open), EPERM, ALWAYS},
    {SCMP_SYS(mq_unlink), EPERM, ALWAYS},
    {SCMP_SYS(add_key), EPERM, ALWAYS},
    {SCMP_SYS(request_key), EPERM, ALWAYS},
    {SCMP_SYS(keyctl), EPERM, ALWAYS},
    /* attributes of files, which Landlock leaves open */
    {SCMP_SYS(chmod), EPERM, ALWAYS},
    {SCMP_SYS(fchmod), EPERM, ALWAYS},
    {SCMP_SYS(fchmodat), EPERM, ALWAYS},
    {SCMP_SYS(chown), EPERM, ALWAYS},
    {SCMP_SYS(fchown), EPERM, ALWAYS},
    {SCMP_SYS(lchown), EPERM, ALWAYS},
    {SCMP_SYS(fchownat), EPERM, ALWAYS},
    {SCMP_SYS(setxattr), EPERM, ALWAYS},
    {SCMP_SYS(lsetxattr), EPERM, ALWAYS},
    {SCMP_SYS(fsetxattr), EPERM, ALWAYS},
    {SCMP_SYS(removexattr), EPERM, ALWAYS},
    {SCMP_SYS(lremovexattr), EPERM, ALWAYS},
    {SCMP_SYS(fremovexattr), EPERM, ALWAYS},
    {SCMP_SYS(utime), EPERM, ALWAYS},
    {SCMP_SYS(utimes), EPERM, ALWAYS},
    {SCMP_SYS(futimesat), EPERM, ALWAYS},
    {SCMP_SYS(utimensat), EPERM, ALWAYS},
    /* cutting files, which Landlock knows since its third version */
    {SCMP_SYS(truncate), EPERM, ALWAYS},
    {SCMP_SYS(open), EPERM, LOW(1, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY)},
    {SCMP_SYS(openat), EPERM, LOW(2, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY)},
    {SCMP_SYS(openat2), ENOSYS, ALWAYS}, /* its arguments are in memory; callers use openat instead */
    /* privileges over a namespace of one's own */
    {SCMP_SYS(unshare), EPERM, ALWAYS},
    {SCMP_SYS(setns), EPERM, ALWAYS},
    {SCMP_SYS(clone), EPERM, LOW(0, CLONE_NEWUSER, CLONE_NEWUSER)},
    {SCMP_SYS(clone3), ENOSYS, ALWAYS}, /* the same; clone */
};

/* ---- the program ---- */

static struct sock_filter instructions[4096];
static struct sock_fprog program = {.filter = instructions};

static bool add_rules(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct refused *r = &refused[i];
        const uint32_t action = SCMP_ACT_ERRNO((uint32_t)r->error);
        /* A call that this architecture does not have needs no rule. */
        const int error = seccomp_rule_add_array(filter, action, r->call, r->n, r->when);
        if (error && error != -EDOM && error != -EINVAL)
            return false;
    }
    return true;
}

/* libseccomp writes a program only to a file. */
static bool export(scmp_filter_ctx filter)
{
    const int fd = memfd_create("filter", MFD_CLOEXEC);
    const off_t bytes = fd >= 0 && seccomp_export_bpf(filter, fd) == 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    const bool read = bytes > 0 && (size_t)bytes < sizeof instructions &&
                      pread(fd, instructions, (size_t)bytes, 0) == bytes;
    if (fd >= 0)
        close(fd);
    if (read)
        program.len = (unsigned short)((size_t)bytes / sizeof *instructions);
    return read;
}

const char *ib_syscall_filter_missing(void)
{
    if (program.len)
        return NULL;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const bool made = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
                      add_rules(filter) && export(filter);
    seccomp_release(filter);
    return made ? NULL : "libseccomp cannot make the filter of system calls";
}
#else
static struct sock_fprog program;

const char *ib_syscall_filter_missing(void)
{
    return "ironbench was built without libseccomp, a package that scripts/setup installs";
}
#endif

/* ---- entering ---- */

static int set_filter(const struct sock_fprog *filter)
{
    /* Without the flag, older kernels also switch off speculation, which would change the times. */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, filter) == 0 ? 0
                                                                                                      : errno;
}

/* Refuses calls that are younger than this file; callers do without them. Where Landlock does not know
 * signals, allows those to the calling process and its group only, by their number in the first argument, of
 * which the kernel reads the lower half. */
static int limit_rest(bool scoped)
{
    const uint32_t low = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, UNKNOWN_CALL, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), /* the end, if signals are limited otherwise */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tkill, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigqueueinfo, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_tgsigqueueinfo, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + low),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)getpid(), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_filter to_descriptor = /* which may be any process's */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_send_signal, 9, 0);
    if (!scoped)
        code[3] = to_descriptor;
    const struct sock_fprog rest = {sizeof code / sizeof *code, code};
    return set_filter(&rest);
}

int ib_syscall_filter_enter(bool scoped)
{
    const int error = program.len ? set_filter(&program) : ENOSYS;
    return error ? error : limit_rest(scoped);
}
