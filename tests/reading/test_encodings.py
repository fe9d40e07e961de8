"""Every encoding that people export in: read as what it says, or named; never nonsense."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_tiering.reading import encodings, text_files
from customer_tiering.reading.encodings import DAMAGED, UnusableFileError, find_encoding

# Customers as they are written in each language: name and town.
CUSTOMERS = {
    "zh": "王芳,北京 李强,广州 张伟,上海 刘洋,成都 陈静,杭州 赵敏,深圳 黄磊,武汉 周婷,南京 "
    "欧阳娜娜,西安 孙悦,青岛 马超,重庆 郑爽,天津 何勇,苏州 高明,长沙 林志玲,厦门",
    "zh-Hant": "陳怡君,台北 林志明,高雄 張家豪,台中 黃淑芬,新竹 李美玲,台南 王俊傑,桃園 "
    "吳建宏,基隆 劉雅婷,屏東 蔡宗翰,嘉義 楊佩珊,花蓮 鄭麗華,苗栗 謝志偉,宜蘭",
    "ja": "佐藤健,東京都 鈴木一郎,大阪府 高橋花子,横浜市 田中さくら,名古屋市 伊藤ケン,札幌市 "
    "渡辺直美,神戸市 山本太郎,福岡市 中村勇気,京都市 小林あや,仙台市 加藤恵,広島市",
    "ko": "김철수,서울 이영희,부산 박민수,인천 최지우,대구 정우성,대전 강동원,광주 "
    "조인성,수원 윤아름,울산 장나라,창원 임수정,고양 한지민,성남 오세훈,청주",
    "west": "José García,Málaga Jürgen Groß,Köln François Lefèvre,Besançon Zoë Müller,Zürich "
    "Søren Ærø,Århus João Conceição,Évora Åsa Öberg,Malmö André Çelik,Orléans",
    "central": "Łukasz Wójcik,Łódź Jiří Dvořák,Plzeň Szűcs Ödön,Győr Žofia Šťastná,Košice "
    "Małgorzata Żółć,Kraków Růžena Nováková,Děčín Çiğdem,Zabrze",
    "cyrillic": "Анна Петрова,Москва Сергей Иванов,Казань Ольга Смирнова,Тула ООО РОМАШКА,ПЕРМЬ "
    "Дмитрий Кузнецов,Омск Елена Попова,Самара Юрий Щукин,Уфа",
    "greek": "Γιώργος Παπαδόπουλος,Αθήνα Μαρία Νικολάου,Πάτρα Ελένη Βασιλείου,Βόλος",
    "thai": "สมชาย ใจดี,กรุงเทพ สมหญิง รักไทย,เชียงใหม่ ประเสริฐ แสงทอง,ภูเก็ต",
    "hebrew": "דוד כהן,ירושלים שרה לוי,חיפה משה מזרחי,אילת",
}
LANGUAGE_OF = {
    "gbk": "zh",
    "gb18030": "zh",
    "cp950": "zh-Hant",
    "cp932": "ja",
    "euc_jp": "ja",
    "cp949": "ko",
    "cp1252": "west",
    "latin-1": "west",
    "cp850": "west",
    "cp1250": "central",
    "iso8859_2": "central",
    "cp1251": "cyrillic",
    "koi8_r": "cyrillic",
    "cp866": "cyrillic",
    "iso8859_5": "cyrillic",
    "cp1253": "greek",
    "cp874": "thai",
    "cp1255": "hebrew",
}
READ = {"gbk": "gb18030", "gb18030": "gb18030"} | {
    name: name for name in ("cp950", "cp932", "cp949", "euc_jp")
}
NAMED = {
    "cp1252": "Windows-1252",
    "latin-1": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "koi8_r": "KOI8-R",
    "cp1253": "Windows-1253",
    "cp874": "Windows-874",
}


def customers(language):
    # A blank may stand within a name: a new record begins after the town.
    records, words = [], CUSTOMERS[language].split(" ")
    for word in words:
        if records and "," not in records[-1]:
            records[-1] += f" {word}"
        else:
            records.append(word)
    return records


def as_file(records):
    lines = [f"{n},{record},2024-01-0{n % 9 + 1}" for n, record in enumerate(records, start=1)]
    return "\n".join(["customer_id,name,city,created_at", *lines, ""])


def encoding_of(path, data):
    """What the file is taken for; "" if it is refused, which always has a remedy."""
    path.write_bytes(data)
    try:
        return find_encoding(path)
    except UnusableFileError as error:
        assert "Save it as CSV (UTF-8)" in str(error)
        return ""


@pytest.mark.parametrize("encoding", READ)
@pytest.mark.parametrize("count", [2, 5, 50, 5_000])
def test_encodings_of_two_bytes_are_read(tmp_path, encoding, count):
    known = customers(LANGUAGE_OF[encoding])
    for start in range(len(known) if count < 50 else 1):
        records = [known[(start + n) % len(known)] for n in range(count)]
        text = as_file(records)
        assert encoding_of(tmp_path / "file.csv", text.encode(encoding)) == READ[encoding], text


@pytest.mark.parametrize("encoding", NAMED)
@pytest.mark.parametrize("count", [5, 50, 5_000])
def test_encodings_of_one_byte_are_named(tmp_path, encoding, count):
    known = customers(LANGUAGE_OF[encoding])
    text = as_file([known[n % len(known)] for n in range(count)])
    (tmp_path / "file.csv").write_bytes(text.encode(encoding, "replace"))
    with pytest.raises(UnusableFileError, match=NAMED[encoding]):
        find_encoding(tmp_path / "file.csv")


@pytest.mark.parametrize("encoding", LANGUAGE_OF)
def test_a_single_name_is_read_right_or_not_at_all(tmp_path, encoding):
    for record in customers(LANGUAGE_OF[encoding]):
        for text in (record, record.partition(",")[0], record.partition(",")[2]):
            data = as_file([text]).encode(encoding, "replace")
            if data.isascii():
                continue
            assert encoding_of(tmp_path / "file.csv", data) in ("", READ.get(encoding)), text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_the_records_no_file_is_read_as_nonsense(tmp_path, data):
    encoding = data.draw(st.sampled_from(sorted(LANGUAGE_OF)))
    known = customers(LANGUAGE_OF[encoding])
    records = data.draw(st.lists(st.sampled_from(known), min_size=2, max_size=30))
    plain = data.draw(st.lists(st.just("Smith & Co,Leeds"), max_size=20))
    content = as_file(plain + records).encode(encoding, "replace")
    found = encoding_of(tmp_path / "file.csv", content)
    assert found in ("", READ.get(encoding))
    if found:
        assert content.decode(found) == content.decode(encoding)


@pytest.mark.parametrize(
    "records",
    [
        ["王喆,门店"],
        ["王㐀𠀀,门店"],
        ["欧阳翙,上海"],
        ["VIP客户,A座301室"],
        ["Smith,男", "Lee,女"],
        ["Smith,Leeds"] * 200_000 + ["王芳,北京"],
        ["Smith,女"] * 6,
        ["郑爽,北京"],
        ["（张三）；李四。,“南京”"],
    ],
)
def test_chinese_is_read_where_there_is_little_or_rare(tmp_path, records):
    text = as_file(records)
    assert encoding_of(tmp_path / "file.csv", text.encode("gb18030")) == "gb18030"


@pytest.mark.parametrize(
    "text", ["5 €", "£5", "it’s", "A–B", "Müller", "créée", "ÉLÉONORE", "Ångström", "20 °C"]
)
def test_a_sign_or_two_of_windows_1252_is_named(tmp_path, text):
    (tmp_path / "file.csv").write_bytes(as_file([text]).encode("cp1252"))
    with pytest.raises(UnusableFileError, match="Windows-1252"):
        find_encoding(tmp_path / "file.csv")


@pytest.mark.parametrize(
    "text",
    [
        "José",
        "Müller",
        "Łódź",
        "Привет",
        "Αθήνα",
        "שרה",
        "فاطمة",
        "5 £",
        "¥100",
        "½ l",
        "©",
        "a\u00a0b",
        "°",
        "Երևան",
        "Růžena",
        "ñ",
    ],
)
def test_a_word_of_utf_8_stays_utf_8(tmp_path, text):
    for count in (1, 3, 500):
        data = as_file([f"{text},x"] * count).encode()
        assert encoding_of(tmp_path / "file.csv", data) == "utf-8"


@pytest.mark.parametrize("language", CUSTOMERS)
@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
    ],
)
def test_unicode_is_read_with_and_without_its_mark(tmp_path, language, codec, expected):
    path, text = tmp_path / "file.csv", as_file(customers(language))
    assert encoding_of(path, text.encode(codec)) == expected
    text_format = text_files.read_format(path, expected)
    assert text_format.header == ("customer_id", "name", "city", "created_at")
    split = text_files.split_records(path, text_format, tmp_path / "clean.csv")
    assert split.unreadable == []
    assert [line.partition(",")[2] for line in split.clean.read_text("utf-8").split("\n")] == [
        *text.split("\n")[1:]
    ]


def test_the_marks_of_big_endian_files_are_known(tmp_path):
    for codec in ("utf-16", "utf-32"):
        data = ("\ufeff" + as_file(["王芳,北京"])).encode(f"{codec}-be")
        assert encoding_of(tmp_path / "file.csv", data) == codec


def test_damage_is_no_other_encoding(tmp_path):
    path = tmp_path / "file.csv"
    utf8 = as_file(customers("zh") * 2).encode()
    assert (
        encoding_of(path, utf8.replace("马超".encode(), b"\xe9\xa9\xac\xe8")) == "utf-8 (damaged)"
    )
    gbk = as_file(customers("zh") * 20).encode("gbk")
    assert encoding_of(path, gbk.replace("马".encode("gbk"), b"\xff", 1)) == "gb18030" + DAMAGED
    random_bytes = bytes(range(128, 256)) * 100
    assert encoding_of(path, b"a,b\n" + random_bytes) == ""


def test_evidence_is_the_same_in_pieces(tmp_path, monkeypatch):
    path, text = tmp_path / "file.csv", as_file(customers("ja") * 3)
    monkeypatch.setattr(encodings, "CHUNK_BYTES", 7)
    assert encoding_of(path, text.encode("cp932")) == "cp932"
    assert encoding_of(path, text.encode("utf-16-le")) == "utf-16-le"
    assert encoding_of(path, text.encode()) == "utf-8"
