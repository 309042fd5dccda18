"""A firm proves its e-mail domains by a letter or in the DNS; two firms never prove the same one."""

import re
import socket
import threading
from datetime import timedelta
from types import SimpleNamespace

import dns.message
import dns.rrset
import pytest
import sqlalchemy as sa

from tenants.domains.models import Domain
from tenants.domains.names import addresses_for, domain_name
from tests.cast import Actor


class Names:
    """A name server on loopback: it knows the TXT records in ``records`` and no other name."""

    def __init__(self) -> None:
        self.records: dict[str, str] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Names":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                data, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            asked = dns.message.from_wire(data)
            answer = dns.message.make_response(asked)
            answer.flags |= 0x0480  # authoritative, recursion available
            name = asked.question[0].name
            text = self.records.get(name.to_text(omit_final_dot=True))
            if text is None:
                answer.set_rcode(3)  # no such name
            else:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
            self.socket.sendto(answer.to_wire(), sender)


@pytest.fixture
def names(worker_app):
    with Names() as server:
        worker_app.config["DNS_RESOLVER"] = server.address
        yield server
    worker_app.config["DNS_RESOLVER"] = ""


@pytest.fixture
def add_domain(sign_in, operator):
    def add(actor: Actor, name: str) -> Domain:
        assert sign_in(actor).post(f"/{actor.slug}/domains/", data={"name": name}).status_code == 303
        return found(operator, actor, name)

    return add


def found(operator, actor: Actor, name: str) -> Domain:
    operator.rollback()
    query = sa.select(Domain).where(Domain.org_id == actor.org_id, Domain.name == name)
    return operator.scalars(query.execution_options(populate_existing=True)).one()


def code_in(letter) -> str:
    return re.search(r"\bCode: ([2-9a-z]{4} [2-9a-z]{4})\b", letter.get_body(("plain",)).get_content())[1]


def test_a_code_sent_to_the_domain_proves_it(sign_in, cast, operator, add_domain, mailbox, work):
    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "acme.example")
    page = f"/acme/domains/{domain.id}"
    assert ann.post(f"{page}/letter", data={"address": "postmaster@acme.example"}).status_code == 303
    work()
    code = code_in(mailbox.to("postmaster@acme.example")[0])
    assert ann.post(f"{page}/code", data={"code": "wrong one"}).status_code == 422
    assert found(operator, cast.ann, "acme.example").verified_at is None
    assert ann.post(f"{page}/code", data={"code": code.upper()}).status_code == 303
    proved = found(operator, cast.ann, "acme.example")
    assert proved.verified_at is not None and proved.method == "letter"
    assert ann.post(f"{page}/code", data={"code": code}).status_code == 422


def test_five_wrong_codes_spend_the_letter(sign_in, cast, add_domain, operator, mailbox, work):
    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "acme.example")
    page = f"/acme/domains/{domain.id}"
    ann.post(f"{page}/letter", data={"address": "admin@acme.example"})
    work()
    code = code_in(mailbox.to("admin@acme.example")[0])
    for _ in range(5):
        assert ann.post(f"{page}/code", data={"code": "nonsense"}).status_code == 422
    answer = ann.post(f"{page}/code", data={"code": code})
    assert answer.status_code == 422 and "no longer good" in answer.text
    assert found(operator, cast.ann, "acme.example").verified_at is None


def test_a_code_goes_nowhere_but_to_the_domain(sign_in, cast, add_domain, operator):
    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "globex.example")
    for address in ("gil@globex.example", "ann@acme.example", "postmaster@acme.example"):
        assert ann.post(f"/acme/domains/{domain.id}/letter", data={"address": address}).status_code == 409
    assert found(operator, cast.ann, "globex.example").code_sent_at is None


def test_a_second_letter_has_to_wait_two_minutes(sign_in, cast, add_domain):
    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "acme.example")
    statuses = [
        ann.post(f"/acme/domains/{domain.id}/letter", data={"address": "ann@acme.example"}).status_code for _ in "ab"
    ]
    assert statuses == [303, 409]


def test_a_record_in_the_dns_proves_it(sign_in, cast, operator, add_domain, names, work):
    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "acme.example")
    page, record = f"/acme/domains/{domain.id}", "_passerelle.acme.example"
    told = {}
    for answer, text in (
        ("missing", None),
        ("other", "passerelle-verification=somebody-elses"),
        ("", f"passerelle-verification={domain.dns_token}"),
    ):
        if text:
            names.records[record] = text
        assert ann.post(f"{page}/look-up").status_code == 303
        work()
        told[answer] = found(operator, cast.ann, "acme.example")
        assert told[answer].answer == answer
    assert told[""].method == "dns" and told[""].verified_at is not None
    assert "Proved by DNS" in ann.get(page).text
    assert ann.post(f"{page}/look-up").status_code == 409


def test_a_proved_domain_is_looked_at_weekly_and_its_loss_is_told_after_two_looks(
    sign_in, cast, operator, add_domain, names, work, worker_app, mailbox, monkeypatch
):
    from tenants.domains import jobs
    from tenants.shared import clock
    from tenants.shared.database import db

    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "acme.example")
    page, record = f"/acme/domains/{domain.id}", "_passerelle.acme.example"
    names.records[record] = f"passerelle-verification={domain.dns_token}"
    ann.post(f"{page}/look-up")
    work()
    begun = clock.now()

    def looks_after(days: float) -> Domain:
        """What the night's look leaves, so many days after the proof."""
        monkeypatch.setattr("tenants.shared.clock.now", lambda: begun + timedelta(days=days))
        with worker_app.app_context():
            jobs.look_again_at_domains.func(SimpleNamespace(additional_context={"app": worker_app}), timestamp=0)
            db.session.remove()
        work()
        return found(operator, cast.ann, "acme.example")

    def told() -> int:
        return sum("DNS record" in letter["Subject"] for letter in mailbox.to(cast.ann.email))

    del names.records[record]
    assert looks_after(6).failed_looks == 0, "not yet a week"
    assert (looks_after(7.1).failed_looks, told()) == (1, 0)
    lost = looks_after(14.2)
    assert lost.lost_at is not None and lost.verified_at is not None and lost.method == "dns"
    assert told() == 1
    assert looks_after(21.3).lost_at == lost.lost_at
    assert told() == 1, "told once"
    assert "We no longer find the TXT record" in ann.get(page).text
    assert "its record is gone" in ann.get("/acme/domains/").text
    names.records[record] = f"passerelle-verification={domain.dns_token}"
    assert ann.post(f"{page}/look-up").status_code == 303
    work()
    again = found(operator, cast.ann, "acme.example")
    assert (again.lost_at, again.failed_looks, again.answer) == (None, 0, "")
    assert "Proved by DNS" in ann.get(page).text


def test_two_firms_never_prove_one_domain(sign_in, cast, operator, add_domain, names, work):
    for actor in (cast.ann, cast.gil):
        domain = add_domain(actor, "shared.example")
        names.records["_passerelle.shared.example"] = f"passerelle-verification={domain.dns_token}"
        sign_in(actor).post(f"/{actor.slug}/domains/{domain.id}/look-up")
        work()
    assert found(operator, cast.ann, "shared.example").verified_at is not None
    second = found(operator, cast.gil, "shared.example")
    assert second.verified_at is None and second.answer == "taken"


def test_no_page_can_write_that_a_domain_is_proved(app, cast, add_domain):
    from tenants.shared.database import db
    from tests.factories import acting

    add_domain(cast.ann, "acme.example")
    for column in ("verified_at = now()", "method = 'dns'"):
        with acting(app, cast.ann), pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            db.session.execute(sa.text(f"UPDATE domain SET {column}"))
    with acting(app, cast.ann), pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        db.session.execute(sa.text("SELECT code_hash FROM domain"))


def test_an_invitation_elsewhere_is_pointed_out_and_not_refused(sign_in, cast, operator, add_domain):
    ann, domain = sign_in(cast.ann), add_domain(cast.ann, "acme.example")
    form = {"name": "Zoé", "email": "zoe@elsewhere.example", "job_title": "", "role": "member", "locale": "en"}
    assert ann.post("/acme/people/invitations/", data=form).status_code == 303
    assert "none of your firm" not in ann.get("/acme/people/").text
    operator.execute(sa.update(Domain).where(Domain.id == domain.id).values(verified_at=sa.func.now(), method="dns"))
    operator.commit()
    assert ann.post("/acme/people/invitations/", data=form | {"email": "z@elsewhere.example"}).status_code == 303
    assert "none of your firm" in ann.get("/acme/people/").text
    assert ann.post("/acme/people/invitations/", data=form | {"email": "z@acme.example"}).status_code == 303
    assert "none of your firm" not in ann.get("/acme/people/").text


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Lindis.EXAMPLE", "lindis.example"),
        ("@lindis.example", "lindis.example"),
        ("vera@lindis.example", "lindis.example"),
        ("énergie.example", "xn--nergie-9ua.example"),
        ("localhost", None),
        ("127.0.0.1", None),
        ("a..example", None),
        ("-a.example", None),
        ("a b.example", None),
        ("x" * 64 + ".example", None),
        ("", None),
    ],
)
def test_what_is_a_domain(typed, name):
    assert domain_name(typed) == name


def test_the_readers_own_address_counts_only_at_that_domain():
    assert addresses_for("acme.example", "Ann@acme.example")[0] == "ann@acme.example"
    assert len(addresses_for("acme.example", "ann@other.example")) == 2
