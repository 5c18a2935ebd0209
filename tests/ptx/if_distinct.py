#!/usr/bin/env python3
"""if_distinct.py FILE.targets TARGET COMMAND…: runs the command, unless the target has the same code as an earlier one
(translate.py): then that one's test stands for both, and this one is skipped."""

import os
import pathlib
import sys

SKIPPED = 77


def main(targets, target, *command):
    first = dict(line.split() for line in pathlib.Path(targets).read_text().splitlines())[target]
    if first != target:
        print(f"compute_{target}: the same code as compute_{first}")
        sys.exit(SKIPPED)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
