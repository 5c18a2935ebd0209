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

/* ---- when ---- */

#define SECOND_NS 1000000000ull
#define FIRST_NS  (30 * SECOND_NS)
#define SELDOM_NS (300 * SECOND_NS)

struct ib_heartbeat ib_heartbeat_begin(uint64_t now_ns)
{
    return (struct ib_heartbeat){.begin_ns = now_ns, .due_ns = now_ns + FIRST_NS, .pause_ns = FIRST_NS};
}

bool ib_heartbeat_due(struct ib_heartbeat *beat, uint64_t now_ns)
{
    if (now_ns < beat->due_ns)
        return false;
    beat->pause_ns = 2 * beat->pause_ns < SELDOM_NS ? 2 * beat->pause_ns : SELDOM_NS;
    beat->due_ns = now_ns + beat->pause_ns;
    return true;
}

/* ---- what ---- */

void ib_progress_begin(struct ib_progress *p, bool quiet)
{
    *p = (struct ib_progress){
        .terminal = isatty(STDERR_FILENO), .quiet = quiet, .heartbeat = ib_heartbeat_begin(ib_now_ns())};
}

/* "2 min 05 s" */
static const char *print_seconds(double seconds, char *text, size_t n)
{
    if (seconds >= 60)
        snprintf(text, n, "%d min %02d s", (int)seconds / 60, (int)seconds % 60);
    else
        snprintf(text, n, "%.0f s", seconds);
    return text;
}

/* ", 2 min 05 s left", from the average time of a pass; "" if too early. */
static void print_left(double elapsed_s, uint64_t done, uint64_t total, char *text, size_t n)
{
    char left[32];
    if (done < SURE_AFTER)
        text[0] = '\0';
    else
        snprintf(text, n, ", %s left",
                 print_seconds(elapsed_s / (double)done * (double)(total - done), left, sizeof left));
}

void ib_progress_show(void *context, const struct ib_case *c, enum ib_stage stage, uint64_t round,
                      uint64_t done, uint64_t total)
{
    static const char *const stages[] = {[IB_STAGE_CHECK] = "check",
                                         [IB_STAGE_TIME] = "round",
                                         [IB_STAGE_SEARCH] = "search",
                                         [IB_STAGE_STOPS] = "time to loss, round",
                                         [IB_STAGE_PROCESS] = "whole process"};
    struct ib_progress *p = context;
    const uint64_t now_ns = ib_now_ns();
    const double elapsed_s = (double)(now_ns - p->heartbeat.begin_ns) / 1e9;
    char line[512], elapsed[64], left[64], what[64];
    if (p->quiet || (!p->terminal && !ib_heartbeat_due(&p->heartbeat, now_ns)))
        return;
    if (round)
        snprintf(what, sizeof what, "%s %llu", stages[stage], (unsigned long long)round);
    else
        snprintf(what, sizeof what, "%s", stages[stage]);
    print_left(elapsed_s, done, total, left, sizeof left);
    if (!p->terminal) {
        fprintf(stderr, "%llu of %llu passes after %s%s: %s %s\n", (unsigned long long)done,
                (unsigned long long)total, print_seconds(elapsed_s, elapsed, sizeof elapsed), left, what,
                c->id);
        return;
    }
    snprintf(line, sizeof line, "%llu/%llu%s: %s %s", (unsigned long long)done, (unsigned long long)total,
             left, what, c->id);
    fprintf(stderr, "\r\033[K%.*s", terminal_width() - 1, line);
}

void ib_progress_end(struct ib_progress *p, size_t n_cases)
{
    if (p->quiet)
        return;
    fprintf(stderr, "%s%zu case%s in %.1f s\n", p->terminal ? "\r\033[K" : "", n_cases, ib_plural(n_cases),
            (double)(ib_now_ns() - p->heartbeat.begin_ns) / 1e9);
}
