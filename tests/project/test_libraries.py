"""Python models run side by side, and must not import a library at the same moment."""

import importlib
import re
import threading
import time

from conftest import PROJECT

from customer_tiering import libraries


def test_libraries_are_imported_by_one_thread_at_a_time(monkeypatch):
    inside, at_once = [], []

    def slow(name):
        inside.append(name)
        at_once.append(len(inside))
        time.sleep(0.05)
        inside.remove(name)
        return importlib

    monkeypatch.setattr(libraries, "_loaded", {})
    monkeypatch.setattr(libraries.importlib, "import_module", slow)
    names = ["sklearn.cluster", "sklearn.linear_model", "scipy.optimize", "sklearn.tree"]
    threads = [threading.Thread(target=libraries.library, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at_once == [1] * len(names)


def test_nothing_imports_them_in_another_way():
    direct = r"^\s*(?:from|import) (?:sklearn|scipy)\b"
    files = [*(PROJECT / "src").rglob("*.py"), *(PROJECT / "models").rglob("*.py")]
    found = [file.name for file in files if re.search(direct, file.read_text("utf-8"), re.M)]
    assert len(files) > 40 and found == []
