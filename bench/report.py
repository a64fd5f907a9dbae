#!/usr/bin/env python3
"""Writes the table of docs/performance.md from the lines of a bench.

Usage: bench/report.py RESULTS.jsonl DOCUMENT.md [--facts TEXT]

Replaces what stands between the two markers of the document; the rest is kept.
"""

import argparse
import json
import os
import platform
import sys

BEGIN = "<!-- begin of the table: bench/report.py writes it -->"
END = "<!-- end of the table -->"


def number(value):
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def limit(figure):
    if figure["floor"] is not None:
        return "≥ " + number(figure["floor"])
    if figure["ceiling"] is not None:
        return "≤ " + number(figure["ceiling"])
    return "report"


def judged(figure):
    """Whether the figure meets its limit; quick runs are not judged."""
    if limit(figure) == "report":
        return ""
    return "yes" if figure["ok"] else "**no**"


def facts():
    """What the machine is."""
    model = ""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    kernel = platform.release().split("-")[0]
    return (f"{os.cpu_count()} cores ({model}), {pages / 2**30:.0f} GiB, "
            f"Linux {kernel}")


def table(figures):
    lines = ["| figure | value | ÷ peer | limit | met | p50 µs | p99 µs | n |",
             "|---|---:|---:|---|---|---:|---:|---:|"]
    for figure in figures:
        lines.append("| " + " | ".join([
            f"`{figure['figure']}`",
            f"{number(figure['value'])} {figure['unit']}",
            number(figure["ratio"]), limit(figure), judged(figure),
            number(figure["p50_us"]), number(figure["p99_us"]),
            f"{figure['n']:,}"]) + " |")
    lines += ["", "How each was measured:", ""]
    lines += [f"- `{figure['figure']}`: {figure['note']}" for figure in figures
              if figure["note"]]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results")
    parser.add_argument("document")
    parser.add_argument("--facts", default="",
                        help="what else a reader must know about the run")
    arguments = parser.parse_args()
    with open(arguments.results, encoding="utf-8") as file:
        figures = [json.loads(line) for line in file if line.strip()]
    with open(arguments.document, encoding="utf-8") as file:
        text = file.read()
    if BEGIN not in text or END not in text:
        sys.exit(f"report: {arguments.document} has no markers")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    lines = [facts() + (". " + arguments.facts if arguments.facts else "."), ""]
    lines += table(figures)
    body = "\n".join(lines)
    with open(arguments.document, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}")


if __name__ == "__main__":
    main()
