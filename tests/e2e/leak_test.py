#!/usr/bin/env python3
"""Claim: personal data does not leave the sealed rows.

Method: a made-up province, whose resident IDs all begin with 449999 and whose
mobiles all begin with 140, is imported into a creditregd; leak_exercise.js then
asks it everything, and puts persons of its own into every personal field of the
contract. After the server has stopped, every file under its data, key and audit
directories, its log, the copy of the audit log, every row of its database
(uncompressed, by row_dump), and what it said to the public, in errors and of
whom it found by a number, are searched for

  - every resident ID and mobile of the input, marker or not,
  - the names of the persons in sealed columns only, and in what was said also
    the markers',
  - all texts of the persons in every field, in UTF-8, in GB18030 and as JSON
    escapes.

The search is proved by controls: the names and codes of enterprises are found
in the rows, the personal data in the input files and in what a government
caller was told who named a purpose, that purpose in the audit log.

Usage: leak_test.py --server CREDITREGD --ctl CREDITCTL
                    --generate CREDITREG_GENERATE --row_dump ROW_DUMP
                    [--enterprises N] [--seed N]
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

from leak_search import Report, Searcher, files_below, read
from server_process import ServerProcess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Where the generator writes personal data, by the heading of the column.
PERSON_COLUMNS = ("TS_TSR_MC",)
PARTY_COLUMNS = {"XK_XDR_MC": "XK_XDR_LB", "CF_XDR_MC": "CF_XDR_LB"}
# The generator's IDs and mobiles, to be found in its files. What is searched
# elsewhere is their exact digits: a random etag may look like a mobile.
NUMBERS = re.compile(rb"449999(?:19|20)\d{9}[\dXx]|(?<!\d)140\d{8}(?!\d)")
# Of reads of personal fields (marker_persons.js).
PURPOSE = "泄露测试：对照"
INPUTS = ("enterprise.csv", "licence.csv", "penalty.csv", "complaint.csv",
          "enterprise_later.csv")


class Province:
    """The generated files, and whose data is in them."""

    def __init__(self, directory):
        with open(os.path.join(directory, "manifest.json"),
                  encoding="utf-8") as file:
            manifest = json.load(file)
        self.markers = manifest["markers"]
        self.typical = manifest["interesting"][0]
        self.raw = {}
        names = set()
        open_texts = []
        for name in INPUTS:
            with open(os.path.join(directory, name), "rb") as file:
                self.raw[name] = file.read()
            rows = csv.DictReader(
                self.raw[name].decode("utf-8-sig").splitlines())
            for row in rows:
                persons = {c for c in PERSON_COLUMNS if row.get(c)}
                persons |= {c for c, kind in PARTY_COLUMNS.items()
                            if row.get(kind) == "自然人"}
                names |= {row[c] for c in persons}
                open_texts += [v for c, v in row.items()
                               if c not in persons and v]
        self.numbers = {n.decode() for n in NUMBERS.findall(
            b"\n".join(self.raw.values()))}
        # Two characters are no proof, and a namesake may be a representative,
        # whose name is stored in clear.
        everything = "\n".join(open_texts)
        self.sealed_names = {n for n in names
                             if len(n) >= 3 and n not in everything}

    def marker_texts(self):
        return {m[key] for m in self.markers
                for key in ("name", "id_number", "mobile")}

    def marker_numbers(self):
        return {m[key] for m in self.markers for key in ("id_number", "mobile")}


def search(report, province, server, rows, audit):
    """Searches everything that is left of `server`, and what it said."""
    with open(os.path.join(server.work_dir, "markers.json"),
              encoding="utf-8") as file:
        held = set(json.load(file))
    sealed = Searcher(province.numbers | province.sealed_names | held)
    personal = Searcher(province.numbers | province.sealed_names | held |
                        province.marker_texts())
    at_rest = {"rows of the database": rows}
    for path in [*files_below(server.data_dir, server.key_dir),
                 *files_below(server.audit_dir), server.audit_sink]:
        at_rest[os.path.relpath(path, server.work_dir)] = read(path)
    for where, data in at_rest.items():
        report.forbid(where, sealed.find(data))
    said = {"log": server.log().encode(),
            "audit verify": json.dumps(audit).encode(),
            "copy of the audit log": read(server.audit_sink)}
    for path in files_below(server.audit_dir):
        said[os.path.relpath(path, server.work_dir)] = read(path)
    said["answers and errors"] = read(os.path.join(server.work_dir, "said.txt"))
    for where, data in said.items():
        report.forbid(where, personal.find(data))

    # Controls: what should be found is found.
    typical = Searcher({province.typical["name"], province.typical["uscc"]})
    report.demand("an enterprise's name and code are in the rows",
                  len(typical.find(rows)) == 2)
    report.demand("an enterprise's name was said to the public",
                  province.typical["name"] in typical.find(
                      said["answers and errors"]))
    report.demand("the markers' numbers are among the input's",
                  province.numbers >= province.marker_numbers())
    given = b"".join(province.raw.values()).decode()
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        report.demand(
            f"all numbers and names of the input are found in {encoding}",
            personal.find(given.encode(encoding)) >=
            province.numbers | province.marker_texts())
    report.demand("there are names that are sealed everywhere",
                  len(province.sealed_names) > 20)
    told = read(os.path.join(server.work_dir, "told.txt"))
    report.demand("a government caller with a purpose gets a marker's number",
                  sealed.find(told) & province.marker_numbers())
    report.demand("and all that the persons in every field hold",
                  len(held) > 20 and sealed.find(told) >= held)
    # What was read is written down, and the search reads it there.
    purpose = Searcher({PURPOSE})
    logs = [data for where, data in at_rest.items()
            if os.path.basename(where).startswith("audit-")]
    report.demand("the purpose of reads is in the audit log",
                  any(purpose.find(data) for data in logs))
    report.demand("and in its copy", purpose.find(at_rest["data.audit_sink"]))
    report.demand("the audit log is whole, as is its copy",
                  not audit["faults"] and audit["rows"] > 100)
    return at_rest


def verify_audit(ctl, server):
    """What the audit log's check says of it, and of its copy."""
    return json.loads(subprocess.run(
        [ctl, "--output", "json", "audit", "verify", server.audit_dir,
         "--sink", server.audit_sink],
        check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--ctl", required=True)
    parser.add_argument("--generate", required=True)
    parser.add_argument("--row_dump", required=True)
    parser.add_argument("--enterprises", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"--enterprises {arguments.enterprises} --seed {arguments.seed}")
    report = Report()
    with tempfile.TemporaryDirectory(prefix="creditreg-leak-") as data:
        subprocess.run([arguments.generate, f"--seed={arguments.seed}",
                        f"--enterprises={arguments.enterprises}",
                        f"--codes={ROOT}/conf/codes", f"--out={data}"],
                       check=True)
        province = Province(data)
        # Everything that can be logged is.
        with ServerProcess(arguments.server, os.path.join(ROOT, "conf"),
                           ["--log_level=debug",
                            "--log_calls_every=1"]) as server:
            subprocess.run(
                ["node", os.path.join(HERE, "leak_exercise.js"), data,
                 str(arguments.seed)],
                check=True, stdin=subprocess.DEVNULL,
                env=dict(os.environ, CREDITREG_ADDRESS=server.address,
                         CREDITREG_WORK_DIR=server.work_dir))
            server.stop()
            rows = subprocess.run([arguments.row_dump, server.data_dir],
                                  check=True, capture_output=True).stdout
            searched = search(report, province, server, rows,
                              verify_audit(arguments.ctl, server))
            report.end("leak_test")
    print(f"searched {len(searched)} places at rest, {len(rows)} bytes of "
          f"rows, for {len(province.numbers)} numbers and "
          f"{len(province.sealed_names)} names beside the markers")
    print("leak_test: ok")


if __name__ == "__main__":
    sys.exit(main())
