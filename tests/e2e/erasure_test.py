#!/usr/bin/env python3
"""Claim: erased personal data is gone, also for somebody who has the master keys
and a copy of the database that was taken before.

Method: erasure_exercise.js puts persons into every personal field of a firm, its
records and rows kept aside, twice. The server crashes; its data and keys are
copied; it goes on, and one firm with all that belongs to it is erased. Then

  live      nothing is told of the erased persons, at any position
  old data  a copy from before, with the keys of today, opens none of them
  old keys  put back beside the data of today are destroyed again at the start
  files     read without the registry's programs, by OpenSSL with the master
            keys: the data keys of the erased rows are gone, and no other key
            opens them
  verify    the data is whole
  search    no file, row, log line or answer holds a text of the erased persons;
            nor of the others, but in what was told on request

Controls: the same copies with the keys of before tell everything, as do the
files; what was not erased stays open throughout.

Once with AES and master keys in files, once with SM4 and a command that hands
master keys out: there the master key is rotated after the erasure, and the first
one is taken out of use in the end.

Not claimed: versions keep one keyed hash of all that was erased together, by which
it is known when it is sent again; who has the master key and guesses all of it can
see that the guess is right.

Usage: erasure_test.py --server CREDITREGD --ctl CREDITCTL --row_dump ROW_DUMP
                       [--seed N]
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time

from leak_search import Report, Searcher, files_below, read
from sealed_files import DataKeys, hmac_sm3, sealed_rows, unseal
from server_process import ServerProcess, allow_cores

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ROTATION_SECONDS = 30
# What is meant to hold persons: what the test knows, and what was told.
MEANT_TO_HOLD = ("facts.json", "told.txt")


class KeyFiles:
    """Master keys in files of the key directory, rows under AES."""

    rotates = False
    flags = ()

    def __init__(self, work_dir):
        pass

    def master(self, version, key_dir):
        path = os.path.join(key_dir, f"master.{version}")
        return bytes.fromhex(read(path).decode())


class KeyCommand:
    """Master keys from a command, rows and keys under SM4."""

    rotates = True

    def __init__(self, work_dir):
        self._folder = os.path.join(work_dir, "kms")
        os.mkdir(self._folder, 0o700)
        self._keys = {1: secrets.token_bytes(32), 2: secrets.token_bytes(32)}
        for version, key in self._keys.items():
            with open(self._path(version), "w", encoding="ascii") as file:
                file.write(key.hex() + "\n")
        script = os.path.join(self._folder, "master_key.sh")
        with open(script, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\n[ -e "$1/$2" ] || exit 3\ncat "$1/$2"\n')
        self.flags = ("--sealing=sm4",
                      f"--master_key_command=sh {script} {self._folder}")

    def _path(self, version):
        return os.path.join(self._folder, str(version))

    def master(self, version, key_dir):
        return self._keys[version]

    def withdraw(self, version):
        os.remove(self._path(version))


class Exercise:
    """One run in a work directory of its own."""

    def __init__(self, arguments, seed, keys_class, work_dir):
        self.report = Report()
        self._arguments = arguments
        self._seed = seed
        self._work_dir = work_dir
        self._keys = keys_class(work_dir)
        self._flags = [*self._keys.flags, "--log_level=debug",
                       "--log_calls_every=1"]
        if self._keys.rotates:
            self._auth = self._path("auth")
            self._dev_auth("make", self._auth)
            self._flags.append(
                f"--identities={self._auth}/identities.textproto")

    def run(self):
        data, keys = self._path("data"), self._path("keys")
        with self._server(data, keys) as server:
            self._ask(server, "store", "open")
            self.report.demand("a crash leaves no core", not server.crash())
        old_data = self._copy(data, "old_data")
        old_keys = self._copy(keys, "old_keys")
        with self._server(data, keys) as server:
            self._ask(server, "open", "erase", "gone live")
            if self._keys.rotates:
                self._rotate(server)
                self._ask(server, "gone live")
        self._read_files(data, keys, old_data, old_keys)
        with self._server(self._copy(old_data, "old_data_new_keys"),
                          self._copy(keys, "keys_of_old_data")) as server:
            self._ask(server, "gone old")
        # Put back by somebody who lost the newest ones.
        self._put_old_keys_back(data, old_keys)
        with self._server(self._copy(old_data, "old_data_old_keys"),
                          self._copy(old_keys, "old_keys_control")) as server:
            self._ask(server, "open")
        if self._keys.rotates:
            self._withdraw_first_master(data, old_data, keys, old_keys)
        else:
            self._add_and_put_old_keys_back(data, keys, old_keys)
        self._verify(data, keys)
        self._check_hashes(data, keys)
        self._search(data, old_data)
        return self.report

    def _path(self, name):
        return os.path.join(self._work_dir, name)

    def _copy(self, directory, name):
        shutil.copytree(directory, self._path(name))
        return self._path(name)

    def _server(self, data_dir, key_dir):
        return ServerProcess(self._arguments.server,
                             os.path.join(ROOT, "conf"), self._flags,
                             self._work_dir, data_dir, key_dir)

    def _ask(self, server, *steps):
        subprocess.run(
            ["node", os.path.join(HERE, "erasure_exercise.js"),
             str(self._seed), *steps],
            check=True, stdin=subprocess.DEVNULL,
            env=dict(os.environ, CREDITREG_ADDRESS=server.address,
                     CREDITREG_WORK_DIR=self._work_dir))

    def _rows(self, data_dir):
        return subprocess.run([self._arguments.row_dump, data_dir], check=True,
                              capture_output=True).stdout

    # Who may turn the keys, and what the tool says.

    def _dev_auth(self, *words):
        return subprocess.run(
            [os.path.join(ROOT, "tools", "dev_auth.sh"), *words], check=True,
            capture_output=True, text=True).stdout

    def _ctl(self, server, role, *words):
        token = self._path(f"{role}.jwt")
        if not os.path.exists(token):
            with open(token, "w", encoding="ascii") as file:
                os.chmod(token, 0o600)
                file.write(self._dev_auth("token", self._auth, role))
        said = subprocess.run(
            [self._arguments.ctl, "--server", server.address, "--token-file",
             token, "--purpose", "轮换主密钥", "--output", "json", *words],
            check=True, capture_output=True, text=True).stdout
        with open(self._path("said.txt"), "a", encoding="utf-8") as file:
            file.write(said)
        return json.loads(said)

    def _rotate(self, server):
        state = self._ctl(server, "security_admin", "keys", "--rotate")
        end = time.monotonic() + ROTATION_SECONDS
        while state["rotation"].get("running") and time.monotonic() < end:
            state = self._ctl(server, "security_admin", "keys")
        self.report.demand(
            "the rotation ended with the second master key",
            state["ringMasterVersion"] == 2 and
            state["dataKeysMasterVersion"] == 2 and
            not state["rotation"].get("error"))
        # Auditors are shown no more than others.
        rows = self._ctl(server, "auditor", "audit", "list")
        self.report.demand("auditors are shown rows", rows)

    # What the files say without the registry.

    def _facts(self):
        with open(self._path("facts.json"), encoding="utf-8") as file:
            return json.load(file)

    def _texts(self, group):
        return {text for subject in self._facts()[group]["subjects"]
                for version in subject["versions"]
                for text in version["texts"].values()}

    def _read_files(self, data, keys, old_data, old_keys):
        """Opens sealed rows with OpenSSL: with the keys of before all of them,
        with those of today only what was not erased."""
        demand = self.report.demand
        before, today = DataKeys(old_keys), DataKeys(keys)
        old_master = self._keys.master(before.master_version, old_keys)
        master = self._keys.master(today.master_version, keys)
        demand("the master keys are those of the files",
               before.is_wrapped_by(old_master) and today.is_wrapped_by(master))
        demand("today's master key is another, where it was rotated",
               (today.master_version == 2) == self._keys.rotates and
               today.is_wrapped_by(old_master) != self._keys.rotates)
        gone, kept = self._texts("gone"), self._texts("kept")
        search = Searcher(gone | kept)
        rows = sealed_rows(self._rows(data))
        old_rows = sealed_rows(self._rows(old_data))
        keyed = lambda sealed: {row.key: row.ciphertext for row in sealed}
        demand("the erasure left the sealed rows as they were",
               rows and keyed(rows) == keyed(old_rows))
        # Whose rows they are is told by what they hold.
        opened = {}
        slots = {"gone": set(), "kept": set()}
        for row in old_rows:
            opened[row.key] = search.find(
                row.open_with(before.key(row.slot, old_master)))
            demand("a sealed row holds persons of one firm",
                   opened[row.key] and (opened[row.key] <= gone or
                                        opened[row.key] <= kept))
            whose = "gone" if opened[row.key] & gone else "kept"
            slots[whose].add(row.slot)
        demand("with the keys of before all persons are in the sealed rows",
               set().union(*opened.values()) == gone | kept)
        self._erased_slots = slots["gone"]
        demand("each firm has a slot for every subject",
               all(len(slots[whose]) == len(self._facts()[whose]["subjects"])
                   for whose in slots) and
               not slots["gone"] & slots["kept"])
        demand("slots of erased rows are zero but for their state",
               all(today.is_destroyed(slot) for slot in slots["gone"]))
        demand("and all others live", set(today.live()) == slots["kept"])
        # Every key that is left, on every row.
        left = {slot: today.key(slot, master) for slot in today.live()}
        for row in rows:
            found = set().union(*(search.find(row.open_with(key))
                                  for key in left.values()))
            demand("keys of today open what was not erased, and only that",
                   found == (set() if row.slot in slots["gone"]
                             else opened[row.key]))
        # Files that a rotation or an erasure might leave.
        names = {name for name in os.listdir(keys)
                 if not name.startswith("master.")}
        demand(f"nothing beside ring and data_keys in key_dir, not {names}",
               names == {"ring", "data_keys"})

    def _check_hashes(self, data, keys):
        """No keyed hash by which one number could be guessed is left."""
        rows = self._rows(data)
        ring = read(os.path.join(keys, "ring"))
        master = self._keys.master(int.from_bytes(ring[2:6], "big"), keys)
        hmac_key = unseal(ring[1], master, ring[6:18], ring[18:130])[:32]
        facts = self._facts()
        left = {"gone": 0, "kept": 0}
        for group in left:
            for subject in facts[group]["subjects"]:
                for number in subject["numbers"]:
                    purpose = ("person.telephone"
                               if number["kind"].endswith("TELEPHONE")
                               else "person.identity")
                    mac = hmac_sm3(hmac_key, f"{purpose}\0{number['number']}"
                                   .encode())[:16]
                    left[group] += mac in rows
        self.report.demand("numbers that were not erased have hashes",
                           left["kept"] > 0)
        self.report.demand(f"no hashes of erased numbers, not {left['gone']}",
                           left["gone"] == 0)

    def _put_old_keys_back(self, data, old_keys):
        restored = self._copy(old_keys, "old_keys_put_back")
        with self._server(self._copy(data, "data_old_keys"),
                          restored) as server:
            self._ask(server, "gone live")
            events = [json.loads(line) for line in server.log().splitlines()
                      if line.startswith("{")]
        again = [event.get("keys") for event in events
                 if event.get("event") == "erased_keys_destroyed_again"]
        self.report.demand(f"keys destroyed again at the start: {again}",
                           again == [len(self._erased_slots)])
        keys = DataKeys(restored)
        self.report.demand(
            "in the file, too",
            all(keys.is_destroyed(slot) for slot in self._erased_slots))

    def _verify(self, data, keys):
        code, printed, _ = self._server(data, keys).run("--verify",
                                                        "--verify_sealed")
        self.report.demand(f"the data is whole: {printed}",
                           code == 0 and json.loads(printed)["whole"])

    def _refused(self, what, data, keys, why):
        code, _, error = self._server(data, keys).run()
        self.report.demand(f"{what} is refused, not: {code} {error}",
                           code == 1 and why in error)

    def _withdraw_first_master(self, data, old_data, keys, old_keys):
        """Once nobody hands out the first master key, old key files are shut,
        beside whatever data; those of today are not."""
        self._keys.withdraw(1)
        for what, directory in (("data", data), ("old_data", old_data)):
            self._refused(
                f"{what} with key files of a master key that is gone",
                self._copy(directory, f"{what}_shut"),
                self._copy(old_keys, f"keys_of_{what}_shut"),
                "there is no version 1")
        self._add(data, keys)

    def _add(self, data, keys):
        """Persons that come after an erasure are others, and go as well."""
        with self._server(data, keys) as server:
            self._ask(server, "gone live", "add")
        today = DataKeys(keys)
        added = max(today.numbers())
        self.report.demand("whoever came later had a key, which is gone too",
                           added not in self._erased_slots and
                           today.is_destroyed(added))

    def _add_and_put_old_keys_back(self, data, keys, old_keys):
        """An older copy of the keys that lacks some is not taken at all."""
        self._add(data, keys)
        slots = len(DataKeys(old_keys).data) // 64
        self._refused("a key file with fewer slots", data,
                      self._copy(old_keys, "old_keys_too_few"),
                      f"data_keys has {slots} slots")

    def _search(self, data, old_data):
        facts = self._facts()
        persons = (self._texts("gone") | self._texts("kept") |
                   {*facts["other"].values()})
        search = Searcher(persons)
        places = {os.path.relpath(path, self._work_dir): read(path)
                  for path in files_below(self._work_dir)
                  if os.path.basename(path) not in MEANT_TO_HOLD}
        for directory in (data, old_data):
            places[f"rows of {os.path.basename(directory)}"] = self._rows(
                directory)
        for path in [p for p in places if p.endswith(".audit_sink")]:
            places[f"check of {path}"] = self._check_audit(path)
        for where, content in places.items():
            self.report.forbid(where, search.find(content))

        demand = self.report.demand
        demand("what was told holds every person",
               search.find(read(self._path("told.txt"))) == persons)
        firms = Searcher({facts[group]["firm"] for group in ("gone", "kept")})
        for where in ("rows of data", "rows of old_data", "said.txt"):
            demand(f"firms are found in {where}",
                   len(firms.find(places[where])) == 2)
        demand("the copy of the data has a log that holds them",
               any(firms.find(content) for where, content in places.items()
                   if where.startswith("old_data/") and
                   where.endswith(".log")))
        print(f"searched {len(places)} places for {len(persons)} texts; "
              f"{len(self._erased_slots)} data keys were destroyed")

    def _check_audit(self, sink):
        checked = subprocess.run(
            [self._arguments.ctl, "--output", "json", "audit", "verify",
             self._path(sink.replace("_sink", "")), "--sink",
             self._path(sink)], check=True, capture_output=True).stdout
        self.report.demand("an audit log has rows",
                           json.loads(checked)["rows"] > 0)
        return checked


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--ctl", required=True)
    parser.add_argument("--row_dump", required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    allow_cores()
    for i, keys_class in enumerate((KeyFiles, KeyCommand)):
        seed = arguments.seed + i
        print(f"{keys_class.__name__}: --seed {seed}")
        work_dir = tempfile.mkdtemp(prefix=f"creditreg-erasure-{os.getpid()}-")
        try:
            report = Exercise(arguments, seed, keys_class, work_dir).run()
            report.end("erasure_test")
        except BaseException:
            print(f"kept for a look: {work_dir}")
            raise
        shutil.rmtree(work_dir)
    print("erasure_test: ok")


if __name__ == "__main__":
    sys.exit(main())
