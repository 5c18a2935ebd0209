"""The table that a run shows on a terminal while it goes on."""

import re

from common import CliTest, PROGRAM, released_only
from terminal import Screen, Terminal

MATRIX = "model: [linreg, mlp]\ndataset: diabetes\nimpl: [cpu_naive, cpu_blas]\nlr: [0.1, 0.03, 0.01]\nepochs: 20"


class LiveTest(CliTest):
    def run_on(self, columns, lines, *flags, **env):
        config = self.config(MATRIX, measure="rounds: 8, min_time: 1ms, warmup: 0")
        terminal = Terminal([PROGRAM, "run", config, "--out", f"out-{columns}", "--color", "never", *flags], self.folder,
                            columns, lines, **{"TERM": "xterm", **env})
        self.addCleanup(terminal.close)
        text, status = terminal.rest()
        self.assertEqual(status, 0, text)
        return text

    def test_rounds_grow_and_intervals_appear_in_60_columns(self):
        screen = Screen()
        text = self.run_on(60, 24)
        screen.write(text)
        tables = [[line for line in state if re.match(r"[> ] \S.* (\d+/8|\d+ done) ", line)] for state in screen.states]
        self.assertGreater(len(tables), 3)
        names = [line[2:30].split()[0] for line in tables[-1]]
        self.assertEqual(len(set(names)), 12, names)  # shortened, but still told apart
        self.assertIn("mlp-lr0.1-cpu_naive", names)
        rounds = [[int(re.search(r" (\d+)(/8| done)", line).group(1)) for line in table] for table in tables]
        for earlier, later in zip(rounds, rounds[1:]):
            self.assertEqual(len(earlier), 12)
            self.assertTrue(all(a <= b for a, b in zip(earlier, later)), (earlier, later))
        self.assertGreater(sum(rounds[-1]), sum(rounds[0]))
        for state in screen.states:
            table = state[[i for i, line in enumerate(state) if " epoch " in line][-1] - 1:]
            self.assertLess(max(map(len, table)), 60)
            self.assertRegex(table[0], r"\d+ of \d+ passes")
        self.assertTrue(any(re.search(r"±[\d.]+ %$|disturbed$", line) for line in tables[-1]), tables[-1])
        self.assertNotIn("interval", "".join(line for line in screen.lines if "passes" in line))
        self.assertFalse([line for line in screen.lines if re.search(r"\d/8 |of \d+ passes", line)])  # erased in the end
        [end] = [i for i, line in enumerate(screen.lines) if line.startswith("12 cases in ")]
        result = screen.lines[end:]
        self.assertLessEqual(max(map(len, result)), 60)  # the results, too
        self.assertEqual(len([line for line in result if re.match(r"    residency host, [nµm]?s/epoch ", line)]), 12)

    @released_only("the same code as in the first test")
    def test_cases_that_have_no_room_are_counted(self):
        screen = Screen()
        screen.write(self.run_on(100, 10))
        state = screen.states[-1]
        table = state[[i for i, line in enumerate(state) if " epoch " in line][-1] - 1:]
        self.assertLess(len([line for line in table if line]), 10)
        self.assertIn("  and 6 more cases", table)

    @released_only("the same code as in the first test")
    def test_no_control_characters_where_there_is_no_screen(self):
        text = self.run_on(80, 24, "-s", "lr=0.1", TERM="dumb")
        self.assertNotIn("\x1b", text)
        self.assertIn("4 cases in ", text)
        config = self.config(MATRIX, measure="rounds: 1, min_time: 1ms")
        done = self.call("run", config, "--out", "out-file", "-s", "lr=0.1,impl=cpu_naive")
        self.assertNotIn("\x1b", done.stderr)
