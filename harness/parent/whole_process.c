#include "parent/whole_process.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/exit_status.h"
#include "base/json_text.h"
#include "base/plain_text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *const ib_process_part_names[IB_PROCESS_PART_COUNT] = {"startup",  "load",    "setup", "train",
                                                                  "readback", "predict", "rest"};

/* ---- the job ---- */

static json_t *cpus_to_json(const cpu_set_t *cpus)
{
    json_t *list = json_array();
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, cpus))
            json_array_append_new(list, json_integer((json_int_t)cpu));
    return list;
}

static json_t *files_to_json(const struct ib_worker_files *files)
{
    json_t *inputs = json_array();
    for (size_t i = 0; i < files->n_inputs; i++)
        json_array_append_new(inputs, json_string(files->inputs[i]));
    return json_pack("{s:s, s:s*, s:s, s:s*, s:o, s:s}", "folder", files->folder, "cache", files->cache,
                     "answer", files->answer, "plugin", files->plugin, "inputs", inputs, "hidden",
                     files->hidden);
}

enum ib_status ib_process_run_write(const char *path, const struct ib_process_run_job *job)
{
    json_t *argv = json_array();
    for (const char *const *arg = job->argv; *arg; arg++)
        json_array_append_new(argv, json_string(*arg));
    json_t *document =
        json_pack("{s:o, s:o*, s:o, s:b, s:s, s:s, s:I, s:o, s:o}", "argv", argv, "cpus",
                  job->cpus ? cpus_to_json(job->cpus) : NULL, "files", files_to_json(job->files), "sandboxed",
                  ib_workers_sandboxed(), "folder", job->folder, "log", job->log, "timeout_ns",
                  (json_int_t)job->timeout_ns, "problem", job->problem, "train", job->train);
    bool written = document && json_dump_file(document, path, JSON_COMPACT) == 0;
    json_decref(document);
    return written ? IB_OK : ib_fail_errno(path, "cannot write this file");
}

/* ---- one replay ---- */

struct replay {
    json_t *job;
    struct ib_worker_process *child;
    uint64_t timeout_ns, begin_ns, part_ns[IB_PROCESS_PART_COUNT];
    struct ib_outcome outcome;
};

/* The strings of a JSON array, followed by NULL. */
static const char **read_strings(struct ib_arena *arena, const json_t *list)
{
    const size_t n = json_array_size(list);
    const char **out = ib_arena_alloc(arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = json_string_value(json_array_get(list, i));
    out[n] = NULL;
    return out;
}

/* Returns false if the job's sandbox cannot be had any more. */
static bool read_files(struct ib_arena *arena, const json_t *job, struct ib_worker_files *out)
{
    const json_t *files = json_object_get(job, "files"), *inputs = json_object_get(files, "inputs");
    *out = (struct ib_worker_files){.folder = json_string_value(json_object_get(files, "folder")),
                                    .cache = json_string_value(json_object_get(files, "cache")),
                                    .answer = json_string_value(json_object_get(files, "answer")),
                                    .plugin = json_string_value(json_object_get(files, "plugin")),
                                    .inputs = read_strings(arena, inputs),
                                    .n_inputs = json_array_size(inputs),
                                    .hidden = json_string_value(json_object_get(files, "hidden"))};
    return !json_is_true(json_object_get(job, "sandboxed")) || ib_sandbox_workers("replay") == IB_OK;
}

static bool start(struct replay *r)
{
    struct ib_arena arena = {0};
    struct ib_worker_files files;
    const json_t *numbers = json_object_get(r->job, "cpus");
    const char **argv = read_strings(&arena, json_object_get(r->job, "argv"));
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    for (size_t i = 0; i < json_array_size(numbers); i++)
        CPU_SET((size_t)json_integer_value(json_array_get(numbers, i)), &cpus);
    bool ok = read_files(&arena, r->job, &files)
                  ? argv[0] || ib_outcome_set(&r->outcome, IB_CASE_FAILED, "the job does not name a program")
                  : ib_outcome_set(&r->outcome, IB_CASE_FAILED, "%s", ib_error_text());
    r->begin_ns = ib_now_ns();
    ok = ok &&
         ib_worker_process_start(argv, numbers ? &cpus : NULL, &files, r->timeout_ns, &r->child, &r->outcome);
    r->part_ns[IB_PROCESS_STARTUP] = ib_now_ns() - r->begin_ns;
    ib_arena_free(&arena);
    return ok;
}

/* Phase times reported by a worker are more precise than those measured from here. */
static void take_phases(struct replay *r, const json_t *done)
{
    const json_t *phases = json_object_get(done, "phases_ns");
    static const int reported[] = {IB_PROCESS_LOAD, IB_PROCESS_SETUP, IB_PROCESS_TRAIN, IB_PROCESS_READBACK,
                                   IB_PROCESS_PREDICT};
    for (size_t i = 0; json_is_object(phases) && i < sizeof reported / sizeof *reported; i++)
        r->part_ns[reported[i]] =
            (uint64_t)json_integer_value(json_object_get(phases, ib_process_part_names[reported[i]]));
}

static bool ask(struct replay *r, const char *request, json_t **answer)
{
    return ib_worker_process_ask(r->child, json_incref(json_object_get(r->job, request)), r->timeout_ns,
                                 answer, &r->outcome);
}

static bool set_up(struct replay *r)
{
    json_t *ready = NULL;
    const uint64_t begin_ns = ib_now_ns();
    bool ok = ask(r, "problem", &ready) && ib_worker_process_said(ready, "ready", &r->outcome);
    r->part_ns[IB_PROCESS_SETUP] = ib_now_ns() - begin_ns;
    json_decref(ready);
    return ok;
}

/* An external program sends `trained` before `done`; its own phase times are not used. */
static bool train(struct replay *r)
{
    json_t *answer = NULL;
    const uint64_t begin_ns = ib_now_ns();
    bool ok = ask(r, "train", &answer);
    r->part_ns[IB_PROCESS_TRAIN] = ib_now_ns() - begin_ns;
    const bool external = ok && strcmp(json_string_value(json_object_get(answer, "type")), "trained") == 0;
    if (external) {
        json_decref(answer);
        answer = NULL;
        ok = ib_worker_process_await(r->child, r->timeout_ns, &answer, &r->outcome);
    }
    ok = ok && ib_worker_process_said(answer, "done", &r->outcome);
    if (ok && !external)
        take_phases(r, answer);
    json_decref(answer);
    return ok;
}

static void run(struct replay *r)
{
    bool ok =
        start(r) && set_up(r) && train(r) && ib_worker_process_finish(r->child, r->timeout_ns, &r->outcome);
    if (!ok)
        ib_worker_process_quote(r->child, &r->outcome);
    uint64_t known_ns = 0;
    for (int p = 0; p < IB_PROCESS_REST; p++)
        known_ns += r->part_ns[p];
    const uint64_t all_ns = ib_now_ns() - r->begin_ns;
    r->part_ns[IB_PROCESS_REST] = all_ns > known_ns ? all_ns - known_ns : 0;
}

/* Appends a line to the log. */
static bool append_log(const struct replay *r, const char *log)
{
    json_t *line = json_object();
    for (int p = 0; p < IB_PROCESS_PART_COUNT && r->outcome.status == IB_CASE_OK; p++)
        json_object_set_new(line, ib_process_part_names[p], json_integer((json_int_t)r->part_ns[p]));
    if (r->outcome.status != IB_CASE_OK) {
        json_object_set_new(line, "status",
                            json_string(ib_word_of(ib_case_status_words, (int)r->outcome.status)));
        json_object_set_new(line, "reason", ib_json_text(r->outcome.reason));
        json_object_set_new(line, "killed", json_boolean(ib_retry_after_kill(&(struct ib_retry){0, 1})));
    }
    FILE *out = fopen(log, "ae");
    bool written = out && json_dumpf(line, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF;
    if (out && fclose(out) != 0)
        written = false;
    json_decref(line);
    return written;
}

int ib_process_run_main(const char *job_path)
{
    json_error_t why;
    struct replay r = {.job = json_load_file(job_path, 0, &why)};
    const char *folder = json_string_value(json_object_get(r.job, "folder"));
    const char *log = json_string_value(json_object_get(r.job, "log"));
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* this process must not outlive the one that times it */
    if (!r.job || !folder || !log || chdir(folder) != 0) {
        ib_print_line(stderr, "ironbench: %s: %s", job_path, r.job ? "not a job file of a sweep" : why.text);
        json_decref(r.job);
        return IB_EXIT_USAGE;
    }
    r.timeout_ns = (uint64_t)json_integer_value(json_object_get(r.job, "timeout_ns"));
    run(&r);
    ib_worker_process_end(r.child);
    const bool logged = append_log(&r, log);
    json_decref(r.job);
    return logged && r.outcome.status == IB_CASE_OK ? IB_EXIT_OK : IB_EXIT_FAILED;
}

/* ---- its log ---- */

/* The last JSON object of a file; NULL if there is none. */
static json_t *load_last(const char *path)
{
    json_t *last = NULL, *next;
    FILE *in = fopen(path, "re");
    while (in && (next = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL))) {
        json_decref(last);
        last = next;
    }
    if (in)
        fclose(in);
    return last;
}

bool ib_process_run_read(const char *log, uint64_t parts_ns[IB_PROCESS_PART_COUNT],
                         struct ib_outcome *outcome)
{
    int status;
    json_t *line = load_last(log);
    const char *word = json_string_value(json_object_get(line, "status"));
    if (!line)
        return ib_outcome_set(outcome, IB_CASE_FAILED, "exited before reporting its times");
    for (int p = 0; p < IB_PROCESS_PART_COUNT; p++)
        parts_ns[p] = (uint64_t)json_integer_value(json_object_get(line, ib_process_part_names[p]));
    if (!word)
        ib_outcome_set(outcome, IB_CASE_OK, "%s", "");
    else if (ib_word_value(ib_case_status_words, word, &status))
        ib_outcome_set(outcome, (enum ib_case_status)status, "%s",
                       json_string_value(json_object_get(line, "reason")));
    if (json_is_true(json_object_get(line, "killed")))
        ib_retry_note_kill();
    json_decref(line);
    return !word;
}
