"""Reading: what can be read is read as it is, what cannot is named."""

import gzip
import re
from pathlib import Path

import pytest

from tests.write_side.imports.university import CLEAN, OFFERED, write
from write_side.imports.oulad import ImportProblem, read


def test_zipped_and_plain_files_are_the_same(tmp_path: Path) -> None:
    zipped, plain = read(write(tmp_path / "z")), read(write(tmp_path / "p", zipped=False))
    assert zipped.presentations == plain.presentations
    assert zipped.registrations == plain.registrations
    assert zipped.infos == plain.infos
    assert [row.cells for row in plain.registrations] == [tuple(map(str, row)) for row in CLEAN]
    assert plain.registrations[0].line == 2


def test_columns_are_found_by_name_whatever_else_there_is(tmp_path: Path) -> None:
    write(tmp_path, zipped=False)
    (tmp_path / "courses.csv").write_bytes(
        b"\xef\xbb\xbfmodule_presentation_length,note,code_presentation,code_module\n"
        b"268,x,2013J, AAA \n\n"
    )
    (presentation,) = read(tmp_path).presentations
    assert (presentation.module, presentation.code, presentation.length) == ("AAA", "2013J", 268)


def test_a_missing_value_may_be_a_question_mark(tmp_path: Path) -> None:
    data = read(write(tmp_path, [("AAA", "2013J", 1, "?", "?")]))
    assert data.registrations[0].cells == ("AAA", "2013J", "1", "", "")


def test_a_row_with_too_few_fields_is_kept_for_the_report(tmp_path: Path) -> None:
    data = read(write(tmp_path, [("AAA", "2013J", 1), CLEAN[0]], infos=[]))
    assert [row.cells is None for row in data.registrations] == [True, False]


def test_no_directory_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportProblem, match="is not a directory"):
        read(tmp_path / "nowhere")
    with pytest.raises(ImportProblem, match=r"neither courses\.csv\.gz nor courses\.csv"):
        read(tmp_path)
    (write(tmp_path) / "studentInfo.csv.gz").unlink()
    with pytest.raises(ImportProblem, match="studentInfo"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["courses", "studentRegistration", "studentInfo"])
@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "has no column code_module"),
        (b"something,else\n1,2\n", "has no column code_module; it has: something, else"),
        (b"code_module,code_module\n", "more than one column code_module"),
        (bytes(range(128, 256)), "cannot be read"),
        (b'code_module,"code', "cannot be read"),
    ],
)
def test_nonsense_files_are_named(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    write(tmp_path, zipped=False)
    (tmp_path / f"{name}.csv").write_bytes(content)
    with pytest.raises(ImportProblem, match=re.escape(word)) as problem:
        read(tmp_path)
    assert f"{name}.csv" in str(problem.value)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, zipped=False)
    path = tmp_path / "studentRegistration.csv"
    path.write_text(path.read_text().replace("date_unregistration", "date_unreg"))
    with pytest.raises(ImportProblem, match=r"studentRegistration\.csv has no column date_unreg"):
        read(tmp_path)


def test_a_broken_archive_is_named(tmp_path: Path) -> None:
    path = write(tmp_path) / "studentRegistration.csv.gz"
    whole = path.read_bytes()
    for content in (b"this is no gzip", whole[:-12], whole[:40] + bytes(20) + whole[60:]):
        path.write_bytes(content)
        with pytest.raises(ImportProblem, match=r"studentRegistration\.csv\.gz cannot be read"):
            read(tmp_path)


def test_a_quote_never_closed_swallows_nothing(tmp_path: Path) -> None:
    path = write(tmp_path) / "studentRegistration.csv.gz"
    broken = gzip.decompress(path.read_bytes()).replace(b'"-20","-1"\r\n', b'"-20","-1\r\n')
    path.write_bytes(gzip.compress(broken))
    with pytest.raises(ImportProblem, match=r"studentRegistration\.csv\.gz cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (("AAA", "2013X", 268), "code_presentation '2013X'"),
        (("AAA", "0000B", 268), "code_presentation '0000B'"),
        (("", "2013J", 268), "code_module ''"),
        (("AAA", "2013J", "long"), "module_presentation_length 'long'"),
        (("AAA", "2013J", 0), "module_presentation_length '0'"),
        (("AAA", "2013J"), "number of fields"),
    ],
)
def test_presentations_that_cannot_be_scheduled(
    tmp_path: Path, row: tuple[object, ...], word: str
) -> None:
    with pytest.raises(ImportProblem, match=re.escape(word)) as problem:
        read(write(tmp_path, offered=[*OFFERED, row]))
    assert "courses, line 5" in str(problem.value)


def test_no_presentation_at_all(tmp_path: Path) -> None:
    with pytest.raises(ImportProblem, match="has no rows"):
        read(write(tmp_path, offered=[]))
