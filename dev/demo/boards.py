"""A board track of the demo's network: one firm subscribes by invoice to three seats, and has nominated a candidate.

What the payment service has of it is made by the worker, as it makes everybody's: the wish to subscribe is in the queue.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dev.demo.rows import Rows
from dev.demo.world import DAY, Member, World
from marketplace.billing.wishes import carry_out_wish
from marketplace.programmes.modalities import Form, Phase, Quota
from marketplace.programmes.templates_ready import ready_templates

NETWORK, FIRM = "chevetre", "lumen-energie"
NAME = "Ready for the board", "Prêtes et prêts pour le conseil"
CONTENTS = (
    "- Six workshops: finance, strategy and risk, governance, duties and liability, the work of committees, chairing\n"
    "- A chair or chief executive of another firm, two to three times a year\n"
    "- A board file, ready to send\n"
    "- A mock board meeting with an experienced chair",
    "- Six ateliers : finance, stratégie et risques, gouvernance, devoirs et responsabilité, travail des comités, présidence\n"
    "- Une présidence ou une direction générale d’une autre entreprise, deux à trois fois par an\n"
    "- Un dossier de candidature prêt à envoyer\n"
    "- Un conseil simulé avec une présidence expérimentée",
)
AUDIENCE = (
    "Members of an executive committee, or those who report to it, whose chair or chief executive puts them forward.",
    "Membres d’un comité exécutif, ou qui lui rapportent, dont la présidence ou la direction générale présente la candidature.",
)


def play_boards(world: World, rows: Rows) -> None:
    """Add the programme, its cohort, the track, and what the firm has of it."""
    runner, payer = world.role(NETWORK, "network_admin"), world.role(FIRM, "company_admin")
    firms = [firm.id for firm in world.firms() if firm.memberships.get(runner.org.id) == "active"][:8]
    parties = sorted({*firms, payer.org.id})
    launch_on = (world.now + 60 * DAY).date()
    cohort_id = _cohort(world, rows, runner, parties, launch_on)
    made = world.days_ago(30)
    track_id, subscription_id = world.ids.at(made), world.ids.at(world.days_ago(12))
    rows.add(
        "board_track",
        org_id=runner.org.id,
        id=track_id,
        cohort_id=cohort_id,
        slug="ready-for-the-board",
        name_en=NAME[0],
        name_fr=NAME[1],
        summary_en="A year towards a first seat on a board, beside somebody who chairs one.",
        summary_fr="Un an vers un premier mandat, aux côtés d’une personne qui préside un conseil.",
        audience_en=AUDIENCE[0],
        audience_fr=AUDIENCE[1],
        contents_en=CONTENTS[0],
        contents_fr=CONTENTS[1],
        price_cents=480_000,
        currency="eur",
        starts_on=launch_on,
        ends_on=launch_on + timedelta(days=365),
        seats_total=15,
        seats_sold=0,
        is_public=True,
        state="open",
        created_by_id=runner.person_id,
        created_at=made,
        updated_at=made,
        version=2,
    )
    begun = world.days_ago(12)
    rows.add(
        "subscription",
        org_id=payer.org.id,
        id=subscription_id,
        track_org_id=runner.org.id,
        track_id=track_id,
        track_name_en=NAME[0],
        track_name_fr=NAME[1],
        seats=3,
        seats_wanted=None,
        seats_used=1,
        price_cents=480_000,
        currency="eur",
        status="active",
        collection="invoice",
        period_end=begun + 365 * DAY,
        cancel_at_period_end=False,
        grace_until=None,
        legal_entity=f"{payer.org.name} SA",
        vat_number="FR12345678901",
        vat_state="",
        address_line="12 quai de la Passerelle",
        postal_code="69002",
        city="Lyon",
        country="FR",
        billing_email=f"invoices@{FIRM}.example",
        purchase_order="PO-2040",
        stripe_account="",
        stripe_customer="",
        stripe_subscription="",
        stripe_item="",
        stripe_checkout="",
        checkout_url="",
        checkout_until=None,
        started_by_id=payer.person_id,
        created_at=begun,
        updated_at=begun,
        followed_at=None,
        ended_at=None,
    )
    rows.add(
        "billing_wish",
        org_id=payer.org.id,
        id=world.ids.at(begun),
        subscription_id=subscription_id,
        kind="subscribe",
        state="open",
        seats=None,
        priced_at=None,
        details=None,
        asked_by_id=payer.person_id,
        asked_at=begun,
        settled_at=None,
        tries=0,
        trouble="",
    )
    _candidate(world, rows, runner, payer, cohort_id, subscription_id)


def wishes_to_carry_out(rows: Rows) -> Iterator[dict[str, int]]:
    """The jobs that have the payment service do what was asked of it."""
    for row in rows.of("billing_wish"):
        yield {"org_id": row["org_id"], "wish_id": row["id"]}


def _cohort(world: World, rows: Rows, runner: Member, parties: list[int], launch_on: object) -> int:
    template, made = ready_templates()[Form.board], world.days_ago(90)
    chosen = template.modalities.model_copy(update={"quota": Quota(mentors=2)})
    choices = chosen.model_dump(mode="json")
    named = {"name_en": "Board candidates", "name_fr": "Candidates et candidats au conseil", "choices": choices}
    programme_id, cohort_id = world.ids.at(made), world.ids.at(made)
    key = {"org_id": runner.org.id, "programme_id": programme_id}
    by = {"created_by_id": runner.person_id, "created_at": made, "updated_at": made}
    rows.add(
        "programme",
        org_id=runner.org.id,
        id=programme_id,
        form="board",
        state="open",
        **named,
        template="board",
        version=1,
        **by,
    )
    rows.add("programme_version", **key, **named, version=1, saved_by_id=runner.person_id, saved_at=made)
    for firm_id in parties:
        rows.add(
            "programme_party",
            **key,
            firm_id=firm_id,
            state="active",
            is_school=False,
            max_mentors=None,
            max_mentees=None,
            asked_at=made,
            answered_at=made,
        )
    rows.add(
        "cohort",
        org_id=runner.org.id,
        id=cohort_id,
        programme_id=programme_id,
        ordinal=1,
        is_pilot=False,
        form="board",
        state="open",
        choices=choices,
        launch_on=launch_on,
        **by,
        version=1,
    )
    today = world.now.date()
    for timing in chosen.timeline:
        day = (world.now + timedelta(days=60 + timing.day)).date()
        opened = timing.phase in {Phase.call, Phase.nomination} and day <= today
        rows.add(
            "cohort_phase",
            org_id=runner.org.id,
            cohort_id=cohort_id,
            phase=timing.phase.value,
            starts_on=day if opened else max(day, today + timedelta(days=3)),
            by_hand=timing.by == "hand",
            opened_at=world.days_ago((today - day).days) if opened else None,
            closed_at=None,
            skipped_at=None,
        )
    return cohort_id


def _candidate(world: World, rows: Rows, runner: Member, payer: Member, cohort_id: int, subscription_id: int) -> None:
    candidate = next(one for one in world.members if one.org is payer.org and one.role == "member")
    asked = world.days_ago(2)
    enrolment_id = world.ids.at(asked)
    rows.add(
        "enrolment",
        org_id=runner.org.id,
        id=enrolment_id,
        cohort_id=cohort_id,
        firm_id=payer.org.id,
        person_id=candidate.person_id,
        side="mentee",
        way_in="nomination",
        state="nominated",
        places=1,
        nominated_by_id=payer.person_id,
        consented_at=None,
        decided_by_id=None,
        enrolled_at=None,
        ended_at=None,
        due_at=world.now + 12 * DAY,
        reason="",
        answer="",
        trained_at=None,
        state_at=asked,
        created_at=asked,
        updated_at=asked,
        version=1,
    )
    rows.add(
        "seat",
        org_id=payer.org.id,
        id=world.ids.at(asked),
        subscription_id=subscription_id,
        track_org_id=runner.org.id,
        cohort_id=cohort_id,
        enrolment_id=enrolment_id,
        person_id=candidate.person_id,
        sponsor_id=payer.person_id,
        office="chief_executive",
        nominated_by_id=payer.person_id,
        claimed_at=asked,
        released_at=None,
    )


__all__ = ["carry_out_wish", "play_boards", "wishes_to_carry_out"]
