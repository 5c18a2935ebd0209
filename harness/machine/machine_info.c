#include "machine/machine_info.h"

#include "base/hash.h"
#include "base/text.h"
#include "base/utf8.h"
#include "machine/container.h"
#include "parent/worker_files.h"

#include <inttypes.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { FINGERPRINT_HEX = 16, CACHES_MAX = 8 };

#define FIELD(member) .name = #member, .offset = offsetof(struct ib_machine, member)
const struct ib_machine_field ib_machine_fields[] = {
    {FIELD(fingerprint), .type = IB_MACHINE_TEXT},   {FIELD(cpu), .type = IB_MACHINE_TEXT},
    {FIELD(architecture), .type = IB_MACHINE_TEXT},  {FIELD(logical_cores), .type = IB_MACHINE_COUNT},
    {FIELD(usable_cores), .type = IB_MACHINE_COUNT}, {FIELD(memory_bytes), .type = IB_MACHINE_COUNT},
    {FIELD(cpu_quota), .type = IB_MACHINE_REAL},     {FIELD(memory_limit_bytes), .type = IB_MACHINE_COUNT},
    {FIELD(governor), .type = IB_MACHINE_TEXT},      {FIELD(turbo), .type = IB_MACHINE_TRUTH},
    {FIELD(virtualised), .type = IB_MACHINE_TRUTH},  {FIELD(gpu_driver), .type = IB_MACHINE_TEXT},
    {FIELD(kernel), .type = IB_MACHINE_TEXT},        {FIELD(os), .type = IB_MACHINE_TEXT},
    {FIELD(compiler), .type = IB_MACHINE_TEXT},      {FIELD(flags), .type = IB_MACHINE_TEXT},
    {FIELD(sandbox), .type = IB_MACHINE_TEXT},       {NULL},
};

/* ---- /proc and /sys ---- */

/* Copies the text to the arena; NULL if it is not UTF-8. */
static const char *keep(struct ib_arena *arena, const char *text)
{
    return ib_utf8_valid(text) ? ib_arena_copy(arena, text) : NULL;
}

/* The value in the first line of a file that begins with `key`, without quotation marks; NULL if there is
 * none. */
static const char *first_value(struct ib_arena *arena, const char *path, const char *key, char separator)
{
    const char *value = NULL;
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    while (file && !value && getline(&line, &room, file) >= 0) {
        char *start = strncmp(line, key, strlen(key)) == 0 ? strchr(line, separator) : NULL;
        if (!start)
            continue;
        start += 1 + strspn(start + 1, " \t\"");
        start[strcspn(start, "\"\n")] = '\0';
        value = keep(arena, start);
    }
    free(line);
    if (file)
        fclose(file);
    return value;
}

static const char *cpu_model(struct ib_arena *arena)
{
    const char *model = first_value(arena, "/proc/cpuinfo", "model name", ':');
    return model ? model : first_value(arena, "/proc/cpuinfo", "CPU part", ':'); /* arm64 has no names */
}

static uint64_t known(long value)
{
    return value > 0 ? (uint64_t)value : 0;
}

static uint64_t usable_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint64_t)CPU_COUNT(&set) : 0;
}

/* The first line of a file; NULL if it cannot be read. */
static const char *line_of(struct ib_arena *arena, const char *path)
{
    char line[256] = "";
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return read ? keep(arena, line) : NULL;
}

/* Whether the first line of a file equals `on`. */
static enum ib_truth line_equals(struct ib_arena *arena, const char *path, const char *on)
{
    const char *line = line_of(arena, path);
    return !line ? IB_UNKNOWN : strcmp(line, on) == 0 ? IB_YES : IB_NO;
}

/* Whether turbo is enabled. */
static enum ib_truth turbo(struct ib_arena *arena)
{
    enum ib_truth intel = line_equals(arena, "/sys/devices/system/cpu/intel_pstate/no_turbo", "0");
    return intel == IB_UNKNOWN ? line_equals(arena, "/sys/devices/system/cpu/cpufreq/boost", "1") : intel;
}

/* Known on x86 only. */
static enum ib_truth virtualised(struct ib_arena *arena)
{
    const char *flags = first_value(arena, "/proc/cpuinfo", "flags", ':');
    return !flags ? IB_UNKNOWN : strstr(flags, " hypervisor") ? IB_YES : IB_NO;
}

/* {"L1 Data", "32K"}, … of the first core. */
static const struct ib_named_text *caches(struct ib_arena *arena)
{
    struct ib_named_text *list = ib_arena_alloc(arena, (CACHES_MAX + 1) * sizeof *list);
    size_t n = 0;
    for (int i = 0; i < CACHES_MAX; i++) {
        static const char *const parts[] = {"level", "type", "size"};
        const char *texts[3];
        for (int p = 0; p < 3; p++)
            texts[p] = line_of(
                arena, ib_arena_print(arena, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", i, parts[p]));
        if (texts[0] && texts[1] && texts[2])
            list[n++] = (struct ib_named_text){ib_arena_print(arena, "L%s %s", texts[0], texts[1]), texts[2]};
    }
    return list;
}

static const char *fingerprint(struct ib_arena *arena, const struct ib_machine *m)
{
    const uint64_t gib = 1 << 30;
    char hex[IB_HASH_HEX];
    const char *quota = m->cpu_quota > 0 ? ib_arena_print(arena, "quota %g\n", m->cpu_quota) : "";
    const char *text =
        ib_arena_print(arena, "%s\n%s\n%" PRIu64 " cores\n%" PRIu64 " GiB\n%s", m->cpu ? m->cpu : "?",
                       m->architecture, m->usable_cores, (m->memory_bytes + gib / 2) / gib, quota);
    ib_hash_of(text, strlen(text), hex);
    return ib_arena_print(arena, "%.*s", FINGERPRINT_HEX, hex);
}

void ib_machine_describe(struct ib_arena *arena, struct ib_machine *out)
{
    struct utsname system;
    struct ib_container container;
    ib_container_describe(&container);
    if (uname(&system) != 0)
        memset(&system, 0, sizeof system);
    const struct ib_named_text libraries[] = {
        {"sqlite", sqlite3_libversion()}, {"jansson", jansson_version_str()}, {NULL, NULL}};
    *out = (struct ib_machine){
        .cpu = cpu_model(arena),
        .architecture = ib_arena_copy(arena, system.machine),
        .logical_cores = known(sysconf(_SC_NPROCESSORS_ONLN)),
        .usable_cores = usable_cores(),
        .memory_bytes = ib_memory_present(),
        .cpu_quota = container.cpu_quota,
        .memory_limit_bytes = container.memory_limit_bytes,
        .caches = caches(arena),
        .governor = line_of(arena, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        .turbo = turbo(arena),
        .virtualised = virtualised(arena),
        .gpu_driver = line_of(arena, "/proc/driver/nvidia/version"),
        .kernel = ib_arena_copy(arena, system.release),
        .os = first_value(arena, "/etc/os-release", "PRETTY_NAME=", '='),
        .compiler = IB_COMPILER,
        .flags = IB_FLAGS,
        .sandbox = ib_workers_sandbox_name(),
        .libraries = memcpy(ib_arena_alloc(arena, sizeof libraries), libraries, sizeof libraries),
    };
    out->fingerprint = fingerprint(arena, out);
}

/* ---- as text and as JSON ---- */

const char *ib_machine_field_text(const struct ib_machine *m, const struct ib_machine_field *field,
                                  struct ib_arena *arena)
{
    const void *at = (const char *)m + field->offset;
    if (field->type == IB_MACHINE_TEXT)
        return *(const char *const *)at;
    if (field->type == IB_MACHINE_COUNT)
        return *(const uint64_t *)at ? ib_arena_print(arena, "%" PRIu64, *(const uint64_t *)at) : NULL;
    if (field->type == IB_MACHINE_REAL)
        return *(const double *)at > 0 ? ib_arena_print(arena, "%g", *(const double *)at) : NULL;
    enum ib_truth truth = *(const enum ib_truth *)at;
    return truth == IB_UNKNOWN ? NULL : truth ? "true" : "false";
}

static json_t *field_json(const struct ib_machine *m, const struct ib_machine_field *field)
{
    const void *at = (const char *)m + field->offset;
    json_t *value = NULL;
    if (field->type == IB_MACHINE_TEXT && *(const char *const *)at)
        value = json_string(*(const char *const *)at);
    if (field->type == IB_MACHINE_COUNT && *(const uint64_t *)at)
        value = json_integer((json_int_t) * (const uint64_t *)at);
    if (field->type == IB_MACHINE_REAL && *(const double *)at > 0)
        value = json_real(*(const double *)at);
    if (field->type == IB_MACHINE_TRUTH && *(const enum ib_truth *)at != IB_UNKNOWN)
        value = json_boolean(*(const enum ib_truth *)at == IB_YES);
    return value ? value : json_null();
}

static json_t *named_json(const struct ib_named_text *list)
{
    json_t *object = json_object();
    for (; list && list->name; list++)
        json_object_set_new(object, list->name, json_string(list->text));
    return object;
}

json_t *ib_machine_to_json(const struct ib_machine *m)
{
    json_t *object = json_object();
    for (const struct ib_machine_field *field = ib_machine_fields; field->name; field++)
        json_object_set_new(object, field->name, field_json(m, field));
    json_object_set_new(object, "caches", named_json(m->caches));
    json_object_set_new(object, "libraries", named_json(m->libraries));
    return object;
}

static const char *text_from(struct ib_arena *arena, const json_t *value)
{
    return json_is_string(value) ? ib_arena_copy(arena, json_string_value(value)) : NULL;
}

static const struct ib_named_text *named_from(struct ib_arena *arena, const json_t *object)
{
    struct ib_named_text *list = ib_arena_alloc(arena, (json_object_size(object) + 1) * sizeof *list),
                         *at = list;
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, name, value)
        if (json_is_string(value))
            *at++ = (struct ib_named_text){ib_arena_copy(arena, name), text_from(arena, value)};
    return list;
}

void ib_machine_from_json(const json_t *object, struct ib_arena *arena, struct ib_machine *out)
{
    *out = (struct ib_machine){.caches = named_from(arena, json_object_get(object, "caches")),
                               .libraries = named_from(arena, json_object_get(object, "libraries"))};
    for (const struct ib_machine_field *field = ib_machine_fields; field->name; field++) {
        const json_t *value = json_object_get(object, field->name);
        void *at = (char *)out + field->offset;
        if (field->type == IB_MACHINE_TEXT)
            *(const char **)at = text_from(arena, value);
        else if (field->type == IB_MACHINE_COUNT)
            *(uint64_t *)at = json_integer_value(value) > 0 ? (uint64_t)json_integer_value(value) : 0;
        else if (field->type == IB_MACHINE_REAL)
            *(double *)at = json_number_value(value) > 0 ? json_number_value(value) : 0;
        else
            *(enum ib_truth *)at = !json_is_boolean(value) ? IB_UNKNOWN
                                   : json_is_true(value)   ? IB_YES
                                                           : IB_NO;
    }
}
