"""Who is in the sample: people in the shop, companies in b2b, and prospects of both."""

import random
from datetime import date, timedelta

import numpy as np

from customer_tiering.generate import vocabulary as words
from customer_tiering.generate.population import LINES, Customers, Orders
from customer_tiering.generate.records import FIRST_EUR_RATE, Record, later, moment_of


def customers(
    rng: random.Random, population: Customers, sales: Orders
) -> tuple[list[Record], list[str]]:
    """Customers by index, and the currency in which each of them buys in b2b."""
    total = len(population.line)
    first_order = np.full(total, np.iinfo(np.int64).max)
    np.minimum.at(first_order, sales.customer, sales.ordered_at)
    eur_from = np.datetime64(FIRST_EUR_RATE, "s").astype(int)
    number = np.empty(total, int)
    number[np.argsort(population.created_at, kind="stable")] = np.arange(1, total + 1)

    people, currencies, phones = [], [], set()
    for index in range(total):
        line = LINES[population.line[index]].name
        abroad = line == "b2b" and rng.random() < 0.3
        if abroad:
            choices = words.CITIES_ABROAD[: None if first_order[index] >= eur_from else 4]
            city, region, currency, numbers = rng.choice(choices)
            phone = _free(numbers, rng.randrange(100), 100, phones)
        else:
            city, region, _ = rng.choices(words.CITIES, [weight for *_, weight in words.CITIES])[0]
            currency = "CNY"
            phone = _free("1990000{:04}", rng.randrange(10_000), 10_000, phones)
        created_at = moment_of(population.created_at[index])
        describe = _person if line == "ecommerce" else _company
        people.append(
            {
                # Shop accounts are numbers with leading zeros, companies have a letter.
                "customer_id": f"{'0' if line == 'ecommerce' else 'B'}{number[index]:05}",
                **describe(rng, abroad, int(number[index])),
                "phone": phone,
                "business_line": line,
                "region": region,
                "city": city,
                "acquisition_channel": rng.choice(words.ACQUISITION[line]),
                "acquisition_cost": rng.randint(500, 6_000) * (1 if line == "ecommerce" else 20),
                "created_at": created_at,
                "updated_at": later(rng, created_at, 200),
            }
        )
        currencies.append(currency)
    never = np.iinfo(np.int64).max
    _share_keys([people[index] for index in range(total) if first_order[index] == never])
    return people, currencies


def _share_keys(prospects: list[Record]) -> None:
    """Have some stand in the list twice, and some have given the telephone of a shop."""
    for one, other in zip(prospects[0:8:2], prospects[1:8:2], strict=True):
        other["email"] = one["email"].upper()
    for prospect in prospects[8:20]:
        prospect["phone"] = "021-5555 0000"


def _free(numbers: str, number: int, count: int, taken: set[str]) -> str:
    """A telephone number that nobody has, the given one or the next; it, if all are taken."""
    tries = (numbers.format((number + step) % count) for step in range(count))
    phone = next((phone for phone in tries if phone not in taken), numbers.format(number))
    taken.add(phone)
    return phone


def _person(rng: random.Random, _abroad: bool, number: int) -> Record:
    if rng.random() < 0.15:
        given, gender = rng.choice(words.ENGLISH_GIVEN)
        surname = rng.choice(words.ENGLISH_SURNAMES)
        name, account = f"{given} {surname}", f"{given}.{surname}".lower()
        account = account.replace("'", "").replace("ë", "e")
    else:
        surname, surname_latin = rng.choice(words.SURNAMES)
        given, given_latin, gender = rng.choice(words.GIVEN_NAMES)
        name, account = surname + given, f"{given_latin}.{surname_latin}"
    born = date(1958, 1, 1) + timedelta(rng.randrange(365 * 48))
    return {
        "name": name,
        "email": f"{account}{number}@example.{rng.choice(['com', 'cn'])}",
        "customer_type": "b2c",
        "industry": None,
        "company_size": None,
        "birth_date": born if rng.random() < 0.7 else None,
        "gender": gender if rng.random() < 0.85 else None,
        "owner": None,
    }


def _company(rng: random.Random, abroad: bool, number: int) -> Record:
    industry, ending, ending_abroad = rng.choice(words.INDUSTRIES)
    if abroad:
        name = f"{rng.choice(words.COMPANY_BRANDS_ABROAD)} {ending_abroad}"
    else:
        name = rng.choice(words.COMPANY_BRANDS) + ending
    return {
        "name": name,
        "email": f"purchasing{number}@example.{'com' if abroad else 'cn'}",
        "customer_type": "b2b",
        "industry": industry,
        "company_size": rng.choices(words.COMPANY_SIZES, [35, 40, 18, 7])[0],
        "birth_date": None,
        "gender": None,
        "owner": rng.choice(words.OWNERS),
    }
