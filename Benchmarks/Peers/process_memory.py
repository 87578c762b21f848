"""How much memory this process has, together with those that it started."""

import os
import pathlib
import threading


def family() -> set[int]:
    """The numbers of this process and of all below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = pathlib.Path("/proc", entry, "stat").read_text()
            except OSError:
                continue  # It has ended.
            # The name, which is in parentheses, may have spaces.
            parent = int(text[text.rindex(")") + 1 :].split()[1])
            children.setdefault(parent, []).append(int(entry))
    found, waiting = set(), [os.getpid()]
    while waiting:
        number = waiting.pop()
        found.add(number)
        waiting += children.get(number, [])
    return found


def mebibytes() -> tuple[float, float]:
    """Memory with pages that several processes share counted once (PSS), and counted in each of them (RSS)."""
    sums = {"Pss": 0, "Rss": 0}
    for number in family():
        try:
            text = pathlib.Path("/proc", str(number), "smaps_rollup").read_text()
        except OSError:
            continue
        for line in text.splitlines():
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0])
    return sums["Pss"] / 1024, sums["Rss"] / 1024


class Watch:
    """Looks five times a second, until `stop`, and remembers the most of both kinds."""

    def __init__(self):
        self.pss = self.rss = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self):
        while True:
            pss, rss = mebibytes()
            self.pss, self.rss = max(self.pss, pss), max(self.rss, rss)
            if self._end.wait(0.2):
                return

    def stop(self):
        self._end.set()
        self._thread.join()
