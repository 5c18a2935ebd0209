#include "data/csv_fields.h"

#include "base/error.h"

#include <string.h>

static size_t column_of(const struct ib_csv *csv, const char *at)
{
    return (size_t)(at - csv->line_start) + 1;
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

static void skip_spaces(struct ib_csv *csv)
{
    while (*csv->at == ' ' || (*csv->at == '\t' && csv->delimiter != '\t'))
        csv->at++;
}

bool ib_csv_skip_line_end(struct ib_csv *csv)
{
    size_t length = csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : csv->at[0] == '\n' || csv->at[0] == '\r';
    if (!length)
        return false;
    csv->at += length;
    csv->line_start = csv->at;
    csv->line++;
    return true;
}

/* Reads a field from its opening quote, unquoting the text in place. */
static enum ib_status read_quoted(struct ib_csv *csv, struct ib_csv_field *out)
{
    char *to = out->text = ++csv->at;
    for (;; csv->at++) {
        if (*csv->at == '\0')
            return ib_fail_at(csv->path, out->line, out->column, "unclosed quote");
        if (*csv->at == '"' && *++csv->at != '"')
            break;
        *to++ = *csv->at;
        if (*csv->at == '\n') {
            csv->line_start = csv->at + 1;
            csv->line++;
        }
    }
    out->length = (size_t)(to - out->text);
    skip_spaces(csv);
    if (*csv->at != csv->delimiter && !ends_line(*csv->at))
        return ib_fail_at(csv->path, csv->line, column_of(csv, csv->at),
                          "unexpected text after a closing quote");
    return IB_OK;
}

static void read_plain(struct ib_csv *csv, struct ib_csv_field *out)
{
    out->text = csv->at;
    while (*csv->at != csv->delimiter && !ends_line(*csv->at))
        csv->at++;
    out->length = (size_t)(csv->at - out->text);
    while (out->length && (out->text[out->length - 1] == ' ' || out->text[out->length - 1] == '\t'))
        out->length--;
}

enum ib_status ib_csv_read_field(struct ib_csv *csv, struct ib_csv_field *out)
{
    skip_spaces(csv);
    *out = (struct ib_csv_field){.line = csv->line, .column = column_of(csv, csv->at)};
    if (*csv->at == '"')
        IB_TRY(read_quoted(csv, out));
    else
        read_plain(csv, out);
    out->is_last = ends_line(*csv->at);
    if (!out->is_last)
        csv->at++;
    while (out->is_last && ib_csv_skip_line_end(csv))
        ;
    return IB_OK;
}

char ib_csv_find_delimiter(const char *line)
{
    bool found[4] = {false}, quoted = false;
    static const char delimiters[] = ";\t,|";
    char before = '\0'; /* the last character that is not a blank: a tab after a delimiter is a blank */
    for (; !ends_line(*line) || (quoted && *line); line++) {
        const char *delimiter = strchr(delimiters, *line);
        quoted ^= *line == '"';
        if (delimiter && !quoted && !(*line == '\t' && before && strchr(delimiters, before)))
            found[delimiter - delimiters] = true;
        if (*line != ' ' && *line != '\t')
            before = *line;
    }
    return found[0] ? ';' : found[1] ? '\t' : found[3] && !found[2] ? '|' : ',';
}

bool ib_csv_field_is(const struct ib_csv_field *field, const char *text)
{
    return field->length == strlen(text) && memcmp(field->text, text, field->length) == 0;
}
