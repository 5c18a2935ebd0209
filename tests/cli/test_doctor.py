"""`doctor`: what of the surroundings would mislead a measurement."""

import json
import unittest

from common import CliTest


class DoctorTest(CliTest):
    def findings(self, **env):
        done = self.call("doctor", "--json", env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {finding["subject"]: finding for finding in json.loads(done.stdout)}

    def test_openblas_may_not_choose(self):
        found = self.findings(OPENBLAS_CORETYPE="Prescott")["OPENBLAS_CORETYPE"]
        self.assertEqual((found["level"], found["is"].split(":")[0]), ("note", "Prescott"))
        self.assertIn("unset it", found["remedy"])

    def test_openblas_may_choose(self):
        self.assertNotIn("OPENBLAS_CORETYPE", self.findings(OPENBLAS_CORETYPE=""))


if __name__ == "__main__":
    unittest.main()
