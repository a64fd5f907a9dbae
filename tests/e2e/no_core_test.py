#!/usr/bin/env python3
"""A server that crashes leaves no core, wherever it was started.

The system is asked for cores of any size first, as a careless administrator
might; a program of our own that crashes shows that it would then make one.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from server_process import ServerProcess, allow_cores, crash

CONF = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..",
                                    "conf"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        allow_cores()
        other = subprocess.Popen(["sleep", "60"])
        would_dump = crash(other.pid)
        other.wait()
        before = set(os.listdir(folder))
        server = ServerProcess(arguments.server, CONF)
        server.__enter__()
        pid = server.pid()
        assert not crash(pid), "the server left a core"
        server.forget()
        left = set(os.listdir(folder)) - before
        assert not left, f"left behind: {left}"
    # Where the system makes none of anything, there was nothing to see.
    print("no core" if would_dump else "no core (nor does this system make any)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
