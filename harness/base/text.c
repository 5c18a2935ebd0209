#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct ib_word ib_dtype_words[] = {{"f32", IB_F32}, {"f64", IB_F64}, {NULL, 0}};
const struct ib_word ib_act_words[] = {
    {"relu", IB_RELU}, {"tanh", IB_TANH}, {"sigmoid", IB_SIGMOID}, {NULL, 0}};
const struct ib_word ib_loss_words[] = {
    {"half_mse", IB_HALF_MSE}, {"mse", IB_MSE}, {"bce", IB_BCE}, {"ce", IB_CE}, {NULL, 0}};
const struct ib_word ib_optimizer_words[] = {
    {"sgd", IB_SGD}, {"momentum", IB_MOMENTUM}, {"adam", IB_ADAM}, {NULL, 0}};
const struct ib_word ib_update_words[] = {{"momentum", IB_DOES_MOMENTUM},
                                          {"adam", IB_DOES_ADAM},
                                          {"weight_decay", IB_DOES_WEIGHT_DECAY},
                                          {"batch", IB_DOES_BATCHES},
                                          {NULL, 0}};

const char *ib_word_of(const struct ib_word *table, int value)
{
    for (; table->word; table++)
        if (table->value == value)
            return table->word;
    return "?";
}

bool ib_word_value(const struct ib_word *table, const char *word, int *out)
{
    for (; word && table->word; table++) {
        if (strcmp(table->word, word) == 0) {
            *out = table->value;
            return true;
        }
    }
    return false;
}

/* Appends a list item to text[n], of which `used` bytes are used; returns the new number of used bytes. */
static size_t add_item(char *text, size_t n, size_t used, const char *item, bool is_last)
{
    const char *joint = used == 0 ? "" : is_last ? " or " : ", ";
    return used < n ? used + (size_t)snprintf(text + used, n - used, "%s%s", joint, item) : used;
}

const char *ib_word_list(const struct ib_word *table, char *text, size_t n)
{
    size_t used = 0;
    text[0] = '\0';
    for (; table->word; table++)
        used = add_item(text, n, used, table->word, !table[1].word);
    return text;
}

const char *ib_name_list(const char *const *names, char *text, size_t n)
{
    size_t used = 0;
    text[0] = '\0';
    for (; *names; names++)
        used = add_item(text, n, used, names[0], !names[1]);
    return text;
}

enum { NAME_MAX_LENGTH = 63 }; /* longer texts are not compared */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number of insertions, deletions, replacements and swaps of neighbours that turn a into b. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MAX_LENGTH + 1], n = strlen(b);
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = smaller(above[j - 1] + (a[i - 1] != b[j - 1]), 1 + smaller(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
    }
    return row[n];
}

const char *ib_nearest(const char *name, const char *const *candidates)
{
    size_t length = strlen(name);
    if (length > NAME_MAX_LENGTH)
        return NULL;
    const char *nearest = NULL;
    size_t limit = length / 3 > 2 ? length / 3 : 2;
    for (; *candidates; candidates++) {
        if (strlen(*candidates) > NAME_MAX_LENGTH)
            continue;
        size_t distance = edit_distance(name, *candidates);
        /* If every letter has to change, it is not a misspelling. */
        if (distance <= limit && distance < strlen(*candidates)) {
            nearest = *candidates;
            if (distance == 0)
                break;
            limit = distance - 1;
        }
    }
    return nearest;
}

const char *ib_hint(const char *name, const char *const *candidates, char *text, size_t n)
{
    const char *nearest = ib_nearest(name, candidates);
    text[0] = '\0';
    if (nearest)
        snprintf(text, n, " (did you mean `%s`?)", nearest);
    return text;
}

/* ---- Shortening ---- */

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

const char *ib_shorten(const char *text, size_t length, char *out, size_t n)
{
    static const char gap[] = "…";
    if (length < n) {
        memcpy(out, text, length);
        out[length] = '\0';
        return out;
    }
    const size_t room = n - sizeof gap;
    size_t head = room - room / 3, tail = length - room / 3;
    while (head && continues_character(text[head]))
        head--;
    while (tail < length && continues_character(text[tail]))
        tail++;
    char *end = mempcpy(mempcpy(out, text, head), gap, sizeof gap - 1);
    end = mempcpy(end, text + tail, length - tail);
    *end = '\0';
    return out;
}

void ib_print_shortened(char *out, size_t n, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(out, n, format, arguments);
    char *whole = length >= 0 && (size_t)length >= n ? malloc((size_t)length + 1) : NULL;
    if (whole) { /* without memory, its start has to do */
        vsnprintf(whole, (size_t)length + 1, format, again);
        ib_shorten(whole, (size_t)length, out, n);
        free(whole);
    }
    va_end(again);
}

struct ib_text_change ib_text_first_change(const char *old, const char *new)
{
    unsigned line = 1;
    if (strcmp(old, new) == 0)
        return (struct ib_text_change){0};
    for (size_t n = strcspn(new, "\n"); new[n] && strncmp(new, old, n + 1) == 0; n = strcspn(new, "\n")) {
        new += n + 1;
        old += n + 1;
        line++;
    }
    return (struct ib_text_change){line, old, new, (int)strcspn(old, "\n"), (int)strcspn(new, "\n")};
}

bool ib_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL; /* the last '*', and the end of the text that it matches */
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ib_parse_u64(const char *text, uint64_t *out)
{
    if (!is_digit(text[0])) /* strtoull accepts blanks and signs */
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end || errno)
        return false;
    *out = value;
    return true;
}

bool ib_parse_i64(const char *text, int64_t *out)
{
    if (!is_digit(text[text[0] == '-' || text[0] == '+']))
        return false;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (*end || errno)
        return false;
    *out = value;
    return true;
}

bool ib_parse_f64(const char *text, double *out)
{
    /* strtod also accepts blanks, words and hexadecimal. */
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")])
        return false;
    char *end;
    double value = strtod(text, &end);
    if (*end || !isfinite(value))
        return false;
    *out = value;
    return true;
}

bool ib_parse_share(const char *text, double *out)
{
    char number[32];
    size_t length = strlen(text);
    bool percent = length > 0 && text[length - 1] == '%';
    snprintf(number, sizeof number, "%.*s", (int)(length - percent), text);
    if (length >= sizeof number || !ib_parse_f64(number, out))
        return false;
    if (percent)
        *out /= 100;
    return *out > 0 && *out < 1;
}

/* Converts the value to the largest of n units, each 1000 times the one before, in which it is at least 1
 * after rounding. Returns the unit's index. */
static size_t scale(double *value, size_t n_units)
{
    size_t unit = 0;
    while (unit + 1 < n_units && fabs(*value) >= 999.5) {
        *value /= 1000;
        unit++;
    }
    return unit;
}

static const char *print_scaled(double value, const char *const *units, size_t n_units, char *text, size_t n)
{
    size_t unit = scale(&value, n_units);
    double size = fabs(value);
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    snprintf(text, n, "%.*f %s", decimals, value, units[unit]);
    return text;
}

static const char *const times[] = {"ns", "µs", "ms", "s"};
enum { N_TIMES = sizeof times / sizeof *times };

const char *ib_print_ns(double ns, char *text, size_t n)
{
    return print_scaled(ns, times, N_TIMES, text, n);
}

const char *ib_print_wait(double ns, char *text, size_t n)
{
    const double s = ns / 1e9;
    if (s < 59.5)
        snprintf(text, n, "%.*f s", s < 9.95, s);
    else if (s < 7200)
        snprintf(text, n, "%.*f minutes", s < 600, s / 60);
    else
        snprintf(text, n, "%.1f hours", s / 3600);
    return text;
}

const char *ib_unit_of_ns(double ns, double *unit_ns)
{
    double scaled = ns;
    size_t unit = scale(&scaled, N_TIMES);
    *unit_ns = pow(1000, (double)unit);
    return times[unit];
}

const char *ib_print_bytes(double bytes, char *text, size_t n)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    if (fabs(bytes) < 999.5) { /* no decimals */
        snprintf(text, n, "%.0f bytes", bytes);
        return text;
    }
    return print_scaled(bytes, units, sizeof units / sizeof *units, text, n);
}

const char *ib_print_real(double value, char *text, size_t n)
{
    for (int digits = 15; digits <= 17; digits++) { /* %g omits trailing zeros */
        snprintf(text, n, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}
