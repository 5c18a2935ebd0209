"""Takes 20 ms to write its arrays, and half a second to start.

@axes epochs: [20]
@axes dtype: [f64]
@measure rounds: 2, min_time: 20ms
@run ok:
"""
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[2] / "exploits" / "external" / "shared"))
from external_program import Program


class SlowFiles(Program):
    def open(self, problem):
        time.sleep(0.5)
        super().open(problem)

    def write(self, request, model):
        time.sleep(0.02)
        super().write(request, model)


SlowFiles().main()
