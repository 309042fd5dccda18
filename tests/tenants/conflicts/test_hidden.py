"""Random firms, groups and dated declarations, against a small oracle written from the rules and not from the code."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.organisations.models import ConflictDeclaration, ConflictKind, GroupSight, Organisation, OrganisationKind
from tenants.shared import clock
from tests.cast import make_organisation

FIRMS = 6
TODAY = clock.today()

index = st.integers(0, FIRMS - 1)
days = st.integers(-3, 3)
# A firm's parent has a smaller number, so that there is no circle.
parents = st.tuples(*[st.one_of(st.none(), st.integers(0, n - 1)) if n else st.none() for n in range(FIRMS)])
declaration = st.tuples(index, index, st.booleans(), days, st.one_of(st.none(), st.integers(1, 4))).filter(
    lambda said: said[0] != said[1]
)
hiding = st.sets(index, max_size=2)


def below(firm, parent):
    found = {firm}
    while more := {n for n in range(FIRMS) if parent[n] in found} - found:
        found |= more
    return found


def oracle(parent, said, hiders):
    """Pairs of firms that do not see each other today."""
    pairs = set()
    for one, other, covers, since, length in said:
        if since > 0 or (length is not None and since + length <= 0):
            continue
        for member in below(one, parent) if covers else {one}:
            pairs |= {(member, other), (other, member)}
    for parent_firm in hiders:
        group = below(parent_firm, parent)
        pairs |= {(a, b) for a in group for b in group}
    return {(a, b) for a, b in pairs if a != b}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(parent=parents, said=st.lists(declaration, max_size=5), hiders=hiding)
def test_hidden_firms_are_those_of_the_oracle(cast, operator, _admin, parent, said, hiders):
    operator.rollback()
    firms = [make_organisation(operator, f"firm-{n}", OrganisationKind.company) for n in range(FIRMS)]
    for number, above in enumerate(parent):
        firms[number].parent_id = firms[above].id if above is not None else None
        firms[number].group_sight = GroupSight.hide if number in hiders else GroupSight.share
    operator.flush()
    for one, other, covers, since, length in said:
        start = TODAY + timedelta(days=since)
        operator.add(
            ConflictDeclaration(
                org_id=firms[one].id,
                other_org_id=firms[other].id,
                kind=ConflictKind.competitor,
                covers_group=covers,
                since=start,
                until=start + timedelta(days=length) if length is not None else None,
                declared_by_id=cast.ann.person_id,
            )
        )
    operator.commit()
    number_of = {firm.id: number for number, firm in enumerate(firms)}
    with _admin.connect() as connection:
        hidden = {
            (number, number_of[other])
            for number, firm in enumerate(firms)
            for other in connection.scalar(sa.text("SELECT hidden_from(:org)"), {"org": firm.id})
        }
    ids = [firm.id for firm in firms]
    operator.execute(sa.delete(ConflictDeclaration).where(ConflictDeclaration.org_id.in_(ids)))
    operator.execute(sa.update(Organisation).where(Organisation.id.in_(ids)).values(parent_id=None))
    operator.execute(sa.delete(Organisation).where(Organisation.id.in_(ids)))
    operator.commit()
    assert hidden == oracle(parent, said, hiders)
