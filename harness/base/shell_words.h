/* Words of a POSIX shell's command line. */
#ifndef IB_BASE_SHELL_WORDS_H
#define IB_BASE_SHELL_WORDS_H

#include "base/arena.h"

/* The text as one word: as it is, or in single quotes if a shell would take it for anything else. */
const char *ib_shell_quote(struct ib_arena *, const char *text);
/* Words that end with NULL, quoted and separated by spaces. */
const char *ib_shell_command(struct ib_arena *, const char *const *words);

#endif
