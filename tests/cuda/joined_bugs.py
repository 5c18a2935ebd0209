"""Bugs of the kernels of joined operations; see fused_bugs.py."""

from bugs import bug

BUGS = (
    bug("bias_after_activation", "the bias is added to what the activation returns", "joined",
        "joined.inc", "(kind, m[i * ld + j] + row[j])", "(kind, m[i * ld + j]) + row[j]"),
    bug("bias_of_first_column", "all columns get the first one's bias", "joined",
        "joined.inc", "m[i * ld + j] + row[j]", "m[i * ld + j] + row[0]"),
    bug("gradient_not_stored", "only the sums are right", "joined",
        "joined.inc", "            dy[t * dy_next] = term[t];\n", ""),
    bug("sum_of_what_was_before", "the sums are those of the gradient without the slope", "joined",
        "joined.inc", "            term[t] *= TYPED(act_slope)(kind, output[t]);\n            dy[t * dy_next] = term[t];\n"
        "            sum += term[t];", "            sum += term[t];\n"
        "            term[t] *= TYPED(act_slope)(kind, output[t]);\n            dy[t * dy_next] = term[t];"),
    bug("slope_at_gradient", "the slope is taken at dY, not at Y", "joined",
        "joined.inc", "output[t] = y[t * y_next];", "output[t] = dy[t * dy_next];"),
    bug("stride_of_gradient", "the rows of Y are taken to lie as far apart as those of dY", "joined",
        "joined.inc", "y + i * y_ld + j, LANES(width) * y_ld", "y + i * y_ld + j, LANES(width) * dy_ld"),
    bug("last_row_left_out", "the last row of an odd number is lost", "joined",
        "joined.inc", "part > 0; part /= 2", "part > 1; part /= 2"),
    bug("chunks_share_sums", "all chunks of rows store their sums in the same place", "joined",
        "joined.inc", "out[chunk * cols + j]", "out[j]"),
    bug("sums_of_all_lanes", "lanes beyond the last column store a sum as well", "joined",
        "joined.inc", "if (ITEM() < width && j < cols)", "if (ITEM() < width)"),
    bug("first_pair_for_all", "every row of groups updates the first pair", "joined",
        "joined.inc", "pairs.at[GROUP(1)]", "pairs.at[0]"),
    bug("first_row_alone", "of a matrix with gaps, only the first row is updated", "joined",
        "joined.inc", "i < pair.rows;", "i < 1;"),
    bug("element_beyond_pair", "one element more is updated than there is", "joined",
        "joined.inc", "j < pair.cols;", "j <= pair.cols;"),
    bug("groups_repeat_each_other", "each group updates all elements", "joined",
        "joined.inc", "GROUP(0) * JOINED_AXPY_THREADS + ITEM(), next = GROUP_COUNT(0) * JOINED_AXPY_THREADS",
        "ITEM(), next = JOINED_AXPY_THREADS"),
)
