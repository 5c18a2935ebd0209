#include "report/report.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "report/report_parts.h"
#include "store/run_folder.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PART_BYTES = 1 << 20 };

const struct ib_summary_fact ib_report_terms[] = {
    {"verified",
     "The loss curve, the final parameters and the implementation's own predictions agree with an oracle: a "
     "separate scalar program in double precision that shares no code with any implementation. What is wrong "
     "or unverified is listed, and ranked nowhere."},
    {"time per epoch",
     "Median over the rounds of the wall time of one training, from the first call to the last "
     "synchronisation, divided by its epochs. Set-up, warm-up and the first upload lie outside. Rounds "
     "of all cases are interleaved, each in a process of its own."},
    {"95 % interval", "Of the median, by order statistics over the rounds; it needs at least six of them."},
    {"time to reach a loss",
     "The first epoch whose loss is low enough, times the median time of an epoch; set-up is left out. The "
     "losses are where a verified training of the problem has made 90 %, 99 % and 99.9 % of its improvement. "
     "Of another algorithm the fewest iterations are searched for, to a tenth, after which the parameters "
     "that it returns have such a loss; it is trained for so many in every round, and the time is the median "
     "over the rounds. One in which it is not down there again counts as longer than all others."},
    {"whole process", "One training and its prediction, from the start of a process to its exit, as "
                      "hyperfine sees it from outside. The "
                      "runs of all cases are interleaved. Start-up is until the program answers, set-up "
                      "until it could train; unseen is "
                      "what the process's own clock leaves of the time outside."},
    {"times as fast",
     "Median over the rounds of the ratio of two cases within a round, with its 95 % interval. What slows "
     "a round down slows both, so this tells cases apart whose own intervals overlap. Where it holds 1, "
     "they cannot be told apart."},
    {"ratio", "Time per epoch over that of the fastest verified case of the same problem."},
    {"skill", "How much better than the trivial answer on the test rows: 1 is perfect, 0 is no better than "
              "always answering "
              "the mean (or the majority class). It judges the model, not the implementation."},
    {"residency", "host: no memory of its own. resident: data go up once and come down when read. per_op: "
                  "every operand is "
                  "copied around every operation."},
    {"transfer overhead",
     "How many times as long an epoch takes with every operand copied around every operation as with "
     "the data resident: the median over the rounds of their ratio within a round."},
    {"transfer, sync, compute, launch",
     "Where an epoch on a device goes: copies, waiting for the device beyond its work, its own work, and "
     "handing "
     "work over with all else on the host. The shares come from a separate training in which every step is "
     "waited for; they are scaled to the measured time."},
    {"simulated", "A device made of software to prove the copying rules; its times mean nothing, and it is "
                  "never fastest."},
    {NULL, NULL}};

const struct ib_chart *ib_report_next_chart(const struct ib_report *report,
                                            const struct ib_summary_section *section, size_t *at)
{
    while (*at < report->n_charts) {
        const struct ib_chart *chart = &report->charts[(*at)++];
        bool of_one = chart->model && chart->dataset;
        if (section ? of_one && strcmp(chart->model, section->model) == 0 &&
                          strcmp(chart->dataset, section->dataset) == 0
                    : !of_one)
            return chart;
    }
    return NULL;
}

static enum ib_status write_page(const char *dir, const char *name,
                                 void (*print)(FILE *, const struct ib_report *),
                                 const struct ib_report *report)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return ib_fail_errno(name, "no memory for this page");
    print(out, report);
    bool whole = !ferror(out);
    if (fclose(out) != 0 || !whole) {
        free(text);
        return ib_fail(IB_ENOMEM, name, "no memory for this page");
    }
    enum ib_status status = ib_run_folder_write(dir, name, text);
    free(text);
    return status;
}

/* A file that becomes part of the page. */
static enum ib_status read_part(struct ib_arena *arena, const char *name, const char **out)
{
    char *text;
    size_t bytes;
    IB_TRY(ib_file_read(arena, ib_home_path(arena, name), MAX_PART_BYTES, &text, &bytes));
    *out = text;
    return IB_OK;
}

static enum ib_status write_report(struct ib_arena *arena, const char *dir, const struct ib_run_record *run)
{
    struct ib_report report = {.arena = arena, .run = run};
    struct ib_chart *charts;
    IB_TRY(read_part(arena, "results/report.css", &report.style));
    IB_TRY(read_part(arena, "results/report.js", &report.script));
    ib_summary_build(arena, run, &report.summary);
    IB_TRY(ib_charts_draw(arena, dir, run, &report.summary.derived, &charts, &report.n_charts));
    report.charts = charts;
    IB_TRY(write_page(dir, "report.md", ib_report_markdown, &report));
    return write_page(dir, "report.html", ib_report_html, &report);
}

void ib_markdown_print(FILE *out, const struct ib_run_record *run)
{
    struct ib_arena arena = {0};
    struct ib_report report = {.arena = &arena, .run = run};
    ib_summary_build(&arena, run, &report.summary);
    ib_report_markdown(out, &report);
    ib_arena_free(&arena);
}

enum ib_status ib_report_write(const char *dir, const struct ib_run_record *run)
{
    struct ib_arena arena = {0};
    enum ib_status status = write_report(&arena, dir, run);
    ib_arena_free(&arena);
    return status;
}
