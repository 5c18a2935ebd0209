/* Feeds mutants of the files that a user may hand over to what reads them: configurations, data in each
 * format, the database of a run, histories, baselines; and mutants of conditions on the command line. There
 * is nothing to compare with: the sanitizers judge, and a hang is a finding.
 *
 *     fuzz_files KIND SECONDS [SEED]        KIND: configuration csv json npy npz idx libsvm gzip database
 *                                                 history baseline selection
 *     fuzz_files KIND --seeds FOLDER        writes what mutants are made of, as libFuzzer takes it
 *
 * A mutant that ends the process lies in fuzz.mutant. Run it in a folder of its own, best in memory. Built
 * for libFuzzer (README.md), it takes libFuzzer's arguments, and the kind from IRONBENCH_FUZZ. */
#include "analysis/trend.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "config/config.h"
#include "fixtures/made_record.h"
#include "fixtures/sample_run.h"
#include "gate/baseline.h"
#include "kept_mutant.h"
#include "mutate_rows.h"
#include "report/history_json.h"
#include "report/history_page.h"
#include "report/render.h"
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

static FILE *nowhere(void)
{
    static FILE *file;
    file = file ? file : fopen("/dev/null", "we");
    return file;
}

static void feed_database(struct ib_arena *arena, struct bytes in)
{
    struct ib_run_record run;
    (void)arena;
    mkdir("fuzz.run", 0700);
    write_file("fuzz.run/run.sqlite", in);
    if (ib_load_run("fuzz.run", &run) != IB_OK)
        return;
    ib_table_print(nowhere(), &run, IB_COLOUR_NEVER);
    ib_run_record_free(&run);
}

/* All that `history show` prints. */
static void show_history(struct ib_arena *arena, const struct ib_history *history)
{
    const struct ib_change_rules rules = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
    struct ib_trends trends;
    struct ib_doc doc = {.arena = arena};
    ib_trends_of(arena, history, &rules, &trends);
    ib_history_summary(&doc, &trends);
    for (size_t i = 0; i < trends.n; i++)
        ib_history_points(&doc, &trends.list[i]);
    ib_render_text(nowhere(), &doc, IB_COLOUR_NEVER);
    json_decref(ib_history_to_json(&trends));
}

static void feed_history(struct ib_arena *arena, struct bytes in)
{
    struct ib_history history;
    sqlite3 *db;
    write_file("fuzz.history", in);
    if (ib_history_open("fuzz.history", false, &db) != IB_OK)
        return;
    enum ib_status status = ib_history_read(db, &history);
    if (status == IB_OK)
        status = ib_history_read_series(db, &history);
    if (status == IB_OK)
        show_history(arena, &history);
    ib_history_free(&history);
    sqlite3_close(db);
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

/* Whole small files; of a large one the start, so that most bytes matter. A database is of use only whole. */
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

static void add_whole(struct ib_arena *arena, struct corpus *out, size_t *capacity, const char *path)
{
    struct bytes entry;
    if (ib_file_read(arena, path, LARGEST, &entry.at, &entry.n) != IB_OK) {
        fprintf(stderr, "%s\n", ib_error_text());
        exit(2);
    }
    add(arena, out, capacity, entry);
}

static void add_run(struct ib_arena *arena, struct corpus *out, const char *pattern)
{
    size_t capacity = 0;
    (void)pattern;
    ib_folder_remove("sample.run"); /* of an earlier time */
    sample_run_create_single("sample.run");
    add_whole(arena, out, &capacity, "sample.run/run.sqlite");
}

/* Runs of 14 commits; then, a case is slower and makes more copies. */
static void fill_history(sqlite3 *db)
{
    for (int number = 1; number <= 14; number++) {
        struct ib_run_record run = {.machine = {.fingerprint = number % 5 ? "f1" : "f2", .cpu = "a CPU"}};
        struct ib_case_record *c =
            made_case(&run, "fakedev", number % 3 ? IB_PER_OP : IB_HOST, 40, number < 9 ? 1000 : 1100, 1);
        bool added;
        c->metrics[IB_METRIC_rmse] = 2.5 + 0.01 * (number % 2);
        c->check.verdict = number % 6 ? IB_RIGHT : IB_WRONG;
        made_commit(&run, number, number % 4 ? IB_NO : IB_YES);
        if (ib_history_add(db, &run, &added) != IB_OK)
            exit(2);
        ib_run_record_free(&run);
    }
}

static void add_history(struct ib_arena *arena, struct corpus *out, const char *pattern)
{
    size_t capacity = 0;
    sqlite3 *db;
    unlink("sample.history");
    if (ib_history_open("sample.history", true, &db) != IB_OK)
        exit(2);
    (void)pattern;
    fill_history(db);
    sqlite3_close(db);
    add_whole(arena, out, &capacity, "sample.history");
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
    struct bytes (*by_structure)(struct ib_arena *, struct ib_rng *, const struct corpus *, size_t entry);
} targets[] = {
    {"configuration", feed_configuration, add_files, SOURCE("configs/*.yaml"), NULL},
    {"csv", feed_csv, add_tables, NULL, NULL},
    {"json", feed_json, add_files, SOURCE("configs/datasets/*.json"), mutate_json},
    {"npy", feed_npy, add_files, CORPUS("*.npy"), NULL},
    {"npz", feed_npz, add_files, CORPUS("*.npz"), NULL},
    {"idx", feed_idx, add_files, CORPUS("*-ubyte"), NULL},
    {"libsvm", feed_libsvm, add_files, CORPUS("*.libsvm"), NULL},
    {"gzip", feed_gzip, add_files, CORPUS("*.csv.gz"), NULL},
    {"database", feed_database, add_run, NULL, mutate_rows},
    {"history", feed_history, add_history, NULL, mutate_rows},
    {"baseline", feed_baseline, add_files, SOURCE("results/baselines/*.json"), mutate_json},
    {"selection", feed_selection, add_selections, NULL, NULL},
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
    const bool by_structure = target->by_structure && ib_rng_below(rng, 4) != 0;
    const struct bytes mutant = (by_structure ? target->by_structure : mutate)(&arena, rng, corpus, entry);
    kept_set(target->name, mutant);
    target->feed(&arena, mutant);
    ib_arena_free(&arena);
}

static uint64_t feed_for(const struct target *target, const struct corpus *corpus, double seconds,
                         uint64_t seed)
{
    struct ib_rng rng;
    uint64_t n = 0;
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    ib_rng_seed(&rng, seed);
    kept_open();
    for (const uint64_t end = ib_now_ns() + (uint64_t)(seconds * 1e9); corpus->n && ib_now_ns() < end; n++)
        feed_one(target, &rng, corpus);
    printf("%llu mutants of %s\n", (unsigned long long)n, target->name);
    kept_close();
    return n;
}

static int write_seeds(struct ib_arena *arena, const struct target *target, const struct corpus *corpus,
                       const char *folder)
{
    mkdir(folder, 0700);
    for (size_t i = 0; i < corpus->n; i++)
        write_file(ib_arena_print(arena, "%s/%s-%zu", folder, target->name, i), corpus->entries[i]);
    return corpus->n ? 0 : 1;
}

static int use(const struct target *target, int argc, char **argv)
{
    struct ib_arena arena = {0};
    struct corpus corpus = {0};
    target->fill(&arena, &corpus, target->pattern);
    const int status = strcmp(argv[2], "--seeds") == 0 && argc > 3
                           ? write_seeds(&arena, target, &corpus, argv[3])
                       : feed_for(target, &corpus, strtod(argv[2], NULL),
                                  argc > 3 ? strtoull(argv[3], NULL, 10) : ib_now_ns())
                           ? 0
                           : 1;
    ib_arena_free(&arena);
    return status;
}

#ifdef IB_LIBFUZZER
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static const struct target *chosen;

/* Without a kind that exists, the arguments are those of main below. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *kind = getenv("IRONBENCH_FUZZ");
    chosen = kind ? find_target(kind) : NULL;
    if (chosen)
        return 0;
    if (*argc < 3 || !(chosen = find_target((*argv)[1]))) {
        fprintf(stderr, "IRONBENCH_FUZZ is not one of the kinds\n");
        exit(2);
    }
    exit(use(chosen, *argc, *argv));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct ib_arena arena = {0};
    struct bytes in = {ib_arena_alloc(&arena, n + 1), n};
    memcpy(in.at, data, n);
    chosen->feed(&arena, in);
    ib_arena_free(&arena);
    return 0;
}
#else
int main(int argc, char **argv)
{
    const struct target *target = argc >= 3 ? find_target(argv[1]) : NULL;
    if (!target) {
        fprintf(stderr, "usage: fuzz_files KIND SECONDS [SEED], or fuzz_files KIND --seeds FOLDER\n");
        return 2;
    }
    return use(target, argc, argv);
}
#endif
