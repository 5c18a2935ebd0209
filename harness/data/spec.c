#include "data/spec.h"

#include "base/error.h"
#include "base/file.h"

#include <unistd.h>

/* Reads a number; the caller checks its range. */
static enum ib_status read_number(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, const char *allowed, double *out)
{
    const char *text = NULL;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    return ib_parse_f64(text, out) ? IB_OK : ib_yaml_refuse(doc, node, rule->name, allowed);
}

static const char part_allowed[] = "a number above 0 and up to 1";
static const char noise_allowed[] = "a number from 0 to 1000";

static enum ib_status read_test_fraction(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                         const yaml_node_t *node, void *field)
{
    double value;
    IB_TRY(read_number(doc, rule, node, part_allowed, &value));
    if (!(value > 0) || value > 1)
        return ib_yaml_refuse(doc, node, rule->name, part_allowed);
    *(double *)field = value;
    return IB_OK;
}

static enum ib_status read_noise(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    double value;
    IB_TRY(read_number(doc, rule, node, noise_allowed, &value));
    if (!(value >= 0) || value > 1000)
        return ib_yaml_refuse(doc, node, rule->name, noise_allowed);
    *(double *)field = value;
    return IB_OK;
}

static enum ib_status read_delimiter(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                     const yaml_node_t *node, void *field)
{
    const char *text = NULL;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, false, IB_DELIMITER_ALLOWED, &text));
    return ib_delimiter_parse(text, field) ? IB_OK
                                           : ib_yaml_refuse(doc, node, rule->name, IB_DELIMITER_ALLOWED);
}

static json_t *part_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_number(0, true, 1);
}

static json_t *noise_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_number(0, false, 1000);
}

/* A word, or the character itself. */
static json_t *delimiter_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    json_t *schema = ib_schema_words(ib_delimiter_words), *list = json_object_get(schema, "enum");
    for (const struct ib_word *w = ib_delimiter_words; w->word; w++)
        json_array_append_new(list, json_sprintf("%c", w->value));
    return schema;
}

#define FIELD(key)        .name = #key, .offset = offsetof(struct ib_dataset_spec, key)
#define SYNTH(key, field) .name = #key, .offset = offsetof(struct ib_dataset_spec, synth.field)
#define PART              .read = read_test_fraction, .schema = part_schema, .type = "number", .allowed = part_allowed

const struct ib_yaml_key ib_spec_file_keys[] = {
    {FIELD(path), .read = ib_yaml_read_text, .required = true,
     .help =
         "a data file of a format whose name it ends with (Data sets, above), also with .gz; relative to the "
         "configuration's folder",
     .example = "mine.csv"},
    /* The keys from here on are also allowed in a file next to the data. */
    {FIELD(target), .read = ib_yaml_read_texts, .allowed = "names or numbers of columns",
     .initial = "the last column",
     .help = "target column, by name (CSV) or number; of a regression also several", .example = "price"},
    {FIELD(x), .read = ib_yaml_read_text, .initial = "x", .help = "array of features in an .npz file",
     .example = "images"},
    {FIELD(y), .read = ib_yaml_read_text, .initial = "none",
     .help =
         "file with the targets for an .npy or IDX file; of an .npz file, the array of targets (default: y)",
     .example = "mine_y.npy"},
    {FIELD(test), .read = ib_yaml_read_text, .initial = "none", .help = "file with the test rows",
     .example = "mine_test.csv"},
    {FIELD(test_fraction), PART, .initial = "0.2",
     .help = "fraction of the rows kept for testing; 1: all rows are used for both training and testing",
     .example = "0.3"},
    {FIELD(seed), .read = ib_yaml_read_u64, .min = 1, .max = INT64_MAX, .initial = "42",
     .help = "seed of the split into training and test rows", .example = "7"},
    {FIELD(header), .read = ib_yaml_read_word, .words = ib_header_words, .initial = "by the first line",
     .help = "whether the first line of a CSV file contains column names", .example = "true"},
    {FIELD(delimiter), .read = read_delimiter, .schema = delimiter_schema, .type = "word",
     .allowed = IB_DELIMITER_ALLOWED, .initial = "by the first line; tab for .tsv",
     .help = "what separates the fields of a CSV file", .example = "semicolon"},
    {FIELD(decimal), .read = ib_yaml_read_word, .words = ib_decimal_words, .initial = "by the first rows",
     .help = "what decimals follow in a CSV file", .example = "comma"},
    {FIELD(ignore), .read = ib_yaml_read_texts, .allowed = "names or numbers of columns", .initial = "none",
     .help = "columns of a CSV file that are left out", .example = "[id, date]"},
    {FIELD(missing), .read = ib_yaml_read_word, .words = ib_missing_words, .initial = "refuse",
     .help = "values that are missing (empty, NA, N/A, NaN, null or ?): an error, their rows are left out, "
             "or the "
             "mean of the training rows is filled in",
     .example = "drop"},
    {FIELD(words), .read = ib_yaml_read_word, .words = ib_words_words, .initial = "one_hot",
     .help = "columns of words in the features: one feature per word, or an error", .example = "refuse"},
    {FIELD(task), .read = ib_yaml_read_word, .words = ib_task_words, .initial = "by the targets",
     .help = "overrides the default: classification if all targets are 0 or 1, or words, else regression; of "
             "integers, classification makes as many classes as there are values",
     .example = "regression"},
    {FIELD(positive), .read = ib_yaml_read_text, .initial = "none; classes are 0 and 1",
     .help = "value of a target with two values, number or word, that becomes class 1; the other becomes 0",
     .example = "yes"},
    {FIELD(source), .read = ib_yaml_read_text, .initial = "none", .help = "where the data comes from",
     .example = "https://example.org"},
    {FIELD(licence), .read = ib_yaml_read_text, .initial = "none", .help = "licence of the data",
     .example = "CC0"},
    {.name = NULL},
};
static const struct ib_yaml_key *const sidecar_keys = ib_spec_file_keys + 1;

const struct ib_yaml_key ib_spec_synth_keys[] = {
    {SYNTH(synth, kind), .read = ib_yaml_read_word, .words = ib_synth_words, .required = true,
     .help = "kind of synthetic data to generate, instead of `path`", .example = "regression"},
    {SYNTH(rows, rows), .read = ib_yaml_read_u64, .min = 2, .max = 1000000000, .required = true,
     .help = "number of training rows", .example = "100000"},
    {SYNTH(cols, cols), .read = ib_yaml_read_u64, .min = 1, .max = 1000000, .required = true,
     .help = "number of features", .example = "32"},
    {SYNTH(noise, noise), .read = read_noise, .schema = noise_schema, .type = "number",
     .allowed = noise_allowed, .initial = "0", .help = "standard deviation of the noise added to the targets",
     .example = "0.1"},
    {SYNTH(outputs, outputs), .read = ib_yaml_read_u64, .min = 1, .max = 1000, .initial = "1",
     .help = "number of target columns", .example = "4"},
    {SYNTH(classes, classes), .read = ib_yaml_read_u64, .min = 2, .max = IB_CLASSES_MAX, .initial = "2",
     .help = "number of classes of a classification", .example = "10"},
    {FIELD(seed), .read = ib_yaml_read_u64, .min = 1, .max = INT64_MAX, .initial = "42",
     .help = "seed of the data", .example = "7"},
    {FIELD(test_fraction), PART, .initial = "0.2, at most 10000 rows",
     .help = "number of additional test rows, as a fraction of `rows`", .example = "0.3"},
    {.name = NULL},
};

static enum ib_status finish(const struct ib_yaml *doc, const yaml_node_t *map, const char *key,
                             const char *folder, struct ib_dataset_spec *spec)
{
    if (spec->test && spec->test_fraction > 0)
        return ib_yaml_fail(doc, map, key, "`test` and `test_fraction` are mutually exclusive");
    if (spec->test)
        spec->test = ib_file_join(doc->arena, folder, spec->test);
    spec->folder = ib_arena_copy(doc->arena, folder);
    spec->where = ib_yaml_where(doc, map);
    return IB_OK;
}

enum ib_status ib_spec_read(const struct ib_yaml *doc, const char *name, const yaml_node_t *map,
                            const char *folder, struct ib_dataset_spec *out)
{
    *out = (struct ib_dataset_spec){.name = ib_arena_copy(doc->arena, name)};
    bool is_synth = ib_yaml_find(doc, map, "synth") != NULL;
    IB_TRY(ib_yaml_read_map(doc, map, name, is_synth ? ib_spec_synth_keys : ib_spec_file_keys, out));
    if (!is_synth)
        out->path = ib_file_join(doc->arena, folder, out->path);
    return finish(doc, map, name, folder, out);
}

/* A configuration may have the same name as the data; it does not describe it. */
static bool is_configuration(const struct ib_yaml *doc)
{
    return ib_yaml_find(doc, ib_yaml_root(doc), "version") != NULL;
}

enum ib_status ib_spec_read_sidecar(struct ib_arena *arena, struct ib_dataset_spec *out)
{
    const char *folder = ib_file_folder(arena, out->path);
    const char *path =
        ib_arena_print(arena, "%s/%s.yaml", folder, ib_file_stem(arena, ib_source_name(arena, out->path)));
    if (access(path, F_OK) != 0)
        return IB_OK;
    struct ib_yaml doc;
    IB_TRY(ib_yaml_open(path, arena, &doc));
    enum ib_status status = IB_OK;
    if (!is_configuration(&doc)) {
        status = ib_yaml_read_map(&doc, ib_yaml_root(&doc), NULL, sidecar_keys, out);
        if (status == IB_OK)
            status = finish(&doc, ib_yaml_root(&doc), NULL, folder, out);
    }
    ib_yaml_close(&doc);
    return status;
}

/* ---- keys of a format ---- */

struct spec_key {
    const char *name;
    enum ib_spec_key key;
    bool given;
};

/* "target, header or ignore" */
static const char *list_keys(const struct spec_key *keys, size_t n, unsigned allowed, char *text,
                             size_t bytes)
{
    const char *names[16] = {NULL};
    for (size_t i = 0, k = 0; i < n; i++)
        if (allowed & keys[i].key)
            names[k++] = keys[i].name;
    return names[0] ? ib_name_list(names, text, bytes) : "none of these keys";
}

enum ib_status ib_spec_check_keys(const struct ib_dataset_spec *spec, const struct ib_dataset_format *format,
                                  const char *path)
{
    char list[128];
    const struct spec_key keys[] = {
        {"target", IB_SPEC_TARGET, spec->target != NULL},
        {"x", IB_SPEC_X, spec->x != NULL},
        {"y", IB_SPEC_Y, spec->y != NULL},
        {"header", IB_SPEC_HEADER, spec->header != IB_HEADER_AUTO},
        {"delimiter", IB_SPEC_DELIMITER, spec->delimiter != 0},
        {"decimal", IB_SPEC_DECIMAL, spec->decimal != 0},
        {"ignore", IB_SPEC_IGNORE, spec->ignore != NULL},
        {"missing", IB_SPEC_MISSING, spec->missing != IB_MISSING_DEFAULT},
        {"words", IB_SPEC_WORDS, spec->words != IB_WORDS_DEFAULT},
    };
    const size_t n = sizeof keys / sizeof *keys;
    for (size_t i = 0; i < n; i++)
        if (keys[i].given && !(format->keys & keys[i].key))
            return ib_fail(IB_EINVAL, spec->where ? spec->where : path,
                           "`%s` does not apply to %s data; allowed: %s", keys[i].name, format->title,
                           list_keys(keys, n, format->keys, list, sizeof list));
    return IB_OK;
}
