"""Runs the tests of one file, which both builds run: python3 run_in_both.py test_run

With IRONBENCH_SANITIZERS_PASSED=1, which scripts/test sets for the second build, only those that say more in the released
build (common.released_only, common.fuller_when_released): the others are the same, and have just run under sanitizers.
"""

import os
import sys
import unittest

from common import is_about_released


def tests_in(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_in(test)
        else:
            yield test


def main():
    tests = list(tests_in(unittest.defaultTestLoader.loadTestsFromName(sys.argv[1])))
    if os.environ.get("IRONBENCH_SANITIZERS_PASSED") == "1":
        tests = [test for test in tests if is_about_released(test)]
        if not tests:
            print("all of it has run under sanitizers")
            return 77
    return 0 if unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(tests)).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
