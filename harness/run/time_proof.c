#include "run/time_proof.h"

#include "base/random.h"
#include "base/rng.h"
#include "run/pass.h"

#include <math.h>

/* A worker's clock may be behind by this share of a request, or by the cost of two messages. */
#define REQUEST_PART    0.02
#define REQUEST_STEP_NS 2e6

#define RETIME_NS    50e6 /* at most */
#define CONFIRMED_NS 1e9  /* a training as long as this needs no second one */
#define LIMIT_PART   0.1  /* of the time limit: with larger lengths at each try, no training exceeds it */

enum {
    TRIES = 12,       /* with a machine so busy that half of them are disturbed, one in 4000 cases is wrongly
                         untrusted */
    LENGTHS_MOST = 8, /* IB_LENGTH_STEP to this power is over ten million */
    LEAST_OF = 3,     /* two in a row may be disturbed */
    PROVEN_ONE_IN = 8
};

/* FAILED: the implementation gave no answer that can be judged. */
enum proof { FAILED, MISSING, GIVEN };

/* ---- one request ---- */

static struct ib_time_account account_of(const struct ib_time_proof *p, const struct ib_pass_result *result,
                                         uint64_t epochs)
{
    struct ib_time_account account = ib_time_account_of(result, epochs);
    if (p->c->residency != IB_HOST)
        ib_forgive_waiting(&account);
    return account;
}

/* An implementation may have changed the clock of its process. The parent's must agree, but for the cost of
 * two messages; a message may be noticed late. */
static enum proof judge_clock(struct ib_time_proof *p, const struct ib_pass_result *result)
{
    char own[32], ours[32];
    const double asked = (double)result->asked_ns, behind = asked - (double)result->request_ns;
    if (!result->request_ns || !(behind > REQUEST_PART * asked && behind > REQUEST_STEP_NS))
        return GIVEN;
    ib_outcome_set(
        p->outcome, IB_CASE_UNTRUSTED, "its clock is wrong: a request took %s by it, but %s by the parent's",
        ib_print_ns((double)result->request_ns, own, sizeof own), ib_print_ns(asked, ours, sizeof ours));
    return MISSING;
}

/* What returns too early: how a training of this implementation ends. */
static const char *name_end(struct ib_time_proof *p, enum ib_outside_part part)
{
    if (part == IB_OUTSIDE_RESTART)
        return "training begins before its clock does";
    if (part == IB_OUTSIDE_AFTER)
        return "`trained` was sent before the work was done";
    return p->c->residency == IB_HOST ? "the last call returns before the work is done"
                                      : "sync returns before the work is done";
}

static enum proof name_growth(struct ib_time_proof *p, enum ib_outside_part part, double ns, uint64_t epochs)
{
    static const char *const places[] = {[IB_OUTSIDE_RESTART] = "while its start was set",
                                         [IB_OUTSIDE_READBACK] = "in the readback",
                                         [IB_OUTSIDE_PREDICT] = "in the prediction",
                                         [IB_OUTSIDE_AFTER] = "afterwards"};
    char text[32];
    ib_outcome_set(p->outcome, IB_CASE_UNTRUSTED, "%s: %s of it came %s (%llu epochs)", name_end(p, part),
                   ib_print_ns(ns, text, sizeof text), places[part], (unsigned long long)epochs);
    return MISSING;
}

/* Trains, once or until min_time has passed. */
static bool ask(struct ib_time_proof *p, const struct ib_train_request *like, uint64_t epochs,
                double min_time_ns, struct ib_time_account *out)
{
    struct ib_pass_result result;
    struct ib_train_request request = *like;
    request.epochs = epochs;
    request.warmup = 0;
    request.min_time_ns = (uint64_t)min_time_ns;
    if (!p->folder && !ib_outcome_error(p->outcome, ib_pass_folder(p->context, p->worker, &p->folder)))
        return false;
    request.out = p->folder;
    const bool ok = ib_pass_train(p->context, p->c, p->worker, &request, &result, p->outcome);
    *out = account_of(p, &result, epochs);
    return ok;
}

/* Trains one epoch, and keeps the account if it took more outside of the clock than the one before. */
static bool ask_for_one(struct ib_time_proof *p, const struct ib_train_request *like,
                        struct ib_time_account *most)
{
    struct ib_time_account one;
    enum ib_outside_part part;
    if (!ask(p, like, 1, 0, &one))
        return false;
    if (!most->epochs || ib_outside_difference_ns(&one, most, &part) > 0)
        *most = one;
    return true;
}

/* What a training of one epoch takes outside of the clock as well is not work of the longer one. The first is
 * not looked at: it may still do what the longer one has taught. */
static enum proof judge_end(struct ib_time_proof *p, const struct ib_train_request *request,
                            const struct ib_time_account *account)
{
    struct ib_time_account first = {0}, one = {0};
    enum ib_outside_part part;
    if (account->changed) {
        ib_outcome_set(p->outcome, IB_CASE_UNTRUSTED, "%s: the parameters went on changing after it",
                       name_end(p, IB_OUTSIDE_READBACK));
        return MISSING;
    }
    if (account->external || !ib_outside_matters(account)) /* run/external_pass.c judges those */
        return GIVEN;
    if (!ask_for_one(p, request, &first) || !ask_for_one(p, request, &one) || !ask_for_one(p, request, &one))
        return FAILED;
    const double growth_ns = ib_outside_growth_ns(account, &one, &part);
    return growth_ns > 0 ? name_growth(p, part, growth_ns, account->epochs) : GIVEN;
}

static enum proof judge(struct ib_time_proof *p, const struct ib_train_request *request,
                        const struct ib_pass_result *result)
{
    const struct ib_time_account account = account_of(p, result, request->epochs);
    const enum proof clock = judge_clock(p, result);
    return clock == GIVEN ? judge_end(p, request, &account) : clock;
}

bool ib_train_provably(struct ib_time_proof *p, const struct ib_train_request *request,
                       struct ib_pass_result *out)
{
    enum proof proof = MISSING;
    for (int i = 0; i < TRIES && proof == MISSING; i++)
        proof = ib_pass_train(p->context, p->c, p->worker, request, out, p->outcome) ? judge(p, request, out)
                                                                                     : FAILED;
    return proof == GIVEN && ib_outcome_set(p->outcome, IB_CASE_OK, "%s", "");
}

/* ---- trainings of other lengths ---- */

static enum proof name_ratio(struct ib_time_proof *p, const struct ib_time_account *longer, double ratio)
{
    ib_outcome_set(
        p->outcome, IB_CASE_UNTRUSTED,
        "an epoch takes %.3g times as long in a training of %llu epochs as in those of %llu that are "
        "timed: most of their work is done outside of the clock",
        ratio, (unsigned long long)longer->epochs, (unsigned long long)p->c->epochs);
    return MISSING;
}

/* Compares a training with a shorter one. Work that comes outside of the clock grows with the training, and
 * work in advance has not been done for more epochs than were ever asked for. */
static enum proof judge_length(struct ib_time_proof *p, const struct ib_time_account *longer,
                               const struct ib_time_account *shorter)
{
    enum ib_outside_part part;
    const double growth_ns = ib_outside_growth_ns(longer, shorter, &part);
    const double ratio = ib_epoch_ratio(longer, shorter);
    if (growth_ns > 0)
        return name_growth(p, part, growth_ns, longer->epochs);
    if (ib_epoch_ratio_exceeds(ratio))
        return name_ratio(p, longer, ratio);
    if (!longer->at_start || shorter->at_start)
        return GIVEN;
    ib_outcome_set(p->outcome, IB_CASE_UNTRUSTED,
                   "a training of %llu epochs leaves the parameters as they were, but one of %llu does not",
                   (unsigned long long)longer->epochs, (unsigned long long)shorter->epochs);
    return MISSING;
}

/* The mean time of a worker's trainings; of an external program the least of some: what each waits for a CPU
 * is not always known. */
static bool ask_again(struct ib_time_proof *p, const struct ib_train_request *like, uint64_t epochs,
                      double min_time_ns, double *time_ns)
{
    struct ib_time_account account;
    *time_ns = INFINITY;
    for (int i = 0; i < LEAST_OF; i++) {
        if (!ask(p, like, epochs, min_time_ns, &account))
            return false;
        if (!account.external) {
            *time_ns = account.mean_ns; /* some of its trainings may take longer than the median */
            break;
        }
        *time_ns = fmin(*time_ns, fmin(account.mean_ns, account.least_ns));
    }
    return true;
}

/* Takes the time of the shorter training again, for as long as the longer one took, and keeps the larger: a
 * busy machine slows both. */
static bool retime(struct ib_time_proof *p, const struct ib_train_request *request,
                   const struct ib_time_account *longer, struct ib_time_account *shorter)
{
    double again_ns;
    const bool repeats = !ib_outside_dominates(shorter); /* otherwise that would take too long */
    const double min_time_ns = repeats ? fmin(longer->trained_ns, RETIME_NS) : 0;
    const bool ok = ask_again(p, request, shorter->epochs, min_time_ns, &again_ns);
    if (ok)
        shorter->trained_ns = fmax(shorter->trained_ns, again_ns);
    return ok;
}

/* Tries a length, and after each try that does not agree a larger one, which was never asked for before. */
static enum proof try_length(struct ib_time_proof *p, const struct ib_train_request *like, uint64_t epochs,
                             struct ib_time_account *shorter, struct ib_time_account *longer)
{
    enum proof proof = MISSING;
    struct ib_train_request request = *like;
    for (int i = 0; i < TRIES && proof == MISSING; i++) {
        if (i > 0 && !retime(p, &request, longer, shorter))
            return FAILED;
        request.epochs = epochs;
        if (!ask(p, &request, epochs, 0, longer))
            return FAILED;
        proof = judge_end(p, &request, longer);
        proof = proof == GIVEN ? judge_length(p, longer, shorter) : proof;
        epochs += epochs / 8 + 1;
    }
    return proof;
}

/* Waiting for a CPU can make no training look like one that is long enough: the least of several decides. */
static bool confirm_length(struct ib_time_proof *p, const struct ib_train_request *request,
                           struct ib_time_account *account)
{
    double time_ns;
    if (account->trained_ns >= CONFIRMED_NS || (!account->external && ib_longer_epochs(account, account) > 0))
        return true;
    const bool ok = ask_again(p, request, account->epochs, 0, &time_ns);
    account->trained_ns = fmin(account->trained_ns, time_ns);
    return ok;
}

/* The next length; 0: none is needed, or none would end in time. Of the latter, several trainings must give
 * evidence, of which the fastest counts: what a program takes with all its waiting is the time that it is
 * ranked by, so being slow hides nothing. */
static bool find_length(struct ib_time_proof *p, const struct ib_train_request *request,
                        const struct ib_time_account *first, struct ib_time_account *last, uint64_t *epochs)
{
    struct ib_time_account again;
    const double limit_ns = LIMIT_PART * (double)p->context->measure->timeout_ns;
    const uint64_t wanted = ib_longer_epochs(first, last);
    *epochs = wanted;
    if (!last->external || wanted == 0)
        return true;
    for (int i = 0; i < LEAST_OF && ib_epochs_within(last, wanted, limit_ns) < wanted; i++) {
        if (!ask(p, request, last->epochs, 0, &again))
            return false;
        last->wall_ns = fmin(last->wall_ns, again.wall_ns);
    }
    *epochs = ib_epochs_within(last, wanted, limit_ns);
    return true;
}

/* A length that takes too long is one that needs much longer than it should. */
static bool explain_length(struct ib_time_proof *p, enum proof proof, uint64_t epochs)
{
    const struct ib_outcome how = *p->outcome;
    if (proof == FAILED && how.status == IB_CASE_TIMEOUT)
        ib_outcome_set(p->outcome, IB_CASE_UNTRUSTED,
                       "most of the work is done outside of the clock: a training of %llu epochs gave %.300s",
                       (unsigned long long)epochs, how.reason);
    return false;
}

bool ib_prove_by_length(struct ib_time_proof *p, const struct ib_train_request *request,
                        const struct ib_pass_result *result)
{
    char text[32];
    struct ib_time_account first = account_of(p, result, request->epochs), last = first;
    if (p->c->impl->info->algorithm || !result->outside.known)
        return true; /* its number of iterations is not its length */
    if (!confirm_length(p, request, &first))
        return false;
    last = first;
    for (int i = 0; i < LENGTHS_MOST; i++) {
        uint64_t epochs;
        if (!find_length(p, request, &first, &last, &epochs))
            return false;
        struct ib_time_account shorter = last;
        if (epochs == 0)
            return ib_outcome_set(p->outcome, IB_CASE_OK, "%s", "");
        const enum proof proof = try_length(p, request, epochs, &shorter, &last);
        if (proof != GIVEN)
            return explain_length(p, proof, epochs);
    }
    return ib_outcome_set(p->outcome, IB_CASE_UNTRUSTED,
                          "it does not train epoch by epoch: %llu epochs take %s",
                          (unsigned long long)last.epochs, ib_print_ns(last.trained_ns, text, sizeof text));
}

bool ib_is_proven_by_length(const struct ib_case *c, uint64_t round, uint64_t rounds)
{
    static uint64_t secret; /* of this process */
    struct ib_rng rng;
    if (!secret)
        secret = ib_random_seed();
    uint64_t of_case = secret;
    for (const char *id = c->id; *id; id++)
        of_case = of_case * 31 + (unsigned char)*id;
    ib_rng_seed(&rng, of_case);
    if (round == 1 + ib_rng_below(&rng, rounds ? rounds : 1))
        return true;
    ib_rng_seed(&rng, of_case + round);
    return ib_rng_below(&rng, PROVEN_ONE_IN) == 0;
}
