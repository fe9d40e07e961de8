"""settings.csv: what holds for the export of one folder, and travels with it."""

import re
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

from customer_tiering.reading.folder_files import SETTINGS_FILE
from customer_tiering.reading.mapping_file import read_small_table
from customer_tiering.reading.names import normalise


def _is_run_date(value: str) -> bool:
    try:
        return value == "today" or date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


# Each setting: whether a value can be used, and what would be right.
SETTINGS = {
    "run_date": (_is_run_date, "a day such as 2026-10-19, or today"),
    # Records that say RMB are read as CNY.
    "reporting_currency": (
        re.compile("(?!RMB)[A-Z]{3}").fullmatch,
        "three capital letters such as EUR, and CNY for RMB",
    ),
    "business_time_zone": (
        lambda value: value in available_timezones(),
        "a name of the tz database such as Asia/Shanghai",
    ),
    "date_order": (("dmy", "mdy").__contains__, "dmy (31/12/2026) or mdy (12/31/2026)"),
}


def read_settings(folder: Path, problems: list[str]) -> tuple[tuple[str, str], ...]:
    """The settings of a folder and their values; none if it has no such file.

    Args:
        folder: the folder of the export.
        problems: what gets every line that cannot be used.
    """
    settings: dict[str, str] = {}
    for where, cells in read_small_table(folder, SETTINGS_FILE, ("setting", "value"), problems):
        name, value = normalise(cells.get("setting", "")), cells.get("value", "")
        if name not in SETTINGS:
            known = ", ".join(SETTINGS)
            problems.append(f"{where}: there is no setting '{name}'. The settings are {known}")
        elif name in settings:
            problems.append(f"{where}: {name} is set a second time. Remove one line")
        else:
            is_right, right = SETTINGS[name]
            if not is_right(value):
                problems.append(f"{where}: {name} is '{value}'. It should be {right}")
            settings[name] = value
    return tuple(settings.items())
