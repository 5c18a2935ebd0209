/* Harm by the network and by what the kernel keeps for all. */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* ---- the network ---- */

static struct sockaddr_in local(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static uint16_t open_port(void)
{
    const char *port = getenv("HOSTILE_PORT");
    return (uint16_t)(port ? atoi(port) : 9);
}

HOSTILE(connect_tcp, "connects to a server")
{
    const struct sockaddr_in at = local(open_port());
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

HOSTILE(listen_tcp, "waits for connections")
{
    const struct sockaddr_in at = local(0);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0;
}

HOSTILE(send_udp, "sends a packet")
{
    const struct sockaddr_in at = local(open_port());
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd >= 0 && sendto(fd, "x", 1, 0, (const struct sockaddr *)&at, sizeof at) == 1;
}

HOSTILE(ask_routes, "talks to the kernel's network")
{
    return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0;
}

HOSTILE(connect_program, "connects to a program on this machine")
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const char *path = getenv("HOSTILE_SOCKET");
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (!path || strlen(path) >= sizeof at.sun_path)
        return false;
    memcpy(at.sun_path, path, strlen(path));
    return fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

HOSTILE(send_program, "sends a packet to a program on this machine")
{
    return socket(AF_UNIX, SOCK_DGRAM, 0) >= 0;
}

HOSTILE(use_ring, "makes calls by a ring, which no filter sees")
{
    char parameters[256] = {0};
    return syscall(SYS_io_uring_setup, 1, parameters) >= 0;
}

/* ---- what the kernel keeps ---- */

HOSTILE(keep_memory, "leaves shared memory in the kernel")
{
    const int id = shmget(0x686f7374, 4096, IPC_CREAT | 0600);
    return id >= 0 && shmctl(id, IPC_RMID, NULL) == 0;
}

HOSTILE(keep_semaphore, "leaves a semaphore in the kernel")
{
    const int id = semget(0x686f7374, 1, IPC_CREAT | 0600);
    return id >= 0 && semctl(id, 0, IPC_RMID) == 0;
}

HOSTILE(keep_messages, "leaves messages in the kernel")
{
    const int id = msgget(0x686f7374, IPC_CREAT | 0600);
    return id >= 0 && msgctl(id, IPC_RMID, NULL) == 0;
}

HOSTILE(keep_queue, "leaves a queue in the kernel")
{
    const mqd_t queue = mq_open("/hostile", O_CREAT | O_RDWR, 0600, NULL);
    return queue != (mqd_t)-1 && mq_unlink("/hostile") == 0;
}

HOSTILE(keep_key, "leaves a key in the kernel")
{
    return syscall(SYS_add_key, "user", "hostile", "1", (size_t)1, -3) >= 0 || errno != EPERM;
}

/* ---- privileges ---- */

HOSTILE(set_clock, "sets the clock")
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == 0 && clock_settime(CLOCK_REALTIME, &now) == 0;
}

HOSTILE(set_name, "sets the machine's name")
{
    char name[256] = "";
    return gethostname(name, sizeof name - 1) == 0 && sethostname(name, strlen(name)) == 0;
}

HOSTILE(mount_folder, "mounts a file system")
{
    return mount("none", "/mnt", "tmpfs", 0, NULL) == 0;
}

HOSTILE(own_namespace, "makes itself root of a namespace")
{
    return unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_NEWNS) == 0;
}

HOSTILE(other_root, "changes its root folder")
{
    return chroot("/") == 0;
}

HOSTILE(other_user, "becomes another user")
{
    return getuid() == 0 && setuid(65534) == 0;
}

HOSTILE(load_module, "loads code into the kernel")
{
    return syscall(SYS_init_module, "", 0L, "") == 0 || errno == ENOEXEC;
}

HOSTILE(type_text, "types into the terminal")
{
    return ioctl(0, TIOCSTI, "x") == 0 || errno != EPERM;
}

HOSTILE(lock_memory, "locks a gigabyte of memory")
{
    const size_t bytes = (size_t)1 << 30;
    void *memory = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool locked = memory != MAP_FAILED && mlock(memory, bytes) == 0;
    munmap(memory, bytes);
    return locked;
}

HOSTILE(raise_limit, "raises its limit of open files")
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_max++;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}
