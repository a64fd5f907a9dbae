"""A creditregd of one test: its own directories, a port of its own, its end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 60


class ServerProcess:
    """Starts in __enter__, stops in __exit__; fails where either goes wrong."""

    def __init__(self, binary, conf_dir, flags=()):
        self.work_dir = tempfile.mkdtemp(prefix=f"creditreg-e2e-{os.getpid()}-")
        self.data_dir = os.path.join(self.work_dir, "data")
        self.key_dir = os.path.join(self.work_dir, "keys")
        self.log_path = os.path.join(self.work_dir, "creditregd.log")
        self.address = None
        self._binary = binary
        self._flags = [f"--conf_dir={conf_dir}", *flags]
        self._process = None

    def __enter__(self):
        port_file = os.path.join(self.work_dir, "port")
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                [self._binary, "--listen=127.0.0.1:0",
                 "--local_development_caller",
                 f"--data_dir={self.data_dir}", f"--key_dir={self.key_dir}",
                 f"--port_file={port_file}", *self._flags],
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
