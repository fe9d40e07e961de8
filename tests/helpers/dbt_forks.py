"""Commands of dbt, in forks of one process that has imported its libraries (in 4 seconds)."""

import gc
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


class Forks:
    """The process to fork; it ends when this one does."""

    def __init__(self):
        self._lock = threading.Lock()
        self._server = subprocess.Popen(
            # Without the folder of this file on its path: `dbt` has it not on its own.
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess:
        """Run a command of dbt as `subprocess.run` would; one at a time."""
        with self._lock, TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            job = {
                "command": command,
                "cwd": str(cwd),
                "env": dict(env),
                "to": [str(out), str(err)],
            }
            print(json.dumps(job), file=self._server.stdin, flush=True)
            code = int(self._server.stdout.readline())
            texts = [file.read_text("utf-8") for file in (out, err)]
        return subprocess.CompletedProcess(command, code, *texts)


@cache
def forks() -> Forks:
    """Those of this process, begun when they are needed first."""
    return Forks()


def become(command: list[str], cwd: str, env: dict[str, str], to: list[str]) -> None:
    """Turn a fork into what the shell would have started; it ends as any Python does."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, path in enumerate(to, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = command


def serve() -> None:
    """Fork for each line of the input; answer with the code that the fork ended with."""
    import dbt.cli.main
    import dbt.task.build
    import great_expectations  # noqa: F401

    # Its threads start with its import, and no fork would have them.
    assert "duckdb" not in sys.modules
    # Or every fork would go through all of this whenever it looks for garbage.
    gc.freeze()

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(**json.loads(line))
            sys.exit(dbt.cli.main.cli())
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
