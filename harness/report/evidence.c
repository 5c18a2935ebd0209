#include "report/evidence.h"

#include "report/format.h"

uint64_t ib_rounds_compared(const struct ib_case_record *c)
{
    uint64_t n = 0;
    for (size_t i = 0; i < c->n_rounds; i++)
        n += ib_case_record_sample(c, i).status == IB_CASE_OK;
    return n;
}

/* "11 of 11 parameters, "; "" for none of none. */
static const char *part(struct ib_arena *arena, uint64_t compared, uint64_t of, const char *what)
{
    return of ? ib_arena_print(arena, "%s of %s %s, ", ib_format_count(arena, (double)compared),
                               ib_format_count(arena, (double)of), what)
              : "";
}

const char *ib_evidence_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    const struct ib_compared *v = &c->check.compared;
    if (v->of_params == 0)
        return NULL;
    const char *one = c->steps > 1 ? "step" : "epoch", *many = c->steps > 1 ? "steps" : "epochs";
    const char *steps = ib_arena_print(arena, "%s %s trained alone", ib_format_count(arena, (double)v->steps),
                                       v->steps == 1 ? one : many);
    const char *continued =
        v->continued_from ? ib_arena_print(arena, ", a training that another process continued from epoch %s",
                                           ib_format_count(arena, (double)v->continued_from))
                          : "";
    const uint64_t rounds = ib_rounds_compared(c);
    return ib_arena_print(
        arena, "%s%s%s%s%s, the answers of %s of %s timed rounds",
        part(arena, v->epochs, c->epochs, "losses"), part(arena, v->params, v->of_params, "parameters"),
        part(arena, v->predictions, v->of_predictions, "predictions"), steps, continued,
        ib_format_count(arena, (double)rounds), ib_format_count(arena, (double)c->n_rounds));
}
