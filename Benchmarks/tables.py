"""Shared code of the programs that write BENCHMARKS.md: tables, and their places in that file."""

import datetime
import os
import pathlib
import platform
import resource
import time


def table(columns, rows):
    """A table in Markdown; a column whose name begins with `>` is aligned to the right."""
    names = [name.removeprefix(">") for name in columns]
    edges = ["---:" if name.startswith(">") else "---" for name in columns]
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(edges)}|"]
    return "\n".join(lines + [f"| {' | '.join(cells)} |" for cells in rows])


def placed(text, name, content):
    """The text with the content between the marks of a name replaced."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"expected the marks {begin} and {end}, in this order")
    return f"{before}{begin}\n{content}\n{end}{after}"


def rows(text, name, columns):
    """The rows between the marks of a name by their first cell, if the table has these columns."""
    _, _, rest = text.partition(f"<!-- {name}: begin -->")
    lines = rest.partition(f"<!-- {name}: end -->")[0].splitlines()
    cells = [line[2:-2].split(" | ") for line in lines if line.startswith("| ")]
    if not cells or cells[0] != [column.removeprefix(">") for column in columns]:
        return {}
    return {row[0]: row for row in cells[1:]}


def place(file, name, content):
    """Puts content between the marks of a name in a file."""
    path = pathlib.Path(file)
    path.write_text(placed(path.read_text(), name, content))


class OtherWork:
    """Measures the share of the processors' time that goes to programs other than this one and
    those that it runs."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        """The clock in seconds, and the processor seconds that other programs have used."""
        usages = map(resource.getrusage, [resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN])
        own = sum(usage.ru_utime + usage.ru_stime for usage in usages)
        ticks = busy(pathlib.Path("/proc/stat").read_text())
        return time.monotonic(), ticks / os.sysconf("SC_CLK_TCK") - own

    def share(self):
        """The share since the start, once all started programs have ended."""
        seconds, others = (after - before for after, before in zip(self.now(), self.start))
        return max(0, others / (seconds * os.cpu_count()))


def busy(stat):
    """The clock ticks for which processors have been busy, summed over all of them, from
    /proc/stat."""
    user, nice, system, _idle, _waiting, *interrupts_and_stolen = map(int, stat.split()[1:9])
    return user + nice + system + sum(interrupts_and_stolen)


def circumstances(line, versions, rounds, others):
    """A sentence that says when, where and how the measurements were taken.

    `line` is the output of `bench`, if it ran; `others` is the share of the processors that other
    programs used.
    """
    machine = [processor()]
    if line:
        machine += [f"{line['threads']} threads", line["instruction_set"], line["blas"]]
    count = "1 round" if rounds == 1 else f"{rounds} rounds"
    load = f"{count}, others had {others:.0%} of the processors"
    parts = [", ".join(machine), ", ".join(versions), load]
    return f"Measured on {datetime.date.today()}: {'; '.join(filter(None, parts))}."


def processor():
    """The name of this machine's processor."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
