/* The fields of comma-separated values as in RFC 4180: quoted fields, "" for a quote inside them, LF or CRLF.
 * Blanks around fields and empty lines are ignored. */
#ifndef IB_DATA_CSV_FIELDS_H
#define IB_DATA_CSV_FIELDS_H

#include "ironbench/impl.h"

struct ib_csv {
    const char *path;
    char *at; /* next character; a NUL ends the file */
    char *line_start;
    size_t line;
    char delimiter;
};

struct ib_csv_field {
    char *text; /* not terminated, but never followed by a character of a number */
    size_t length;
    size_t line, column;
    bool is_last; /* of its row */
};

/* Skips one line end; returns false if there is none. */
bool ib_csv_skip_line_end(struct ib_csv *);
/* Reads the next field, unquoting it in place; after the last of a row, moves to the next row. */
enum ib_status ib_csv_read_field(struct ib_csv *, struct ib_csv_field *out);
/* The delimiter of a file whose first line begins here: a semicolon, a tab, a comma or a bar, whichever of
 * these comes first in this order, since decimal commas and names may contain a comma. */
char ib_csv_find_delimiter(const char *line);
/* Whether the field has this text. */
bool ib_csv_field_is(const struct ib_csv_field *, const char *text);

#endif
