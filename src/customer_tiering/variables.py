"""Whether variables that somebody gives, to dbt or in the environment, are what we can use.

dbt takes any name for a variable, and says nothing.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from customer_tiering.rule_files import PACKAGE, our_folder, packages_folder, project_settings

# The ones that are lists; a list or a mapping in place of a word breaks dbt while it parses.
LISTS = frozenset({"scoring_methods", "no_sale_types", "evaluation_horizons"})
# Variables of the environment: what they may be, as a pattern and in words.
ENVIRONMENT = {
    "DBT_THREADS": ("[1-9][0-9]{0,2}", "a whole number from 1 to 999"),
    "DUCKDB_MEMORY_LIMIT": (
        r"(?i)(?=.*[1-9])[0-9]+([.][0-9]+)? ?[KMGT](i?B)?|",
        "a size such as 8GB, or not set: 80 % of memory",
    ),
    "EXPORT_PERSONAL": (
        "yes|",
        "yes, or not set: names, addresses and the like are then left out of the export",
    ),
    "EXPORT_REPORT": ("yes|", "yes, or not set: the export then has no page of charts"),
    "SPARK_METHOD": ("session|thrift", "session or thrift"),
    "SPARK_PORT": ("[1-9][0-9]{0,4}", "the number of a port, such as 10000"),
}
# Less alike, two names are no misspelling of each other: start_date is not run_date.
ALIKE = 0.8


def variable_problems(project: Path, given: dict[str, Any]) -> list[str]:
    """What is wrong with names of variables, and with lists where one value is asked for.

    What else a variable may be is judged later, by the model `config_errors`.

    Args:
        project: folder of a dbt project: this one, or one that has it installed as a package.
        given: the variables of the command line (`--vars`).

    Returns:
        One text per problem. Where we are installed, other names on the command line are not ours
        to judge, but for one that nobody declares and that is nearly ours.
    """
    settings = project_settings(project)
    ours = _declared([our_folder(project, settings)])
    others = _declared([project, *packages_folder(project, settings).glob("*/")])
    written = settings.get("vars") or {}
    scope = written.get(PACKAGE) or {}
    problems = []
    for where, values, is_our_own in [
        ("--vars", given, settings.get("name") == PACKAGE),
        ("dbt_project.yml, vars: customer_tiering", scope, True),
        ("dbt_project.yml, vars", {name: written[name] for name in ours & written.keys()}, False),
    ]:
        for name, value in values.items():
            alike = difflib.get_close_matches(str(name).lower(), ours, 1, ALIKE)
            if name in ours - LISTS and isinstance(value, dict | list):
                problems.append(f"{where}, {name}: it is {value!r}. Right would be: one value.")
            elif name not in ours and (is_our_own or (alike and name not in others)):
                nearest = f"; the nearest is {alike[0]}" if alike else ""
                problems.append(
                    f"{where}, {name}: there is no such variable{nearest}. "
                    f"Right would be: one of {', '.join(sorted(ours))}."
                )
    return problems


def environment_problems(environment: Mapping[str, str]) -> list[str]:
    """What is wrong with the variables of the environment that have a form of their own.

    Args:
        environment: all that is set, such as `os.environ`.

    Returns:
        One text per problem.
    """
    return [
        f'The environment, {name}: it is "{environment[name]}". Right would be: {remedy}.'
        for name, (pattern, remedy) in ENVIRONMENT.items()
        if name in environment and not re.fullmatch(pattern, environment[name])
    ]


def _declared(folders: Iterable[Path]) -> set[str]:
    """The variables that the dbt_project.yml of some folders declares."""
    names = set()
    for folder in folders:
        written = project_settings(folder).get("vars") or {}
        names |= written.keys() | (written.get(PACKAGE) or {}).keys()
    return names - {PACKAGE}
