"""Who gives a command."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.entities import Member
from clinicdesk.server.database.database import Actor


class MemberActor(Struct, frozen=True):
    """A member of staff at a device, vouched for by a session or an administrator."""

    member: Member
    device_id: UUID

    @property
    def ids(self) -> Actor:
        """What the database must know to apply its policies and to write the log."""
        return Actor(
            clinic_id=self.member.clinic_id,
            member_id=self.member.id,
            account_id=self.member.account_id,
            device_id=self.device_id,
        )

    def may(self, command: str) -> bool:
        """Whether the role gives this command at all."""
        return self.member.role in COMMANDS[command]
