#include "data/csv_decimal.h"

#include "data/csv_number.h"

#include <string.h>

enum { SAMPLE_BYTES = 1 << 16 };

/* A copy of the first rows, since reading a field unquotes it in place. */
static char *copy_sample(const struct ib_csv *csv, struct ib_arena *arena)
{
    const size_t length = strnlen(csv->at, SAMPLE_BYTES);
    char *sample = memcpy(ib_arena_alloc(arena, length + 1), csv->at, length);
    char *end = length == SAMPLE_BYTES ? strrchr(sample, '\n') : NULL;
    if (end)
        *end = '\0'; /* the last row is cut */
    return sample;
}

char ib_csv_find_decimal(const struct ib_csv *csv, struct ib_arena *arena)
{
    struct ib_csv sample = *csv;
    struct ib_csv_field field;
    double value;
    bool comma = false;
    if (csv->delimiter == ',')
        return '.';
    sample.at = sample.line_start = copy_sample(csv, arena);
    while (*sample.at && ib_csv_read_field(&sample, &field) == IB_OK) {
        if (ib_csv_parse(&field, '.', &value) == IB_CSV_NUMBER && memchr(field.text, '.', field.length))
            return '.';
        comma |= ib_csv_has_decimal_comma(&field);
    }
    return comma ? ',' : '.';
}
