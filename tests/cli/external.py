"""What the tests of external programs share: the client that makes mistakes on demand, and sweeps over a program."""

import json
import sys

from common import CliTest, ROOT

CLIENT = ROOT / "tests/faults/external/client.py"

LINREG = """
model: [linreg]
dataset: [diabetes]
impl: [x]
dtype: [f64]
epochs: [20]
"""


class ExternalTest(CliTest):
    def sweep(self, command, matrix=LINREG, status=0, measure="rounds: 1, min_time: 1ms, timeout: 20s", out="out",
              more=""):
        more += f"external:\n  x: {{command: {json.dumps([str(word) for word in command])}}}"
        return self.run_sweep(self.config(matrix, measure, more), status, out)["cases"]

    def client(self, fault, **kwargs):
        return self.sweep([sys.executable, CLIENT, fault], **kwargs)[0]
