"""Kernel bugs, each a small change of the real source. If the text of a change is not found exactly once, the test
fails, so that the bugs stay in step with the kernels."""

from typing import NamedTuple


class Edit(NamedTuple):
    file: str  # in kernels/
    text: str
    instead: str


class Bug(NamedTuple):
    name: str
    wrong: str  # what is wrong with it
    tool: str  # the quickest one that catches it
    edits: tuple


def bug(name, wrong, tool, *edits):
    """edits: file, text, text in its place, and so on."""
    return Bug(name, wrong, tool, tuple(Edit(*edits[i:i + 3]) for i in range(0, len(edits), 3)))


SOFTMAX = (
    bug("largest_of_one_lane", "each lane subtracts the largest of its own columns", "plain",
        "softmax.inc", "return TYPED(lane_largest)(shares, largest, width);", "return largest;"),
    bug("largest_not_subtracted", "large outputs overflow", "plain",
        "softmax.inc", "return TYPED(lane_largest)(shares, largest, width);",
        "return TYPED(lane_largest)(shares, (REAL)0, width);"),
    bug("rows_of_another_group", "a group goes on with the next rows, which another group has too", "plain",
        "softmax.inc", "first += GROUP_COUNT(0) * (IBK_ELEMENT_ITEMS / (width)))", "first += 1)"),
    bug("last_row_stored_twice", "items beyond the last row store what they have repeated", "plain",
        "softmax.inc", "#define STORES(first, rows, width) ((first) + ITEM() / (width) < (rows))",
        "#define STORES(first, rows, width) 1"),
    bug("no_barrier_after_softmax_tree", "shares are overwritten while other lanes still read the sum", "tsan",
        "softmax.inc", "    BARRIER();\n    return sum;", "    return sum;"),
)

BARRIERS = (
    bug("no_barrier_before_use", "a tile is used while other items still fill it", "plain",
        "gemm.inc", "        BARRIER();\n        TYPED(multiply_tiles)", "        TYPED(multiply_tiles)"),
    bug("one_place_for_tiles", "a tile is filled anew while other items still use it", "plain",
        "gemm.inc", "        place = TILE_SIZE - place;\n", ""),
    bug("no_barrier_in_tree", "a step of the tree reads sums that the step before has not stored yet", "plain",
        "group_sum.inc", "sums[ITEM() + left];\n        BARRIER();", "sums[ITEM() + left];"),
    bug("no_barrier_before_tree", "the tree begins before all items have stored their sums", "plain",
        "group_sum.inc", "= own;\n    BARRIER();", "= own;"),
    bug("no_barrier_in_gemv", "the first lane adds the shares of the others before they are there", "plain",
        "gemm.inc", ": (REAL)0;\n    BARRIER();", ": (REAL)0;"),
    bug("return_before_barrier", "items beyond the edge leave before a barrier of the rest", "plain",
        "gemm.inc", "    for (ib_size d = begin;",
        "    if (first_row + row >= m)\n        return;\n    for (ib_size d = begin;"),
    bug("barrier_for_some", "only half of the items reach the barriers of the tree", "plain",
        "group_sum.inc", "if (ITEM() < left)\n            sums[ITEM()] += sums[ITEM() + left];\n        BARRIER();",
        "if (ITEM() < left) {\n            sums[ITEM()] += sums[ITEM() + left];\n            BARRIER();\n        }"),
)

MEMORY = (
    bug("read_beyond_edge", "one row more is read than there is", "asan",
        "gemm.inc", "line < lines &&", "line <= lines &&"),
    bug("sum_beyond_edge", "one product more is summed than there is", "plain",
        "gemm.inc", "&& depth < depths", "&& depth <= depths"),
    bug("write_beyond_edge", "one row more is written than there is", "plain",
        "gemm.inc", "to_row < m &&", "to_row <= m &&"),
    bug("write_beyond_row", "one column more is written than there is", "plain",
        "gemm.inc", "&& to_col < n", "&& to_col <= n"),
    bug("row_too_many", "lanes of a sum read a row beyond the last one", "plain",
        "group_sum.inc", "(end - first_row) + LANES(width) - 1", "(end - first_row) + LANES(width)"),
    bug("element_too_many", "an elementwise kernel continues one column too far", "plain",
        "elements.inc", "j < (cols);", "j <= (cols);"),
    bug("short_local_array", "a local array without room for the gaps between its rows", "asan",
        "gemm.inc", "b_tiles, 2 * TILE_SIZE)", "b_tiles, 2 * TILE_DEPTH * IBK_TILE)"),
    bug("unwritten_local_memory", "what lies beyond the edge is left in the tile as it was", "plain",
        "gemm.inc", "        tile[TYPED(depth_of)(deep, e) * TILE_LD",
        "        if (loaded[e] != (REAL)0)\n            tile[TYPED(depth_of)(deep, e) * TILE_LD"),
    bug("uninitialised_sum", "an accumulator that starts with what was there before", "plain",
        "gemm.inc", "REAL sums[IBK_TILE_SHARE * IBK_TILE_SHARE] = {0};",
        "REAL sums[IBK_TILE_SHARE * IBK_TILE_SHARE];"),
    bug("groups_share_a_slot", "all groups store their sums in the same place", "plain",
        "sums.inc", "out[chunk * outputs + e]", "out[e]"),
    bug("chunks_share_a_matrix", "the chunks of a product are stored over one another", "plain",
        "gemm.inc", "c += GROUP(1) * m * ldc;", ""),
    bug("sums_over_their_terms", "sums are stored over the ones that other groups still read", "reverse deep",
        "sums.c", "m->first + m->rows * m->cols", "m->first"),
    bug("short_scratch", "scratch memory for the first level of sums alone", "plain deep",
        "sums.c", "rows += level", "rows += 0"),
)

TILES = (
    bug("quarter_loaded_twice", "part of a tile is loaded twice, and another part not at all", "plain",
        "gemm.inc", "item % 8 + e / 2 * 8", "item % 8 + e / 4 * 8"),
    bug("lines_overlap", "a tile has a line of its neighbour in place of its own", "plain",
        "gemm.inc", "item / 8 + e % 2 * 32", "item / 8 + e % 2 * 31"),
    bug("wrong_tile_edge", "tiles of C leave out a column between them", "plain",
        "gemm.inc", "GROUP(0) % tiles * IBK_TILE;", "GROUP(0) % tiles * (IBK_TILE + 1);"),
    bug("accumulator_not_stored", "the last element of each item stays in its register", "plain",
        "gemm.inc", "    for (unsigned e = 0; e < IBK_TILE_SHARE * IBK_TILE_SHARE; e++) {",
        "    for (unsigned e = 0; e < IBK_TILE_SHARE * IBK_TILE_SHARE - 1; e++) {"),
    bug("accumulator_not_added", "the products of all tiles but the last are dropped", "plain",
        "gemm.inc", "sums[e] += part[e];", "sums[e] = part[e];"),
    bug("rows_for_columns", "an item multiplies the lines of another one", "plain",
        "gemm.inc", "col = ITEM() * IBK_TILE_SHARE;", "col = LINE() * IBK_TILE_SHARE;"),
    bug("first_chunk_only", "of the chunks of a product, one is taken", "plain",
        "elementwise.inc", "rows * cols, count);", "rows * cols, 1);"),
    bug("batches_out_of_step", "after a batch of terms, the factors are of different rows", "plain",
        "dots.inc", "b += DOT_TERMS * b_next)", "b += b_next)"),
    bug("last_terms_again", "the terms after the last whole batch are read where that one begins", "plain",
        "dots.inc", "            from += part * next;\n", ""),
)

INDICES = (
    bug("columns_for_stride", "rows are taken to lie without gaps", "plain",
        "elementwise.inc", "dy[i * dy_ld + j] *=", "dy[i * cols + j] *="),
    bug("stride_of_another", "one operand is indexed with the stride of the other", "plain",
        "elementwise.inc", "y[i * y_ld + j] += alpha", "y[i * x_ld + j] += alpha"),
    bug("transposed_read", "a matrix is read the other way round", "plain",
        "gemm.inc", "line * line_next + depth * depth_next]", "line * depth_next + depth * line_next]"),
    bug("index_of_32_bits", "an index is computed in 32 bits", "huge",
        "gemm.inc", "from[line * line_next + depth * depth_next]",
        "from[(unsigned)(line * line_next + depth * depth_next)]"),
    bug("row_of_32_bits", "the offset of a row is computed in 32 bits", "huge",
        "loss.inc", "dz[i * dz_ld + j] =", "dz[(unsigned)i * (unsigned)dz_ld + j] ="),
    bug("grid_too_small", "the last rows have no group", "plain",
        "products.c", "ib_ceil_div(p->m, IBK_GEMV_ITEMS / IBK_GEMV_LANES)",
        "ib_max(1, p->m / (IBK_GEMV_ITEMS / IBK_GEMV_LANES))"),
    bug("last_chunk_lost", "rows that do not fill a chunk are left out", "plain",
        "sums.c", "ib_ceil_div(rows, IBK_SUM_TERMS * (IBK_SUM_ITEMS / c.width))",
        "rows / (IBK_SUM_TERMS * (IBK_SUM_ITEMS / c.width))"),
)

NUMBERS = (
    bug("tree_stops_early", "the tree leaves out its last step", "plain",
        "group_sum.inc", "left >= width", "left > width"),
    bug("plain_sum", "one item sums all rows of a column, term after term", "plain deep",
        "constants.inc", "#define IBK_SUM_TERMS 32", "#define IBK_SUM_TERMS 1048576",
        "group_sum.inc", "#define LANES(width)            (IBK_SUM_ITEMS / (width))", "#define LANES(width) 1",
        "group_sum.inc", "first_row < end ?", "first_row < end && ITEM() < width ?"),
    bug("wrong_mean", "the gradient is divided by the rows alone", "plain",
        "sums.c", "const double count = (double)z->rows * (double)z->cols;\n"
        "    const struct ib_real scale = ib_real(z->type, (kind",
        "const double count = (double)z->rows;\n    const struct ib_real scale = ib_real(z->type, (kind"),
    bug("beta_ignored", "what C was before is dropped", "plain",
        "elementwise.inc", "alpha * product + beta * *c", "alpha * product"),
    bug("beta_of_zero_reads", "C is read, and its NaN kept, where beta is 0", "plain",
        "elementwise.inc", "if (beta == (REAL)0)\n        *c = alpha * product;\n    else\n        *c =", "*c ="),
    bug("relu_drops_nan", "a NaN becomes 0", "plain",
        "definitions.inc", "x < (REAL)0 ? (REAL)0 : x;", "x > (REAL)0 ? x : (REAL)0;"),
    bug("slope_drops_nan", "a NaN becomes 0 where relu is flat", "plain",
        "elementwise.inc", "dy[i * dy_ld + j] *= TYPED(act_slope)(kind, y[i * y_ld + j]);",
        "const REAL slope = TYPED(act_slope)(kind, y[i * y_ld + j]);\n"
        "        dy[i * dy_ld + j] = slope == (REAL)0 ? (REAL)0 : dy[i * dy_ld + j] * slope;"),
    bug("loss_overflows", "the loss of a large output becomes infinite", "plain",
        "definitions.inc", "log1p(exp(-fabs(z)))", "log1p(exp(-z)) + (z < (REAL)0 ? z : (REAL)0)"),
    bug("loss_after_gradient", "the loss is computed of the gradient, which lies where z was", "plain",
        "sums.c", "    if (loss != NULL)\n        IB_TRY(sum_loss(state, kind, z, y, loss));\n"
        "    if (ib_empty(z))\n        return IB_OK;",
        "    if (ib_empty(z))\n        return loss != NULL ? sum_loss(state, kind, z, y, loss) : IB_OK;",
        "sums.c", "    return QUEUE(state, loss_grad, z->type, e.grid,",
        "    IB_TRY(QUEUE(state, loss_grad, z->type, e.grid,",
        "sums.c", "ARG(dz->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));",
        "ARG(dz->ld), ARG(e.rows), ARG(e.cols), ARG(e.width)));\n"
        "    return loss != NULL ? sum_loss(state, kind, z, y, loss) : IB_OK;"),
)

BATCHES = (
    bug("batch_from_the_start", "every batch is the first of the order", "plain",
        "elementwise.inc", "a[index[first + i] * a_ld + j]", "a[index[i] * a_ld + j]"),
    bug("rows_in_order_of_data", "the order of the rows is ignored", "plain",
        "elementwise.inc", "a[index[first + i] * a_ld + j]", "a[(index[first + i] * 0 + i) * a_ld + j]"),
    bug("batch_by_another_stride", "rows are stored with the gaps of where they come from", "plain",
        "elementwise.inc", "b[i * b_ld + j] = a[index", "b[i * a_ld + j] = a[index"),
)

UPDATES = (
    bug("stale_velocity", "parameters are updated by the velocity of the step before", "plain",
        "updates.inc", "p[i * p_ld + j] -= rate * velocity;", "p[i * p_ld + j] -= rate * (velocity - g[i * g_ld + j]) / momentum;"),
    bug("uncorrected_moments", "Adam's moments are not corrected for their start at zero", "plain",
        "definitions.inc", "return -expm1(t * log_beta);", "return (REAL)1;"),
    bug("epsilon_in_root", "Adam's epsilon is added inside of the root", "plain",
        "updates.inc", "(sqrt(second) / root + epsilon)", "sqrt(second / (root * root) + epsilon)"),
    bug("moments_by_another_stride", "the second moment is taken to have the gaps of the first", "plain",
        "updates.inc", "v[i * v_ld + j] = second;", "v[i * m_ld + j] = second;"),
)

BUGS = SOFTMAX + BARRIERS + MEMORY + TILES + INDICES + NUMBERS + BATCHES + UPDATES
