/* Harm to files: of the run, of other workers, of the user. */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Its own folder, where it may write. */
static const char *own(const char *file)
{
    static char path[4200];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "/tmp", file);
    return path;
}

static bool lists(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir)
        closedir(dir);
    return dir != NULL;
}

/* ---- the run's folder ---- */

HOSTILE(read_database, "reads the run's database")
{
    return hostile_opens(hostile_target("run.sqlite"), O_RDONLY);
}

HOSTILE(write_database, "opens the run's database for writing")
{
    return hostile_opens(hostile_target("run.sqlite"), O_RDWR);
}

HOSTILE(cut_database, "empties the run's log of changes")
{
    return truncate(hostile_target("run.sqlite-wal"), 0) == 0;
}

HOSTILE(cut_by_reading, "empties the database by opening it to read")
{
    return hostile_opens(hostile_target("run.sqlite"), O_RDONLY | O_TRUNC);
}

HOSTILE(remove_database, "removes the run's database")
{
    return unlink(hostile_target("run.sqlite")) == 0;
}

HOSTILE(lock_database, "locks the run's database")
{
    const int fd = open(hostile_target("run.sqlite"), O_RDONLY);
    const bool locked = fd >= 0 && flock(fd, LOCK_EX) == 0;
    if (locked)
        flock(fd, LOCK_UN); /* another worker of the same case would wait for it for ever */
    return locked;
}

HOSTILE(move_run, "renames the run's folder")
{
    char to[4300];
    snprintf(to, sizeof to, "%s-gone", hostile_target("."));
    return rename(hostile_target("."), to) == 0 || rename(hostile_target("run.sqlite"), own("taken")) == 0;
}

HOSTILE(close_run, "denies everybody the run's folder")
{
    return chmod(hostile_target("."), 0) == 0;
}

HOSTILE(own_run, "gives the run's folder to another user")
{
    return chown(hostile_target("."), 1, 1) == 0;
}

HOSTILE(date_database, "changes the database's times")
{
    return utimensat(AT_FDCWD, hostile_target("run.sqlite"), NULL, 0) == 0;
}

HOSTILE(mark_database, "gives the database an attribute")
{
    return setxattr(hostile_target("run.sqlite"), "user.hostile", "1", 1, 0) == 0;
}

HOSTILE(write_run, "writes a file into the run's folder")
{
    return hostile_opens(hostile_target("hostile"), O_WRONLY | O_CREAT);
}

HOSTILE(list_run, "lists the run's folder")
{
    return lists(hostile_target("."));
}

/* ---- arrays ---- */

HOSTILE(list_workers, "lists the folders of other workers")
{
    return hostile_array("*/") != NULL || lists(own(".."));
}

HOSTILE(read_other, "reads arrays of other cases or the oracle")
{
    const char *path = hostile_array("*/*.npy");
    return path && hostile_opens(path, O_RDONLY);
}

HOSTILE(change_inputs, "opens the shared inputs for writing")
{
    const char *path = hostile_array("*/x.npy");
    return path && hostile_opens(path, O_RDWR);
}

/* ---- its own folder ---- */

HOSTILE(link_to_database, "makes its output a link to a file that it cannot read")
{
    return symlink(hostile_target("run.sqlite"), own("link")) == 0;
}

HOSTILE(second_name, "gives the database a second name in its own folder")
{
    return link(hostile_target("run.sqlite"), own("name")) == 0;
}

HOSTILE(make_pipe, "makes a pipe, for its parent to wait on")
{
    return mkfifo(own("pipe"), 0600) == 0;
}

HOSTILE(make_device, "makes a device")
{
    return mknod(own("zero"), S_IFCHR | 0600, 1 << 8 | 5) == 0;
}

HOSTILE(make_socket, "makes a socket, to talk to later workers")
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (strlen(own("socket")) >= sizeof at.sun_path)
        return false;
    memcpy(at.sun_path, own("socket"), strlen(own("socket")));
    return fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

/* Its parent must not read or keep it. */
HOSTILE(sparse_file, "makes a file of a terabyte in its own folder")
{
    const int fd = open(own("sparse"), O_WRONLY | O_CREAT, 0600);
    return fd < 0 || ftruncate(fd, (off_t)1 << 40) != 0;
}

HOSTILE(deep_folders, "makes 200 folders within each other")
{
    bool ok = chdir(own(".")) == 0;
    for (int i = 0; i < 200 && ok; i++)
        ok = mkdir("deep", 0700) == 0 && chdir("deep") == 0;
    return !ok;
}

HOSTILE(move_own, "moves its own folder away")
{
    return rename(own("."), own("../moved")) == 0 || rmdir(own("")) == 0;
}

/* ---- other files ---- */

HOSTILE(write_temporary, "leaves a file in /tmp")
{
    return hostile_opens("/tmp/hostile", O_WRONLY | O_CREAT);
}

HOSTILE(write_shared, "leaves a file in shared memory")
{
    return hostile_opens("/dev/shm/hostile", O_WRONLY | O_CREAT);
}

HOSTILE(write_home, "leaves a file in the user's home")
{
    char path[4200];
    const char *home = getenv("HOME");
    snprintf(path, sizeof path, "%s/.hostile", home ? home : "/root");
    return hostile_opens(path, O_WRONLY | O_CREAT);
}

HOSTILE(list_home, "lists the user's home")
{
    return lists(getenv("HOME"));
}

HOSTILE(write_system, "opens a file of the system for writing")
{
    return hostile_opens("/etc/ld.so.cache", O_RDWR) ||
           hostile_opens("/etc/ld.so.preload", O_WRONLY | O_CREAT);
}

HOSTILE(write_settings, "opens a setting of the kernel for writing")
{
    return hostile_opens("/proc/sys/vm/overcommit_memory", O_WRONLY) ||
           hostile_opens("/proc/sysrq-trigger", O_WRONLY);
}

HOSTILE(write_plugin, "opens the plugin for writing, which later workers load")
{
    const char *plugin = getenv("HOSTILE_PLUGIN");
    return plugin && hostile_opens(plugin, O_RDWR);
}

HOSTILE(open_terminal, "opens the terminal and other devices")
{
    return hostile_opens("/dev/tty", O_RDWR) || hostile_opens("/dev/ptmx", O_RDWR) ||
           hostile_opens("/dev/mem", O_RDONLY) || hostile_opens("/dev/kmsg", O_RDWR);
}
