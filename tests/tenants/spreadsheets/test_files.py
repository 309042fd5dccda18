"""Files of every origin are read; those that are not what they should be are refused with what to do."""

import io
import struct
import zipfile

import openpyxl
import pytest

from tenants.spreadsheets import workbooks
from tenants.spreadsheets.columns import guess
from tenants.spreadsheets.reading import MOST_ROWS, pack, read_sheet, unpack
from tenants.spreadsheets.words import Unreadable, letter
from tests.tenants.spreadsheets.conftest import crowd, csv_file, upload, xlsx_file

FRENCH = "Prénom;Nom;Courriel\nZoé;Lefèvre;zoe@acme.example\nFrançois;Müller;f@acme.example\n"


def refused(content):
    with pytest.raises(Unreadable) as fault:
        read_sheet(content)
    return fault.value.code


def repacked(content, **changes):
    """The workbook with parts added or replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, data in changes.items():
            new.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
def test_every_usual_encoding_is_recognised(encoding):
    sheet = read_sheet(FRENCH.encode(encoding))
    assert sheet.header == ["Prénom", "Nom", "Courriel"]
    assert list(unpack(sheet.body)) == [
        (2, ["Zoé", "Lefèvre", "zoe@acme.example"]),
        (3, ["François", "Müller", "f@acme.example"]),
    ]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "word", ["Prénom", "Zoë", "élève", "Noël", "garçon", "où", "forêt", "Hélène Lefèvre", "Jürgen"]
)
def test_one_accented_word_tells_the_old_encodings_apart(encoding, word):
    assert read_sheet(f"{word};E-mail\nA;a@acme.example\n".encode(encoding)).header[0] == word


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end_is_recognised(separator, newline):
    text = FRENCH.replace(";", separator).replace("\n", newline)
    assert read_sheet(text.encode()).header == ["Prénom", "Nom", "Courriel"]


def test_separators_within_quotes_do_not_count():
    text = 'Name;Title;E-mail\n"Durand, A";"Buyer, steel, wire";a@acme.example\n"B, C";"D, E";b@acme.example\n'
    assert next(unpack(read_sheet(text.encode()).body)) == (
        2,
        ["Durand, A", "Buyer, steel, wire", "a@acme.example"],
    )


def test_a_line_that_names_the_separator_is_no_row_and_blank_rows_keep_their_number():
    sheet = read_sheet(b"sep=;\nName;E-mail\n\nZoe;zoe@acme.example\n;\n")
    assert (sheet.header, sheet.rows, list(unpack(sheet.body))) == (
        ["Name", "E-mail"],
        1,
        [(4, ["Zoe", "zoe@acme.example"])],
    )


def test_what_is_packed_comes_out_as_it_was():
    rows = [(2, ['a "quoted"\nline', "b;c,d"]), (3, ["é", "", "x"])]
    assert list(unpack(pack(rows)[0])) == rows


def test_fifty_thousand_and_one_rows_are_refused_with_their_number(ann):
    page = upload(ann, csv_file(crowd(MOST_ROWS + 1)))
    assert page.status_code == 422
    assert "This file has 50,001 rows; at most 50,000 can come in at once." in page.text
    assert upload(ann, csv_file(crowd(MOST_ROWS))).status_code == 303


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n;;\n", "empty"),
        (b"Name;E-mail\n", "only_header"),
        (b"Zoe;zoe@acme.example\nMia;mia@acme.example\n", "no_header"),
        (b";".join([b"x"] * 101) + b"\n", "too_wide"),
        (b"x" * (10 * 1024 * 1024 + 1), "too_big"),
        (b'Name;E-mail\n"' + b"a" * 200_000, "malformed"),
        (b"\xff\xfea", "encoding"),
        (b"PK\x03\x04 and then nothing of the kind", "malformed"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "old_format"),
        (b"\xd0\xcf\x11\xe0" + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_is_no_list_of_people_is_refused(content, code):
    assert refused(content) == code


@pytest.mark.parametrize(
    ("part", "data", "code"),
    [
        ("xl/vbaProject.bin", b"macro", "macro"),
        ("xl/macrosheets/sheet1.xml", b"<x/>", "macro"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "links"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", "malformed"),
        ("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook/>', "malformed"),
        ("xl/workbook.xml", b"not xml", "malformed"),
    ],
)
def test_a_workbook_that_is_more_or_less_than_a_list_is_refused(part, data, code):
    assert refused(repacked(xlsx_file(crowd(2)), **{part: data})) == code


def test_a_workbook_that_calls_itself_one_with_macros_is_refused():
    good = xlsx_file(crowd(1))
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        types = archive.read("[Content_Types].xml")
    types = types.replace(b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml").replace(
        b"application/vnd.openxmlformats-officedocument.sheet.macro", b"application/vnd.ms-excel.sheet.macro"
    )
    assert refused(repacked(good, **{"[Content_Types].xml": types})) == "macro"


def test_an_archive_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert refused(file.getvalue()) == "malformed"


def test_a_bomb_is_refused_before_anything_is_parsed(monkeypatch):
    bomb = repacked(xlsx_file(crowd(1)), **{"xl/media/image1.png": bytes(workbooks.MOST_INFLATED + 1)})
    assert len(bomb) < 1024 * 1024
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_a, **_o: pytest.fail("it was parsed"))
    assert refused(bomb) == "bomb"
    many = repacked(xlsx_file(crowd(1)), **{f"xl/media/{n}.png": b"" for n in range(1000)})
    assert refused(many) == "bomb"


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(repacked(xlsx_file(crowd(1)), **{"xl/media/image1.png": bytes(workbooks.MOST_INFLATED + 1)}))
    start = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"xl/media/image1.png"))
    struct.pack_into("<L", bomb, start + 24, 100)
    assert refused(bytes(bomb)) in ("malformed", "bomb")


def test_a_sheet_that_claims_a_million_columns_is_read_as_wide_as_its_headings():
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (("Name", "E-mail"), ("Zoe", "zoe@acme.example")):
        book.active.append(row)
    book.active["XFD3"] = "far away"
    book.save(file)
    sheet = read_sheet(file.getvalue())
    assert (sheet.header, sheet.rows) == (["Name", "E-mail"], 1)


def test_formulas_are_read_as_they_stand_and_never_their_values():
    sheet = read_sheet(xlsx_file([('=HYPERLINK("http://evil.example","Zoe")', "=A1", 3.0, True)]))
    assert next(unpack(sheet.body))[1] == ['=HYPERLINK("http://evil.example","Zoe")', "=A1", "3", "TRUE"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["First name", "Last name", "E-mail"], {"first_name": 0, "last_name": 1, "email": 2}),
        (["E-MAIL", "NAME", "Job Title", "Role"], {"email": 0, "full_name": 1, "job_title": 2, "role": 3}),
        (["Nom", "Prénom", "Adresse e-mail"], {"last_name": 0, "first_name": 1, "email": 2}),
        (["nom", "courriel", "intitulé du poste"], {"full_name": 0, "email": 1, "job_title": 2}),
        (["Given name", "Name", "Email"], {"first_name": 0, "last_name": 1, "email": 2}),
        (["Langue", "Fuseau horaire", "Date d’entrée", "Mél"], {"locale": 0, "time_zone": 1, "started_on": 2, "email": 3}),
        (["Métier", "Niveau", "Rôle", "Adresse électronique"], {"function": 0, "seniority": 1, "role": 2, "email": 3}),
        (["Fonction", "Nom complet", "E-mail"], {"job_title": 0, "full_name": 1, "email": 2}),
        (["Poste", "Fonction", "E-mail"], {"job_title": 0, "function": 1, "email": 2}),
        (["Something", "Else"], {}),
    ],
)  # fmt: skip
def test_headings_are_known_in_both_languages_and_any_order(header, expected):
    assert guess(header, [], {}) == expected


def test_a_column_of_addresses_is_known_by_what_it_holds():
    assert guess(["Who", "Where"], [["Zoe", "zoe@acme.example"], ["Mia", ""], ["A", "a@b.example"]], {}) == {"email": 1}


def test_what_the_firm_decided_before_comes_first():
    assert guess(["Nom", "E-mail", "Poste"], [], {"poste": "role", "nom": "full_name"}) == {
        "role": 2,
        "full_name": 0,
        "email": 1,
    }


def test_columns_have_the_letters_of_a_spreadsheet():
    assert [letter(column) for column in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@pytest.mark.parametrize("name", ["people.xlsx", "people.csv", "../../x", ""])
def test_a_refused_file_says_why_whatever_its_name(ann, name):
    page = upload(ann, repacked(xlsx_file(crowd(1)), **{"xl/vbaProject.bin": b"x"}), name or "x")
    assert page.status_code == 422
    assert "This file holds macros" in page.text
