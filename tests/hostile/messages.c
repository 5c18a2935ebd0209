/* Harm to the conversation with the program, and to itself. */
#include "hostile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FROM_PARENT = 3, TO_PARENT = 4, CHUNK = 1 << 20 };

static bool say(const char *text)
{
    return write(TO_PARENT, text, strlen(text)) != (ssize_t)strlen(text);
}

HOSTILE(garbage, "sends what is no message")
{
    return say("\x1b]0;hostile\a\xff\n");
}

HOSTILE(endless_line, "sends a message without an end")
{
    static char chunk[CHUNK];
    memset(chunk, 'x', sizeof chunk);
    while (write(TO_PARENT, chunk, sizeof chunk) > 0)
        ;
    return false;
}

HOSTILE(deep_message, "sends a message of a million brackets")
{
    static char chunk[CHUNK];
    memset(chunk, '[', sizeof chunk);
    chunk[sizeof chunk - 1] = '\n';
    return write(TO_PARENT, chunk, sizeof chunk) < 0;
}

HOSTILE(early_answer, "answers requests that have not been made")
{
    bool failed = false;
    for (int i = 0; i < 3; i++)
        failed |= say("{\"type\": \"done\", \"train_ns\": 1, \"repeats\": 1000}\n");
    return failed;
}

HOSTILE(endless_progress, "reports progress without end")
{
    while (!say("{\"type\": \"progress\", \"epoch\": 1, \"loss\": 0.5}\n"))
        ;
    return false;
}

HOSTILE(close_all, "closes all its descriptors")
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    return false;
}

HOSTILE(read_request, "reads the requests itself")
{
    char byte;
    fcntl(FROM_PARENT, F_SETFL, O_NONBLOCK);
    while (read(FROM_PARENT, &byte, 1) > 0)
        ;
    return false;
}

HOSTILE(open_many, "opens as many files as it may")
{
    while (open("/dev/null", O_RDONLY) >= 0)
        ;
    return false;
}

HOSTILE(fill_memory, "takes all memory")
{
    for (;;) {
        char *more = mmap(NULL, CHUNK * 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED)
            return false;
        memset(more, 1, CHUNK * 16);
    }
}

HOSTILE(exit_well, "ends as if all were well")
{
    _exit(0);
}

HOSTILE(replace_itself, "becomes another program")
{
    char *const argv[] = {"true", NULL};
    execv("/bin/true", argv);
    return false;
}
