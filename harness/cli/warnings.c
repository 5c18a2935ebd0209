#include "cli/warnings.h"

#include "base/plain_text.h"
#include "run/machine_fit.h"

void ib_warn_misfits(FILE *to, struct ib_sweep *sweep)
{
    const char *const *warning =
        ib_machine_misfits(&sweep->config.measure, &sweep->matrix, &sweep->config.arena);
    for (; *warning; warning++)
        ib_print_line(to, "warning: %s", *warning);
}
