/* Merging runs. */
#include "fixtures/scratch.h"
#include "store/load_run.h"
#include "store/merge.h"
#include "store/parts.h"
#include "store/run_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 3, MOST = 16 };

/* A run to be made: cases by their letters, "ac": those at positions 1 and 3. */
struct made {
    const char *dir, *cases, *fingerprint, *config, *node;
    struct ib_shard shard;
    const char *division;
    int rounds; /* of each case; 0: ROUNDS */
    bool unfinished;
    double epoch_ns; /* of the first round; 0: 100 */
};

static struct ib_dataset data = {
    .name = "d", .sha256 = "00", .task = IB_REGRESSION, .rows = 9, .test_rows = 3, .cols = 2, .outputs = 1};
static struct ib_impl_info info = {.name = "i", .path = "ops"};
static struct ib_configured_impl choice = {&info, NULL, 0, "i"};

static struct ib_case case_of(char letter, char id[8])
{
    snprintf(id, 8, "case-%c", letter);
    struct ib_case c = {.id = id,
                        .model = ib_model_find("linreg"),
                        .dataset = &data,
                        .impl = &choice,
                        .residency = IB_HOST,
                        .spec = {.net = {.n_layers = 1, .loss = IB_HALF_MSE}, .dtype = IB_F64, .lr = 0.01},
                        .epochs = 10,
                        .position = (uint64_t)(letter - 'a' + 1)};
    ib_case_use_dataset(&c);
    return c;
}

static void measure(struct ib_store *store, const struct ib_case *c, const struct made *m)
{
    const struct ib_checked_pass checked = {.check = {.status = IB_CASE_OK},
                                            .verification = {.verdict = IB_RIGHT}};
    assert_int_equal(ib_store_put_checked(store, c, &checked), IB_OK);
    for (int round = 1; round <= (m->rounds ? m->rounds : ROUNDS); round++) {
        const struct ib_timed_pass timed = {
            .round = {.round = (uint64_t)round,
                      .status = IB_CASE_OK,
                      .repeats = 1,
                      .epoch_ns = (m->epoch_ns > 0 ? m->epoch_ns : 100) + round - 1,
                      .disturbed = IB_UNKNOWN,
                      .as_expected = IB_UNKNOWN}};
        assert_int_equal(ib_store_put_timed(store, c, &timed), IB_OK);
    }
}

static void make(struct made m)
{
    struct ib_config config = {.name = "t", .text = m.config ? m.config : "version: 1\n", .sha256 = "00"};
    const struct ib_machine machine = {.fingerprint = m.fingerprint ? m.fingerprint : "f1"};
    const struct ib_origin origin = {m.node, NULL, m.shard, m.division};
    const struct ib_identity program = {"ironbench", "e3b0"};
    struct ib_store *store;
    assert_int_equal(ib_store_create(m.dir, &config, &machine, &store), IB_OK);
    assert_int_equal(ib_store_put_identities(store, &program, 1), IB_OK);
    assert_int_equal(ib_store_put_origin(store, &origin), IB_OK);
    for (const char *letter = m.cases; *letter; letter++) {
        char id[8];
        const struct ib_case c = case_of(*letter, id);
        assert_int_equal(ib_store_add_cases(store, &c, 1), IB_OK);
        if (!m.unfinished || letter == m.cases) /* an unfinished run has only begun */
            measure(store, &c, &m);
    }
    if (!m.unfinished)
        assert_int_equal(ib_store_finish(store), IB_OK);
    ib_store_close(store);
}

static void merge(const char *out, const char *const *dirs)
{
    size_t n = 0;
    while (dirs[n])
        n++;
    const enum ib_status status = ib_merge(dirs, n, out);
    if (status != IB_OK)
        print_message("%s\n", ib_error_text());
    assert_int_equal(status, IB_OK);
}

static struct ib_run_record load(const char *dir)
{
    struct ib_run_record run;
    assert_int_equal(ib_load_run(dir, &run), IB_OK);
    return run;
}

/* The letters of the cases, in order. */
static void expect_cases(const struct ib_run_record *run, const char *letters)
{
    char got[MOST + 1] = "";
    for (size_t i = 0; i < run->n && i < MOST; i++) {
        got[i] = run->cases[i].id[strlen("case-")];
        assert_int_equal(run->cases[i].number, i + 1);
    }
    assert_string_equal(got, letters);
}

/* All tables as text: equal for equal databases. */
static char *dump(const char *dir)
{
    static const char *const tables[] = {"run",    "parts",       "cases", "checks",
                                         "rounds", "epoch_times", "finals"};
    char *text = NULL;
    size_t bytes;
    sqlite3 *db;
    FILE *out = open_memstream(&text, &bytes);
    assert_int_equal(ib_run_folder_open(dir, &db), IB_OK);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        char sql[64];
        sqlite3_stmt *query;
        bool row;
        snprintf(sql, sizeof sql, "SELECT * FROM %s", tables[t]);
        assert_int_equal(ib_db_prepare(db, sql, &query), IB_OK);
        while (ib_db_next(query, &row) == IB_OK && row)
            for (int i = 0; i < sqlite3_column_count(query); i++)
                fprintf(out, "%s|", (const char *)sqlite3_column_text(query, i));
        sqlite3_finalize(query);
    }
    sqlite3_close(db);
    fclose(out);
    return text;
}

static void joins_shards_in_the_order_of_the_configuration(void **state)
{
    (void)state;
    make((struct made){.dir = "s1", .cases = "adf", .shard = {1, 2}, .division = "x", .node = "n1"});
    make((struct made){.dir = "s2", .cases = "bce", .shard = {2, 2}, .division = "x", .node = "n2"});
    merge("joined", WORDS("s2", "s1"));
    struct ib_run_record run = load("joined");
    struct ib_arena arena = {0};
    expect_cases(&run, "abcdef");
    assert_true(run.merged);
    assert_int_equal(run.n_parts, 2);
    assert_int_equal(run.n_machines, 1); /* two nodes that should be equally fast */
    assert_string_equal(run.machines[0].name, "n1+1");
    assert_non_null(run.finished);
    assert_null(ib_parts_missing(&arena, &run));
    for (size_t i = 0; i < run.n; i++) {
        assert_int_equal(run.cases[i].n_rounds, ROUNDS);
        assert_true(run.cases[i].epoch_ns.median == 101);
        assert_int_equal(run.parts[run.cases[i].part - 1].shard.index,
                         strchr("adf", run.cases[i].id[5]) ? 1 : 2);
    }
    ib_run_record_free(&run);
}

/* Made of the configuration, and of a plugin. */
static void put_sources(const char *dir, const char *impl, const char *commit)
{
    const struct ib_source_record sources[] = {
        {.kind = IB_SOURCE_CONFIGURATION, .path = "t.yaml", .commit = "aa11", .dirty = IB_NO},
        {.kind = IB_SOURCE_PLUGIN, .impl = impl, .path = "p.so", .commit = commit, .dirty = IB_NO}};
    struct ib_store *store;
    assert_int_equal(ib_store_open(dir, NULL, &store), IB_OK);
    assert_int_equal(ib_store_put_sources(store, sources, 2), IB_OK);
    assert_int_equal(ib_store_finish(store), IB_OK);
    ib_store_close(store);
}

static void keeps_the_repositories_of_all_runs(void **state)
{
    (void)state;
    static const char *const commits[] = {"aa11", "bb22", "cc33", "dd44"};
    make((struct made){.dir = "r1", .cases = "a"});
    make((struct made){.dir = "r2", .cases = "b", .fingerprint = "f2"});
    make((struct made){.dir = "r3", .cases = "c", .fingerprint = "f3"});
    put_sources("r1", "mine", "bb22");
    put_sources("r2", "other", "cc33");
    put_sources("r3", "mine", "dd44");
    merge("repositories", WORDS("r1", "r2", "r3"));
    merge("repositories", WORDS("r3"));
    struct ib_run_record run = load("repositories");
    bool found[4] = {false};
    assert_int_equal(run.n_sources, 4);
    assert_int_equal(run.sources[0].kind, IB_SOURCE_CONFIGURATION);
    for (size_t i = 0; i < run.n_sources; i++)
        for (size_t k = 0; k < 4; k++)
            found[k] |= strcmp(run.sources[i].commit, commits[k]) == 0;
    assert_true(found[0] && found[1] && found[2] && found[3]);
    ib_run_record_free(&run);
}

static void merging_again_changes_nothing(void **state)
{
    (void)state;
    make((struct made){.dir = "a1", .cases = "ac"});
    make((struct made){.dir = "a2", .cases = "b"});
    merge("once", WORDS("a1", "a2"));
    char *once = dump("once");
    merge("once", WORDS("a1", "a2"));
    char *twice = dump("once");
    merge("nested", WORDS("once", "a2", "a1", "once", "a1"));
    char *nested = dump("nested");
    assert_string_equal(twice, once);
    assert_string_equal(nested, once);
    free(once);
    free(twice);
    free(nested);
}

static void a_merged_run_is_added_to(void **state)
{
    (void)state;
    make((struct made){.dir = "b1", .cases = "a"});
    make((struct made){.dir = "b2", .cases = "b"});
    merge("grown", WORDS("b1"));
    merge("grown", WORDS("b2"));
    struct ib_run_record run = load("grown");
    expect_cases(&run, "ab");
    ib_run_record_free(&run);
}

static void each_case_keeps_its_machine(void **state)
{
    (void)state;
    struct ib_run_record run, other;
    make((struct made){.dir = "m1", .cases = "ab", .fingerprint = "f1", .node = "slow"});
    make((struct made){.dir = "m2", .cases = "ab", .fingerprint = "f2", .node = "fast", .epoch_ns = 10});
    merge("machines", WORDS("m1", "m2"));
    run = load("machines");
    expect_cases(&run, "aabb");
    assert_int_equal(run.n_machines, 2);
    for (size_t i = 0; i < run.n; i++) {
        const bool fast = strcmp(run.cases[i].machine, "fast") == 0;
        assert_true(run.cases[i].epoch_ns.median == (fast ? 11 : 101));
        assert_string_equal(ib_machine_of(&run, &run.cases[i])->fingerprint, fast ? "f2" : "f1");
        assert_non_null(strstr(run.cases[i].problem, fast ? "machine=fast" : "machine=slow"));
        for (size_t k = 0; k < i; k++) /* only cases of one machine are of one problem */
            assert_int_equal(strcmp(run.cases[i].problem, run.cases[k].problem) == 0,
                             strcmp(run.cases[i].machine, run.cases[k].machine) == 0);
    }
    assert_true(ib_run_record_find_on(&run, "case-b", "f2")->epoch_ns.median == 11);
    assert_true(ib_run_record_find_on(&run, "case-b", "f1")->epoch_ns.median == 101);
    assert_null(ib_run_record_find_on(&run, "case-b", "f3"));
    other = load("m1");
    assert_null(strstr(other.cases[0].problem, "machine="));
    ib_run_record_free(&other);
    ib_run_record_free(&run);
}

/* With a quota, one node is another machine than without. */
static void machines_of_one_node_have_names_of_their_own(void **state)
{
    (void)state;
    make((struct made){.dir = "n1", .cases = "a", .fingerprint = "0123456789abcdef", .node = "x"});
    make((struct made){.dir = "n2", .cases = "b", .fingerprint = "fedcba9876543210", .node = "x"});
    make((struct made){.dir = "n3", .cases = "c", .fingerprint = "00ff00ff00ff00ff"});
    merge("named", WORDS("n1", "n2", "n3"));
    struct ib_run_record run = load("named");
    assert_int_equal(run.n_machines, 3);
    assert_string_not_equal(run.cases[0].machine, run.cases[1].machine);
    for (int i = 0; i < 2; i++)
        assert_int_equal(run.cases[i].machine[0], 'x');
    assert_string_equal(run.cases[2].machine, "00ff00ff"); /* nothing else is known of it */
    ib_run_record_free(&run);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    make((struct made){.dir = "u1", .cases = "a", .shard = {1, 3}, .division = "x"});
    make((struct made){.dir = "u3", .cases = "bc", .shard = {3, 3}, .division = "x", .unfinished = true});
    merge("partial", WORDS("u1", "u3"));
    struct ib_run_record run = load("partial");
    assert_null(run.finished);
    assert_string_equal(ib_parts_missing(&arena, &run),
                        "shard 2 of 3 is missing, shard 3 of 3 is not finished");
    assert_int_equal(run.cases[2].status, 0);
    ib_arena_free(&arena);
    ib_run_record_free(&run);
}

/* Continues the run: one more round of its first case. */
static void continue_run(const char *dir, const char *letters, bool finish)
{
    char id[8];
    struct ib_store *store;
    const struct ib_case c = case_of(letters[0], id);
    const struct ib_timed_pass timed = {.round = {.round = ROUNDS + 1,
                                                  .status = IB_CASE_OK,
                                                  .repeats = 1,
                                                  .epoch_ns = 90,
                                                  .disturbed = IB_UNKNOWN,
                                                  .as_expected = IB_UNKNOWN}};
    assert_int_equal(ib_store_open(dir, NULL, &store), IB_OK);
    assert_int_equal(ib_store_put_timed(store, &c, &timed), IB_OK);
    if (finish)
        assert_int_equal(ib_store_finish(store), IB_OK);
    ib_store_close(store);
}

static void a_run_that_has_come_further_replaces_what_was_merged_of_it(void **state)
{
    (void)state;
    make((struct made){.dir = "c1", .cases = "ab", .unfinished = true});
    merge("early", WORDS("c1"));
    continue_run("c1", "ab", true);
    for (int i = 0; i < 2; i++) { /* whichever comes first */
        merge("late", i ? WORDS("early", "c1") : WORDS("c1", "early"));
        struct ib_run_record run = load("late");
        assert_int_equal(run.cases[0].n_rounds, ROUNDS + 1);
        assert_non_null(run.finished);
        ib_run_record_free(&run);
        assert_int_equal(unlink("late/run.sqlite"), 0);
    }
}

static void copies_of_a_run_that_disagree_are_refused(void **state)
{
    (void)state;
    make((struct made){.dir = "d1", .cases = "ab", .unfinished = true});
    assert_int_equal(system("cp -r d1 d2"), 0);
    continue_run("d1", "a", true);
    continue_run("d2", "b", true);
    expect_failure(ib_merge(WORDS("d1", "d2"), 2, "no"), IB_EINVAL, "d2",
                   WORDS("d1", "both hold the run", "differ"));
    assert_int_equal(access("no", F_OK), -1);
}

static void a_case_measured_twice_on_a_machine_is_refused(void **state)
{
    (void)state;
    make((struct made){.dir = "e1", .cases = "ab"});
    make((struct made){.dir = "e2", .cases = "bc"});
    expect_failure(ib_merge(WORDS("e1", "e2"), 2, "no"), IB_EINVAL, "e2",
                   WORDS("e1", "case-b", "same machine"));
    assert_int_equal(access("no", F_OK), -1);
}

/* A shard that was interrupted, and begun again in another folder. */
static void a_case_that_was_not_run_gives_way_to_one_that_was(void **state)
{
    (void)state;
    make((struct made){.dir = "g1", .cases = "ab", .unfinished = true});
    make((struct made){.dir = "g2", .cases = "b"});
    merge("gives_way", WORDS("g1", "g2"));
    struct ib_run_record run = load("gives_way");
    expect_cases(&run, "ab");
    assert_int_equal(run.cases[1].n_rounds, ROUNDS);
    ib_run_record_free(&run);
}

static void other_configurations_and_builds_are_refused(void **state)
{
    (void)state;
    struct ib_store *store;
    const struct ib_identity program = {"ironbench", "0000"};
    make((struct made){.dir = "h1", .cases = "a"});
    make((struct made){.dir = "h2", .cases = "b", .config = "version: 1\nname: other\n"});
    expect_failure(ib_merge(WORDS("h1", "h2"), 2, "no"), IB_EINVAL, "h2",
                   WORDS("h1", "configurations differ", "line 2", "name: other"));
    make((struct made){.dir = "h3", .cases = "b"});
    assert_int_equal(ib_store_open("h3", NULL, &store), IB_OK);
    assert_int_equal(ib_store_put_identities(store, &program, 1), IB_OK);
    ib_store_close(store);
    expect_failure(ib_merge(WORDS("h1", "h3"), 2, "no"), IB_EINVAL, "h3",
                   WORDS("h1", "same machine", "ironbench differs"));
}

static void shards_of_other_divisions_are_refused(void **state)
{
    (void)state;
    make((struct made){.dir = "i1", .cases = "a", .shard = {1, 2}, .division = "x"});
    make((struct made){.dir = "i2", .cases = "b", .shard = {2, 2}, .division = "y"});
    make((struct made){.dir = "i3", .cases = "c", .shard = {2, 3}, .division = "x"});
    expect_failure(ib_merge(WORDS("i1", "i2"), 2, "no"), IB_EINVAL, "i2", WORDS("different divisions"));
    expect_failure(ib_merge(WORDS("i1", "i3"), 2, "no"), IB_EINVAL, "i3", WORDS("3 shards", "of 2"));
}

static void a_run_that_was_not_merged_is_not_overwritten(void **state)
{
    (void)state;
    make((struct made){.dir = "j1", .cases = "a"});
    make((struct made){.dir = "j2", .cases = "b"});
    expect_failure(ib_merge(WORDS("j1"), 1, "j2"), IB_EINVAL, "j2", WORDS("not merged", "another"));
    struct ib_run_record run = load("j2");
    expect_cases(&run, "b");
    ib_run_record_free(&run);
}

/* Only a program that knows several machines may read a run of several. */
static void a_run_on_several_machines_has_a_newer_version(void **state)
{
    (void)state;
    sqlite3 *db;
    sqlite3_stmt *query;
    bool row;
    static const char *const dirs[] = {"k-one", "k-two"};
    make((struct made){.dir = "k1", .cases = "a", .fingerprint = "f1"});
    make((struct made){.dir = "k2", .cases = "b", .fingerprint = "f2"});
    make((struct made){.dir = "k3", .cases = "c", .fingerprint = "f1"});
    merge("k-one", WORDS("k1", "k3"));
    merge("k-two", WORDS("k1", "k2"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ib_run_folder_open(dirs[i], &db), IB_OK);
        assert_int_equal(ib_db_prepare(db, "PRAGMA user_version", &query), IB_OK);
        assert_int_equal(ib_db_next(query, &row), IB_OK);
        assert_int_equal(sqlite3_column_int(query, 0), i ? IB_DATABASE_MACHINES : IB_DATABASE_VERSION);
        sqlite3_finalize(query);
        sqlite3_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_shards_in_the_order_of_the_configuration),
        cmocka_unit_test(keeps_the_repositories_of_all_runs),
        cmocka_unit_test(merging_again_changes_nothing),
        cmocka_unit_test(a_merged_run_is_added_to),
        cmocka_unit_test(each_case_keeps_its_machine),
        cmocka_unit_test(machines_of_one_node_have_names_of_their_own),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(a_run_that_has_come_further_replaces_what_was_merged_of_it),
        cmocka_unit_test(copies_of_a_run_that_disagree_are_refused),
        cmocka_unit_test(a_case_measured_twice_on_a_machine_is_refused),
        cmocka_unit_test(a_case_that_was_not_run_gives_way_to_one_that_was),
        cmocka_unit_test(other_configurations_and_builds_are_refused),
        cmocka_unit_test(shards_of_other_divisions_are_refused),
        cmocka_unit_test(a_run_that_was_not_merged_is_not_overwritten),
        cmocka_unit_test(a_run_on_several_machines_has_a_newer_version),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
