"""The currency that amounts without one are in, and that all others are converted to."""

from collections.abc import Mapping
from pathlib import Path

from customer_tiering.reading.folder_files import SETTINGS_FILE
from customer_tiering.reading.reading_notes import ReadingNote
from customer_tiering.reading.source_plan import FolderPlan, InputError

SETTING = "reporting_currency"

Settings = tuple[tuple[str, str], ...]


def with_currency(
    folder: Path,
    plan: FolderPlan,
    stated: Mapping[str, str | None],
    remembered: str | None,
) -> tuple[Settings, tuple[ReadingNote, ...]]:
    """The settings and notes of a folder, with the currency that its orders state.

    What the settings say holds. Else the only currency that the orders name does, if there are no
    rates into another one; it is told, and remembered: another one later would make other money
    of all that was published.

    Args:
        folder: the folder, for the message.
        plan: how it is read.
        stated: by source the codes that its files name, with blanks between.
        remembered: what an earlier run found.

    Raises:
        InputError: if the orders name another currency than before, and there is no rate.
    """
    if any(name == SETTING for name, _ in plan.settings) or "fx_rates" in stated:
        return plan.settings, plan.notes
    found = sorted(set((stated.get("orders") or "").split()))
    if remembered and found not in ([], [remembered]):
        others = " and ".join(code for code in found if code != remembered)
        raise InputError(
            folder,
            [
                f"The orders now name {others}, and were in {remembered} alone so far, in which "
                f"all amounts are published. Give the rates of {others} as fx_rates, or name "
                f"{SETTING} in {SETTINGS_FILE}: {SETTING},{remembered}"
            ],
        )
    currency = remembered if not found else found[0] if len(found) == 1 else None
    if not currency:
        return plan.settings, plan.notes
    file = next(
        file.file.name for each in plan.sources if each.source.name == "orders"
        for file in each.files
    )  # fmt: skip
    note = ReadingNote(
        "orders",
        file,
        "currency_found",
        f"amounts are in {currency}, the only currency that orders name; {SETTINGS_FILE} can say "
        f"another: {SETTING},{currency}",
    )
    return (*plan.settings, (SETTING, currency)), (*plan.notes, note)
