/* Feeds mutants of real messages and arrays to everything that reads what a worker or an external program
 * wrote, and of what a parent wrote to what a worker reads. There is nothing to compare with: the sanitizers
 * judge, and a hang is a finding.
 *
 *     fuzz_protocol CORPUS SECONDS [SEED]
 *
 * A mutant that ends the process lies in fuzz.mutant, its kind in the first line. Quickest in a folder in
 * memory, such as /dev/shm. */
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/npy.h"
#include "kept_mutant.h"
#include "oracle/oracle.h"
#include "parent/plugin_info.h"
#include "parent/worker_process.h"
#include "run/external_pass.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_NS 30000000000u
enum { CHILD_ONE_IN = 256 };

/* ---- targets ---- */

/* Passes a JSON message to all parsers, whoever would send it. */
static void feed_message(struct ib_arena *arena, struct bytes in)
{
    static struct ib_pass_result result; /* large */
    struct ib_impl_info info = {.name = "x"};
    struct ib_train_request train;
    struct ib_oracle_request oracle;
    struct ib_job job;
    json_t *message = json_loadb(in.at, in.n, 0, NULL);
    if (!message)
        return;
    if (ib_pass_result_from_json(message, &result) == IB_OK)
        json_decref(ib_pass_result_to_json(&result));
    if (ib_job_from_json(message, arena, &job) == IB_OK)
        json_decref(ib_job_to_json(&job, "problem"));
    ib_train_request_from_json(message, &train);
    ib_oracle_request_from_json(message, &oracle);
    const json_t *impls = json_object_get(message, "impls");
    for (size_t i = 0; i < json_array_size(impls); i++) {
        info.command = i % 2 ? NULL : (const char *const[]){"x", NULL};
        ib_plugin_info_read(json_array_get(impls, i), arena, &info);
    }
    json_decref(message);
}

static double touch(const struct ib_npy *npy)
{
    double sum = 0;
    for (uint64_t i = 0; i < npy->rows * npy->cols; i++)
        sum += ib_npy_at(npy, i);
    return sum;
}

/* A mapped array; volatile, so that the reading is not left out. */
static void feed_mapped(const char *path)
{
    static volatile double sum;
    struct ib_npy npy;
    if (ib_npy_open(path, &npy) != IB_OK)
        return;
    sum += touch(&npy);
    ib_npy_close(&npy);
}

/* An array from outside, and the curve that it may be. */
static void feed_input(struct ib_arena *arena, const char *path)
{
    struct ib_npy_input in;
    struct ib_curve curve;
    const double *seconds;
    if (ib_npy_input_open(path, &in) != IB_OK)
        return;
    const uint64_t rows = in.header.cols ? in.header.rows : 0; /* no data limits rows without columns */
    ib_npy_input_rows(&in, 0, rows, ib_arena_alloc(arena, rows * in.header.cols * sizeof(double)));
    ib_curve_read(&in, 100, arena, &curve, &seconds);
    ib_npy_input_close(&in);
}

static void feed_array(struct ib_arena *arena, struct bytes in, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, in.at, in.n) == (ssize_t)in.n;
    close(fd);
    if (!written)
        return;
    feed_mapped(path);
    feed_input(arena, path);
}

/* Uses the bytes as the whole output of an external program. */
static void feed_child(struct bytes in, const char *path)
{
    static const struct ib_measure measure = {.timeout_ns = TIMEOUT_NS};
    static struct ib_pass_result result;
    const char *const argv[] = {"/bin/sh", "-c", "exec cat \"$0\" >&4", path, NULL};
    const struct ib_pass_context bench = {.measure = &measure};
    char folder[] = "fuzz-XXXXXX";
    struct ib_train_request train = {.pass = IB_PASS_TIMED, .epochs = 3, .warmup = 1, .out = mkdtemp(folder)};
    struct ib_worker_process *child = NULL;
    struct ib_outcome outcome;
    json_t *answer = NULL;
    FILE *file = fopen(path, "we");
    if (!file || fwrite(in.at, 1, in.n, file) != in.n || fclose(file) != 0 || !train.out)
        exit(2);
    if (ib_worker_process_start(argv, NULL, NULL, TIMEOUT_NS, &child, &outcome)) {
        bool ready = false;
        while (!ready && ib_worker_process_ask(child, json_pack("{s:s}", "type", "describe"), TIMEOUT_NS,
                                               &answer, &outcome)) {
            ready = ib_worker_process_said(answer, "ready", &outcome);
            json_decref(answer);
        }
        if (ready)
            ib_external_train(&bench, child, &train, &result, &outcome);
    }
    if (outcome.status == IB_CASE_TIMEOUT) { /* cat ends at once */
        printf("hung: %s\n", outcome.reason);
        abort();
    }
    ib_worker_process_quote(child, &outcome);
    ib_worker_process_end(child);
    ib_folder_remove(train.out);
}

/* ---- the corpus ---- */

static void add(struct ib_arena *arena, struct corpus *corpus, size_t *capacity, struct bytes entry)
{
    corpus->entries = ib_arena_grow(arena, corpus->entries, sizeof *corpus->entries, corpus->n, capacity);
    corpus->entries[corpus->n++] = entry;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

struct corpora {
    struct corpus messages, transcripts, arrays;
    size_t capacity[3];
};

static void add_transcript(struct ib_arena *arena, struct bytes text, struct corpora *out)
{
    add(arena, &out->transcripts, &out->capacity[1], text);
    for (char *line = text.at, *end; (end = memchr(line, '\n', (size_t)(text.at + text.n - line)));
         line = end + 1)
        add(arena, &out->messages, &out->capacity[0], (struct bytes){line, (size_t)(end - line)});
}

static bool read_corpora(struct ib_arena *arena, const char *folder, struct corpora *out)
{
    struct dirent **entries;
    const int n = scandir(folder, &entries, NULL, alphasort); /* in an order that a seed can repeat */
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        struct bytes file;
        const bool is_array = ends_with(name, ".npy");
        if ((is_array || ends_with(name, ".jsonl")) &&
            ib_file_read(arena, ib_arena_print(arena, "%s/%s", folder, name), LARGEST, &file.at, &file.n) ==
                IB_OK) {
            if (is_array)
                add(arena, &out->arrays, &out->capacity[2], file);
            else
                add_transcript(arena, file, out);
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return out->messages.n && out->arrays.n;
}

/* ---- the loop ---- */

static void feed_one(struct ib_arena *arena, struct ib_rng *rng, const struct corpora *c, uint64_t counts[3])
{
    const uint64_t turn = ib_rng_below(rng, CHILD_ONE_IN);
    const struct corpus *corpus = turn == 0 ? &c->transcripts : turn % 4 == 1 ? &c->arrays : &c->messages;
    const size_t entry = (size_t)ib_rng_below(rng, corpus->n);
    const bool by_structure = corpus == &c->messages && turn % 2;
    const struct bytes mutant = (by_structure ? mutate_json : mutate)(arena, rng, corpus, entry);
    const size_t kind = corpus == &c->transcripts ? 2 : corpus == &c->arrays;
    kept_set((const char *[]){"message", "array", "transcript"}[kind], mutant);
    counts[kind]++;
    if (kind == 2)
        feed_child(mutant, "fuzz.transcript");
    else if (kind == 1)
        feed_array(arena, mutant, "fuzz.npy");
    else
        feed_message(arena, mutant);
}

int main(int argc, char **argv)
{
    struct ib_arena arena = {0};
    struct corpora corpora = {0};
    struct ib_rng rng;
    uint64_t counts[3] = {0};
    if (argc < 3 || !read_corpora(&arena, argv[1], &corpora)) {
        fprintf(stderr, "usage: fuzz_protocol CORPUS SECONDS [SEED]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : ib_now_ns();
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    ib_rng_seed(&rng, seed);
    kept_open();
    for (const uint64_t end = ib_now_ns() + (uint64_t)(strtod(argv[2], NULL) * 1e9); ib_now_ns() < end;) {
        struct ib_arena one = {0};
        feed_one(&one, &rng, &corpora, counts);
        ib_arena_free(&one);
    }
    printf("%llu messages, %llu arrays, %llu transcripts\n", (unsigned long long)counts[0],
           (unsigned long long)counts[1], (unsigned long long)counts[2]);
    kept_close();
    unlink("fuzz.npy");
    unlink("fuzz.transcript");
    ib_arena_free(&arena);
    return counts[0] && counts[1] ? 0 : 1;
}
