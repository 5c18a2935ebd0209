#include "machine/machine_info.h"

#include "base/hash.h"

#include <sched.h>
#include <sqlite3.h>
#include <stdbool.h>
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

/* The first line of a file; null where there is none. */
static json_t *line_of(const char *path)
{
    char line[256] = "";
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    json_t *text = read ? json_string(line) : NULL; /* NULL: no UTF-8 either */
    return text ? text : json_null();
}

/* Does the file say `on`? null where there is none. */
static json_t *says(const char *path, const char *on)
{
    json_t *line = line_of(path);
    json_t *truth = json_is_null(line) ? json_null() : json_boolean(strcmp(json_string_value(line), on) == 0);
    json_decref(line);
    return truth;
}

/* May cores run faster than their nominal clock, for as long as heat allows? */
static json_t *turbo(void)
{
    json_t *intel = says("/sys/devices/system/cpu/intel_pstate/no_turbo", "0");
    return json_is_null(intel) ? says("/sys/devices/system/cpu/cpufreq/boost", "1") : intel;
}

/* Of x86 alone: others do not say. */
static json_t *virtualised(void)
{
    json_t *flags = first_value("/proc/cpuinfo", "flags", ':');
    json_t *truth = json_is_null(flags)
                        ? json_null()
                        : json_boolean(strstr(json_string_value(flags), " hypervisor") != NULL);
    json_decref(flags);
    return truth;
}

/* {"L1 Data": "32K", …} of the first core. */
static json_t *caches(void)
{
    json_t *sizes = json_object();
    for (int i = 0; i < 8; i++) {
        static const char *const parts[] = {"level", "type", "size"};
        char path[128], name[64];
        json_t *texts[3];
        for (int p = 0; p < 3; p++) {
            snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", i, parts[p]);
            texts[p] = line_of(path);
        }
        if (json_is_string(texts[0]) && json_is_string(texts[1]) && json_is_string(texts[2])) {
            snprintf(name, sizeof name, "L%.3s %.20s", json_string_value(texts[0]),
                     json_string_value(texts[1]));
            json_object_set(sizes, name, texts[2]);
        }
        for (int p = 0; p < 3; p++)
            json_decref(texts[p]);
    }
    return sizes;
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
    json_object_set_new(machine, "caches", caches());
    json_object_set_new(machine, "governor",
                        line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
    json_object_set_new(machine, "turbo", turbo());
    json_object_set_new(machine, "virtualised", virtualised());
    json_object_set_new(machine, "gpu_driver", line_of("/proc/driver/nvidia/version"));
    json_object_set_new(machine, "kernel", json_string(system.release));
    json_object_set_new(machine, "os", first_value("/etc/os-release", "PRETTY_NAME=", '='));
    json_object_set_new(machine, "compiler", json_string(IB_COMPILER));
    json_object_set_new(machine, "flags", json_string(IB_FLAGS));
    json_object_set_new(libraries, "sqlite", json_string(sqlite3_libversion()));
    json_object_set_new(libraries, "jansson", json_string(jansson_version_str()));
    json_object_set_new(machine, "libraries", libraries);
    return machine;
}
