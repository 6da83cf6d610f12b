"""Files in the encodings that people have: told, and asked about where words fit several."""

from __future__ import annotations

import pytest

from casualty_est.errors import InputError
from casualty_est.tables.read import read_table

RUSSIAN = "Источник;Погибло\nМинистерство обороны;15\n"
ARABIC = "المصدر;عدد القتلى\nوزارة الصحة;12\n"
ARABIC_NAMES = "source;deaths;place\nوزارة الصحة;12;مدينة غزة\nالمرصد السوري;15;حلب\n"
RUSSIAN_NAMES = "source;deaths;place\nМинистерство обороны;12;Харьков\nАдминистрация;15;Киев\n"
FRENCH = "Source;Décès\nMinistère de la Santé;12\n"
TURKISH = "Kaynak;Ölü sayısı\nSağlık Bakanlığı;12\n"
CHINESE = "来源;死亡人数\n联合国;12\n"


@pytest.mark.parametrize(
    ("text", "encoding", "called"),
    [
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp866", "DOS 866"),
        (RUSSIAN_NAMES, "cp1251", "Windows-1251"),
        (ARABIC, "cp1256", "Windows-1256"),
        (ARABIC_NAMES, "cp1256", "Windows-1256"),
        (FRENCH, "cp1252", "Windows-1252"),
        (FRENCH, "latin-1", "Windows-1252"),
        (TURKISH, "cp1254", "Windows-1254"),
        (CHINESE, "gb18030", "GB 18030"),
        (RUSSIAN, "utf-16", "UTF-16"),
        (RUSSIAN, "utf-16-le", "UTF-16-LE"),
        (ARABIC, "utf-16-be", "UTF-16-BE"),
    ],
)
def test_it_is_read_and_told(tmp_path, text, encoding, called):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    lines = [line.split(";") for line in text.splitlines()]
    assert list(table.columns) == lines[0]
    assert [list(row) for row in zip(*table.cells, strict=True)] == lines[1:]
    assert (
        dict(table.notes)["encoding"].endswith(called)
        or f"as {called}, as in" in dict(table.notes)["encoding"]
    )


@pytest.mark.parametrize(
    ("text", "encoding", "word"),
    [
        ("source;deaths;place\nAP;12;Куп'янськ\n", "cp1251", "'Куп' (Windows-1251)"),
        ("source;deaths;place\nAP;12;حلب\n", "cp1256", "'حلب' (Windows-1256)"),
    ],
)
def test_few_words_are_asked_about(tmp_path, text, encoding, word):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(InputError, match=r"line 2: .*its words fit several encodings") as caught:
        read_table(path)
    assert word in str(caught.value)
    assert "save it as UTF-8 text" in str(caught.value)


def test_bytes_of_nothing_are_no_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,\x00\n")
    with pytest.raises(InputError, match="line 2: the file holds a NUL"):
        read_table(path)
