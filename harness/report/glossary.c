#include "report/glossary.h"

static const struct term {
    const char *name, *text;
} terms[] = {
    {"verified", "The loss curve, the final parameters and the implementation's own predictions agree with "
                 "an oracle: a separate scalar program in double precision that shares no code with any "
                 "implementation. Wrong, unverified and diverged cases are listed but not ranked."},
    {"time per epoch",
     "Median over the rounds of the wall time of one training, from its first call to its last "
     "synchronisation, divided by its epochs. Set-up, warm-up and the first upload are not included. The "
     "rounds of all cases are interleaved, and each runs in its own process."},
    {"of limit",
     "The least time of an epoch on this machine, as a share of the measured one: by the arithmetic of the "
     "operations, or by reading the data once from the innermost cache that cannot keep them, whichever "
     "takes "
     "longer, at the rates that `ironbench doctor --limits` has measured here, with as many threads. On a "
     "device, at the rates that this implementation reached there with large operands."},
    {"energy", "Joules of an epoch, and until the loss has made 99 % of its improvement: the sum over the "
               "rounds that were "
               "not disturbed. On a device, what its own counter counts. On the host, that of the "
               "processor's packages, "
               "with all that other processes do there and without the memory."},
    {"instructions",
     "Of an epoch, of all threads: counted by the processor (perf), or by valgrind (callgrind) as on a "
     "processor "
     "with AVX2. They have no noise, and show a change that is too small for a clock, but not what an "
     "instruction costs."},
    {"95 % interval",
     "Confidence interval of the median, by order statistics over the rounds; it needs at least six rounds."},
    {"time to reach a loss",
     "The first epoch whose loss is low enough, times the median time of an epoch; set-up is not included. "
     "The targets are the losses at which a verified training of the problem has made 90 %, 99 % and 99.9 % "
     "of its improvement. For another algorithm, a search finds the fewest iterations, to within a tenth, "
     "whose parameters reach the loss; every round trains for that many, and the time is the median over "
     "the rounds. A round that misses the loss counts as longer than all others."},
    {"whole process",
     "One training and its prediction, from the start of a process to its exit, timed by hyperfine. The runs "
     "of all cases are interleaved. Start-up lasts until the program answers, set-up until it is ready to "
     "train; unaccounted is the time that hyperfine measured minus the time that the process reported."},
    {"times as fast, ratio",
     "Median, over the rounds that two cases share, of the ratio of their times within a round, with its 95 "
     "% "
     "interval. A disturbance during a round slows both cases, so this ratio can tell cases apart whose own "
     "intervals overlap. If its interval contains 1, they cannot be told apart; nor can they with fewer than "
     "six shared rounds, which have no ratio. In the tables it is over the fastest verified case of the same "
     "problem."},
    {"disturbed",
     "Other programs used the processor during a sample, or power or heat slowed the device. Such samples "
     "are "
     "left out, unless too few others remain. Only host implementations with a single thread, and devices "
     "that report their clock, can be watched."},
    {"skill",
     "How much better the predictions for the test rows are than a trivial answer: 1 is perfect, 0 is no "
     "better than always answering the mean (or the majority class). It rates the model, not the "
     "implementation."},
    {"residency",
     "Where the data are. host: in the host's memory. resident: on the device, uploaded once and "
     "downloaded when read. per_op: every operand is copied around every operation."},
    {"transfer overhead",
     "Time per epoch with every operand copied around every operation, divided by that with the data "
     "resident: the median over the rounds of their ratio within a round."},
    {"transfer, sync, compute, launch",
     "Where the time of an epoch on a device goes: copies; waiting for the device beyond its own work; that "
     "work; and submitting work, together with everything else on the host. The shares come from a separate "
     "training that waits after every step; they are scaled to the measured time."},
    {"simulated",
     "A device in software, for testing the copying rules; its times mean nothing, and it is not ranked."},
    {"copies uncounted, copies claimed",
     "The harness's own copies are as expected, but no tracer has seen this device at work, so that it may "
     "have "
     "made others. Claimed: the implementation itself reports how many it made."},
    {"by a shortcut", "The parameters after each epoch are those of gradient descent, by fewer operations "
                      "than its steps, as the "
                      "implementation declares. No limit of the machine applies."}};

void ib_glossary(struct ib_doc *doc)
{
    ib_doc_fold(doc, 2, "terms", "How to read this");
    for (const struct term *term = terms; term < terms + sizeof terms / sizeof *terms; term++) {
        ib_doc_add(doc, IB_DOC_ITEM, term->name)->texts[0].style = IB_STRONG;
        ib_doc_end_head(doc);
        ib_doc_append(doc, term->text, IB_PLAIN);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}
