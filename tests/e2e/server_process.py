"""A creditregd of one test: its own directories, a port of its own, its end."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 60


def allow_cores():
    """Of any size, as a careless administrator might: of children, too."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def crash(pid):
    """Ends a child by a crash; whether the system made a core of it."""
    os.kill(pid, signal.SIGSEGV)
    result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert result.si_status == signal.SIGSEGV, result
    return result.si_code == os.CLD_DUMPED


class ServerProcess:
    """Starts in __enter__, stops in __exit__; fails where either goes wrong.

    Its directories are new, in a work directory that goes with it, unless the
    caller gives others: those stay, with its log and its port file."""

    def __init__(self, binary, conf_dir, flags=(), work_dir=None,
                 data_dir=None, key_dir=None):
        self._owns_work_dir = work_dir is None
        self.work_dir = work_dir or tempfile.mkdtemp(
            prefix=f"creditreg-e2e-{os.getpid()}-")
        self.data_dir = data_dir or os.path.join(self.work_dir, "data")
        self.key_dir = key_dir or os.path.join(self.work_dir, "keys")
        # The default; what is read is written down in every test.
        self.audit_dir = f"{self.data_dir}.audit"
        self.audit_sink = f"{self.data_dir}.audit_sink"
        self.log_path = f"{self.data_dir}.log" if data_dir else os.path.join(
            self.work_dir, "creditregd.log")
        self.address = None
        self._flags = [binary, f"--conf_dir={conf_dir}",
                       f"--data_dir={self.data_dir}",
                       f"--key_dir={self.key_dir}",
                       f"--audit_sink={self.audit_sink}",
                       "--local_development_caller", *flags]
        self._process = None

    def __enter__(self):
        port_file = os.path.join(self.work_dir, "port")
        if os.path.exists(port_file):
            os.remove(port_file)
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                [*self._flags, "--listen=127.0.0.1:0",
                 f"--port_file={port_file}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.address = self._await_port(port_file)
        except Exception:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(self, kind, error, trace):
        self.stop()
        if not self._owns_work_dir:
            return
        if error is None:
            shutil.rmtree(self.work_dir)
        else:
            print(f"kept for a look: {self.work_dir}")

    def stop(self):
        """Asks for an end as a process manager does, and demands a clean one."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError("creditregd: did not stop") from None
        if code != 0:
            raise RuntimeError(f"creditregd: exit code {code}\n{self.log()}")

    def crash(self):
        """Whether the system made a core of it."""
        process, self._process = self._process, None
        dumped = crash(process.pid)
        process.wait()
        return dumped

    def run(self, *flags):
        """Runs it with more flags until it ends by itself: exit code, standard
        output and what it said of errors."""
        ended = subprocess.run(
            [*self._flags, "--listen=127.0.0.1:0", *flags],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=START_SECONDS, check=False)
        with open(self.log_path, "a", encoding="utf-8") as log:
            log.write(ended.stdout + ended.stderr)
        return ended.returncode, ended.stdout, ended.stderr

    def pid(self):
        return self._process.pid

    def forget(self):
        """After its end by other means."""
        self._process.wait()
        self._process = None
        shutil.rmtree(self.work_dir)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def _await_port(self, port_file):
        # The file appears whole or not at all.
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"creditregd: ended at once\n{self.log()}")
            if os.path.exists(port_file):
                with open(port_file, encoding="ascii") as port:
                    return port.read().strip()
            time.sleep(0.02)
        raise RuntimeError(f"creditregd: no port file\n{self.log()}")
