"""`python -m ironbench` and the command `ironbench` of the wheel: the program itself, in place of this process."""

from __future__ import annotations

import os
import sys

from ironbench._program import environment, program


def main() -> None:
    try:
        os.execve(program(), ["ironbench", *sys.argv[1:]], environment())
    except OSError as error:
        sys.exit(f"ironbench: {error}")


if __name__ == "__main__":
    main()
