"""Which encoding a text file is in, by evidence from the whole file.

UTF-8 proves itself, and so does a byte order mark. Any other encoding proves nothing: most bytes
are text in several of them, as nonsense in all but one. So each candidate has to pay for what
the file would say in it: a character costs the logarithm of how seldom the language has it. The
cheapest is read if it is clearly the cheapest; else the file is refused and the likely ones named.
Single-byte encodings are only named: in Windows-1252 and 1250 the same bytes make the same words.
"""

import re
from codecs import (
    BOM_UTF16_BE,
    BOM_UTF16_LE,
    BOM_UTF32_BE,
    BOM_UTF32_LE,
    getincrementaldecoder,
)
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from customer_tiering.reading.file_kinds import (
    HEAD_BYTES,
    SAVE_AS,
    UnusableFileError,
    binary_kind,
    text_kind,
)

# Label of an encoding in which a few lines do not decode; those lines are unreadable.
DAMAGED = " (damaged)"

CHUNK_BYTES = 1 << 22

# A mark of UTF-32-LE begins with one of UTF-16-LE.
_MARKS = (
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
_WITHOUT_MARK = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")

# Costs in nats. The listed characters of a language have 80 % of its text, by the law of Zipf.
_ASCII = 3.0
_ORDINARY = 10.0  # not listed, but in the part of the character set that is for daily use
_RARE = 13.0
_LETTER = 7.5  # of any alphabet in UTF-8
_SIGN = 4.0  # as ¥ and ° in UTF-8: oftener met than files whose only Chinese is 楼 or 掳
_DAMAGE = 12.0  # a byte that is not UTF-8, in a file that is
_IN_NO_TEXT = 25.0  # control characters, private use, what does not decode
_BESIDE_A_LETTER = 2.5  # one of another script beside a to z, as in T恤
_ACCENTS_IN_A_ROW = 2.5
_SMALL_THEN_CAPITAL = 5.0

# How much cheaper the cheapest must be than any other, and what is too dear to be named.
MARGIN = 4.0
_HOPELESS = 1_000.0
# More pairs than so many are not UTF-8 by chance, nor is one character of three bytes.
_MAX_PAIRS_BY_CHANCE = 200
_LONG_IN_UTF8 = re.compile("[\u0800-\U0010ffff]")
# Shares of the characters beyond ASCII: at least so many are common, so few do not decode.
_MIN_SHARE_COMMON = 0.5
_MAX_SHARE_DAMAGED = 0.01
_MAX_SHARE_DAMAGED_UTF8 = 0.5


@dataclass(frozen=True)
class _Candidate:
    """An encoding that a file may be in.

    Attributes:
        codec: its name in Python.
        name: its name for people.
        language: the line of common_characters.tsv, or "" for all of them.
        handicap: what it costs to be seldom met.
        daily: first and second bytes of the characters of daily use, for two-byte encodings.
    """

    codec: str
    name: str
    language: str = ""
    handicap: float = 0.0
    daily: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def has_accents(self) -> bool:
        """Whether its letters stand among those of ASCII."""
        return self.language in ("western", "central")


_CANDIDATES = (
    _Candidate("utf-8", "UTF-8"),
    _Candidate("gb18030", "GBK/GB18030", "chinese_simplified", 0, ((0xB0, 0xD8), (0xA1, 0xFF))),
    _Candidate("cp950", "Big5", "chinese_traditional", 0, ((0xA4, 0xC7), (0x40, 0xFF))),
    _Candidate("cp932", "Shift-JIS", "japanese", 0, ((0x88, 0x98), (0x40, 0xFD))),
    _Candidate("cp949", "EUC-KR", "korean", 0, ((0xB0, 0xC9), (0xA1, 0xFF))),
    _Candidate("euc_jp", "EUC-JP", "japanese", 3, ((0xB0, 0xD0), (0xA1, 0xFF))),
    _Candidate("cp1252", "Windows-1252 (Western European)", "western"),
    _Candidate("cp1250", "Windows-1250 (Central European)", "central"),
    _Candidate("cp1251", "Windows-1251 (Cyrillic)", "cyrillic"),
    _Candidate("cp1253", "Windows-1253 (Greek)", "greek", 1),
    _Candidate("cp1255", "Windows-1255 (Hebrew)", "hebrew", 1),
    _Candidate("cp1256", "Windows-1256 (Arabic)", "arabic", 1),
    _Candidate("cp874", "Windows-874 (Thai)", "thai", 1),
    _Candidate("koi8_r", "KOI8-R (Cyrillic)", "cyrillic", 3),
    _Candidate("iso8859_5", "ISO 8859-5 (Cyrillic)", "cyrillic", 3),
    _Candidate("cp866", "DOS 866 (Cyrillic)", "cyrillic", 2),
    _Candidate("cp850", "DOS 850 (Western European)", "western", 2),
    _Candidate("latin-1", "one that cannot be told"),
)
# Encodings of more than one byte in which a record is looked at for being UTF-8 after all.
MULTI_BYTE = frozenset(each.codec for each in _CANDIDATES if each.daily)


def find_encoding(path: Path) -> str:
    """Decide the encoding from the whole file.

    Args:
        path: a text file.

    Returns:
        The name of a codec: `utf-8`, `utf-16` or `utf-32` (`utf-16-le` and the like without a
        byte order mark), `gb18030`, `cp950` (Big5), `cp932` (Shift-JIS), `cp949` (EUC-KR) or
        `euc_jp`; with `DAMAGED` after it if some lines do not decode or have zero bytes.

    Raises:
        UnusableFileError: if it is no text, or text in no encoding that we read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if kind := binary_kind(head):
        raise UnusableFileError(f"is {kind}")
    encoding = _find(path, head)
    if kind := text_kind(head.decode(encoding.removesuffix(DAMAGED), "ignore")):
        raise UnusableFileError(f"is {kind}")
    return encoding


def is_wide(codec: str) -> bool:
    """Whether it is UTF-16 or UTF-32, which is read only where the whole file decodes."""
    return codec.startswith(("utf-16", "utf-32"))


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some megabytes at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _find(path: Path, head: bytes) -> str:
    for mark, codec in _MARKS:
        if head.startswith(mark):
            if _decodes(path, codec):
                return codec
            name = codec.upper()
            raise UnusableFileError(f"begins like {name} but does not decode as such. {SAVE_AS}")
    is_utf8, by_chance, has_zeros = _utf8_and_zeros(path)
    if has_zeros:
        wide = next((codec for codec in _WITHOUT_MARK if _is_wide_text(path, head, codec)), None)
        if wide:
            return wide
        if _share_of_lines_with_zeros(path) >= 0.5:
            raise UnusableFileError(f"is not a text file: it contains zero bytes. {SAVE_AS}")
    if not is_utf8 or by_chance:
        return _weigh(path, is_utf8)
    return "utf-8" + (DAMAGED if has_zeros else "")


def _utf8_and_zeros(path: Path) -> tuple[bool, bool, bool]:
    """Whether the file is UTF-8, whether it may be so by chance, and whether it has zero bytes.

    It is the only pass for most files. A few pairs of bytes are UTF-8 by chance (郑爽 in GBK).
    """
    decoder, pairs, is_long, has_zeros = getincrementaldecoder("utf-8")(), 0, False, False
    try:
        for chunk in chunks(path):
            has_zeros = has_zeros or b"\0" in chunk
            text = decoder.decode(chunk)
            if pairs <= _MAX_PAIRS_BY_CHANCE and not chunk.isascii():
                pairs += len(chunk) - len(text)
                is_long = is_long or bool(_LONG_IN_UTF8.search(text))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, False, any(b"\0" in chunk for chunk in chunks(path))
    return True, 0 < pairs <= _MAX_PAIRS_BY_CHANCE and not is_long, has_zeros


def _is_wide_text(path: Path, head: bytes, codec: str) -> bool:
    """Whether the file is UTF-16 or UTF-32 without a mark: then its commas and digits show it."""
    text = head.decode(codec, "ignore")
    ascii_share = sum(each.isascii() for each in text) / max(len(text), 1)
    return ascii_share >= 0.1 and "\0" not in text and _decodes(path, codec)


def _decodes(path: Path, codec: str) -> bool:
    decoder = getincrementaldecoder(codec)()
    try:
        for chunk in chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _share_of_lines_with_zeros(path: Path) -> float:
    with_zeros = total = 0
    for chunk in chunks(path):
        lines = [line for line in chunk.split(b"\n") if line]
        total += len(lines)
        with_zeros += sum(b"\0" in line for line in lines)
    return with_zeros / total


def _weigh(path: Path, is_utf8: bool) -> str:
    """The encoding in which the file is by far the most likely text.

    Args:
        path: the file.
        is_utf8: whether it decodes as UTF-8, and then needs no margin.

    Raises:
        UnusableFileError: if there is none, or it is not one that we read.
    """
    # In no encoding of one byte is a text made of pairs that are UTF-8.
    scales = [
        _Scale(each) for each in _CANDIDATES if not is_utf8 or each.daily or each.codec == "utf-8"
    ]
    for chunk in chunks(path):
        for scale in scales:
            # Of the last that is left it is enough to know what does not decode.
            scale.add(chunk, only_damage=len(scales) == 1)
        cheapest = min(scale.cost for scale in scales)
        scales = [scale for scale in scales if scale.cost <= cheapest + _HOPELESS]
    for scale in scales:
        scale.add(b"", final=True)
    first, *others = sorted(scales, key=lambda scale: scale.cost)
    if is_utf8 and first.candidate.codec == "utf-8":
        return "utf-8"
    if first.can_be_read and not any(each.cost < first.cost + MARGIN for each in others):
        return first.candidate.codec + (DAMAGED if first.damaged else "")
    likely = [
        scale.candidate.name
        for scale in (first, *others)
        if scale.cost < first.cost + 2 * MARGIN and scale.candidate.codec != "latin-1"
    ]
    if not likely or first.damaged > first.beyond_ascii * _MAX_SHARE_DAMAGED_UTF8:
        raise UnusableFileError(
            f"is neither UTF-8 nor UTF-16 nor GBK/GB18030 text, nor in another encoding that we "
            f"know. {SAVE_AS}"
        )
    raise UnusableFileError(
        f"is not in UTF-8. It looks like {' or '.join(likely[:3])}, which cannot be told for "
        f"sure from other encodings, and names would be garbled in silence. {SAVE_AS}"
    )


class _Scale:
    """What a file costs as text of one encoding."""

    def __init__(self, candidate: _Candidate):
        self.candidate = candidate
        self.cost = candidate.handicap
        self.beyond_ascii = self.damaged = self.priced = self.common = 0
        self._prices = _prices(candidate)
        self._decoder = getincrementaldecoder(candidate.codec)("replace")

    @property
    def can_be_read(self) -> bool:
        if self.candidate.codec == "utf-8":
            return self.damaged <= _MAX_SHARE_DAMAGED_UTF8 * self.beyond_ascii
        return (
            self.candidate.daily is not None
            and self.damaged <= _MAX_SHARE_DAMAGED * self.beyond_ascii
            and self.common >= _MIN_SHARE_COMMON * self.priced
        )

    def add(self, data: bytes, final: bool = False, only_damage: bool = False) -> None:
        """Add the next bytes of the file."""
        text = self._decoder.decode(data, final)
        self.beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
        self.damaged += text.count("\ufffd")
        if only_damage:
            return
        # An encoding that takes an ASCII byte for half a character has to pay for this one only.
        self.cost -= _ASCII * len(data)
        if text.isascii():
            self.cost += _ASCII * len(text)
            return
        points = np.minimum(np.frombuffer(text.encode("utf-32-le"), np.uint32), 0xFFFF)
        paid = self._prices[points]
        self.priced += np.count_nonzero(points >= 128)
        self.common += np.count_nonzero((points >= 128) & (paid < _ORDINARY))
        self.cost += float(paid.sum()) + self._neighbours(points)

    def _neighbours(self, points: np.ndarray) -> float:
        """What it costs that characters stand beside each other which seldom do."""
        if self.candidate.codec in ("utf-8", "latin-1"):
            return 0.0
        high = points >= 128
        if self.candidate.has_accents:
            return _ACCENTS_IN_A_ROW * np.count_nonzero(high[1:] & high[:-1])
        letter = ((points | 32) >= ord("a")) & ((points | 32) <= ord("z"))
        beside = np.count_nonzero(high[1:] & letter[:-1]) + np.count_nonzero(high[:-1] & letter[1:])
        small, capital = _cases()
        turns = np.count_nonzero(high[:-1] & small[points[:-1]] & capital[points[1:]] & high[1:])
        beside *= 1 if self.candidate.daily else 2
        return _BESIDE_A_LETTER * beside + _SMALL_THEN_CAPITAL * turns


@cache
def _cases() -> tuple[np.ndarray, np.ndarray]:
    """Which characters are small letters, and which are capitals."""
    characters = [chr(point) for point in range(0x10000)]
    return np.array([c.islower() for c in characters]), np.array([c.isupper() for c in characters])


@cache
def _common_characters() -> dict[str, str]:
    """The common characters of each language, the most common first."""
    lines = files("customer_tiering.reading").joinpath("common_characters.tsv").read_text("utf-8")
    return dict(line.split("\t") for line in lines.splitlines())


@cache
def _prices(candidate: _Candidate) -> np.ndarray:
    """What each character costs, by its number; the last one stands for all beyond."""
    if candidate.codec == "utf-8":
        # Of any language, which costs a little more to say.
        languages = [_prices(each) for each in _CANDIDATES if each.language]
        prices = np.minimum.reduce(languages) + np.where(np.arange(0x10000) < 128, 0, 2.0)
        letters = [n for n in range(0x80, 0x800) if chr(n).isalpha()]
        prices[letters] = np.minimum(prices[letters], _LETTER)
        prices[0x80:0xA0], prices[0xA0:0xC0] = 9.0, _SIGN
        prices[0xFFFD] = _DAMAGE
        return prices
    prices = np.full(0x10000, _RARE if candidate.daily else 9.0)
    prices[0x80:0xA0] = prices[0xE000:0xF900] = prices[0xFFFD] = _IN_NO_TEXT
    if candidate.codec == "latin-1":
        # Of an unknown encoding it is only known that its letters tend to stand at the end.
        prices[0x80:0x100] = np.repeat([9.0, 6.5, 4.4], [32, 32, 64])
    elif candidate.daily:
        (first, first_end), (second, second_end) = candidate.daily
        pairs = (bytes([a, b]) for a in range(first, first_end) for b in range(second, second_end))
        decoded = "".join(pair.decode(candidate.codec, "ignore") for pair in pairs)
        prices[[ord(each) for each in decoded if each > "\x7f"]] = _ORDINARY
        prices[0xFF61:0xFFA0] = 8.5 if candidate.codec == "cp932" else _RARE  # half-width kana
    listed = _common_characters().get(candidate.language, "")
    for rank, character in enumerate(listed):
        cost = np.log((rank + len(listed) / 30) * 3.43 / 0.8) + candidate.has_accents
        for each in {character, character.upper()}:
            if len(each) == 1:
                prices[ord(each)] = min(prices[ord(each)], cost)
    prices[:128] = _ASCII
    return prices
