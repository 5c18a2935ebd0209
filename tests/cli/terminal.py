"""A terminal of a fixed size, in which a program runs."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from common import BUILD, HANG_S


class Terminal:
    def __init__(self, command, folder, columns=80, lines=24, **env):
        self.main, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process = subprocess.Popen([str(word) for word in command], stdin=child, stdout=child, stderr=child,
                                        cwd=folder, start_new_session=True,
                                        env={**os.environ, "TERM": "dumb", "PATH": f"{BUILD}:{os.environ['PATH']}", **env})
        os.close(child)

    def type(self, keys, until, limit=HANG_S):
        """Types, and returns what appears up to a pattern; an error if it never does."""
        os.write(self.main, keys.encode())
        seen, deadline = "", time.monotonic() + limit
        while not re.search(until, seen):
            if not select.select([self.main], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"after {keys!r}, no {until!r} in {seen!r}")
            seen += os.read(self.main, 65536).decode(errors="replace")
        return seen

    def rest(self):
        """What appears until the program ends, and its status."""
        seen = b""
        while True:
            try:
                more = os.read(self.main, 65536)
            except OSError:  # the program has ended
                break
            if not more:
                break
            seen += more
        return seen.decode(), self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.main)


class Screen:
    """The lines that a terminal shows, for the few control sequences that the program writes."""

    def __init__(self):
        self.lines, self.row, self.states = [""], 0, []

    def write(self, text):
        for part in re.split(r"(\x1b\[[0-9;]*[A-Za-z]|\r\n|\r|\n)", text):
            if part in ("\r\n", "\n"):
                self.row += 1
                if self.row == len(self.lines):
                    self.lines.append("")
            elif part.endswith("A") and part.startswith("\x1b["):
                self.states.append(list(self.lines))
                self.row -= int(part[2:-1])
                if self.row < 0:
                    raise AssertionError("the cursor leaves the screen")
            elif part == "\x1b[J":
                del self.lines[self.row + 1:]
                self.lines[self.row] = ""
            elif part == "\x1b[K":
                self.lines[self.row] = ""
            elif part != "\r" and not part.startswith("\x1b"):
                self.lines[self.row] += part
