"""An operation is one file and one line of the harness, a field of the contract, and an implementation that offers it.

Here one is added to a copy of the tree, in the middle of the list, so that all behind it have other numbers there."""

import json
import unittest

import tree

DESCRIPTOR = r"""/* M = -M, in place. */
#include "ops/op_case.h"

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args, (void)v;
    return true;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    (void)args;
    return ops->negate(state, &v[0]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t e = 0; e < ib_op_size(&m[0]); e++)
        m[0].at[e] = -m[0].at[e];
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    struct ib_op_test t = *start;
    t.n_operands = 1;
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
        t.operand[0] = (struct ib_operand){ib_op_shape_at(i), IB_FILL_REAL, false};
        v->visit(v, &t);
    }
}

static bool drops_signs(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t e = 0; e < ib_op_size(&m[0]); e++)
        m[0].at[e] = m[0].at[e] < 0 ? -m[0].at[e] : m[0].at[e];
    return true;
}

static const struct ib_op_mutant mutants[] = {
    {drops_signs, "negates what has lost its sign", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_negate = {
    IB_OPERATION_NAME(negate),
    .n_operands = 1,
    .operand = {{"M", IB_READS | IB_WRITES}},
    .fits = fits,
    .call = call,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
"""

FIELD = """    /* M = -M, in place. */
    enum ib_status (*negate)(void *state, const struct ib_view *m);"""
LAST_FIELD = "    enum ib_status (*softmax)(void *state, const struct ib_view *m);"

IMPLEMENTATION = r"""static enum ib_status negate(void *state, const struct ib_view *m)
{
    (void)state;
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++) {
            const uint64_t at = i * m->ld + j;
            if (m->type == IB_F32)
                ((float *)m->p)[at] = -((float *)m->p)[at];
            else
                ((double *)m->p)[at] = -((double *)m->p)[at];
        }
    return IB_OK;
}

static enum ib_status naive_open("""

CONFIG = """version: 1
matrix:
  model: [mlp]
  dataset: [diabetes]
  hidden: ["6"]
  impl: [fakedev]
  residency: [per_op, resident]
  dtype: [f64]
  epochs: [20]
measure: {rounds: 2, min_time: 1ms, warmup: 0, timeout: 20s}
"""


def plant(copy):
    copy.write("harness/ops/negate.c", DESCRIPTOR)
    copy.insert_after("harness/ops/operations.def", "IB_OPERATION(ADD_ROW, add_row)", "IB_OPERATION(NEGATE, negate)")
    copy.insert_after("impls/ironbench/impl.h", LAST_FIELD, FIELD)
    copy.replace("impls/cpu_naive.c", "static enum ib_status naive_open(", IMPLEMENTATION)
    copy.insert_after("impls/cpu_naive.c", "    .axpy = axpy,", "    .negate = negate,")


class Operation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree, cls.folder = tree.planted()

    def check(self, program, impl, status=0):
        done = tree.call(program, "check", impl, "--quick", "--model", "linreg", "--json", cwd=self.folder)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def counts(self, program, impl):
        return self.check(program, impl)["counts"]["operations"]

    def test_check_knows_it(self):
        before, after = self.counts(tree.PROGRAM, "cpu_naive"), self.counts(self.tree.program, "cpu_naive")
        self.assertEqual((after["checks"], after["skipped"]), (before["checks"] + 2, 0))  # in both types
        text = tree.call(self.tree.program, "check", "cpu_naive", "--quick", "--model", "linreg", cwd=self.folder).stdout
        self.assertIn(f"{after['checks']} of {after['checks']} right in", text)

    def test_not_offered(self):
        counts = self.counts(self.tree.program, "fakedev")
        self.assertEqual((counts["skipped"], counts["reason"]), (2, "negate is not implemented"))

    def test_wrong_one_is_named(self):
        for number in ("float", "double"):
            self.tree.replace("impls/cpu_naive.c", f"-(({number} *)m->p)[at]", f"-fabs((({number} *)m->p)[at])")
        try:
            self.tree.build()
            result = self.check(self.tree.program, "cpu_naive", status=3)
        finally:
            for number in ("float", "double"):
                self.tree.replace("impls/cpu_naive.c", f"-fabs((({number} *)m->p)[at])", f"-(({number} *)m->p)[at]")
            self.tree.build()
        found = [(f["operation"], f["dtype"], f["pattern"]) for f in result["findings"]]
        self.assertEqual(found, [("negate", dtype, "negates what has lost its sign") for dtype in ("f32", "f64")])

    def transfers(self, folder):
        done = tree.call(tree.PROGRAM, "export", folder, cwd=self.folder)
        cases = json.loads(done.stdout)["cases"]
        self.assertEqual([c["status"] for c in cases], ["ok", "ok"])
        return {c["name"]: c["transfers"]["phases"] for c in cases}, {
            (c["name"], o["op"]): o["calls"] for c in cases for o in c["profile"]["operations"]}

    def test_gate_against_it(self):
        """Two builds that number operations otherwise agree on their names, whichever of them asks."""
        (self.folder / "gate.yaml").write_text(CONFIG)
        for parent, against, out in [(tree.PROGRAM, self.tree.program, "a"), (self.tree.program, tree.PROGRAM, "b")]:
            done = tree.call(parent, "gate", "gate.yaml", "--against", against, "--speed", "off", "--out", out, cwd=self.folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            old, old_calls = self.transfers(f"{out}/old")
            new, new_calls = self.transfers(f"{out}/new")
            self.assertEqual(old, new)
            self.assertEqual(old_calls, new_calls)
            self.assertIn(("fakedev per_op", "act_grad"), old_calls)


if __name__ == "__main__":
    unittest.main()
