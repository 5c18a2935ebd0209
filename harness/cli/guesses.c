#include "cli/guesses.h"

#include "base/plain_text.h"

void ib_print_guesses(const struct ib_matrix *matrix)
{
    for (size_t i = 0; i < matrix->n_datasets; i++)
        if (matrix->datasets[i].guesses)
            ib_print_line(stderr, "ironbench: %s", matrix->datasets[i].guesses);
}
