#include "data/table.h"

#include <inttypes.h>

const struct ib_word ib_task_words[] = {
    {"regression", IB_REGRESSION}, {"classification", IB_CLASSIFICATION}, {NULL, 0}};
const struct ib_word ib_header_words[] = {{"true", IB_HEADER_YES}, {"false", IB_HEADER_NO}, {NULL, 0}};
const struct ib_word ib_words_words[] = {
    {"one_hot", IB_WORDS_ONE_HOT}, {"refuse", IB_WORDS_REFUSE}, {NULL, 0}};
const struct ib_word ib_missing_words[] = {
    {"refuse", IB_MISSING_REFUSE}, {"drop", IB_MISSING_DROP}, {"mean", IB_MISSING_MEAN}, {NULL, 0}};
const struct ib_word ib_delimiter_words[] = {
    {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"bar", '|'}, {NULL, 0}};
const struct ib_word ib_decimal_words[] = {{"point", '.'}, {"comma", ','}, {NULL, 0}};

bool ib_delimiter_parse(const char *text, int *out)
{
    for (const struct ib_word *w = ib_delimiter_words; w->word; w++) {
        if (strcmp(text, w->word) == 0 || (text[0] == w->value && !text[1])) {
            *out = w->value;
            return true;
        }
    }
    return false;
}

const char *ib_feature_key(struct ib_arena *arena, const struct ib_feature *feature)
{
    return feature->name ? ib_arena_copy(arena, IB_SHORT(feature->name))
                         : ib_arena_print(arena, "%" PRIu64, feature->column);
}

const char *ib_feature_column(struct ib_arena *arena, const struct ib_feature *feature)
{
    const char *key = ib_feature_key(arena, feature);
    return feature->name ? ib_arena_print(arena, "`%s`", key) : key;
}

const char *ib_table_feature(struct ib_arena *arena, const struct ib_table *table, uint64_t j)
{
    if (!table->features) {
        const uint64_t target = table->target_column; /* from 1 */
        return ib_arena_print(arena, "column %" PRIu64, j + 1 + (target && j + 1 >= target));
    }
    const struct ib_feature *feature = &table->features[j];
    const char *column = ib_feature_column(arena, feature);
    return feature->level ? ib_arena_print(arena, "`%s` in column %s", IB_SHORT(feature->level), column)
                          : ib_arena_print(arena, "column %s", column);
}
