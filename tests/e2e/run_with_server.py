#!/usr/bin/env python3
"""Runs a foreign client against a creditregd of its own.

Usage: run_with_server.py --server CREDITREGD -- COMMAND ...

COMMAND finds CREDITREG_ADDRESS ("127.0.0.1:PORT") and CREDITREG_WORK_DIR, a
directory that goes with the server. Fails where the command or the server does.
"""

import argparse
import os
import subprocess
import sys

from server_process import ServerProcess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    with ServerProcess(arguments.server, os.path.join(ROOT, "conf")) as server:
        environment = dict(os.environ, CREDITREG_ADDRESS=server.address,
                           CREDITREG_WORK_DIR=server.work_dir)
        code = subprocess.run(arguments.command, env=environment,
                              stdin=subprocess.DEVNULL, check=False).returncode
        if code != 0:
            print(server.log())
            raise SystemExit(f"{arguments.command[0]}: exit code {code}")


if __name__ == "__main__":
    sys.exit(main())
