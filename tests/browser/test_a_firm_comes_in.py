"""A firm comes in, an executive of it is found, asked, and changes employer: the second step of the product in one walk.

English with a CSV as French and English offices export it, French with a workbook. Everybody has a browser of their own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Post, in_one
from tests.browser.people import Visitor, in_many_words
from tests.cast import Cast

pytestmark = pytest.mark.browser

ZELDA, VERA = "zelda@lindis.example", "vera@lindis.example"
HEADINGS = {
    "en": ("Employee name", "Business e-mail", "Position", "Role"),
    "fr": ("Nom complet", "Courriel professionnel", "Intitulé du poste", "Rôle"),
}
PEOPLE = (
    ("Zelda Quist", ZELDA, "Industrial director", ""),
    ("Noor Vik", "noor@lindis.example", "Buyer", ""),
    ("Otto Falk", "otto.lindis.example", "Planner", ""),
    ("Pia Holm", "pia@lindis.example", "Controller", "Emperor"),
    ("Quentin Aas", "quentin@lindis.example", "Engineer", ""),
    ("Rosa Berg", "", "Counsel", ""),
)
"""Rows 2 to 7 of the file. Otto's address has no @, Pia's role does not exist, Rosa has no address."""
WRONG = {
    4: ("Otto Falk", 1, "This is not an e-mail address. It should look like name@company.com.", "otto@lindis.example"),
    5: ("Pia Holm", 3, "No such role. Write “member” or “HR partner”.", ""),
    7: ("Rosa Berg", 1, "Nothing is filled in. Fill it in.", "rosa@lindis.example"),
}
"""Row: who, which column, what the page says, and what the HR partner writes instead."""

Rows = list[list[str]]


def read(file: Path) -> Rows:
    if file.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(file).active
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    text = file.read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=max(";,", key=text.count)))


def write(file: Path, rows: Rows) -> Path:
    if file.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(file)
    else:
        file.write_bytes("\r\n".join(";".join(row) for row in rows).encode("cp1252"))
    return file


def send(vera: Visitor, file: Path) -> None:
    """Through the upload and the guessed columns to the dry run."""
    vera.open("/lindis/people/imports/")
    vera.check()
    vera.field("Spreadsheet").set_input_files(file)
    vera.button("Look at the file").click()
    vera.page.wait_for_url("**/imports/*/columns")
    vera.reads_title(vera.word("What each column holds"))
    for field, heading in zip(("full_name", "email", "job_title", "role"), HEADINGS[vera.language], strict=True):
        expect(vera.page.locator(f"#{field} option:checked")).to_have_text(heading)
    vera.check()
    vera.button("See what it would do").click()
    vera.sees("Nothing has happened yet. This is what the import would do.")
    vera.check()


def bring_in(vera: Visitor, rows: int) -> None:
    """Start the import of ``rows`` rows (more than one) and see it end."""
    start = in_many_words(vera.language, "Import one row", "Import %(num)s rows", rows)
    vera.page.get_by_role("button", name=start, exact=True).click()
    expect(vera.link("See the invitations")).to_be_visible()
    vera.check()


def import_a_sheet_with_three_wrong_rows(vera: Visitor, tmp_path: Path) -> None:
    language = vera.language
    kind = {"en": "csv", "fr": "xlsx"}[language]
    header = HEADINGS[language]
    send(vera, write(tmp_path / f"people.{kind}", [list(row) for row in (header, *PEOPLE)]))
    mend = vera.page.locator(".to-mend tbody tr")
    expect(mend).to_have_count(len(WRONG))
    remarks = {}
    for line, (row, (name, column, problem, _better)) in zip(mend.all(), WRONG.items(), strict=True):
        remarks[row] = vera.word("%(column)s: %(problem)s", column=header[column], problem=vera.word(problem))
        expect(line).to_contain_text(vera.word("Row %(number)s", number=row))
        expect(line).to_contain_text(name)
        expect(line).to_contain_text(remarks[row])
    with vera.page.expect_download() as coming:
        vera.link("CSV" if kind == "csv" else "File with remarks, XLSX").click()
    annotated = tmp_path / f"mended.{kind}"
    coming.value.save_as(annotated)
    bring_in(vera, len(PEOPLE) - len(WRONG))

    # The file with remarks is mended and sent again as it is: those who are in already stay as they are.
    rows = read(annotated)
    assert rows[0] == [*header, vera.word("What to mend")]
    assert {row: rows[row - 1][-1] for row in WRONG} == remarks
    for row, (_name, column, _problem, better) in WRONG.items():
        rows[row - 1][column] = better
    send(vera, write(annotated, rows))
    expect(vera.page.locator(".to-mend")).to_have_count(0)
    bring_in(vera, len(PEOPLE))
    vera.open("/lindis/people/invitations/")
    for name, *_rest in PEOPLE:
        expect(vera.page.get_by_role("row").filter(has_text=name)).to_have_count(1)


def walk_through_the_welcome(vera: Visitor, tmp_path: Path) -> None:
    vera.page.wait_for_url("**/welcome/name")
    vera.field("Name of the firm").fill("Lindis")
    vera.press(vera.button("Save and go on"))
    vera.page.wait_for_url("**/lindis/welcome/languages")
    vera.press(vera.button("Save and go on"))
    vera.page.wait_for_url("**/lindis/welcome/domains")
    vera.press(vera.button("Skip for now"))
    vera.page.wait_for_url("**/lindis/welcome/approval")
    vera.press(vera.button("Save and go on"))
    vera.page.wait_for_url("**/lindis/welcome/marketplace")
    vera.press(vera.button("Skip for now"))
    steps.accept_agreement(vera, "lindis")
    vera.press(vera.button("Go on"))
    vera.page.wait_for_url("**/lindis/welcome/conflicts")
    vera.press(vera.button("We have none"))
    vera.page.wait_for_url("**/lindis/welcome/people")
    vera.press(vera.link("Send in a list"))
    vera.page.wait_for_url("**/lindis/people/imports/")
    import_a_sheet_with_three_wrong_rows(vera, tmp_path)

    # The welcome waits where it was left.
    vera.open("/workspaces/")
    vera.page.wait_for_url("**/lindis/welcome/people")
    vera.press(vera.button("Done for now"))
    vera.page.wait_for_url("**/lindis/welcome/end")
    vera.check()
    vera.press(vera.button("Put the welcome away"))
    vera.page.wait_for_url("**/lindis/people/")


def become_a_pair(mia: Visitor, phone: Visitor, people: Cast, post: Post) -> None:
    steps.find_mentor(mia, "acme", "Zelda Quist")
    expect(mia.page.get_by_text(steps.SENTENCE[mia.language])).to_be_visible()
    steps.ask_mentor(mia, "acme", "Zelda Quist")
    steps.accept_request(
        phone, post.link(ZELDA, phone.word("%(name)s asks you to be their mentor", name=people.mia.name))
    )
    steps.confirm_match(mia, post.link(people.mia.email, mia.word("%(name)s says yes", name="Zelda Quist")))


def note_departure(vera: Visitor, name: str) -> str:
    """HR notes that somebody leaves today; the address of that person's page."""
    vera.open("/lindis/people/")
    vera.person(name).click()
    vera.reads_title(name)
    page = vera.page.url
    vera.check()
    vera.link("Note a departure").click()
    vera.check()
    vera.button("Note the departure").click()
    expect(vera.button("Note the departure")).to_have_count(0)
    vera.check()
    return page


def told(visitor: Visitor, *addresses: str) -> list[str]:
    """What the pages say, without what is waiting at their top."""
    found = []
    for address in addresses:
        visitor.open(address)
        found.append(visitor.page.get_by_role("main").inner_text())
    return found


def choose_to_continue(visitor: Visitor) -> None:
    visitor.page.get_by_role("radio", name=visitor.word("Continue")).check()
    visitor.press(visitor.button("Keep my answer"))


@pytest.mark.parametrize("language", in_one("en"))
def test_a_firm_comes_in_and_an_executive_is_found_and_changes_employer(
    visit: Callable[..., Visitor], people: Cast, post: Post, language: str, tmp_path: Path
):
    ned, vera, mia = visit(language), visit(language), visit(language)
    ned.sign_in(people.ned)
    steps.publish_agreement_and_invite_firm(ned, "bridge", VERA)
    steps.make_account(vera, post.link(VERA), name="Vera Lund")
    walk_through_the_welcome(vera, tmp_path)

    phone = visit(language, phone=True)
    steps.make_account(phone, post.link(ZELDA), known_as="Zelda Quist")
    steps.publish_mentor_page(phone, "lindis")
    mia.sign_in(people.mia)
    become_a_pair(mia, phone, people, post)
    ned.open("/bridge/firms/")
    expect(ned.page.get_by_role("row").filter(has_text="Lindis")).to_be_visible()
    ned.check()

    # She leaves Lindis. Acme and Globex compete, as only Acme knows.
    ann = visit(language)
    ann.sign_in(people.ann)
    steps.declare_conflict(ann, "acme", "Globex")
    hers = note_departure(vera, "Zelda Quist")
    question = mia.word("How does your mentorship with %(name)s go on?", name="Zelda Quist")
    pair = post.link(people.mia.email, question)
    elsewhere = post.link(ZELDA, mia.word("How does your mentorship with %(name)s go on?", name=people.mia.name))
    post.letter(ZELDA, phone.word("You no longer belong to %(organisation)s here", organisation="Lindis"))
    seen = told(vera, hers, "/lindis/activity/", "/lindis/requests/approvals")
    phone.open(elsewhere)
    phone.reads_title(phone.word("You and %(name)s", name="Mia"))
    phone.check()

    # Globex invites her under her new address; she stays the person she is.
    gil = visit(language)
    gil.sign_in(people.gil)
    steps.invite_person(gil, "globex", "Zelda Quist", "zelda@globex.example")
    phone.open(post.link("zelda@globex.example"))
    phone.check()
    phone.press(phone.button("Accept"))
    phone.page.wait_for_url("**/globex/arrival/")
    phone.check()
    phone.press(phone.button("Bring my pages"))
    phone.page.wait_for_url("**/globex/profile/")
    expect(phone.field("Your sentence")).to_have_value(steps.SENTENCE[language])
    phone.check()

    # Whatever keeps the two firms apart, neither of the pair is told; when it ends, both may go on.
    mia.open(pair)
    mia.sees("The mentorship cannot continue here.")
    mia.check()
    ann.open("/acme/conflicts/")
    ann.button("End it").click()
    expect(ann.button("End it")).to_have_count(0)
    mia.open(pair)
    choose_to_continue(mia)
    phone.open("/globex/mentorships/")
    phone.page.get_by_role("main").get_by_role("link").filter(has_text="Mia").first.click()
    phone.check()
    choose_to_continue(phone)
    goes_on = post.link(people.mia.email, mia.word("Your mentorship with %(name)s goes on", name="Zelda Quist"))
    mia.open(goes_on)
    mia.reads_title(mia.word("You and %(name)s", name="Zelda"))
    mia.sees("Choose a time")
    mia.check()

    # Shown by her new firm, she is found again; her former one has learnt nothing.
    phone.open("/globex/profile/")
    phone.page.locator("#audience").get_by_label(phone.word("Networks I choose")).check()
    phone.press(phone.button("Publish my page"))
    expect(phone.button("Publish changes")).to_be_visible()
    steps.find_mentor(mia, "acme", "Zelda Quist")
    expect(mia.page.get_by_role("main")).to_contain_text("Globex")
    assert told(vera, hers, "/lindis/activity/", "/lindis/requests/approvals") == seen
