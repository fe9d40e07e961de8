"""A standalone Spark cluster on this machine: a master and two workers, processes of their own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

WORKERS = 2


@contextmanager
def standalone_cluster(folder: Path, memory: str = "4g") -> Iterator[dict[str, str]]:
    """Start a cluster; it ends with the block.

    Args:
        folder: for logs, work files and the configuration; made where it is missing.
        memory: of each worker; each has one core.

    Yields:
        Environment variables with which `dbt build --target spark` uses the cluster and writes an
        event log into `folder / "events"`.

    Raises:
        RuntimeError: if master or workers do not start within a minute.
    """
    home = Path(pyspark.__file__).parent
    port, ui = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    configuration = folder / "conf"
    for each in (configuration, folder / "events", folder / "scratch"):
        each.mkdir(parents=True, exist_ok=True)
    settings = {
        "spark.driver.memory": "4g",
        "spark.executor.memory": memory,
        "spark.executor.cores": 1,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": (folder / "events").resolve().as_uri(),
        "spark.local.dir": (folder / "scratch").resolve(),
        "spark.driver.host": "127.0.0.1",
    }
    lines = [f"{name} {value}" for name, value in settings.items()]
    (configuration / "spark-defaults.conf").write_text("\n".join(lines) + "\n", "utf-8")
    environment = {
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(configuration),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    deploy = "org.apache.spark.deploy"
    common = ["--host", "127.0.0.1", "--webui-port"]
    commands = [[f"{deploy}.master.Master", *common, str(ui), "--port", str(port)]]
    commands += [
        [f"{deploy}.worker.Worker", *common, "0", "-c", "1", "-m", memory, master]
        for _ in range(WORKERS)
    ]
    with ExitStack() as running:
        logs = []
        for number, command in enumerate(commands):
            logs.append(folder / f"{'master' if number == 0 else f'worker{number}'}.log")
            log = running.enter_context(logs[-1].open("w"))
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), *command],
                env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
            running.callback(process.wait)
            running.callback(process.terminate)
            if number == 0:
                wait_for(logs[0], "I have been elected leader", 1)
        wait_for(logs[0], "Registering worker", WORKERS)
        yield environment | {"SPARK_MASTER": master}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def wait_for(log: Path, text: str, times: int) -> None:
    """Wait until a text is in a log so many times.

    Raises:
        RuntimeError: if it is not within a minute.
    """
    for _ in range(120):
        if log.read_text("utf-8").count(text) >= times:
            return
        time.sleep(0.5)
    raise RuntimeError(f"The cluster does not start; see {log}")
