#include "report/explain_parts.h"

#include "analysis/member.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

enum { NAMED_KERNELS = 6, NAME_LETTERS = 60 };

static double number(const json_t *witness, const char *name)
{
    return ib_member_number(witness, name);
}

/* ---- beside the ledger ---- */

/* The reason names both counts where they differ. */
static void compare(struct ib_blocks *blocks, const json_t *witness)
{
    struct ib_arena *arena = blocks->arena;
    const json_t *agrees = ib_member(witness, "agrees");
    const char *reason = json_string_value(ib_member(witness, "reason"));
    if (json_is_true(agrees))
        return;
    if (json_is_null(agrees))
        ib_blocks_words(blocks, ib_arena_print(arena, "Nobody but the ledger counted the copies (%s: %s).",
                                               ib_member_text(witness, "source"),
                                               reason ? reason : "no reason was given"));
    else
        ib_blocks_words(
            blocks, ib_arena_print(arena,
                                   "The second witness (%s) disagrees: in the checked pass it saw %s uploads "
                                   "of %s bytes and %s downloads of %s bytes%s%s.",
                                   ib_member_text(witness, "source"),
                                   ib_words_count(arena, number(witness, "h2d_count")),
                                   ib_words_count(arena, number(witness, "h2d_bytes")),
                                   ib_words_count(arena, number(witness, "d2h_count")),
                                   ib_words_count(arena, number(witness, "d2h_bytes")), reason ? "; " : "",
                                   reason ? reason : ""));
}

/* ---- what the ledger cannot know ---- */

/* "12 memsets (96 bytes)", "no memsets" */
static const char *amount(struct ib_arena *arena, double count, double bytes, const char *one,
                          const char *many)
{
    if (count == 0)
        return ib_arena_print(arena, "no %s", many);
    return ib_arena_print(arena, "%s %s (%s)", ib_words_count(arena, count), count == 1 ? one : many,
                          ib_words_bytes(arena, bytes));
}

/* NULL where nobody counted that, here and below. */
static const char *device_text(struct ib_arena *arena, const json_t *witness)
{
    const double copies = number(witness, "d2d_count"), sets = number(witness, "memset_count");
    if (isnan(copies) || isnan(sets))
        return NULL;
    return ib_arena_print(
        arena, "%s and %s within the device%s",
        amount(arena, sets, number(witness, "memset_bytes"), "memset", "memsets"),
        amount(arena, copies, number(witness, "d2d_bytes"), "copy", "copies"),
        copies + sets > 0
            ? ", which the harness never asks for: they are the implementation's, or its libraries'"
            : "");
}

static const char *host_memory_text(struct ib_arena *arena, const json_t *witness)
{
    const double all = number(witness, "h2d_count") + number(witness, "d2h_count"),
                 pageable = number(witness, "pageable_count"), pinned = number(witness, "pinned_count");
    if (isnan(pageable) || isnan(pinned) || !(all > 0))
        return NULL;
    if (pageable == all || pinned == all)
        return pinned == all ? "all transfers used pinned memory of the host"
                             : "all transfers used pageable memory of the host";
    return ib_arena_print(arena, "%s used pageable memory of the host, %s pinned",
                          amount(arena, pageable, number(witness, "pageable_bytes"), "transfer", "transfers"),
                          amount(arena, pinned, number(witness, "pinned_bytes"), "transfer", "transfers"));
}

static void explain_device(struct ib_blocks *blocks, const json_t *witness)
{
    struct ib_arena *arena = blocks->arena;
    const char *device = device_text(arena, witness), *memory = host_memory_text(arena, witness);
    if (device || memory)
        ib_blocks_words(blocks, ib_arena_print(arena, "Seen in the checked pass (%s): %s%s%s.",
                                               ib_member_text(witness, "source"), device ? device : "",
                                               device && memory ? "; " : "", memory ? memory : ""));
}

/* What is not held against the implementation is told. */
static void explain_opening(struct ib_blocks *blocks, const json_t *witness)
{
    struct ib_arena *arena = blocks->arena;
    const double up = number(witness, "opened_h2d_count"), down = number(witness, "opened_d2h_count");
    if (up + down > 0)
        ib_blocks_words(
            blocks, ib_arena_print(
                        arena, "Opening the implementation, before the harness began, made %s and %s.",
                        amount(arena, up, number(witness, "opened_h2d_bytes"), "upload", "uploads"),
                        amount(arena, down, number(witness, "opened_d2h_bytes"), "download", "downloads")));
}

/* "gemm_f32 400 times"; of a long name the beginning. */
static const char *kernel_text(struct ib_arena *arena, const json_t *kernel)
{
    const char *name = ib_member_text(kernel, "name");
    const double count = number(kernel, "count");
    return ib_arena_print(arena, "%.*s%s %s", NAME_LETTERS, name, strlen(name) > NAME_LETTERS ? "…" : "",
                          count == 1 ? "once"
                                     : ib_arena_print(arena, "%s times", ib_words_count(arena, count)));
}

static void explain_kernels(struct ib_blocks *blocks, const json_t *witness)
{
    struct ib_arena *arena = blocks->arena;
    const json_t *kernels = ib_member(witness, "kernels");
    const size_t n = json_array_size(kernels);
    const char *text = "";
    double others = 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *kernel = json_array_get(kernels, i);
        if (i < NAMED_KERNELS)
            text = ib_arena_print(arena, "%s%s%s", text, i ? ", " : "", kernel_text(arena, kernel));
        else
            others += number(kernel, "count");
    }
    if (others > 0)
        text = ib_arena_print(arena, "%s, and %zu more in %s starts", text, n - NAMED_KERNELS,
                              ib_words_count(arena, others));
    if (n)
        ib_blocks_words(blocks, ib_arena_print(arena, "Kernels started in it: %s.", text));
}

void ib_explain_witness(struct ib_blocks *blocks, const json_t *c)
{
    const json_t *witness = ib_member(c, "transfers.witness");
    if (!json_is_string(ib_member(witness, "source")))
        return;
    compare(blocks, witness);
    explain_device(blocks, witness);
    explain_opening(blocks, witness);
    explain_kernels(blocks, witness);
}
