#include "cli/data_flags.h"

#include "base/error.h"

bool ib_data_flags_given(const struct ib_data_flags *f)
{
    return f->target[0] || f->ignore[0] || f->header || f->delimiter || f->decimal || f->missing ||
           f->words || f->task || f->positive || f->test_fraction;
}

static enum ib_status read_words(const struct ib_data_flags *f, struct ib_dataset_spec *out)
{
    int task = (int)out->task, header = (int)out->header, missing = (int)out->missing,
        words = (int)out->words;
    IB_TRY(ib_args_word("--task", f->task, ib_task_words, &task));
    IB_TRY(ib_args_word("--header", f->header, ib_header_words, &header));
    IB_TRY(ib_args_word("--missing", f->missing, ib_missing_words, &missing));
    IB_TRY(ib_args_word("--words", f->words, ib_words_words, &words));
    IB_TRY(ib_args_word("--decimal", f->decimal, ib_decimal_words, &out->decimal));
    out->task = (enum ib_task)task;
    out->header = (enum ib_header)header;
    out->missing = (enum ib_missing)missing;
    out->words = (enum ib_words)words;
    return IB_OK;
}

enum ib_status ib_data_flags_apply(const struct ib_data_flags *f, struct ib_dataset_spec *out)
{
    IB_TRY(read_words(f, out));
    if (f->target[0])
        out->target = f->target;
    if (f->positive)
        out->positive = f->positive;
    if (f->ignore[0])
        out->ignore = f->ignore;
    if (f->delimiter && !ib_delimiter_parse(f->delimiter, &out->delimiter))
        return ib_fail(IB_EINVAL, "--delimiter", "`%s` is not allowed: %s", IB_SHORT(f->delimiter),
                       IB_DELIMITER_ALLOWED);
    if (f->test_fraction && (!ib_parse_f64(f->test_fraction, &out->test_fraction) ||
                             !(out->test_fraction > 0 && out->test_fraction <= 1)))
        return ib_fail(IB_EINVAL, "--test-fraction", "`%s` is not allowed: above 0, at most 1",
                       f->test_fraction);
    return IB_OK;
}
