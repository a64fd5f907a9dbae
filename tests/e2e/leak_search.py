"""The search that the leak tests share: needles in every spelling, and faults."""

import json
import os
import re


def spellings(text):
    """The bytes that `text` may stand as."""
    return {text.encode(), text.encode("gb18030"),
            json.dumps(text).strip('"').encode(),
            text.encode("utf-16-le"), text.encode("utf-16-be")}


def any_of(needles):
    """A pattern for any of the needles that shares their beginnings: a flat
    list of thousands takes minutes. Of two, one of which the other begins
    with, the shorter is enough."""
    if b"" in needles:
        return b""
    by_first = {}
    for needle in needles:
        by_first.setdefault(needle[:1], set()).add(needle[1:])
    branches = [re.escape(first) + any_of(rest)
                for first, rest in sorted(by_first.items())]
    return b"(?:" + b"|".join(branches) + b")"


class Searcher:
    """Finds any of many needles (at least one) in bytes, in one pass."""

    def __init__(self, texts):
        self._texts = {n: text for text in texts for n in spellings(text)}
        self._pattern = re.compile(any_of(self._texts))

    def find(self, data):
        return {self._texts[m.group()] for m in self._pattern.finditer(data)}


def files_below(*directories):
    for directory in directories:
        for folder, _, names in os.walk(directory):
            for name in names:
                yield os.path.join(folder, name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Report:
    """Collects what went wrong, without repeating it in full."""

    def __init__(self):
        self.faults = []

    def forbid(self, where, found):
        for text in sorted(found):
            self.faults.append(f"{where}: holds {text[:3]}… ({len(text)})")

    def demand(self, what, condition):
        if not condition:
            self.faults.append(f"not so: {what}")

    def end(self, program):
        """Prints the faults; where there are any, that is the end."""
        for fault in self.faults[:50]:
            print(fault)
        if self.faults:
            raise SystemExit(f"{program}: {len(self.faults)} faults")
