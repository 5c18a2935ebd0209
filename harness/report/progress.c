#include "report/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    NARROWEST = 40,
    USUAL_WIDTH = 80,
    SURE_AFTER = 5 /* passes needed for an estimate of the rest */
};

static int terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < NARROWEST)
        return USUAL_WIDTH;
    return size.ws_col;
}

void ib_progress_begin(struct ib_progress *p, bool quiet)
{
    *p = (struct ib_progress){
        .shown = !quiet && isatty(STDERR_FILENO), .quiet = quiet, .begin_ns = ib_now_ns()};
}

/* ", 2 min 05 s left", from the average time of a pass; "" if too early. */
static void print_left(const struct ib_progress *p, uint64_t done, uint64_t total, char *text, size_t n)
{
    double seconds = (double)(ib_now_ns() - p->begin_ns) / 1e9 / (double)done * (double)(total - done);
    if (done < SURE_AFTER)
        text[0] = '\0';
    else if (seconds >= 60)
        snprintf(text, n, ", %d min %02d s left", (int)seconds / 60, (int)seconds % 60);
    else
        snprintf(text, n, ", %.0f s left", seconds);
}

void ib_progress_show(void *context, const struct ib_case *c, enum ib_stage stage, uint64_t round,
                      uint64_t done, uint64_t total)
{
    static const char *const stages[] = {[IB_STAGE_CHECK] = "check",
                                         [IB_STAGE_TIME] = "round",
                                         [IB_STAGE_SEARCH] = "search",
                                         [IB_STAGE_STOPS] = "time to loss, round",
                                         [IB_STAGE_PROCESS] = "whole process"};
    const struct ib_progress *p = context;
    char line[512], left[64], what[64];
    if (!p->shown)
        return;
    if (round)
        snprintf(what, sizeof what, "%s %llu", stages[stage], (unsigned long long)round);
    else
        snprintf(what, sizeof what, "%s", stages[stage]);
    print_left(p, done, total, left, sizeof left);
    snprintf(line, sizeof line, "%llu/%llu%s: %s %s", (unsigned long long)done, (unsigned long long)total,
             left, what, c->id);
    fprintf(stderr, "\r\033[K%.*s", terminal_width() - 1, line);
}

void ib_progress_end(struct ib_progress *p, size_t n_cases)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    if (!p->quiet)
        fprintf(stderr, "%zu case%s in %.1f s\n", n_cases, ib_plural(n_cases),
                (double)(ib_now_ns() - p->begin_ns) / 1e9);
}
