/* What is wrong in a configuration is named with its file, line and remedy. */
#include "fixtures/config_text.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct refusal {
    const char *text; /* of c.yaml */
    const char *where;
    const char *words[5];
};

static void expect_refusals(const struct refusal *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ib_config config;
        scratch_file("c.yaml", cases[i].text);
        expect_failure(ib_config_read("c.yaml", &config), IB_EINVAL, cases[i].where, cases[i].words);
        assert_null(config.arena.blocks);
    }
}
#define REFUSALS(cases) expect_refusals(cases, sizeof cases / sizeof *cases)

static void refuses_unreadable_files(void **state)
{
    (void)state;
    const struct refusal cases[] = {
        {"", "c.yaml:1", {"empty"}},
        {"# nothing\n", "c.yaml:1", {"empty"}},
        {"version: 1\nmatrix: [1, 2\nname: x\n", "c.yaml:3", {"invalid YAML"}},
        {"version: 1\n\tname: x\n", "c.yaml:2", {"invalid YAML"}},
        {"version: 1\nname: \"x\n", "c.yaml:3", {"invalid YAML"}},
        {"version: 1\nname: caf\xe9\n", "c.yaml:2", {"invalid YAML", "UTF-8"}},
        {"version: 1\nname: a\x01\n", "c.yaml:2", {"invalid YAML", "control"}},
        {"version: 1\nname: &a x\n", "c.yaml:2", {"anchors, aliases and tags", "a"}},
        {"version: 1\nname: x\nrequire: [&r a, *r]\n", "c.yaml:3", {"anchors, aliases and tags"}},
        {"version: 1\nmeasure: &m {rounds: 1}\n", "c.yaml:2", {"anchors, aliases and tags"}},
        {"version: 1\nrequire: &m [a]\n", "c.yaml:2", {"anchors, aliases and tags"}},
        {"version: 1\nname: !!str x\n", "c.yaml:2", {"anchors, aliases and tags"}},
        {"version: 1\nname: *x\n", "c.yaml:2", {"anchors, aliases and tags", "x"}},
        {"version: 1\n---\nversion: 1\n", "c.yaml:2", {"more than one YAML document"}},
        {"version: 1\nname: \"a\\0b\"\n", "c.yaml:2", {"NUL"}},
        {"version: 1\n[a]: 1\n", "c.yaml:2", {"key", "must be a string"}},
        {"- version: 1\n", "c.yaml:1", {"a list is not a map"}},
        {"version\n", "c.yaml:1", {"`version` is not a map"}},
    };
    REFUSALS(cases);
}

static void refuses_large_files(void **state)
{
    (void)state;
    static char text[IB_YAML_MAX_BYTES + 2];
    struct ib_config config;
    memset(text, '#', sizeof text - 1);
    scratch_file("c.yaml", text);
    expect_failure(ib_config_read("c.yaml", &config), IB_EINVAL, "c.yaml", WORDS("65537 bytes", "65536"));
    memcpy(text, HEAD MATRIX, strlen(HEAD MATRIX));
    text[IB_YAML_MAX_BYTES] = '\0';
    struct ib_config largest = config_text_read(text);
    ib_config_free(&largest);
}

static void refuses_files_that_are_not_there(void **state)
{
    (void)state;
    struct ib_config config;
    expect_failure(ib_config_read("none.yaml", &config), IB_EIO, "none.yaml",
                   WORDS("cannot open", "No such file"));
    expect_failure(ib_config_read("/", &config), IB_EIO, "/", WORDS("not a regular file"));
}

static void refuses_keys(void **state)
{
    (void)state;
    const struct refusal cases[] = {
        {HEAD "matirx: {}\n",
         "c.yaml:2",
         {"unknown key `matirx`", "did you mean `matrix`?", "allowed: version, name"}},
        {HEAD MATRIX "zup: [a]\n", "c.yaml:3", {"unknown key `zup`", "did you mean `zip`?"}},
        {HEAD MATRIX "gates: {slowdown: 1%}\n", "c.yaml:3", {"unknown key `gates`", "did you mean `gate`?"}},
        {HEAD MATRIX "external: [a]\n", "c.yaml:3", {"`external`", "a list is not a map of names"}},
        {HEAD MATRIX "external: {a: b}\n", "c.yaml:3", {"`a`", "`b` is not a map"}},
        {HEAD MATRIX "external: {a: {}}\n", "c.yaml:3", {"`a`", "`command` is missing"}},
        {HEAD MATRIX "external: {a: {comand: [b]}}\n", "c.yaml:3", {"`comand`", "did you mean `command`?"}},
        {HEAD MATRIX "external: {a: {command: b c}}\n",
         "c.yaml:3",
         {"`command`", "`b c`", "a list", "without a shell"}},
        {HEAD MATRIX "external: {a: {command: []}}\n",
         "c.yaml:3",
         {"`command`", "is not a list of a program"}},
        {HEAD MATRIX "external: {a b: {command: [c]}}\n",
         "c.yaml:3",
         {"`external`", "`a b`", "letters, digits"}},
        {HEAD MATRIX "external: {a*: {command: [c]}}\n",
         "c.yaml:3",
         {"`external`", "`a*`", "letters, digits"}},
        {HEAD MATRIX "<<: {}\n", "c.yaml:3", {"unknown key `<<`"}},
        {HEAD MATRIX "name: a\nname: b\n", "c.yaml:4", {"`name`", "given twice"}},
        {HEAD "matrix:\n  model: mlp\n  lr: 1\n  model: mlp\n", "c.yaml:5", {"`model`", "given twice"}},
        {MATRIX, "c.yaml:1", {"`version` is missing"}},
        {HEAD, "c.yaml:1", {"`matrix` is missing"}},
        {"version: 2\n" MATRIX, "c.yaml:1", {"`version`", "`2` is not 1"}},
        {"version: \"1\"\n" MATRIX, "c.yaml:1", {"`version`", "is not 1"}},
        {"version:\n" MATRIX, "c.yaml:1", {"`version`", "has no value"}},
        {HEAD MATRIX "name: my run\n", "c.yaml:3", {"`name`", "`my run`", "letters, digits"}},
        {HEAD MATRIX "name: ../x\n", "c.yaml:3", {"`name`", "`../x`"}},
        {HEAD MATRIX "name: [a]\n", "c.yaml:3", {"`name`", "a list is not a string"}},
        {HEAD MATRIX "plugins: [[a]]\n", "c.yaml:3", {"`plugins`", "a list is not a string"}},
        {HEAD MATRIX "require: {a: b}\n", "c.yaml:3", {"`require`", "a map is not a string"}},
        {HEAD "matrix: 5\n", "c.yaml:2", {"`matrix`", "`5` is not a map"}},
        {HEAD "matrix: [a]\n", "c.yaml:2", {"`matrix`", "a list is not a map"}},
        {HEAD "matrix:\n", "c.yaml:2", {"`matrix`", "has no value", "a map"}},
        {HEAD "matrix:\n  dataset: xor\n  impl: cpu_naive\n", "c.yaml:3", {"`matrix`", "`model` is missing"}},
        {HEAD "matrix:\n  model: mlp\n  impl: cpu_naive\n", "c.yaml:3", {"`matrix`", "`dataset` is missing"}},
        {HEAD "include:\n  - model: mlp\n    dataset: xor\n", "c.yaml:3", {"`include`", "`impl` is missing"}},
        {HEAD "include: []\n", "c.yaml:1", {"`matrix` is missing"}},
    };
    REFUSALS(cases);
}

static void refuses_axes(void **state)
{
    (void)state;
#define AXIS(text) HEAD "matrix:\n  " text "\n"
    const struct refusal cases[] = {
        {AXIS("epochz: 5"), "c.yaml:3", {"unknown key `epochz`", "`epochs`", "allowed: model, dataset"}},
        {AXIS("epochs: -5"), "c.yaml:3", {"`epochs`", "`-5`", "an integer from 1"}},
        {AXIS("epochs: 0"), "c.yaml:3", {"`epochs`", "`0`", "an integer from 1"}},
        {AXIS("epochs: 1.5"), "c.yaml:3", {"`epochs`", "`1.5`", "an integer from 1"}},
        {AXIS("epochs: many"), "c.yaml:3", {"`epochs`", "`many`", "an integer from 1"}},
        {AXIS("epochs: \"100\""), "c.yaml:3", {"`epochs`", "`\"100\"`", "without quotes"}},
        {AXIS("epochs: [10,\n    -1]"), "c.yaml:4", {"`epochs`", "`-1`"}},
        {AXIS("epochs: []"), "c.yaml:3", {"`epochs`", "empty axis", "at least one value"}},
        {AXIS("epochs:"), "c.yaml:3", {"`epochs`", "has no value"}},
        {AXIS("epochs: [1, ~]"), "c.yaml:3", {"`epochs`", "`~`", "integer"}},
        {AXIS("epochs: {a: b}"), "c.yaml:3", {"`epochs`", "a map is not a number"}},
        {AXIS("lr: nan"), "c.yaml:3", {"`lr`", "`nan`", "a finite number above 0"}},
        {AXIS("lr: .nan"), "c.yaml:3", {"`lr`", "`.nan`"}},
        {AXIS("lr: .inf"), "c.yaml:3", {"`lr`", "`.inf`"}},
        {AXIS("lr: 0"), "c.yaml:3", {"`lr`", "`0`", "above 0"}},
        {AXIS("lr: -0.1"), "c.yaml:3", {"`lr`", "`-0.1`", "above 0"}},
        {AXIS("lr: 1e999"), "c.yaml:3", {"`lr`", "`1e999`"}},
        {AXIS("lr: 1e-999"), "c.yaml:3", {"`lr`", "`1e-999`"}},
        {AXIS("lr: [[1]]"), "c.yaml:3", {"`lr`", "a list is not a number"}},
        {AXIS("hidden: 0"), "c.yaml:3", {"`hidden`", "`0`", "1 to 8 layer sizes"}},
        {AXIS("hidden: [[6, 0]]"), "c.yaml:3", {"`hidden`", "`0`", "from 1 to 1000000"}},
        {AXIS("hidden: [[6, -6]]"), "c.yaml:3", {"`hidden`", "`-6`"}},
        {AXIS("hidden: [[1,2,3,4,5,6,7,8,9]]"), "c.yaml:3", {"`hidden`", "9 hidden layers", "at most 8"}},
        {AXIS("hidden: [[6, x]]"), "c.yaml:3", {"`hidden`", "`x`"}},
        {AXIS("hidden: [[6, [6]]]"), "c.yaml:3", {"`hidden`", "a list is not a layer size"}},
        {AXIS("hidden: []"), "c.yaml:3", {"`hidden`", "empty axis", "[[]]"}},
        {AXIS("seed: -1"), "c.yaml:3", {"`seed`", "`-1`", "an integer from 0"}},
        {AXIS("seed: 9223372036854775808"), "c.yaml:3", {"`seed`", "9223372036854775807"}},
        {AXIS("seed: 18446744073709551615"), "c.yaml:3", {"`seed`", "9223372036854775807"}},
        {AXIS("seed: 18446744073709551616"), "c.yaml:3", {"`seed`", "9223372036854775807"}},
        {AXIS("log_every: x"), "c.yaml:3", {"`log_every`", "`x`", "an integer from 0"}},
        {AXIS("dtype: f16"), "c.yaml:3", {"`dtype`", "`f16`", "f32 or f64"}},
        {AXIS("act: sigmod"), "c.yaml:3", {"`act`", "relu, tanh or sigmoid", "did you mean `sigmoid`?"}},
        {AXIS("loss: half_mse"), "c.yaml:3", {"`loss`", "`half_mse`", "mse, bce or ce"}},
        {AXIS("init: zeros"), "c.yaml:3", {"`init`", "`zeros`", "normal, xavier or he"}},
        {AXIS("residency: host"), "c.yaml:3", {"`residency`", "`host`", "per_op or resident"}},
        {AXIS("model: [mlp, linrge]"), "c.yaml:3", {"`model`", "`linrge`", "did you mean `linreg`?"}},
        {AXIS("dataset: \"\""), "c.yaml:3", {"`dataset`", "has no value"}},
        {AXIS("impl: {threads: 2}"), "c.yaml:3", {"`impl`", "`name` is missing"}},
        {AXIS("impl: [{name: cpu_blas, threads: []}]"), "c.yaml:3", {"`threads`", "empty list"}},
        {AXIS("impl: [{name: cpu_blas, threads: 1 2}]"),
         "c.yaml:3",
         {"`threads`", "`1 2`", "without whitespace"}},
        {AXIS("impl: [{name: [a], threads: 1}]"), "c.yaml:3", {"`name`", "a list is not"}},
    };
    REFUSALS(cases);
}

/* A value may stand twice only where `zip` ties its axis to another. */
static void refuses_values_given_twice(void **state)
{
    (void)state;
#define WHOLE(text) HEAD "matrix:\n  model: mlp\n  dataset: xor\n  " text "\n"
    const struct refusal cases[] = {
        {WHOLE("impl: a\n  epochs: [1, 2, 1]"), "c.yaml:6", {"`epochs`", "`1` is given twice"}},
        {WHOLE("impl: a\n  epochs: [1, 2,\n 1]"), "c.yaml:7", {"`epochs`", "`1` is given twice"}},
        {WHOLE("impl: a\n  lr: [0.01, 1e-2]"), "c.yaml:6", {"`lr`", "`0.01` is given twice"}},
        {WHOLE("impl: a\n  hidden: [6, 6]"), "c.yaml:6", {"`hidden`", "`6` is given twice", "[[6, 6]]"}},
        {WHOLE("impl: a\n  hidden: [6, [6]]"), "c.yaml:6", {"`hidden`", "`6` is given twice"}},
        {WHOLE("impl: [cpu_blas, cpu_blas]"), "c.yaml:5", {"`impl`", "`cpu_blas` is given twice"}},
        {WHOLE("impl: a\n  lr: [1, 1]\n  seed: [1, 2]\n  epochs: [3, 4]\nzip: [seed, epochs]"),
         "c.yaml:6",
         {"`lr`", "`1` is given twice"}},
        {WHOLE("impl: a\nzip: [model, impl]\ninclude: {model: mlp, dataset: xor, impl: a, seed: [1, 1]}"),
         "c.yaml:7",
         {"`seed`", "`1` is given twice"}},
    };
    REFUSALS(cases);
}

static void refuses_ties(void **state)
{
    (void)state;
#define ZIP(text) WHOLE("impl: a\n  lr: [1, 2, 3]\n  epochs: [1, 2]\n  seed: [7,\n 8]\nzip: " text)
    const struct refusal cases[] = {
        {ZIP("[lr, epochs]"),
         "c.yaml:10",
         {"`zip`", "`lr` has 3 values (c.yaml:6)", "`epochs` has 2 (c.yaml:7)", "the same number"}},
        {ZIP("\n  - [epochs, seed]\n  - [lr, model]"), "c.yaml:12", {"`model` has 1", "`lr` has 3"}},
        {ZIP("[lr, epoch]"), "c.yaml:10", {"`zip`", "`epoch` is not an axis", "did you mean `epochs`?"}},
        {ZIP("[lr, rows]"), "c.yaml:10", {"`rows` is not an axis"}},
        {ZIP("[lr, lr]"), "c.yaml:10", {"`lr` is given twice"}},
        {ZIP("[[lr, seed], [epochs, seed]]"), "c.yaml:10", {"`seed` is given twice"}},
        {ZIP("[epochs, dtype]"), "c.yaml:10", {"`dtype` is not in `matrix`"}},
        {ZIP("[lr]"), "c.yaml:10", {"`zip`", "at least two axes"}},
        {ZIP("lr"), "c.yaml:10", {"`zip`", "at least two axes"}},
        {ZIP("[]"), "c.yaml:10", {"`zip`", "at least two axes"}},
        {ZIP("{lr: seed}"), "c.yaml:10", {"`zip`", "at least two axes"}},
        {ZIP("[[lr, seed], epochs]"), "c.yaml:10", {"`zip`", "at least two axes"}},
        {ZIP("[lr, [seed, epochs]]"), "c.yaml:10", {"`zip`", "a list is not the name of an axis"}},
        {HEAD "zip: [lr, seed]\ninclude: {model: mlp, dataset: xor, impl: a}\n",
         "c.yaml:1",
         {"`matrix` is missing"}},
    };
    REFUSALS(cases);
}

static void refuses_measures(void **state)
{
    (void)state;
#define MEASURE(text) HEAD MATRIX "measure: {" text "}\n"
    const struct refusal cases[] = {
        {MEASURE("rounds: 0"), "c.yaml:3", {"`rounds`", "`0`", "an integer from 1"}},
        {MEASURE("rounds: -1"), "c.yaml:3", {"`rounds`", "`-1`", "an integer from 1"}},
        {MEASURE("rounds: [1]"), "c.yaml:3", {"`rounds`", "a list is not"}},
        {MEASURE("warmup: x"), "c.yaml:3", {"`warmup`", "`x`", "an integer from 0"}},
        {MEASURE("round: 1"), "c.yaml:3", {"unknown key `round`", "`rounds`"}},
        {MEASURE("order: random"), "c.yaml:3", {"`order`", "`random`", "interleaved, abba or block"}},
        {MEASURE("pin: all"), "c.yaml:3", {"`pin`", "`all`", "auto, none or a list of CPUs", "0,2-3"}},
        {MEASURE("pin: '0,'"), "c.yaml:3", {"`pin`"}},
        {MEASURE("pin: '3-1'"), "c.yaml:3", {"`pin`"}},
        {MEASURE("pin: '1-'"), "c.yaml:3", {"`pin`"}},
        {MEASURE("pin: '-1'"), "c.yaml:3", {"`pin`"}},
        {MEASURE("pin: 1024"), "c.yaml:3", {"`pin`", "from 0 to 1023"}},
        {MEASURE("pin: 18446744073709551616"), "c.yaml:3", {"`pin`", "from 0 to 1023"}},
        {MEASURE("pin: '0 1'"), "c.yaml:3", {"`pin`"}},
        {MEASURE("pin: [0, 1]"), "c.yaml:3", {"`pin`", "a list is not"}},
        {MEASURE("precision: 0"), "c.yaml:3", {"`precision`", "`0`", "above 0 and below 1", "1% or 0.01"}},
        {MEASURE("precision: 0%"), "c.yaml:3", {"`precision`", "`0%`"}},
        {MEASURE("precision: 100%"), "c.yaml:3", {"`precision`", "`100%`"}},
        {MEASURE("precision: 1"), "c.yaml:3", {"`precision`", "`1`"}},
        {MEASURE("precision: -1%"), "c.yaml:3", {"`precision`", "`-1%`"}},
        {MEASURE("precision: '%'"), "c.yaml:3", {"`precision`", "%"}},
        {MEASURE("precision: 1%%"), "c.yaml:3", {"`precision`", "`1%%`"}},
        {MEASURE("precision: nan%"), "c.yaml:3", {"`precision`", "`nan%`"}},
        {MEASURE("precision: 1%, rounds: 5"), "c.yaml:3", {"`precision`", "at least 6 rounds", "at most 5"}},
        {MEASURE("precision: 1%, max_rounds: 5"), "c.yaml:3", {"`precision`", "at least 6 rounds"}},
        {MEASURE("precision: 1%, rounds: 9, max_rounds: 9"),
         "c.yaml:3",
         {"`max_rounds`", "`rounds`", "give only one"}},
        {MEASURE("precision: 1%, min_rounds: 11"), "c.yaml:3", {"`min_rounds`", "`11`", "10 rounds"}},
        {MEASURE("min_rounds: 3"), "c.yaml:3", {"`min_rounds`", "`precision`", "`rounds`"}},
        {MEASURE("rounds: 9, max_rounds: 12"), "c.yaml:3", {"`max_rounds`", "`precision`"}},
        {MEASURE("min_rounds: 0, precision: 1%"), "c.yaml:3", {"`min_rounds`", "an integer from 1"}},
        {MEASURE("timeout: 60"), "c.yaml:3", {"`timeout`", "`60`", "a duration such as 20ms"}},
        {MEASURE("timeout: 60 parsecs"), "c.yaml:3", {"`timeout`", "`60 parsecs`"}},
        {MEASURE("timeout: s"), "c.yaml:3", {"`timeout`", "`s`"}},
        {MEASURE("timeout: 0s"), "c.yaml:3", {"`timeout`", "`0s`", "from 1.00 ms"}},
        {MEASURE("timeout: -1s"), "c.yaml:3", {"`timeout`", "`-1s`"}},
        {MEASURE("timeout: 1e3s"), "c.yaml:3", {"`timeout`", "`1e3s`"}},
        {MEASURE("timeout: 99999h"), "c.yaml:3", {"`timeout`", "`99999h`"}},
        {MEASURE("min_time: 2h"), "c.yaml:3", {"`min_time`", "`2h`", "to 3600 s"}},
        {HEAD MATRIX "measure: 5\n", "c.yaml:3", {"`measure`", "`5` is not a map"}},
    };
    REFUSALS(cases);
}

static void refuses_data_sets(void **state)
{
    (void)state;
#define DATA(text) HEAD MATRIX "datasets:\n  mine: " text "\n"
    const struct refusal cases[] = {
        {DATA("{target: y}"), "c.yaml:4", {"`mine`", "`path` is missing"}},
        {DATA("{path: a.csv, tartget: y}"), "c.yaml:4", {"unknown key `tartget`", "`target`"}},
        {DATA("{synth: regression}"), "c.yaml:4", {"`mine`", "`rows` is missing"}},
        {DATA("{path: a.csv, test_fraction: 0}"),
         "c.yaml:4",
         {"`test_fraction`", "`0`", "above 0 and up to 1"}},
        {DATA("{path: a.csv, test_fraction: 1.5}"), "c.yaml:4", {"`test_fraction`", "`1.5`"}},
        {DATA("{path: a.csv, test_fraction: nan}"), "c.yaml:4", {"`test_fraction`", "`nan`"}},
        {DATA("{path: a.csv, test_fraction: 0.5, test: b.csv}"),
         "c.yaml:4",
         {"`test`", "`test_fraction`", "mutually exclusive"}},
        {DATA("{path: a.csv, seed: 0}"), "c.yaml:4", {"`seed`", "`0`", "an integer from 1"}},
        {DATA("{path: a.csv, seed: 9223372036854775808}"), "c.yaml:4", {"`seed`", "9223372036854775807"}},
        {DATA("{path: a.csv, header: maybe}"), "c.yaml:4", {"`header`", "`maybe`", "true or false"}},
        {DATA("{path: a.csv, task: clustering}"),
         "c.yaml:4",
         {"`task`", "`clustering`", "regression or classification"}},
        {DATA("a.csv"), "c.yaml:4", {"`mine`", "`a.csv` is not a map"}},
        {HEAD MATRIX "datasets: [a]\n", "c.yaml:3", {"`datasets`", "a list is not a map"}},
        {HEAD MATRIX "datasets: {a b: {path: c.csv}}\n", "c.yaml:3", {"`datasets`", "`a b`", "letters"}},
    };
    REFUSALS(cases);
}

static void refuses_excludes(void **state)
{
    (void)state;
#define EXCLUDE(text) HEAD MATRIX "exclude:\n  - {" text "}\n"
    const struct refusal cases[] = {
        {EXCLUDE("row: 5"), "c.yaml:4", {"unknown key `row`", "`rows`", "task"}},
        {EXCLUDE("rows: many"), "c.yaml:4", {"`rows`", "`many`", "not a number"}},
        {EXCLUDE("rows: '>=x'"), "c.yaml:4", {"`rows`", "`>=x`", "not a number"}},
        {EXCLUDE("lr: [1, 2]"), "c.yaml:4", {"`lr`", "a list is not"}},
        {EXCLUDE("dtype: '>=f32'"), "c.yaml:4", {"`dtype`", "`>=f32`", "numeric axis"}},
        {EXCLUDE("dtype: f16"), "c.yaml:4", {"`dtype`", "`f16`", "f32 or f64"}},
        {EXCLUDE("model: linrge"), "c.yaml:4", {"`model`", "`linrge`", "`linreg`"}},
        {EXCLUDE("task: clustering"), "c.yaml:4", {"`task`", "`clustering`", "regression or classification"}},
        {EXCLUDE("hidden: [6, 0]"), "c.yaml:4", {"`hidden`", "`0`"}},
        {EXCLUDE(""), "c.yaml:4", {"`exclude`", "a map of conditions"}},
        {HEAD MATRIX "exclude: [5]\n", "c.yaml:3", {"`exclude`", "`5` is not a map of conditions"}},
    };
    REFUSALS(cases);
}

/* A name that is taken from the file's must be one, too. */
static void refuses_a_file_name_that_is_no_name(void **state)
{
    (void)state;
    struct ib_config config;
    expect_failure(ib_config_read(scratch_file("my run.yaml", HEAD MATRIX), &config), IB_EINVAL,
                   "my run.yaml:1", WORDS("`name`", "`my run`"));
}

/* Any bytes give a result, and nothing is read beyond the text. */
static void damaged_files_do_not_crash(void **state)
{
    (void)state;
    static const char whole[] =
        "version: 1\nmatrix: {model: [mlp], dataset: xor, impl: [{name: a, t: [1, 2]}], "
        "hidden: [[6, 6], []], lr: [1, 1]}\nzip: [[hidden, lr]]\nexclude: [{lr: '>1'}]\n"
        "measure: {timeout: 1s, precision: 1%, pin: '0-1'}\n";
    char text[sizeof whole];
    struct ib_config config;
    for (size_t n = 0; n < sizeof whole; n++) {
        scratch_bytes("cut.yaml", whole, n);
        if (ib_config_read("cut.yaml", &config) == IB_OK)
            ib_config_free(&config);
        for (const char *c = "\"[{:*&\x80\n"; *c; c++) {
            memcpy(text, whole, sizeof whole);
            text[n] = *c;
            scratch_bytes("cut.yaml", text, sizeof whole - 1);
            if (ib_config_read("cut.yaml", &config) == IB_OK)
                ib_config_free(&config);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_unreadable_files),
        cmocka_unit_test(refuses_large_files),
        cmocka_unit_test(refuses_files_that_are_not_there),
        cmocka_unit_test(refuses_keys),
        cmocka_unit_test(refuses_axes),
        cmocka_unit_test(refuses_values_given_twice),
        cmocka_unit_test(refuses_ties),
        cmocka_unit_test(refuses_measures),
        cmocka_unit_test(refuses_data_sets),
        cmocka_unit_test(refuses_excludes),
        cmocka_unit_test(refuses_a_file_name_that_is_no_name),
        cmocka_unit_test(damaged_files_do_not_crash),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
