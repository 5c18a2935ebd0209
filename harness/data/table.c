#include "data/table.h"

const struct ib_word ib_task_words[] = {
    {"regression", IB_REGRESSION}, {"classification", IB_CLASSIFICATION}, {NULL, 0}};
const struct ib_word ib_header_words[] = {{"true", IB_HEADER_YES}, {"false", IB_HEADER_NO}, {NULL, 0}};
const struct ib_word ib_delimiter_words[] = {
    {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"bar", '|'}, {NULL, 0}};

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
