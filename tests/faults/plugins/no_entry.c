/* A shared object like any other. */
#include "broken.h"

__attribute__((visibility("default"))) int some_function(void);

int some_function(void)
{
    return 1;
}
