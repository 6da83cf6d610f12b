"""A file is written whole or not at all, and is as readable as any other new file."""

from __future__ import annotations

import os
import stat

import pytest

from casualty_est import UsageError
from casualty_est.result.files import write_text, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")


@pytest.fixture
def umask():
    """Set the umask of this process for one test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize(
    ("mask", "expected"),
    [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664), (0o000, 0o666), (0o027, 0o640)],
)
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path, umask, mask, expected):
    umask(mask)
    path = write_text(tmp_path / "new.json", "{}")
    assert mode(path) == expected
    assert umask(mask) == mask  # asking for the umask does not change it
    plain = tmp_path / "plain.json"
    plain.write_text("{}")
    assert mode(plain) == expected


@posix
def test_a_replaced_file_is_readable_too(tmp_path, umask):
    umask(0o022)
    path = tmp_path / "old.json"
    path.write_text("old")
    path.chmod(0o600)
    write_text(path, "new")
    assert (path.read_text(), mode(path)) == ("new", 0o644)


def test_the_path_comes_back_and_nothing_else_is_left(tmp_path):
    path = write_text(str(tmp_path / "a.json"), "ä\n")
    assert path == tmp_path / "a.json"
    assert path.read_bytes() == "ä\n".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("broken")])
def test_a_failed_write_leaves_the_old_file_whole_and_nothing_beside_it(tmp_path, error):
    path = tmp_path / "old.json"
    path.write_text("old")

    def half(beside):
        beside.write_text("half")
        raise error

    wanted = UsageError if isinstance(error, OSError) else ValueError
    with pytest.raises(wanted) as raised:
        write_whole(path, half)
    if wanted is UsageError:
        assert str(raised.value) == "old.json cannot be written: No space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_of_a_new_file_leaves_nothing(tmp_path):
    def half(beside):
        beside.write_text("half")
        msg = "no reason given"
        raise OSError(msg)

    with pytest.raises(UsageError, match=r"new\.json cannot be written: no reason given"):
        write_whole(tmp_path / "new.json", half)
    assert list(tmp_path.iterdir()) == []


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "old.json"
    path.write_text("old")

    def write(beside):
        beside.write_text("new")
        assert beside.parent == path.parent
        assert path.read_text() == "old"

    write_whole(path, write)
    assert path.read_text() == "new"


def test_a_folder_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"the folder of a\.json does not exist; create it first"):
        write_text(tmp_path / "nowhere" / "a.json", "{}")


@pytest.mark.parametrize("name", ["", ".", "sub"])
def test_a_folder_is_no_name_of_a_file(tmp_path, monkeypatch, name):
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="it names a folder; give the name of a file"):
        write_text(name, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["sub"]
