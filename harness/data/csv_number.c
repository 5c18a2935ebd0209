#include "data/csv_number.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Most numbers have few enough digits that their value and power of ten are exact in f64. One division then
 * rounds correctly, without strtod. */
static bool parse_short_number(const char *text, const char *end, char decimal, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = *text == '-';
    text += negative;
    if (end - text > 16 || text == end)
        return false;
    uint64_t digits = 0;
    size_t count = 0, decimals = 0;
    bool point = false;
    for (; text < end; text++) {
        if (*text == decimal && !point) {
            point = true;
        } else if (*text >= '0' && *text <= '9') {
            digits = digits * 10 + (uint64_t)(*text - '0');
            count++;
            decimals += point;
        } else {
            return false;
        }
    }
    if (count == 0 || count > 15)
        return false;
    *out = (double)digits / powers[decimals];
    if (negative)
        *out = -*out;
    return true;
}

static bool is_missing(const struct ib_csv_field *field)
{
    static const char *const missing[] = {"?", "NA", "N/A", "#N/A", "null"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (field->length == strlen(missing[i]) && strncasecmp(field->text, missing[i], field->length) == 0)
            return true;
    return false;
}

/* Parses with a point in place of the decimal comma. Returns whether the whole field is a number. */
static bool parse_long_number(const struct ib_csv_field *field, char decimal, double *out)
{
    char *stop, *comma = decimal == ',' ? memchr(field->text, ',', field->length) : NULL;
    if (memchr(field->text, 'x', field->length) || memchr(field->text, 'X', field->length) ||
        (decimal == ',' && memchr(field->text, '.', field->length)))
        return false;
    if (comma)
        *comma = '.';
    *out = strtod(field->text, &stop);
    if (comma)
        *comma = ',';
    return stop == field->text + field->length;
}

enum ib_csv_kind ib_csv_parse(const struct ib_csv_field *field, char decimal, double *out)
{
    double value;
    if (field->length == 0)
        return IB_CSV_EMPTY;
    if (parse_short_number(field->text, field->text + field->length, decimal, out))
        return IB_CSV_NUMBER;
    if (!parse_long_number(field, decimal, &value))
        return is_missing(field) ? IB_CSV_MISSING : IB_CSV_TEXT;
    if (!isfinite(value))
        return isnan(value) ? IB_CSV_NAN : IB_CSV_NOT_FINITE;
    *out = value;
    return IB_CSV_NUMBER;
}

/* ---- what is wrong ---- */

/* The number of bytes of the separator at `at` that people put between groups of digits; 0: none. */
static size_t separator_bytes(const char *at, const char *end)
{
    static const char *const separators[] = {",", ".", "'", " ", "\u00a0", "\u2009", "\u202f", "\u2019"};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        const size_t bytes = strlen(separators[i]);
        if ((size_t)(end - at) >= bytes && memcmp(at, separators[i], bytes) == 0)
            return bytes;
    }
    return 0;
}

/* "1,5" or "1.234,5": digits in groups. */
struct groups {
    size_t separators;
    size_t last; /* digits after the last separator */
    bool has_comma;
};

/* Returns false for another text. */
static bool find_groups(const char *text, const char *end, struct groups *out)
{
    size_t digits = 0;
    *out = (struct groups){.has_comma = memchr(text, ',', (size_t)(end - text)) != NULL};
    for (const char *at = text; at < end;) {
        if (isdigit((unsigned char)*at)) {
            digits++;
            at++;
            continue;
        }
        const size_t bytes = separator_bytes(at, end);
        if (!bytes || at == text)
            return false;
        out->separators++;
        digits = 0;
        at += bytes;
    }
    out->last = digits;
    return end > text;
}

static const char *complain_of_groups(const char *text, const char *end, char decimal)
{
    struct groups groups;
    if (!find_groups(text, end, &groups))
        return NULL;
    if (decimal == ',')
        return "is not a number: thousands must not be separated, and decimals must follow a comma";
    if (groups.separators == 1 && groups.has_comma && groups.last != 3)
        return "is not a number: it has a decimal comma, which `decimal: comma` (train: --decimal comma) "
               "reads";
    if (groups.separators == 1 && groups.has_comma)
        return "is not a number: thousands must not be separated; if this is a decimal comma, `decimal: "
               "comma` "
               "(train: --decimal comma) reads it";
    return "is not a number: thousands must not be separated, and decimals must follow a point";
}

bool ib_csv_has_decimal_comma(const struct ib_csv_field *field)
{
    struct groups groups;
    const bool sign = field->length && (*field->text == '-' || *field->text == '+');
    return find_groups(field->text + sign, field->text + field->length, &groups) && groups.separators == 1 &&
           groups.has_comma && groups.last > 0 && groups.last != 3;
}

/* Says how a text that is meant as a number is written otherwise; NULL: it is another text. */
static const char *complain_of_text(const struct ib_csv_field *field, char decimal)
{
    static const char minus[] = "\u2212";
    const char *text = field->text, *end = text + field->length;
    if (field->length > strlen(minus) && memcmp(text, minus, strlen(minus)) == 0)
        return "is not a number: its minus is the character U+2212 instead of -";
    return complain_of_groups(text + (*text == '-' || *text == '+'), end, decimal);
}

bool ib_csv_is_word(const struct ib_csv_field *field)
{
    return !complain_of_text(field, '.');
}

const char *ib_csv_complaint(const struct ib_csv_field *field, char decimal, enum ib_csv_kind kind)
{
    if (kind == IB_CSV_EMPTY)
        return "is empty; a number is required";
    if (kind == IB_CSV_NAN || kind == IB_CSV_NOT_FINITE)
        return "is not a finite number";
    if (kind == IB_CSV_MISSING)
        return "is not a number: a value is missing";
    const char *complaint = complain_of_text(field, decimal);
    return complaint ? complaint : "is not a number";
}
