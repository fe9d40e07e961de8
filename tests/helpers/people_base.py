"""People in three systems, with the errors that such records have, and the truth.

Every person has one to three records; each record but the first has one kind of error against it.
Between people there is what makes different people look alike: families with one phone, phones of
shops, numbers that go on to somebody else, common names, some with the same birth date.
"""

import csv
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

SYSTEMS = ("shop", "youzan", "crm")
# How the second and third record of a person differ from the first, and how often.
KINDS = {
    "equal": 30,
    "written otherwise": 20,  # capitals, a plus address, +86, full-width digits
    "phone alone": 12,
    "moved e-mail": 10,
    "new phone": 8,
    "typo in the e-mail": 6,
    "typo in the phone": 4,
    "typo in the name": 3,
    "masked phone": 3,  # and no e-mail: name and birth date are left
    "no contacts": 2,  # the same
    "all mistyped": 2,  # nothing exact is left
}
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
SURNAMES += "彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红建文辉力永健世"
GIVEN += "广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子思雨欣怡佳"
LATIN = [
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Emma",
    "Felix",
    "Grace",
    "Henry",
    "Iris",
    "Jack",
    "Kate",
    "Leo",
    "Mia",
    "Noah",
    "Olga",
    "Paul",
    "Rosa",
    "Sam",
]
ONSETS, RHYMES = (
    [*"BCDFGHKLMNPRSTW", "Br", "St", "Sch"],
    ["ar", "en", "ill", "on", "uck", "am", "ers", "and", "orth", "ini"],
)
HEADER = ["customer_id", "name", "email", "phone", "birth_date", "created_at"]


@dataclass
class People:
    """Records by system, and who they are.

    Attributes:
        records: per system the rows, in the columns of HEADER.
        person_of: the person of each record, by the id that the project gives it.
        kind_of: how the record differs from the person's first one; none of that itself.
    """

    records: dict[str, list[list[str]]] = field(
        default_factory=lambda: {system: [] for system in SYSTEMS}
    )
    person_of: dict[str, int] = field(default_factory=dict)
    kind_of: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the list of customers of each system, and what names the systems."""
        (folder / "customers").mkdir(parents=True)
        mapping = ["source,file,their_column,our_column,recipe,value"]
        for system, rows in self.records.items():
            with (folder / "customers" / f"{system}.csv").open(
                "w", newline="", encoding="utf-8"
            ) as file:
                csv.writer(file).writerows([HEADER, *rows])
            mapping.append(f"customers,customers/{system}.csv,,,system,{system}")
        mapping.append("orders,orders.csv,,,system,shop")
        (folder / "mapping.csv").write_text("\n".join(mapping) + "\n", "utf-8")
        first = self.records["shop"][0][0]
        orders = f"order_id,customer_id,ordered_at,amount\n1,{first},2026-01-01,10\n"
        (folder / "orders.csv").write_text(orders)


def draw(count: int, seed: int = 18) -> People:
    """So many people, and their records.

    Args:
        count: of people.
        seed: the same seed gives the same people.
    """
    chance, people = random.Random(seed), People()
    kinds, weights = [*KINDS], [*KINDS.values()]
    family_phone, family_surname, left_in_family = "", "", 0
    shop_phone, left_in_shop, last_phone = "", 0, ""
    in_family: set[str] = set()
    for person in range(count):
        if not left_in_family and chance.random() < 0.02:
            left_in_family = chance.randint(2, 4)
            family_phone, family_surname = _phone(chance), _surname(chance)
            in_family = set()
        if not left_in_shop and chance.random() < 0.0005:
            left_in_shop, shop_phone = 60, _phone(chance)
        name = _name(chance, family_surname if left_in_family else None)
        while left_in_family and name in in_family:
            name = _name(chance, family_surname)
        in_family.add(name)
        phone = _phone(chance)
        if left_in_family:
            phone, left_in_family = family_phone, left_in_family - 1
        elif left_in_shop and chance.random() < 0.3:
            phone, left_in_shop = shop_phone, left_in_shop - 1
        elif chance.random() < 0.005:
            phone = last_phone  # The number has gone on to somebody else.
        last_phone = phone
        base = {
            "name": name,
            "email": f"{_word(chance)}.{person}@{chance.choice(['qq', '163', 'example'])}.com",
            "phone": phone if chance.random() < 0.9 else "",
            "birth_date": str(date(1950, 1, 1) + timedelta(chance.randrange(20_000)))
            if chance.random() < 0.6
            else "",
        }
        if chance.random() < 0.25:
            base["email"] = ""
        systems = chance.sample(SYSTEMS, chance.choices([1, 2, 3], [50, 35, 15])[0])
        for number, system in enumerate(systems):
            kind = chance.choices(kinds, weights)[0] if number else ""
            record = _with_error(chance, base, kind, person) if number else base
            _add(people, chance, system, record, person, kind)
    for rows in people.records.values():
        chance.shuffle(rows)
    return people


def _add(
    people: People, chance: random.Random, system: str, record: dict, person: int, kind: str
) -> None:
    own = f"{system[0].upper()}{len(people.records[system]):07}"
    created = date(2020, 1, 1) + timedelta(chance.randrange(2_000))
    values = [record[column] for column in HEADER[1:-1]]
    people.records[system].append([own, *values, str(created)])
    record_id = own if system == SYSTEMS[0] else f"{system}:{own}"
    people.person_of[record_id] = person
    people.kind_of[record_id] = kind


def _with_error(chance: random.Random, base: dict, kind: str, person: int) -> dict:
    record = dict(base)
    match kind:
        case "written otherwise":
            user, _, host = base["email"].partition("@")
            record["email"] = f"{user.upper()}+list@{host}" if host else ""
            record["phone"] = chance.choice(
                [f"+86 {base['phone']}", f"0086{base['phone']}", _wide(base["phone"])]
            )
            if not base["phone"]:
                record["phone"] = ""
        case "phone alone":
            record |= {"email": "", "birth_date": ""}
            record["name"] = base["name"] if chance.random() < 0.7 else ""
        case "moved e-mail":
            record["email"] = f"new.{_word(chance)}.{person}@example.com"
        case "new phone":
            record["phone"] = _phone(chance)
        case "typo in the e-mail":
            record["email"] = _typo(chance, base["email"])
        case "typo in the phone":
            record["phone"] = _typo_in_digits(chance, base["phone"])
        case "typo in the name":
            record["name"] = _typo_in_name(chance, base["name"])
        case "masked phone":
            phone = base["phone"]
            record |= {"email": "", "phone": f"{phone[:3]}****{phone[7:]}" if phone else ""}
        case "no contacts":
            record |= {"email": "", "phone": ""}
        case "all mistyped":
            record["email"] = _typo(chance, base["email"])
            record["phone"] = _typo_in_digits(chance, base["phone"])
            record["name"] = _typo_in_name(chance, base["name"])
    return record


def _name(chance: random.Random, surname: str | None) -> str:
    """Given names as unevenly as they are given: few of them are most."""
    surname = surname or _surname(chance)
    if surname[0] < "a":
        return f"{chance.choice(LATIN)} {surname}"
    given = "".join(
        GIVEN[int(len(GIVEN) * chance.random() ** 2)] for _ in range(chance.choice([1, 2, 2, 2, 2]))
    )
    return surname + given


def _surname(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(ONSETS) + chance.choice(RHYMES) + chance.choice(RHYMES)
    return SURNAMES[int(len(SURNAMES) * chance.random() ** 2)]


def _phone(chance: random.Random) -> str:
    return f"1{chance.choice('3456789')}{chance.randrange(10**9):09}"


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("abcdefghijkmnoprstuw") for _ in range(5))


def _wide(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


def _typo(chance: random.Random, text: str) -> str:
    if not text:
        return ""
    place = chance.randrange(text.index("@"))
    return text[:place] + chance.choice("xyzvq") + text[place + 1 :]


def _typo_in_digits(chance: random.Random, digits: str) -> str:
    if not digits:
        return ""
    place = chance.randrange(3, len(digits))
    wrong = str((int(digits[place]) + chance.randint(1, 9)) % 10)
    return digits[:place] + wrong + digits[place + 1 :]


def _typo_in_name(chance: random.Random, name: str) -> str:
    if " " in name:
        place = chance.randrange(1, name.index(" "))
        return name[:place] + chance.choice("xyzvq") + name[place + 1 :]
    return name[:-1] + chance.choice(GIVEN)


def pairs_right_and_wrong(people: People, customer_of: dict[str, str]) -> tuple[int, int]:
    """How many pairs of records that are one customer are one person, and how many are not."""
    together = Counter(
        (customer_of.get(record, record), person) for record, person in people.person_of.items()
    )
    customers: Counter[str] = Counter()
    right = 0
    for (customer, _), records in together.items():
        customers[customer] += records
        right += records * (records - 1) // 2
    joined = sum(records * (records - 1) // 2 for records in customers.values())
    return right, joined - right
