"""Threat 4: no, a wrong or a readable key-encryption key; every process refuses, in one line."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pki.errors import KekUnusable
from pki.kek import KekSource, load_kek, make_kek_file
from pkiadmin.key_check import check_kek, check_kek_or_exit

Use = Callable[[KekSource], None]


@pytest.fixture
def source(tmp_path: Path) -> KekSource:
    return KekSource(file=tmp_path / "kek", may_make=True)


@pytest.fixture
def use(settings: Any) -> Use:
    def use(source: KekSource) -> None:
        settings.KEK_SOURCE = source
        load_kek.cache_clear()

    return use


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        check_kek_or_exit()
    assert ended.value.code not in (0, None)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


@pytest.mark.django_db
def test_the_first_start_makes_a_key_that_its_owner_alone_can_read(
    source: KekSource, use: Use
) -> None:
    use(source)
    check_kek()
    assert source.file.stat().st_mode & 0o777 == 0o400
    assert len(load_kek(source).key) == 32
    check_kek()


@pytest.mark.django_db
def test_a_key_is_made_in_the_default_place_only(
    source: KekSource, use: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    use(replace(source, may_make=False))
    assert "the file is missing" in refused(capsys)
    assert not source.file.exists()


@pytest.mark.django_db
def test_a_lost_key_is_reported_and_never_replaced(
    source: KekSource, use: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    use(source)
    check_kek()
    source.file.unlink()
    use(source)
    assert "the file is missing" in refused(capsys)
    assert not source.file.exists()


@pytest.mark.django_db
def test_another_key_is_refused(
    source: KekSource, use: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    use(source)
    check_kek()
    source.file.unlink()
    make_kek_file(source)
    use(source)
    assert "not the key this database was sealed with" in refused(capsys)


@pytest.mark.django_db
def test_a_key_that_others_can_read_is_refused(
    source: KekSource, use: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    use(source)
    check_kek()
    source.file.chmod(0o444)
    use(source)
    assert "others may read it" in refused(capsys)


@pytest.mark.parametrize("size", [0, 31, 33])
@pytest.mark.django_db
def test_a_key_of_the_wrong_length_is_refused(
    source: KekSource, use: Use, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    source.file.write_bytes(base64.b64encode(b"k" * size))
    source.file.chmod(0o400)
    use(source)
    assert f"it has {size} bytes" in refused(capsys)


def test_the_variable_and_the_command_give_the_same_key(tmp_path: Path) -> None:
    text = base64.b64encode(bytes(range(32))).decode()
    by_variable = load_kek(KekSource(file=tmp_path / "no", variable=text))
    by_command = load_kek(KekSource(file=tmp_path / "no", command=f"printf {text}"))
    assert by_variable == by_command
    assert text not in repr(KekSource(file=tmp_path / "no", variable=text))


def test_a_command_that_fails_says_so_and_nothing_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(KekUnusable, match="ended with code 7") as raised:
        load_kek(KekSource(file=tmp_path / "no", command="sh -c 'echo secret; exit 7'"))
    assert "secret" not in str(raised.value)


@pytest.mark.django_db
def test_a_bad_variable_is_not_repeated(
    source: KekSource, use: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    use(replace(source, variable="not base64: hunter2"))
    said = refused(capsys)
    assert "PKIADMIN_KEK" in said
    assert "hunter2" not in said


def test_two_first_starts_at_once_agree_on_one_key(source: KekSource) -> None:
    make_kek_file(source)
    first = source.file.read_bytes()
    make_kek_file(source)
    assert source.file.read_bytes() == first
    assert [path.name for path in source.file.parent.iterdir()] == ["kek"]
