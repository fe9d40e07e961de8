"""Libraries to learn with, imported by one thread at a time, each of which works with one.

dbt runs Python models side by side. Where two threads import scikit-learn, or scipy and it, at the
same moment, Python breaks the deadlock of their module locks by handing out a module that is half
imported, and the build fails with "partially initialized module".
"""

import importlib
import threading
from typing import Any

from threadpoolctl import threadpool_limits

_ONE_AT_A_TIME = threading.Lock()
_loaded: dict[str, Any] = {}


def library(name: str) -> Any:
    """A module of scikit-learn or scipy, by its full name.

    Raises:
        ImportError: if there is none.
    """
    with _ONE_AT_A_TIME:
        if name not in _loaded:
            _loaded[name] = importlib.import_module(name)
            # On samples as small as ours the threads of a library wait for each other; where other
            # processes want the cores, that took thirty times as long. Once, as it looks through
            # all that is loaded: a millisecond or two, and some functions ask a thousand times.
            threadpool_limits(limits=1)
        return _loaded[name]
