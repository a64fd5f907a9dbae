#!/usr/bin/env python3
"""What tools/demo.sh knows of its data set, and checks against it.

Usage: tools/demo_facts.py VERB MANIFEST ...

  files MANIFEST                 the files that were made
  code MANIFEST ROLE             the code of the enterprise with that role
  receipt MANIFEST FILE RECEIPT  a receipt in one line; checks its rows
  findings REPORT                some rows of a report, without the rows' data
  summary MANIFEST ROLE          checks `creditctl get --output json` (stdin)
  mistyped MANIFEST              a code with a wrong check character
  batch MANIFEST                 codes to look up, one a line
  label MANIFEST                 puts what each code is before its row (stdin)
  verdicts MANIFEST              checks `batch-get --output json` (stdin)
"""

import csv
import datetime
import json
import sys
import unicodedata


def fail(message):
    sys.exit(f"demo: {message}")


def width(text):
    """Columns on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def padded(text, columns):
    return text + " " * max(0, columns - width(text))


class Manifest:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.all = json.load(file)
        self.roles = {entry["role"]: entry
                      for entry in self.all["interesting"]}

    def mistyped(self):
        code = self.roles["typical"]["uscc"]
        return code[:-1] + ("0" if code[-1] != "0" else "1")

    def lookups(self):
        """(what it is, the line to look up, the verdict it must get)."""
        def code(role):
            return self.roles[role]["uscc"]

        def past(role):
            return self.roles[role]["former_uscc"]

        typical = code("typical")
        full_width = "".join(chr(ord(c) + 0xFEE0) for c in typical)
        old = self.roles["old_numbers"]
        renamed = self.roles["renamed"]
        return [
            ("一般企业", typical, "FOUND"),
            ("小写", typical.lower(), "FOUND"),
            ("全角", full_width, "FOUND"),
            ("大户", code("large"), "FOUND"),
            ("个体工商户", code("individual"), "FOUND"),
            ("没有记录", code("without_records"), "FOUND"),
            ("后到的主体", code("later"), "FOUND"),
            ("改过名", code("renamed"), "FOUND"),
            ("附曾用名", f"{code('renamed')},{renamed['former_name']}",
             "RENAMED"),
            ("换过代码", code("recoded"), "FOUND"),
            ("它的旧代码", past("recoded"), "OLD_NUMBER"),
            ("吸收合并他户", code("merged"), "FOUND"),
            ("被合并的代码", past("merged"), "MERGED"),
            ("有旧号", old["uscc"], "FOUND"),
            ("它的注册号", old["registration_number"], "OLD_NUMBER"),
            ("组织机构代码", old["organisation_code"], "OLD_NUMBER"),
            ("已吊销", code("revoked"), "FOUND"),
            ("已注销", code("deregistered"), "DEREGISTERED"),
            ("从未登记", code("never"), "NOT_FOUND"),
            ("校验位错", self.mistyped(), "BAD_CODE"),
            ("含字母 I", typical[:10] + "I" + typical[11:], "BAD_CODE"),
            ("少一位", typical[:-1], "BAD_CODE"),
            ("占位代码", "0" * 17 + "X", "PLACEHOLDER"),
        ]


def show_files(path):
    for name, entry in Manifest(path).all["files"].items():
        faulty = entry["rows"] - entry["clean_rows"]
        print(f"{name:<22}{entry['rows']:>7,} 行，其中有意出错 {faulty:,} 行")


def show_code(path, role):
    print(Manifest(path).roles[role]["uscc"])


def show_receipt(path, name, receipt_path):
    with open(receipt_path, encoding="utf-8") as file:
        receipt = json.load(file)
    expected = Manifest(path).all["files"][name]
    counts = {key: int(value) for key, value in receipt["counts"].items()}
    rows = counts.pop("rows", 0)
    flagged = counts.pop("flagged", 0)
    start, end = (parse_time(receipt[key])
                  for key in ("startedAt", "finishedAt"))
    seconds = max((end - start).total_seconds(), 0.001)
    labels = (("created", "新增"), ("updated", "更新"), ("unchanged", "无变化"),
              ("pending", "待关联"), ("quarantined", "隔离"),
              ("rejected", "拒绝"))
    parts = [f"{label} {counts[key]:,}" for key, label in labels
             if counts.get(key)]
    if flagged:
        parts.append(f"（有警告 {flagged:,}）")
    print(f"{name:<22}{rows:>7,} 行  {rows / seconds:>7,.0f} 行/秒  "
          + "  ".join(parts))
    if rows != expected["rows"] or sum(counts.values()) != rows:
        fail(f"{name}: {rows} rows with {sum(counts.values())} outcomes, "
             f"want {expected['rows']}")
    if counts.get("rejected", 0) > expected["rows"] - expected["clean_rows"]:
        fail(f"{name}: more rows rejected than are faulty")


def parse_time(text):
    """RFC 3339 in UTC, with up to nine digits behind the second."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    time = datetime.datetime.fromisoformat(whole)
    return time + datetime.timedelta(seconds=float("0." + (fraction or "0")))


def show_findings(path):
    """One row for each rule, its own columns left out: they are the sender's."""
    seen = set()
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            line, outcome, field, rule, message, suggestion = row[-6:]
            if rule in seen or len(seen) >= 8:
                continue
            seen.add(rule)
            advice = f" → {suggestion}" if suggestion else ""
            print(f"  第 {line} 行  {outcome}  {field}  {rule}  "
                  f"{message}{advice}")


def check_summary(path, role):
    answer = json.load(sys.stdin)
    found = {count["family"]: int(count["records"])
             for count in answer["summary"]["counts"]}
    entry = Manifest(path).roles[role]
    for family, key in (("FAMILY_LICENCE", "licences"),
                        ("FAMILY_PENALTY", "penalties"),
                        ("FAMILY_COMPLAINT", "complaints")):
        if found.get(family, 0) != entry[key]:
            fail(f"{role}: {found.get(family, 0)} {key}, want {entry[key]}")


def show_mistyped(path):
    print(Manifest(path).mistyped())


def show_batch(path):
    for _, line, _ in Manifest(path).lookups():
        print(line)


def show_labelled(path):
    labels = [label for label, _, _ in Manifest(path).lookups()]
    for line in sys.stdin:
        first = (line.split() or [""])[0]
        label = labels[int(first) - 1] if first.isdigit() else ""
        print(padded(label, 13) + line.rstrip("\n"))


def check_verdicts(path):
    lookups = Manifest(path).lookups()
    results = [json.loads(line) for line in sys.stdin]
    if len(results) != len(lookups):
        fail(f"batch: {len(results)} results, want {len(lookups)}")
    for (label, _, expected), result in zip(lookups, results):
        verdict = result["verdict"].removeprefix("LOOKUP_VERDICT_")
        if verdict != expected:
            fail(f"batch: {label}: {verdict}, want {expected}")
    print(f"\n{len(results)} 个结论全部符合预期 · all as expected")


VERBS = {"files": show_files, "code": show_code, "receipt": show_receipt,
         "findings": show_findings, "summary": check_summary,
         "mistyped": show_mistyped, "batch": show_batch, "label": show_labelled,
         "verdicts": check_verdicts}


def main():
    VERBS[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
