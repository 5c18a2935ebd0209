"""Bugs of cuda_fused's kernels, each a small change of their text in kernels/cuda/ that must be found there exactly
once, and the tool that catches it (test_fused_bugs.py)."""

from bugs import bug

NETWORK = (
    bug("no_barrier_after_load", "the first epoch begins before all is in shared memory", "steps",
        "fused_network.inc", "params, false);\n    __syncthreads();", "params, false);"),
    bug("no_barrier_before_update", "gradients are summed while rows are still on their way", "steps",
        "fused_network.inc", "        __syncthreads();\n        if (epoch == epochs", "        if (epoch == epochs"),
    bug("no_barrier_after_update", "rows begin the next epoch before all parameters are updated", "steps",
        "fused_network.inc", "m, lr);\n        __syncthreads();", "m, lr);"),
    bug("last_update_lost", "the last epoch computes its loss, and leaves the parameters", "steps",
        "fused_network.inc", "        TYPED(update)(net, m, lr);",
        "        if (epoch < epochs)\n            TYPED(update)(net, m, lr);"),
    bug("loss_of_first_epoch", "the loss is not that of the last epoch", "steps",
        "fused_network.inc", "if (epoch == epochs &&", "if (epoch == 1 &&"),
    bug("lanes_left_out", "half of a warp's lanes do not join its sum", "steps",
        "fused_network.inc", "for (int other = 16;", "for (int other = 8;"),
    bug("bias_times_input", "the last bias gets the gradient of a weight", "steps",
        "fused_network.inc", "sum += i < n_in ?", "sum += i <= n_in ?"),
    bug("no_barrier_between_layers", "a layer is predicted from activations that are not there yet", "steps",
        "fused_predict.inc", "        __syncthreads();\n", ""),
    bug("tile_too_large", "the last rows that are predicted lie beyond the matrix", "steps",
        "fused_predict.inc", "(unsigned)SMALLER(tile, net.rows - first)", "tile"),
)

PASSES = (
    bug("no_barrier_in_block", "the sums of other warps are read before they are there", "passes",
        "fused_regression.inc", "    }\n    __syncthreads();\n    for (unsigned j = threadIdx.x;",
        "    }\n    for (unsigned j = threadIdx.x;"),
    bug("no_barrier_in_finish", "the first warp adds sums that the others have not stored yet", "passes",
        "fused_regression.inc", "= sum;\n    __syncthreads();", "= sum;"),
    bug("last_part_left_out", "the sums of the last block are lost", "passes",
        "fused_regression.inc", "p < parts;", "p + 1 < parts;"),
    bug("last_warp_left_out", "the last warp's share of the blocks is lost", "passes",
        "fused_regression.inc", "k < FUSED_FINISH_THREADS / 32;", "k < FUSED_FINISH_THREADS / 32 - 1;"),
    bug("column_left_out", "the last column of a row is taken for 0", "passes",
        "fused_regression.inc", "there && first + i < cols", "there && first + i + 1 < cols"),
    bug("piece_left_out", "the last piece of an aligned row is taken for 0", "passes",
        "fused_regression.inc", "if (there && first < cols)", "if (there && first + PIECE < cols)"),
    bug("group_left_out", "half of the rows of a warp are lost", "passes",
        "fused_regression.inc", "for (unsigned other = lanes; other < 32;", "for (unsigned other = lanes; other < 16;"),
    bug("rows_beyond_the_end", "rows that do not exist have an error", "passes",
        "fused_regression.inc", "const REAL error = there ?", "const REAL error = true ?"),
    bug("blocks_share_a_part", "all blocks store their sums in the same row", "passes",
        "fused_regression.inc", "part[(ib_size)blockIdx.x * (cols + 2) + j]", "part[j]"),
    bug("columns_for_stride", "the rows of x are taken to lie without gaps", "passes",
        "fused_regression.inc", "(there ? r : 0) * net.x.ld,", "(there ? r : 0) * net.width[0],"),
    bug("sums_counted_twice", "sums that have joined the larger ones are added again", "deep passes",
        "fused_regression.inc", "    to->loss += from->loss;\n    TYPED(clear)<N>(from);", "    to->loss += from->loss;"),
)

BUGS = NETWORK + PASSES
