"""ironbench from Python: the program, and its records."""

from __future__ import annotations

from ironbench._program import program

__all__ = ["program"]
