#include "report/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    USUAL_WIDTH = 80,
    USUAL_HEIGHT = 24,
    LEAST_WIDTH = 40, /* what is narrower has not told its size */
    LEAST_HEIGHT = 8, /* for a table */
    SURE_AFTER = 5    /* passes needed for an estimate of the rest */
};
#define REDRAW_NS 100000000ull

static struct winsize terminal_size(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < LEAST_WIDTH)
        size.ws_col = USUAL_WIDTH;
    if (size.ws_row == 0)
        size.ws_row = USUAL_HEIGHT;
    return size;
}

/* Whether the cursor can be moved. */
static bool is_screen(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
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
        .terminal = is_screen(), .quiet = quiet, .heartbeat = ib_heartbeat_begin(ib_now_ns())};
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

/* "round 3", "check" */
static const char *print_stage(const struct ib_run_progress *pass, char *text, size_t n)
{
    static const char *const stages[] = {[IB_STAGE_CHECK] = "check",
                                         [IB_STAGE_TIME] = "round",
                                         [IB_STAGE_SEARCH] = "search",
                                         [IB_STAGE_STOPS] = "time to loss, round",
                                         [IB_STAGE_PROCESS] = "whole process"};
    if (pass->round)
        snprintf(text, n, "%s %llu", stages[pass->stage], (unsigned long long)pass->round);
    else
        snprintf(text, n, "%s", stages[pass->stage]);
    return text;
}

/* ---- where ---- */

static void erase_table(struct ib_progress *p)
{
    if (p->drawn)
        fprintf(stderr, "\033[%dA\r\033[J", p->drawn);
    p->drawn = 0;
}

/* Draws the table, unless that was done just now. */
static void draw_table(struct ib_progress *p, const char *head, uint64_t now_ns)
{
    const struct winsize size = terminal_size();
    struct ib_arena arena = {0};
    if (now_ns < p->next_ns || size.ws_row < LEAST_HEIGHT)
        return;
    const char *text = ib_live_table_text(&arena, p->table, head, size.ws_col, size.ws_row);
    erase_table(p);
    fputs(text, stderr);
    for (const char *at = text; *at; at++)
        p->drawn += *at == '\n';
    p->next_ns = now_ns + REDRAW_NS;
    ib_arena_free(&arena);
}

void ib_progress_use_table(struct ib_progress *p, struct ib_live_table *table)
{
    if (p->terminal && terminal_size().ws_row >= LEAST_HEIGHT)
        p->table = table;
}

void ib_progress_show(void *context, const struct ib_run_progress *pass)
{
    struct ib_progress *p = context;
    const uint64_t now_ns = ib_now_ns(), done = pass->done + pass->ended;
    const double elapsed_s = (double)(now_ns - p->heartbeat.begin_ns) / 1e9;
    char line[512], elapsed[64], left[64], what[64];
    if (p->quiet || (!p->terminal && !ib_heartbeat_due(&p->heartbeat, now_ns)))
        return;
    print_left(elapsed_s, done, pass->total, left, sizeof left);
    print_stage(pass, what, sizeof what);
    if (p->table) {
        ib_live_table_note(p->table, pass);
        snprintf(line, sizeof line, "%s; %llu of %llu passes%s", what, (unsigned long long)done,
                 (unsigned long long)pass->total, left);
        draw_table(p, line, now_ns);
    } else if (p->terminal) {
        snprintf(line, sizeof line, "%llu/%llu%s: %s %s", (unsigned long long)done,
                 (unsigned long long)pass->total, left, what, pass->c->id);
        fprintf(stderr, "\r\033[K%.*s", terminal_size().ws_col - 1, line);
    } else {
        fprintf(stderr, "%llu of %llu passes after %s%s: %s %s\n", (unsigned long long)done,
                (unsigned long long)pass->total, print_seconds(elapsed_s, elapsed, sizeof elapsed), left,
                what, pass->c->id);
    }
}

void ib_progress_end(struct ib_progress *p, size_t n_cases)
{
    if (p->quiet)
        return;
    erase_table(p);
    fprintf(stderr, "%s%zu case%s in %.1f s\n", p->terminal ? "\r\033[K" : "", n_cases, ib_plural(n_cases),
            (double)(ib_now_ns() - p->heartbeat.begin_ns) / 1e9);
}
