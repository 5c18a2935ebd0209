#include "core/instructions.h"

const struct ib_word ib_instruction_source_words[] = {
    {"perf", IB_COUNTED_BY_PERF}, {"callgrind", IB_COUNTED_BY_CALLGRIND}, {NULL, 0}};
