#!/usr/bin/env python3
"""A server that crashes leaves no core, wherever it was started.

The system is asked for cores of any size first, as a careless administrator
might; a program of our own that crashes shows that it would then make one.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile

from server_process import ServerProcess

CONF = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..",
                                    "conf"))


def allow_cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def dumped(pid):
    """Ends the process by a crash; whether the system made a core of it."""
    os.kill(pid, signal.SIGSEGV)
    result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert result.si_status == signal.SIGSEGV, result
    return result.si_code == os.CLD_DUMPED


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        allow_cores()
        other = subprocess.Popen(["sleep", "60"])
        would_dump = dumped(other.pid)
        other.wait()
        before = set(os.listdir(folder))
        server = ServerProcess(arguments.server, CONF)
        server.__enter__()
        pid = server.pid()
        assert not dumped(pid), "the server left a core"
        server.forget()
        left = set(os.listdir(folder)) - before
        assert not left, f"left behind: {left}"
    # Where the system makes none of anything, there was nothing to see.
    print("no core" if would_dump else "no core (nor does this system make any)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
