#include "machine/load.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define IDLE_LOAD 0.25
#define WATCH_NS  100000000L

/* Seconds that all processors together were busy since the machine started; false: unknown. */
static bool read_busy_s(double *out)
{
    unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
    FILE *file = fopen("/proc/stat", "re");
    const bool read = file && fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
                                     &system, &idle, &wait, &irq, &softirq, &steal) == 8;
    if (file)
        fclose(file);
    if (read)
        *out = (double)(user + nice + system + irq + softirq + steal) / (double)sysconf(_SC_CLK_TCK);
    return read;
}

/* A load over the last minute, or another program that can run right now. */
static bool may_be_busy(void)
{
    double load = 0;
    int running = 0;
    FILE *file = fopen("/proc/loadavg", "re");
    const bool read = file && fscanf(file, "%lf %*f %*f %d", &load, &running) == 2;
    if (file)
        fclose(file);
    return read && (load > IDLE_LOAD || running > 1);
}

double ib_busy_processors(void)
{
    const struct timespec watch = {.tv_nsec = WATCH_NS};
    struct timespec start, end;
    double before, after;
    if (!may_be_busy() || !read_busy_s(&before))
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    nanosleep(&watch, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    return read_busy_s(&after) ? (after - before) / seconds : 0;
}
