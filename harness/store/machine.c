#include "store/machine.h"

#include "base/hash.h"

#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { FINGERPRINT_HEX = 16 };

/* The value of the first line of a file that begins with `key`, without quotation marks; null when there is
 * none. */
static json_t *first_value(const char *path, const char *key, char separator)
{
    json_t *value = NULL;
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    while (file && !value && getline(&line, &room, file) >= 0) {
        char *start = strncmp(line, key, strlen(key)) == 0 ? strchr(line, separator) : NULL;
        if (!start)
            continue;
        start += 1 + strspn(start + 1, " \t\"");
        start[strcspn(start, "\"\n")] = '\0';
        value = json_string(start);
    }
    free(line);
    if (file)
        fclose(file);
    return value ? value : json_null();
}

static json_t *cpu_model(void)
{
    json_t *model = first_value("/proc/cpuinfo", "model name", ':');
    return json_is_null(model) ? first_value("/proc/cpuinfo", "CPU part", ':')
                               : model; /* arm64 has no names */
}

static json_int_t memory_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_bytes > 0 ? (json_int_t)pages * (json_int_t)page_bytes : 0;
}

static json_int_t usable_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

static json_t *known(json_int_t value)
{
    return value > 0 ? json_integer(value) : json_null();
}

static json_t *fingerprint(const json_t *cpu, const char *architecture)
{
    const json_int_t gib = 1 << 30;
    const char *model = json_string_value(cpu);
    char text[512], hex[IB_HASH_HEX];
    int length =
        snprintf(text, sizeof text, "%s\n%s\n%" JSON_INTEGER_FORMAT " cores\n%" JSON_INTEGER_FORMAT " GiB\n",
                 model ? model : "?", architecture, usable_cores(), (memory_bytes() + gib / 2) / gib);
    ib_hash_of(text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1, hex);
    return json_stringn(hex, FINGERPRINT_HEX);
}

json_t *ib_machine_describe(void)
{
    struct utsname system;
    if (uname(&system) != 0)
        memset(&system, 0, sizeof system);
    json_t *machine = json_object(), *libraries = json_object(), *cpu = cpu_model();
    json_object_set_new(machine, "fingerprint", fingerprint(cpu, system.machine));
    json_object_set_new(machine, "cpu", cpu);
    json_object_set_new(machine, "architecture", json_string(system.machine));
    json_object_set_new(machine, "logical_cores", known(sysconf(_SC_NPROCESSORS_ONLN)));
    json_object_set_new(machine, "usable_cores", known(usable_cores()));
    json_object_set_new(machine, "memory_bytes", known(memory_bytes()));
    json_object_set_new(machine, "kernel", json_string(system.release));
    json_object_set_new(machine, "os", first_value("/etc/os-release", "PRETTY_NAME=", '='));
    json_object_set_new(machine, "compiler", json_string(IB_COMPILER));
    json_object_set_new(machine, "flags", json_string(IB_FLAGS));
    json_object_set_new(libraries, "sqlite", json_string(sqlite3_libversion()));
    json_object_set_new(libraries, "jansson", json_string(jansson_version_str()));
    json_object_set_new(machine, "libraries", libraries);
    return machine;
}
