"""What the programs that write BENCHMARKS.md share: tables, and where they go in that file."""

import datetime
import pathlib
import platform


def table(columns, rows):
    """A table in Markdown; a column whose name begins with `>` is aligned to the right."""
    names = [name.removeprefix(">") for name in columns]
    edges = ["---:" if name.startswith(">") else "---" for name in columns]
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(edges)}|"]
    return "\n".join(lines + [f"| {' | '.join(cells)} |" for cells in rows])


def placed(text, name, content):
    """The text with this content in place of what stands between the marks of a name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"expected the marks {begin} and {end}, in this order")
    return f"{before}{begin}\n{content}\n{end}{after}"


def place(file, name, content):
    """Puts content between the marks of a name in a file."""
    path = pathlib.Path(file)
    path.write_text(placed(path.read_text(), name, content))


def circumstances(line, versions, rounds):
    """A sentence on when and where was measured; `line` is what `bench` printed, if it ran."""
    machine = [processor()]
    if line:
        machine += [f"{line['threads']} threads", line["instruction_set"], line["blas"]]
    parts = [
        ", ".join(machine), ", ".join(versions), "1 round" if rounds == 1 else f"{rounds} rounds"]  # fmt: skip
    return f"Measured on {datetime.date.today()}: {'; '.join(filter(None, parts))}."


def processor():
    """The name of this machine's processor."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
