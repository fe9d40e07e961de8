"""What dbt asks before it parses a project: dbt imports every module whose name begins with dbt_.

The one place before dbt reads the seeds, on any engine: a seed in another encoding than UTF-8 ends
dbt's parsing in a traceback, before there is a connection.
"""

import os
from pathlib import Path

from dbt.flags import get_flags
from dbt.plugins import dbtPlugin

from customer_tiering.rule_files import RuleFileError, rule_file_problems
from customer_tiering.variables import environment_problems, variable_problems


class RuleFiles(dbtPlugin):
    """Refuses rule files that dbt cannot load, and variables that nobody can use."""

    def initialize(self) -> None:
        """Look at the project of this run.

        Raises:
            RuleFileError: if there are problems; dbt prints its text and stops.
        """
        flags = get_flags()
        # These two mend a folder of packages, whatever is in it.
        if flags.WHICH in ("deps", "clean"):
            return
        project = Path(flags.PROJECT_DIR)
        problems = [
            *environment_problems(os.environ),
            *variable_problems(project, flags.VARS or {}),
            *rule_file_problems(project),
        ]
        if problems:
            raise RuleFileError(problems)


plugins = [RuleFiles]
