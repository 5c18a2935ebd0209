/* The result of a command as JSON, for the flag --json. */
#ifndef IB_CLI_PRINT_JSON_H
#define IB_CLI_PRINT_JSON_H

#include <jansson.h>

/* Prints a value and a newline to stdout, and releases it. */
void ib_print_json(json_t *);

/* The entry of the flag in a command's table. */
#define IB_JSON_FLAG(given)                                                                                  \
    {                                                                                                        \
        "--json", NULL, "print JSON (`ironbench schema`)", &(given), NULL                                    \
    }

#endif
