/* Feeds mutants of the files that a user may hand over to what reads them: configurations, data in each
 * format, the database of a run, baselines; and mutants of conditions on the command line. There is nothing
 * to compare with: the sanitizers judge, and a hang is a finding.
 *
 *     fuzz_files KIND SECONDS [SEED]        KIND: configuration csv json npy npz idx libsvm gzip database
 *                                                 baseline selection
 *
 * A mutant that ends the process lies in fuzz.mutant. Run it in a folder of its own, best in memory. */
#include "base/clock.h"
#include "base/file.h"
#include "config/config.h"
#include "fixtures/sample_run.h"
#include "gate/baseline.h"
#include "kept_mutant.h"
#include "report/report.h"
#include "run/workspace.h"
#include "store/load_run.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE(path) IB_SOURCE_DIR "/" path
#define CORPUS(name) SOURCE("tests/fuzz/corpus/" name)

/* ---- what reads them ---- */

static void write_file(const char *path, struct bytes in)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, in.at, in.n) != (ssize_t)in.n)
        exit(2);
    close(fd);
}

static void feed_configuration(struct ib_arena *arena, struct bytes in)
{
    struct ib_config config;
    (void)arena;
    write_file("fuzz.yaml", in);
    if (ib_config_read("fuzz.yaml", &config) == IB_OK)
        ib_config_free(&config);
}

static void load_data(const struct ib_dataset_spec *spec)
{
    struct ib_dataset set;
    if (ib_dataset_load(spec, &set) == IB_OK)
        ib_dataset_free(&set);
}

static void feed_data(const char *path, struct bytes in)
{
    write_file(path, in);
    load_data(&(struct ib_dataset_spec){.name = "fuzz", .path = path});
}

/* Missing values get further, if they are not refused. */
static void feed_incomplete_data(const char *path, struct bytes in)
{
    feed_data(path, in);
    for (enum ib_missing missing = IB_MISSING_DROP; missing <= IB_MISSING_MEAN; missing++)
        load_data(&(struct ib_dataset_spec){.name = "fuzz", .path = path, .missing = missing});
}

static void feed_csv(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    feed_incomplete_data("fuzz.csv", in);
}

static void feed_json(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    feed_incomplete_data("fuzz.json", in);
}

static void feed_npy(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    feed_incomplete_data("fuzz.npy", in);
}

static void feed_npz(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    feed_data("fuzz.npz", in);
}

/* A mutant is tried as features and as labels. */
static void feed_idx(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    write_file("fuzz.idx", in);
    load_data(
        &(struct ib_dataset_spec){.name = "fuzz", .path = "fuzz.idx", .y = CORPUS("labels-idx1-ubyte")});
    load_data(
        &(struct ib_dataset_spec){.name = "fuzz", .path = CORPUS("images-idx3-ubyte"), .y = "fuzz.idx"});
}

static void feed_libsvm(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    feed_data("fuzz.libsvm", in);
}

static void feed_gzip(struct ib_arena *arena, struct bytes in)
{
    (void)arena;
    feed_data("fuzz.csv.gz", in);
}

static void feed_database(struct ib_arena *arena, struct bytes in)
{
    static FILE *nowhere;
    struct ib_run_record run;
    (void)arena;
    nowhere = nowhere ? nowhere : fopen("/dev/null", "we");
    mkdir("fuzz.run", 0700);
    write_file("fuzz.run/run.sqlite", in);
    if (ib_load_run("fuzz.run", &run) != IB_OK)
        return;
    ib_table_print(nowhere, &run, IB_COLOUR_NEVER);
    ib_run_record_free(&run);
}

static void feed_baseline(struct ib_arena *arena, struct bytes in)
{
    struct ib_baseline baseline;
    (void)arena;
    write_file("fuzz.baseline", in);
    if (ib_baseline_read("fuzz.baseline", &baseline) == IB_OK)
        ib_baseline_free(&baseline);
}

static void feed_selection(struct ib_arena *arena, struct bytes in)
{
    struct ib_case_selection selection;
    const char *const texts[] = {ib_arena_print(arena, "%.*s", (int)in.n, in.at), NULL};
    ib_case_selection_parse(arena, texts, texts, &selection);
}

/* ---- the corpus ---- */

/* Whole small files; of a large one the start, so that most bytes matter. */
enum { ENTRY_BYTES = 1 << 17 };

static void add(struct ib_arena *arena, struct corpus *out, size_t *capacity, struct bytes entry)
{
    out->entries = ib_arena_grow(arena, out->entries, sizeof *out->entries, out->n, capacity);
    out->entries[out->n++] = entry;
}

static void add_matches(struct ib_arena *arena, struct corpus *out, size_t *capacity, const char *pattern)
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct bytes entry;
        if (ib_file_read(arena, found.gl_pathv[i], SIZE_MAX / 8, &entry.at, &entry.n) != IB_OK)
            continue;
        entry.n = entry.n < ENTRY_BYTES ? entry.n : ENTRY_BYTES;
        add(arena, out, capacity, entry);
    }
    globfree(&found);
}

static void add_files(struct ib_arena *arena, struct corpus *out, const char *pattern)
{
    size_t capacity = 0;
    add_matches(arena, out, &capacity, pattern);
}

/* Numbers, and small tables with words, missing values and decimal commas. */
static void add_tables(struct ib_arena *arena, struct corpus *out, const char *pattern)
{
    size_t capacity = 0;
    (void)pattern;
    add_matches(arena, out, &capacity, SOURCE("configs/datasets/[dx]*.csv"));
    add_matches(arena, out, &capacity, CORPUS("*.csv"));
}

static void add_run(struct ib_arena *arena, struct corpus *out, const char *pattern)
{
    ib_folder_remove("sample.run"); /* of an earlier time */
    sample_run_create_single("sample.run");
    add_files(arena, out, pattern);
}

static void add_selections(struct ib_arena *arena, struct corpus *out, const char *pattern)
{
    static const char *const texts[] = {"impl=cpu_*,rows>=1000",     "hidden=6,6 lr<0.1",
                                        "mlp 6x6 relu f32 diabetes", "task=regression,dtype=f64",
                                        "cpu_blas threads=2",        "residency=per_op, seed=3"};
    size_t capacity = 0;
    (void)pattern;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add(arena, out, &capacity, (struct bytes){ib_arena_copy(arena, texts[i]), strlen(texts[i])});
}

static const struct target {
    const char *name;
    void (*feed)(struct ib_arena *, struct bytes);
    void (*fill)(struct ib_arena *, struct corpus *, const char *pattern);
    const char *pattern;
    bool is_json;
} targets[] = {
    {"configuration", feed_configuration, add_files, SOURCE("configs/*.yaml"), false},
    {"csv", feed_csv, add_tables, NULL, false},
    {"json", feed_json, add_files, SOURCE("configs/datasets/*.json"), true},
    {"npy", feed_npy, add_files, CORPUS("*.npy"), false},
    {"npz", feed_npz, add_files, CORPUS("*.npz"), false},
    {"idx", feed_idx, add_files, CORPUS("*-ubyte"), false},
    {"libsvm", feed_libsvm, add_files, CORPUS("*.libsvm"), false},
    {"gzip", feed_gzip, add_files, CORPUS("*.csv.gz"), false},
    {"database", feed_database, add_run, "sample.run/run.sqlite", false},
    {"baseline", feed_baseline, add_files, SOURCE("results/baselines/*.json"), true},
    {"selection", feed_selection, add_selections, NULL, false},
};
enum { TARGETS = sizeof targets / sizeof *targets };

/* ---- the loop ---- */

static const struct target *find_target(const char *name)
{
    for (size_t i = 0; i < TARGETS; i++)
        if (strcmp(targets[i].name, name) == 0)
            return &targets[i];
    return NULL;
}

static void feed_one(const struct target *target, struct ib_rng *rng, const struct corpus *corpus)
{
    struct ib_arena arena = {0};
    const size_t entry = (size_t)ib_rng_below(rng, corpus->n);
    const bool by_structure = target->is_json && ib_rng_below(rng, 2);
    const struct bytes mutant = (by_structure ? mutate_json : mutate)(&arena, rng, corpus, entry);
    kept_set(target->name, mutant);
    target->feed(&arena, mutant);
    ib_arena_free(&arena);
}

int main(int argc, char **argv)
{
    struct ib_arena arena = {0};
    struct corpus corpus = {0};
    struct ib_rng rng;
    uint64_t n = 0;
    const struct target *target = argc >= 3 ? find_target(argv[1]) : NULL;
    if (!target) {
        fprintf(stderr, "usage: fuzz_files KIND SECONDS [SEED]\n");
        return 2;
    }
    target->fill(&arena, &corpus, target->pattern);
    const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : ib_now_ns();
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    ib_rng_seed(&rng, seed);
    kept_open();
    for (const uint64_t end = ib_now_ns() + (uint64_t)(strtod(argv[2], NULL) * 1e9);
         corpus.n && ib_now_ns() < end; n++)
        feed_one(target, &rng, &corpus);
    printf("%llu mutants of %s\n", (unsigned long long)n, target->name);
    kept_close();
    ib_arena_free(&arena);
    return n ? 0 : 1;
}
