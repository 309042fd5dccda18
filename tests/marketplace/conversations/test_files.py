"""Files: taken by what they are, given back as something to keep."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace.conversations import commands
from marketplace.conversations.file_kinds import UnusableFile, read_file, safe_name
from marketplace.conversations.models import FILE_MOST, PairFile
from tenants.shared import clock

PDF = b"%PDF-1.7\n1 0 obj\n"


def office(kind="wordprocessingml.document", *more):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Override ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>',
        )
        for name in more:
            package.writestr(name, "x")
    return content.getvalue()


def picture(form):
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, form)
    return content.getvalue()


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("run.exe", "MZ")
    return content.getvalue()


GOOD = [
    ("plan.pdf", PDF),
    ("plan.docx", office()),
    ("plan.xlsx", office("spreadsheetml.sheet")),
    ("plan.pptx", office("presentationml.presentation")),
    ("photo.png", picture("PNG")),
    ("photo.JPEG", picture("JPEG")),
    ("photo.webp", picture("WEBP")),
    ("notes.txt", "Été\r\n".encode()),
    ("notes.md", b"# Title"),
    ("table.csv", b"a;b\n1;2\n"),
]
FALSE = [
    ("plan.pdf", b"MZ\x90\x00 a program"),
    ("plan.pdf", picture("PNG")),
    ("plan.docx", archive()),
    ("plan.docx", office("spreadsheetml.sheet")),
    ("plan.docx", office("wordprocessingml.document", "word/vbaProject.bin")),
    ("plan.docx", b"PK\x03\x04 not an archive"),
    ("photo.png", b"<svg xmlns='x'><script/></svg>"),
    ("page.html", b"<!doctype html><script>1</script>"),
    ("notes.txt", b"  <!DOCTYPE html><script>1</script>"),
    ("notes.txt", b"#!/bin/sh\nrm"),
    ("notes.txt", b"\x7fELF\x00\x00"),
    ("picture.svg", b"<svg/>"),
    ("archive.zip", archive()),
    ("plan", PDF),
    ("plan.pdf.exe", PDF),
    ("empty.txt", b""),
]


@pytest.mark.parametrize(("name", "content"), GOOD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_file_is_agrees_with_its_name(name, content):
    assert read_file(name, content).content == content


@pytest.mark.parametrize(("name", "content"), FALSE, ids=lambda value: value if isinstance(value, str) else "")
def test_a_false_type_is_refused_with_a_sentence(app, name, content):
    with app.test_request_context(), pytest.raises(UnusableFile) as refused:
        read_file(name, content)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\mia\\plan.pdf", "plan.pdf"),
        ("invoice\u202egpj.pdf", "invoicegpj.pdf"),
        ('a"b<c>\r\n.txt', "a_b_c_.txt"),
        ("  été  2026 .pdf", "été 2026.pdf"),
        (".pdf", "file.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe(name, kept):
    assert safe_name(name) == kept


@pytest.fixture
def add(sign_in, mentors, pair):
    def added(who, name="plan.pdf", content=PDF):
        actor = mentors[who]
        return sign_in(actor).post(
            f"/{actor.slug}/mentorships/{pair.id}/files", data={"file": (io.BytesIO(content), name)}
        )

    return added


def only(operator):
    operator.rollback()
    return operator.scalars(sa.select(PairFile).execution_options(populate_existing=True)).one()


def test_the_other_one_keeps_it_and_it_runs_nowhere(add, sign_in, mentors, pair, operator):
    assert add("mia", "Plan été.pdf").status_code == 303
    answer = sign_in(mentors.max).get(f"/globex/mentorships/{pair.id}/files/{only(operator).id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.mimetype == "application/pdf"


def test_a_false_one_is_answered_with_422_and_kept_nowhere(add, operator):
    answer = add("mia", "plan.pdf", b"MZ\x90")
    assert answer.status_code == 422
    assert "type" in answer.text
    assert operator.scalars(sa.select(PairFile.id)).all() == []


def test_ten_megabytes_and_not_a_byte_more(add, operator):
    assert add("mia", "large.pdf", PDF + b"x" * (FILE_MOST - len(PDF))).status_code == 303
    assert "larger than 10 MB" in add("mia", "large.pdf", PDF + b"x" * FILE_MOST).text
    assert add("mia", "large.pdf", PDF + b"x" * 13 * 1024 * 1024).status_code == 413


def test_a_hundred_megabytes_for_the_two(add, operator, pair, mentors):
    for _ in range(10):
        row = {"name": "a.pdf", "kind": "pdf", "size": FILE_MOST, "content": b"", "created_at": clock.now()}
        operator.add(PairFile(**pair.pair_key, author_person_id=mentors.mia.person_id, **row))
    operator.commit()
    answer = add("max")
    assert answer.status_code == 409
    assert "100 MB" in answer.text


def test_its_author_takes_it_away_and_brings_it_back(add, sign_in, mentors, pair, operator, worker_app):
    add("mia")
    file = only(operator)
    theirs, own = f"/globex/mentorships/{pair.id}/files/{file.id}", f"/acme/mentorships/{pair.id}/files/{file.id}"
    assert sign_in(mentors.max).post(f"{theirs}/removal").status_code == 403
    page = sign_in(mentors.mia).post(f"{own}/removal", follow_redirects=True).text
    assert f"{own}/return" in page
    assert sign_in(mentors.max).get(theirs).status_code == 404
    sign_in(mentors.mia).post(f"{own}/return")
    assert sign_in(mentors.max).get(theirs).status_code == 200
    sign_in(mentors.mia).post(f"{own}/removal")
    with worker_app.app_context():
        assert commands.drop_removed_files(now=clock.now() + timedelta(days=6)) == 0
        assert commands.drop_removed_files(now=clock.now() + timedelta(days=8)) == 1


def test_nobody_else_opens_it(add, sign_in, mentors, pair, operator):
    add("mia")
    for name in ("ann", "abe", "pam", "gil", "gus", "ned", "hal"):
        actor = mentors[name]
        for path in ("", f"/{only(operator).id}"):
            assert sign_in(actor).get(f"/{actor.slug}/mentorships/{pair.id}/files{path}").status_code == 404
