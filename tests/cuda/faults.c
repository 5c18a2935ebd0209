#include "mock.h"

#include <stdlib.h>
#include <string.h>

/* Returns the text after the fault's name in the list; NULL if it is not listed. */
static const char *find(const char *fault)
{
    const char *list = getenv("IRONBENCH_TEST_CUDA");
    const size_t length = strlen(fault);
    for (const char *at = list; at != NULL && (at = strstr(at, fault)) != NULL; at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '=' || at[length] == '\0'))
            return at + length;
    return NULL;
}

bool mock_asked_for(const char *fault)
{
    return find(fault) != NULL;
}

uint64_t mock_number_of(const char *fault, uint64_t otherwise)
{
    const char *behind = find(fault);
    return behind == NULL || *behind != '=' ? otherwise : strtoull(behind + 1, NULL, 10);
}
