"""Programmes of the demo that are still being designed: one of the network, one of a company."""

from datetime import timedelta
from typing import Any

from dev.demo.rows import Rows
from dev.demo.world import Member, World
from marketplace.programmes.modalities import Form, Quota, SideRules
from marketplace.programmes.templates_ready import ready_templates


def play_designing(world: World, rows: Rows) -> None:
    """A board programme that the network lends to its firms, and a company's own, with more mentees than places."""
    network = world.role("chevetre", "network_admin")
    firms = [
        firm.id for firm in world.firms() if firm.memberships.get(network.org.id) == "active" and not firm.welcome_open
    ]
    _draft(world, rows, network, Form.board, sorted(firms)[:6], 20, lent=True)
    company = world.role("helvia-care", "hr_partner")
    changed: dict[str, Any] = {"quota": Quota(), "mentors": _places(19), "mentees": _places(26)}
    _draft(world, rows, company, Form.organised, [company.org.id], 9, **changed)


def _places(count: int) -> SideRules:
    ready = ready_templates()[Form.organised].modalities
    return (ready.mentors if count == 19 else ready.mentees).model_copy(update={"places": count})


def _draft(
    world: World,
    rows: Rows,
    author: Member,
    form: Form,
    parties: list[int],
    days: float,
    *,
    lent: bool = False,
    **changed: Any,
) -> None:
    template = ready_templates()[form]
    begun = world.days_ago(days)
    programme_id = world.ids.at(begun)
    choices = template.modalities.model_copy(update=changed).model_dump(mode="json")
    named = {"name_en": template.name.en, "name_fr": template.name.fr, "choices": choices}
    key = {"org_id": author.org.id, "programme_id": programme_id}
    rows.add(
        "programme",
        org_id=author.org.id,
        id=programme_id,
        form=form.value,
        state="draft",
        **named,
        template=form.value,
        version=1,
        created_by_id=author.person_id,
        created_at=begun,
        updated_at=begun,
    )
    rows.add("programme_version", **key, **named, version=1, saved_by_id=author.person_id, saved_at=begun)
    for firm_id in parties:
        rows.add(
            "programme_party",
            **key,
            firm_id=firm_id,
            state="active",
            is_school=False,
            max_mentors=None,
            max_mentees=None,
            asked_at=begun,
            answered_at=begun,
        )
    if lent:
        rows.add(
            "programme_loan",
            **key,
            **named,
            lent_by_id=author.person_id,
            lent_at=begun + timedelta(hours=3),
            taken_back_at=None,
        )
