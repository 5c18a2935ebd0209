#include "train/training_state.h"

#include <stdio.h>

uint32_t ib_state_moments_end(const struct ib_training_spec *spec)
{
    return ib_network_params(&spec->net) * (1 + ib_optimizer_rule(spec->optimizer)->n_moments);
}

uint32_t ib_state_count(const struct ib_training_spec *spec)
{
    return ib_state_moments_end(spec) + ib_optimizer_rule(spec->optimizer)->counts;
}

uint32_t ib_state_param(const struct ib_training_spec *spec, uint32_t s)
{
    return s < ib_state_moments_end(spec) ? s % ib_network_params(&spec->net) : IB_MAX_PARAMS;
}

uint64_t ib_state_rows(const struct ib_training_spec *spec, uint32_t s)
{
    const uint32_t p = ib_state_param(spec, s);
    return p < IB_MAX_PARAMS ? ib_network_param_rows(&spec->net, p) : 1;
}

uint64_t ib_state_cols(const struct ib_training_spec *spec, uint32_t s)
{
    const uint32_t p = ib_state_param(spec, s);
    return p < IB_MAX_PARAMS ? ib_network_param_cols(&spec->net, p) : 1;
}

uint64_t ib_state_size(const struct ib_training_spec *spec, uint32_t s)
{
    return ib_state_rows(spec, s) * ib_state_cols(spec, s);
}

uint64_t ib_state_at(const struct ib_training_spec *spec, uint32_t s)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < s; i++)
        at += ib_state_size(spec, i);
    return at;
}

uint64_t ib_state_total(const struct ib_training_spec *spec)
{
    return ib_state_at(spec, ib_state_count(spec));
}

bool ib_state_has_sign(const struct ib_training_spec *spec, uint32_t s)
{
    const uint32_t params = ib_network_params(&spec->net);
    return s < params || (s < ib_state_moments_end(spec) &&
                          ib_optimizer_rule(spec->optimizer)->moment[s / params - 1].has_sign);
}

const char *ib_state_name(const struct ib_training_spec *spec, uint32_t s, const char *param, char text[8])
{
    const uint32_t params = ib_network_params(&spec->net);
    if (s >= ib_state_moments_end(spec))
        snprintf(text, 8, "step");
    else
        snprintf(text, 8, "%s%.4s",
                 s < params ? "" : ib_optimizer_rule(spec->optimizer)->moment[s / params - 1].prefix, param);
    return text;
}

/* ---- of the contract's problem ---- */

uint32_t ib_problem_state_count(const struct ib_problem *problem)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(problem->optimizer);
    return 2 * problem->n_layers * (1 + rule->n_moments) + rule->counts;
}

void ib_problem_set_params(struct ib_problem *problem, const struct ib_view *params)
{
    for (uint32_t layer = 0; layer < problem->n_layers; layer++) {
        problem->w[layer] = params[2 * layer];
        problem->b[layer] = params[2 * layer + 1];
    }
}

void ib_problem_set_moments(struct ib_problem *problem, const struct ib_view *state)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(problem->optimizer);
    const struct ib_view *next = state + 2 * problem->n_layers;
    for (uint32_t k = 0; k < rule->n_moments; k++)
        for (uint32_t layer = 0; layer < problem->n_layers; layer++) {
            problem->moment_w[k][layer] = *next++;
            problem->moment_b[k][layer] = *next++;
        }
    if (rule->counts)
        problem->step_count = *next;
}
