"""Bridge offers a board track, and Acme subscribes to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from marketplace.billing.models import Collection, Subscription, SubscriptionStatus
from marketplace.boards.models import BoardTrack, TrackState
from marketplace.programmes.modalities import Form, Phase
from tenants.shared import clock
from tests.cast import Cast
from tests.factories import make_cohort, make_programme

TRACK, SUBSCRIPTION = 7_100_000_000_000_000_003, 7_100_000_000_000_000_004


def make_track(session: Session, cast: Cast) -> None:
    now = clock.now()
    cohort = make_cohort(session, make_programme(session, cast.ned, cast.max, form=Form.board), opened=Phase.nomination)
    session.add(
        BoardTrack(
            org_id=cohort.org_id,
            id=TRACK,
            cohort_id=cohort.id,
            slug="ready",
            name_en="Ready for the board",
            contents_en="- Six workshops",
            price_cents=240_000,
            currency="eur",
            starts_on=date(2027, 1, 11),
            ends_on=date(2028, 1, 11),
            seats_total=6,
            is_public=True,
            state=TrackState.open,
            created_by_id=cast.ned.person_id,
            created_at=now,
            updated_at=now,
        )
    )
    session.flush()
    session.add(
        Subscription(
            org_id=cast.abe.org_id,
            id=SUBSCRIPTION,
            track_org_id=cohort.org_id,
            track_id=TRACK,
            seats=2,
            price_cents=240_000,
            currency="eur",
            status=SubscriptionStatus.active,
            collection=Collection.invoice,
            stripe_customer="cus_of_acme",
            stripe_subscription="sub_of_acme",
            stripe_item="si_of_acme",
            legal_entity="Acme SA",
            address_line="1 rue de la Gare",
            postal_code="69002",
            city="Lyon",
            country="FR",
            billing_email="invoices@acme.example",
            started_by_id=cast.abe.person_id,
            created_at=now,
            updated_at=now,
        )
    )
    session.flush()
