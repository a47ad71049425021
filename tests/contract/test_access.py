"""Who sees what: the matrix, and the functions that every reader of the log shares."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from clinicdesk.contract import access
from clinicdesk.contract.access import View, audience_of, body_of, scopes_of, view_for
from clinicdesk.contract.commands import ROUTES, name_of
from clinicdesk.contract.entities import ENTITIES, Member, Role


def member(role: Role, *, practitioner: UUID | None = None, pharmacy: UUID | None = None) -> Member:
    return Member(
        id=uuid4(),
        clinic_id=uuid4(),
        version=1,
        account_id=uuid4(),
        name="Asha Rao",
        role=role,
        practitioner_id=practitioner,
        pharmacy_id=pharmacy,
        active=True,
    )


def test_every_entity_says_who_sees_it_and_every_command_who_gives_it() -> None:
    assert set(access.GRANTS) == set(ENTITIES)
    assert set(access.COMMANDS) == {name_of(command) for command in ROUTES}


def test_each_key_and_hidden_field_is_a_field_of_its_entity() -> None:
    for kind, grants in access.GRANTS.items():
        fields = set(ENTITIES[kind].__struct_fields__)
        for grant in grants:
            keys = {grant.when} - {""}
            if grant.audience in (access.Audience.PRACTITIONER, access.Audience.PHARMACY):
                keys.add(grant.key)
            assert keys <= fields, kind
    for (kind, _view), hidden in access.HIDDEN.items():
        assert hidden <= set(ENTITIES[kind].__struct_fields__)


def test_a_pharmacy_sees_a_prescription_only_once_it_is_signed() -> None:
    pharmacist = member(Role.PHARMACIST, pharmacy=uuid4())
    row = {
        "pharmacy_id": str(pharmacist.pharmacy_id),
        "practitioner_id": str(uuid4()),
        "signed_at": None,
    }
    assert view_for(scopes_of(pharmacist), audience_of("prescription", row)) is None
    row["signed_at"] = "2026-11-21T09:00:00+00:00"
    assert view_for(scopes_of(pharmacist), audience_of("prescription", row)) is View.FULL


def test_the_front_desk_reads_no_clinical_text() -> None:
    reception = member(Role.RECEPTION)
    assert view_for(scopes_of(reception), audience_of("allergy", {"practitioner_ids": []})) is None
    assert view_for(scopes_of(reception), audience_of("prescription_item", {})) is None
    row = dict.fromkeys(ENTITIES["prescription"].__struct_fields__, "text")
    view = view_for(scopes_of(reception), audience_of("prescription", row))
    assert view is View.DESK
    body = body_of("prescription", view, row)
    assert body["note"] is None
    assert body["cancel_reason"] is None
    assert body["code"] == "text"


def test_a_care_team_is_a_list_of_scopes() -> None:
    one, other = uuid4(), uuid4()
    audience = audience_of(
        "patient", {"practitioner_ids": [str(one), str(other)], "pharmacy_ids": []}
    )
    for practitioner in (one, other):
        scopes = scopes_of(member(Role.THERAPIST, practitioner=practitioner))
        assert view_for(scopes, audience) is View.FULL
    assert view_for(scopes_of(member(Role.THERAPIST, practitioner=uuid4())), audience) is None


def test_whoever_left_the_clinic_has_no_scope_at_all() -> None:
    import msgspec

    left = msgspec.structs.replace(member(Role.ADMIN), active=False)
    assert scopes_of(left) == frozenset()


def test_the_widest_of_several_views_is_shown() -> None:
    audience = {"role:reception": View.DESK, "practitioner:1": View.FULL}
    assert view_for(frozenset({"role:reception", "practitioner:1"}), audience) is View.FULL


@pytest.mark.parametrize("kind", sorted(ENTITIES))
def test_a_full_view_hides_nothing(kind: str) -> None:
    assert access.fields_shown(kind, View.FULL) == ENTITIES[kind].__struct_fields__


def test_the_access_digest_depends_on_the_scopes_alone_not_on_their_order() -> None:
    assert access.access_digest(frozenset({"a", "b"})) == access.access_digest(
        frozenset({"b", "a"})
    )
    assert access.access_digest(frozenset({"a"})) != access.access_digest(frozenset({"a", "b"}))
