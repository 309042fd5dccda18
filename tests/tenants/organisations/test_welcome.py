"""A firm's welcome: left and come back to, refused where it must be, and out of the way once it is done."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from tenants.organisations import steps
from tenants.organisations.models import Logo, Organisation, WelcomeStep
from tenants.shared.colours import contrast
from tests.cast import PASSWORD
from tests.factories import acting

NAME = {"name": "Acme Werke", "industry": "energy", "accent": "#34508f"}


@pytest.fixture
def acme(operator, cast):
    """Acme as it stands now."""

    def read() -> Organisation:
        operator.rollback()
        operator.expire_all()
        return operator.get_one(Organisation, cast.mia.org_id)

    return read


def picture(size=(900, 300), kind="PNG", mode="RGBA"):
    buffer = io.BytesIO()
    Image.new(mode, size, "#34508f").save(buffer, kind)
    return buffer.getvalue()


def test_it_takes_up_where_it_was_left(sign_in, cast):
    ann = sign_in(cast.ann)
    assert ann.get("/acme/welcome/").location == "/acme/welcome/name"
    assert ann.post("/acme/welcome/name", data=NAME).location == "/acme/welcome/languages"
    assert ann.post("/acme/welcome/languages/skipping").location == "/acme/welcome/domains"
    # Somebody else of the firm, another day.
    abe = sign_in(cast.abe)
    assert abe.get("/acme/welcome/").location == "/acme/welcome/domains"
    page = abe.get("/acme/welcome/languages").text
    assert "skipped" in page and "1 done" in page
    assert abe.post("/acme/welcome/languages", data={"locale": "fr"}).status_code == 303
    assert abe.post("/acme/welcome/languages/skipping").status_code == 303
    assert "2 done" in abe.get("/acme/welcome/domains").text


def test_every_step_changes_what_it_says(sign_in, cast, acme, operator):
    ann = sign_in(cast.ann)
    ann.post("/acme/welcome/name", data=NAME | {"logo": (io.BytesIO(picture()), "acme.png")})
    ann.post("/acme/welcome/languages", data={"locale": "fr"})
    ann.post("/acme/welcome/approval", data={"request_approval": "by_programme", "max_open_requests": "5"})
    ann.post("/acme/welcome/marketplace", data={"in_marketplace": "y"})
    firm = acme()
    assert (firm.name, firm.accent, firm.locale, firm.industry) == ("Acme Werke", "#34508f", "fr", "energy")
    assert (firm.request_approval, firm.max_open_requests, firm.in_marketplace) == ("by_programme", 5, True)
    logo = operator.get_one(Logo, cast.mia.org_id)
    assert (logo.width, logo.height) == (480, 160)
    mia = sign_in(cast.mia)
    assert f"/acme/logo/{logo.fingerprint}" in mia.get("/acme/mentors/").text
    served = mia.get(f"/acme/logo/{logo.fingerprint}")
    assert Image.open(io.BytesIO(served.data)).format == "WEBP"
    assert sign_in(cast.gil).get(f"/globex/logo/{logo.fingerprint}").status_code == 404


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a=1;alert(1)", picture((20, 20))]
)
def test_what_is_no_picture_is_no_logo(sign_in, cast, operator, data):
    answer = sign_in(cast.ann).post("/acme/settings/logo", data={"logo": (io.BytesIO(data), "acme.png")})
    assert answer.status_code == 422
    assert operator.scalars(sa.select(Logo)).all() == []


def test_a_refused_logo_keeps_what_was_typed(sign_in, cast, acme):
    form = NAME | {"logo": (io.BytesIO(b"no"), "acme.png")}
    answer = sign_in(cast.ann).post("/acme/welcome/name", data=form)
    assert answer.status_code == 422 and "Acme Werke" in answer.text and acme().name == "Acme"


@pytest.mark.parametrize("path", ["/acme/welcome/name", "/acme/settings/"])
def test_a_colour_that_cannot_be_read_is_refused_and_the_nearest_offered(sign_in, cast, acme, path):
    form = NAME | {"accent": "#ffd500", "locale": "en", "max_open_requests": "3", "request_approval": "never"}
    ann = sign_in(cast.ann)
    answer = ann.post(path, data=form)
    assert answer.status_code == 422 and acme().accent != "#ffd500"
    offered = re.search(r'name="accent_offered"\s+value="(#[0-9a-f]{6})"', answer.text)[1]
    assert contrast(offered, "#ffffff") >= 4.5 > contrast("#ffd500", "#ffffff")
    assert ann.post(path, data=form | {"accent_offered": offered}).status_code == 303
    assert acme().accent == offered


def test_none_to_declare_is_kept_with_who_said_so_and_contradicted_by_a_declaration(sign_in, cast, operator):
    ann = sign_in(cast.ann)
    assert ann.post("/acme/welcome/conflicts").status_code == 303
    said = operator.scalars(sa.select(WelcomeStep).where(WelcomeStep.step == "conflicts")).one()
    assert (said.state, said.by_id) == ("nothing", cast.ann.person_id)
    assert "Ann Acme stated" in ann.get("/acme/welcome/conflicts").text
    assert "Conflicts of interest declared" in sign_in(cast.ned).get(f"/bridge/firms/{cast.mia.org_id}").text
    form = {"other_org_id": cast.max.org_id, "kind": "competitor", "since": "2026-01-05", "until": "", "note": ""}
    back = ann.post("/acme/conflicts/", data=form | {"next": "/acme/welcome/conflicts"})
    assert back.location == "/acme/welcome/conflicts"
    assert ann.post("/acme/conflicts/", data=form | {"next": "//elsewhere.example/"}).location == "/acme/conflicts/"
    assert "Globex" in ann.get("/acme/welcome/conflicts").text
    ann.post("/acme/welcome/conflicts")
    operator.expire_all()
    operator.rollback()
    assert operator.get_one(WelcomeStep, (cast.mia.org_id, "conflicts")).state == "done"


def test_an_open_agreement_is_skipped_or_accepted_but_not_passed_over(sign_in, cast):
    words = {"text_en": "# A", "text_fr": "# B", "publish": "1"}
    assert sign_in(cast.ned).post("/bridge/agreements/draft", data=words).status_code == 303
    ann = sign_in(cast.ann)
    assert ann.post("/acme/welcome/agreements").status_code == 409
    assert ann.post("/acme/welcome/agreements/skipping").location == "/acme/welcome/conflicts"


def test_members_and_networks_have_no_welcome(sign_in, cast):
    assert sign_in(cast.mia).get("/acme/welcome/").status_code == 404
    assert sign_in(cast.ned).get("/bridge/welcome/").status_code == 404
    assert sign_in(cast.ann).post("/acme/welcome/name/skipping").status_code == 404
    assert sign_in(cast.ann).post("/acme/welcome/nothing/skipping").status_code == 404


def test_an_invited_firm_names_itself_lands_on_its_welcome_and_leaves_it(sign_in, cast, app, operator, mailbox, work):
    sign_in(cast.ned).post("/bridge/firms/first-invitations", data={"partner": "vera@lindis.example", "language": "en"})
    work()
    body = mailbox.to("vera@lindis.example")[0].get_body(("plain",)).get_content()
    path = re.search(r"http://localhost(/invitations/\S+)", body)[1]
    vera = app.test_client()
    newcomer = {"name": "Vera Lund", "password": PASSWORD, "locale": "en", "time_zone": "Europe/Paris"}
    landed = vera.post(f"{path}/acceptance", data=newcomer).location
    assert re.fullmatch(r"/firm-[0-9a-f]{12}/welcome/", landed)
    slug = landed.split("/")[1]
    assert vera.get("/workspaces/").location == landed
    assert vera.post(f"/{slug}/welcome/closing").status_code == 409
    taken = vera.post(f"/{slug}/welcome/name", data=NAME | {"slug": "acme"})
    assert taken.status_code == 422 and "is taken" in taken.text
    assert vera.post(f"/{slug}/welcome/name", data=NAME | {"slug": "accounts"}).status_code == 422
    named = vera.post(f"/{slug}/welcome/name", data=NAME | {"name": "Lindis"})
    assert named.location == "/lindis/welcome/languages"
    assert vera.get("/workspaces/").location == "/lindis/welcome/"
    # The address stays from now on.
    assert vera.post("/lindis/welcome/name", data=NAME | {"name": "Lindis AG", "slug": "other"}).status_code == 303
    assert vera.get("/lindis/welcome/languages").status_code == 200
    assert vera.post("/lindis/welcome/closing").status_code == 303
    assert vera.get("/workspaces/").location == "/lindis/mentors/"
    assert "Lindis" in sign_in(cast.ned).get("/bridge/firms/").text


def test_done_is_not_undone_by_skipping(app, cast):
    from tenants.organisations.models import StepState
    from tests.factories import NOW

    with acting(app, cast.ann) as viewer:
        steps.take_step(acting=viewer, step="people", state=StepState.done, now=NOW)
        steps.take_step(acting=viewer, step="people", state=StepState.skipped, now=NOW)
        assert steps.progress(viewer).state_of("people") is StepState.done
