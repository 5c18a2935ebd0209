#include "machine/doctor.h"

#include "base/clock.h"
#include "machine/container.h"
#include "machine/limits.h"
#include "parent/memory_limit.h"
#include "parent/registry.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

const struct ib_word ib_doctor_level_words[] = {
    {"ok", IB_FINE}, {"note", IB_NOTE}, {"disturbs", IB_DISTURBS}, {NULL, 0}};

struct examination {
    struct ib_arena *arena;
    struct ib_doctor_finding *findings;
    size_t n, capacity;
    struct ib_container container; /* at the beginning */
};

static void add_finding(struct examination *e, enum ib_doctor_level level, const char *subject,
                        const char *is, const char *remedy)
{
    e->findings = ib_arena_grow(e->arena, e->findings, sizeof *e->findings, e->n, &e->capacity);
    e->findings[e->n++] = (struct ib_doctor_finding){level, subject, is, level == IB_FINE ? NULL : remedy};
}

/* The first line of a file of /proc or /sys; false where it is missing. */
static bool read_line(const char *path, char *line, size_t n)
{
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, (int)n, file);
    if (read)
        line[strcspn(line, "\n")] = '\0';
    if (file)
        fclose(file);
    return read;
}

/* ---- processors ---- */

static void examine_cores(struct examination *e)
{
    cpu_set_t usable;
    const bool known = sched_getaffinity(0, sizeof usable, &usable) == 0;
    const int n = known ? CPU_COUNT(&usable) : get_nprocs();
    const char *is = ib_arena_print(e->arena, "%d usable of %d%s", n, get_nprocs_conf(),
                                    known ? "" : " (the system does not tell this process's affinity)");
    add_finding(e, n > 1 ? IB_FINE : IB_NOTE, "CPUs", is,
                "with a single CPU, harness and workers compete for it; use another machine");
}

/* Not at all where there is no quota. */
static void examine_quota(struct examination *e)
{
    struct ib_container now;
    ib_container_describe(&now);
    if (now.cpu_quota <= 0)
        return;
    const uint64_t throttled = now.throttled_periods - e->container.throttled_periods;
    const uint64_t periods = now.periods - e->container.periods;
    add_finding(
        e, throttled || now.cpu_quota < 1 ? IB_DISTURBS : IB_NOTE, "CPU quota",
        ib_arena_print(e->arena,
                       "%.3g CPUs; it stopped this process in %llu of %llu periods while it was examined",
                       now.cpu_quota, (unsigned long long)throttled, (unsigned long long)periods),
        "measure without a quota (docker --cpus, limits.cpu of Kubernetes), or use fewer threads");
}

static void examine_governor(struct examination *e)
{
    int known = 0, steady = 0;
    char line[64];
    for (int cpu = 0; cpu < get_nprocs_conf(); cpu++) {
        char path[96];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
        if (!read_line(path, line, sizeof line))
            continue;
        known++;
        steady += strcmp(line, "performance") == 0;
    }
    if (known == 0)
        add_finding(e, IB_NOTE, "frequency governor", "not visible (common in virtual machines)",
                    "compare only within one run, where rounds are interleaved");
    else
        add_finding(e, steady == known ? IB_FINE : IB_DISTURBS, "frequency governor",
                    ib_arena_print(e->arena, "performance on %d of %d CPUs", steady, known),
                    "sudo cpupower frequency-set -g performance");
}

static void examine_turbo(struct examination *e)
{
    static const struct {
        const char *path, *on;
    } switches[] = {{"/sys/devices/system/cpu/intel_pstate/no_turbo", "0"},
                    {"/sys/devices/system/cpu/cpufreq/boost", "1"}};
    char line[16];
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (!read_line(switches[i].path, line, sizeof line))
            continue;
        bool on = strcmp(line, switches[i].on) == 0;
        add_finding(
            e, on ? IB_DISTURBS : IB_FINE, "turbo",
            on ? "on: speed depends on temperature and on the other cores" : "off",
            "turn it off while measuring, in /sys/devices/system/cpu/intel_pstate/no_turbo or cpufreq/boost");
        return;
    }
}

static void examine_virtualisation(struct examination *e)
{
    char line[4096];
    FILE *file = fopen("/proc/cpuinfo", "re");
    bool virtual = false;
    while (file && !virtual && fgets(line, sizeof line, file))
        virtual = strncmp(line, "flags", 5) == 0 && strstr(line, " hypervisor");
    if (file)
        fclose(file);
    add_finding(e, virtual ? IB_NOTE : IB_FINE, "virtual machine",
                virtual ? "yes: other guests may take CPU time" : "no",
                "trust ratios within one run, not times across days");
}

static void examine_siblings(struct examination *e)
{
    char line[16];
    bool shared =
        read_line("/sys/devices/system/cpu/smt/active", line, sizeof line) && strcmp(line, "1") == 0;
    add_finding(e, shared ? IB_NOTE : IB_FINE, "hyper-threads",
                shared ? "on: two CPUs may share one core" : "off",
                "set measure.pin to one CPU of each core");
}

/* ---- load, memory, disk, clock ---- */

static void examine_load(struct examination *e)
{
    double load[1];
    if (getloadavg(load, 1) != 1)
        return;
    add_finding(e, load[0] < 0.5 ? IB_FINE : IB_DISTURBS, "load",
                ib_arena_print(e->arena, "%.2f over the last minute", load[0]),
                "wait until the machine is idle; `top` shows what is running");
}

static uint64_t available_bytes(void)
{
    char line[128];
    unsigned long long kib = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib * 1024;
}

static void examine_swap(struct examination *e)
{
    struct sysinfo info;
    char text[32];
    if (sysinfo(&info) == 0 && info.totalswap > info.freeswap)
        add_finding(e, IB_NOTE, "swap",
                    ib_arena_print(e->arena, "%s in use",
                                   ib_print_bytes((double)(info.totalswap - info.freeswap) * info.mem_unit,
                                                  text, sizeof text)),
                    "sudo swapoff -a, if there is enough memory");
}

/* What the machine has, or what the container's limit leaves of it. */
static void examine_memory(struct examination *e)
{
    char text[32], limit[32];
    const struct ib_container *c = &e->container;
    const uint64_t machine = available_bytes();
    const bool limited = c->memory_limit_bytes && c->memory_left_bytes < machine;
    const double bytes = (double)(limited ? c->memory_left_bytes : machine);
    const char *is = ib_print_bytes(bytes, text, sizeof text);
    if (limited)
        is = ib_arena_print(e->arena, "%s, below the container's limit of %s", text,
                            ib_print_bytes((double)c->memory_limit_bytes, limit, sizeof limit));
    add_finding(e, bytes > 1e9 ? IB_FINE : IB_DISTURBS, "free memory", ib_arena_copy(e->arena, is),
                limited
                    ? "raise the limit (docker --memory, limits.memory of Kubernetes): beyond it the kernel "
                      "kills processes"
                    : "close other programs: once the machine swaps, timings measure its disk");
    examine_swap(e);
}

static void examine_memory_limits(struct examination *e)
{
    char place[512];
    if (ib_memory_limit_place(place, sizeof place))
        add_finding(e, IB_FINE, "memory limits", ib_arena_print(e->arena, "by cgroup, in %s", place), NULL);
    else
        add_finding(e, IB_NOTE, "memory limits", "by polling: cannot create a cgroup here",
                    "with cgroup v2: systemd-run --user --scope -p Delegate=yes build/ironbench ...");
}

static void examine_disk(struct examination *e)
{
    struct statvfs disk;
    char text[32];
    if (statvfs(".", &disk) != 0)
        return;
    double bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    add_finding(e, bytes > 1e9 ? IB_FINE : IB_NOTE, "free disk here",
                ib_arena_copy(e->arena, ib_print_bytes(bytes, text, sizeof text)),
                "a run stores its arrays next to its record; use --out with a folder on a larger disk");
}

static void examine_clock(struct examination *e)
{
    char line[64];
    if (!read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", line, sizeof line))
        return;
    bool fast =
        strcmp(line, "tsc") == 0 || strcmp(line, "kvm-clock") == 0 || strcmp(line, "arch_sys_counter") == 0;
    add_finding(e, fast ? IB_FINE : IB_NOTE, "clock source", ib_arena_copy(e->arena, line),
                "reading this clock is slow; set measure.min_time to 10ms or more");
}

/* ---- how steady a CPU is ---- */

enum { SPINS = 60, SPIN_STEPS = 2000000 };

/* Times the same arithmetic repeatedly; the spread bounds the differences that can be detected here. */
static void examine_noise(struct examination *e)
{
    double times[SPINS];
    volatile double value =
        0.5; /* read and written outside the loop, so that the loop is not optimised away */
    for (int i = 0; i < SPINS; i++) {
        double x = value;
        uint64_t begin = ib_now_ns();
        for (int step = 0; step < SPIN_STEPS; step++)
            x = x * 0.999 + 1e-4;
        times[i] = (double)(ib_now_ns() - begin);
        value = x;
    }
    double low, high, median = ib_median(times, SPINS), worst = 0;
    ib_median_interval(times, SPINS, &low, &high);
    for (int i = 0; i < SPINS; i++)
        worst = fmax(worst, times[i] / median - 1);
    double half = (high - low) / 2 / median;
    const char *remedy =
        e->container.cpu_quota > 0
            ? "the CPU quota stops this process again and again: measure without one"
            : "other work takes CPU time: use more rounds, measure.pin, or a quieter machine";
    add_finding(e, half < 0.01 && worst < 0.25 ? IB_FINE : IB_DISTURBS, "steadiness",
                ib_arena_print(e->arena,
                               "the same work %d times: median known to %.1f %%, slowest %.0f %% above it",
                               SPINS, 100 * half, 100 * worst),
                remedy);
}

/* ---- limits ---- */

static void examine_limits(struct examination *e)
{
    struct ib_machine machine;
    struct ib_limits limits;
    const char *why;
    ib_machine_describe(e->arena, &machine);
    const enum ib_kept_state state = ib_limits_load(e->arena, &machine, &limits, &why);
    const char *is = state == IB_KEPT_KNOWN
                         ? ib_arena_print(e->arena, "measured %s, in %s", limits.measured, limits.path)
                         : why;
    add_finding(e,
                state == IB_KEPT_KNOWN     ? IB_FINE
                : state == IB_KEPT_DAMAGED ? IB_DISTURBS
                                           : IB_NOTE,
                "limits", is, "without them no row says how far it is from what this machine can do");
}

/* ---- what can run ---- */

static void examine_gnuplot(struct examination *e)
{
    bool there = system("command -v gnuplot >/dev/null 2>&1") == 0;
    add_finding(e, there ? IB_FINE : IB_NOTE, "gnuplot",
                there ? "found" : "not found: reports will have no charts", "apt-get install gnuplot-nox");
}

/* Not at all where OpenBLAS is free to choose. */
static void examine_openblas(struct examination *e)
{
    const char *type = getenv("OPENBLAS_CORETYPE");
    if (type && type[0])
        add_finding(e, IB_NOTE, "OPENBLAS_CORETYPE",
                    ib_arena_print(e->arena, "%.60s: OpenBLAS uses the kernels of that processor", type),
                    "unset it, so that it chooses by this one: cpu_blas and NumPy may be faster then");
}

static enum ib_status examine_impls(struct examination *e)
{
    struct ib_registry *registry;
    IB_TRY(ib_registry_open(NULL, &registry));
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        const struct ib_impl_info *info = ib_registry_find(registry, *name);
        const char *libraries = info->libraries ? info->libraries : info->summary;
        if (info->flags & IB_HIDDEN)
            continue;
        add_finding(e, info->available ? IB_FINE : IB_NOTE, ib_arena_copy(e->arena, *name),
                    ib_arena_copy(e->arena, info->available ? libraries : info->reason),
                    "its cases will be `unavailable`");
    }
    const enum ib_status status = ib_registry_check_workers(registry);
    ib_registry_close(registry);
    return status;
}

enum ib_status ib_doctor_examine(struct ib_arena *arena, const struct ib_doctor_finding **out, size_t *n)
{
    static void (*const examine[])(struct examination *) = {
        examine_cores, examine_virtualisation, examine_governor,      examine_turbo,   examine_siblings,
        examine_load,  examine_memory,         examine_memory_limits, examine_disk,    examine_clock,
        examine_noise, examine_quota,          examine_limits,        examine_gnuplot, examine_openblas,
    };
    struct examination e = {.arena = arena};
    ib_container_describe(&e.container);
    for (size_t i = 0; i < sizeof examine / sizeof *examine; i++)
        examine[i](&e);
    IB_TRY(examine_impls(&e));
    *out = e.findings;
    *n = e.n;
    return IB_OK;
}
