#!/usr/bin/env python3
"""Checks that every #include of ours is backed by a dependency in CMake.

A file may include a header of its own target, of a target it lists in DEPS or
PRIVATE_DEPS, or of one those pass on (their DEPS). All rooms share one include
root, so the compiler alone would let any room include any other.

Usage: tools/check_layers.py build/targets.json
"""

import json
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
GENERATED = re.compile(r"(_mock)?(\.grpc)?\.pb\.h$")
PROTO_ROOTS = ("proto/", "third_party/googleapis/")


def headers_of(target):
    """The include paths that a target offers."""
    for header in target["hdrs"]:
        yield os.path.normpath(os.path.join(target["folder"], header))
    if target["kind"] == "proto":
        for src in target["srcs"]:
            path = os.path.normpath(os.path.join(target["folder"], src))
            for root in PROTO_ROOTS:
                if path.startswith(root):
                    yield path[len(root):]


def as_offered(include):
    """creditreg/v1/a.grpc.pb.h -> creditreg/v1/a.proto; others unchanged."""
    return GENERATED.sub(".proto", include)


def visible_from(target, by_name):
    """The target and every target whose headers it may include."""
    seen = {target["name"]}
    queue = target["deps"] + target["private_deps"]
    while queue:
        name = queue.pop()
        if name in seen or name not in by_name:
            continue
        seen.add(name)
        queue.extend(by_name[name]["deps"])
    return seen


def check(targets):
    by_name = {target["name"]: target for target in targets}
    owners = {}
    for target in targets:
        for header in headers_of(target):
            owners.setdefault(header, []).append(target["name"])
    problems = []
    for target in targets:
        if target["kind"] == "proto":
            continue
        visible = visible_from(target, by_name)
        for file in target["srcs"] + target["hdrs"]:
            path = os.path.normpath(os.path.join(target["folder"], file))
            with open(path, encoding="utf-8") as source:
                includes = INCLUDE.findall(source.read())
            for include in includes:
                owner = owners.get(as_offered(include))
                if owner is None and os.path.exists(include):
                    problems.append(f"{path}: {include} is in no target's HDRS")
                elif owner is not None and not visible.intersection(owner):
                    problems.append(f"{path}: {include} needs a dependency of "
                                    f"{target['name']} on {owner[0]}")
    return problems


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        problems = check(json.load(file))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
