"""A desk: everything of the client for one signed-in member, put together.

The composition root of `core`.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from contextlib import suppress
from datetime import date, datetime
from typing import Final
from uuid import UUID

from clinicdesk.contract.entities import Clinic, Member
from clinicdesk.core import collector
from clinicdesk.core.catalogue import (
    Catalogue,
    medicine_page,
    medicine_path,
    price_page,
    price_path,
    rule_page,
    rule_path,
)
from clinicdesk.core.clock import Now, day_in, utc_now
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.core.errors import NotRemembered, StoreLost, StoreUnusable
from clinicdesk.core.home import Home
from clinicdesk.core.live.follower import Follower
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.lost_work import LostWork
from clinicdesk.core.notices import Notices
from clinicdesk.core.older import OlderPrescriptions
from clinicdesk.core.ordering import Ordering
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.prescribing import Prescribing
from clinicdesk.core.presence import Presence
from clinicdesk.core.price_import import PriceImport
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.replica import Replica
from clinicdesk.core.safety import Safety
from clinicdesk.core.scanning import Scanning
from clinicdesk.core.search import Search
from clinicdesk.core.sender import Sender
from clinicdesk.core.session import Session
from clinicdesk.core.stock import Stock
from clinicdesk.core.stock_ledger import StockLedger
from clinicdesk.core.store.scratch import Scratch
from clinicdesk.core.store.store import Store
from clinicdesk.core.store_key import store_key
from clinicdesk.core.supply import Supply
from clinicdesk.core.trace import NoTrace, Trace
from clinicdesk.core.unsent_tally import UnsentTally
from clinicdesk.core.upkeep import Upkeep
from clinicdesk.core.vault import Vault, VaultUnavailable

_SIGN_IN_AGAIN: Final = (
    "Nobody of that name is signed in on this computer; sign in with the server in reach."
)
_TAKEN_OVER: Final = (
    "{} change(s) that were locked in an older file of this computer are back and will be sent."
)
_DAMAGED: Final = (
    "Some of the data kept on this computer cannot be read. Close clinicdesk and open it again: "
    "it will be fetched anew, and what you did here is kept."
)
_NOT_READ: Final = (
    "This desk made a mistake when it read what is kept here; it tries again by itself."
)
READ_AGAIN_S: Final = 5.0


class Desk:
    """What the window works with, from sign-in to sign-out.

    Attributes:
        session: Tokens and transport. link: How it stands with the server.
        replica: The rows. outbox: What was done here. notices: What this member is told.
        older: Prescriptions that this desk has let go. stock_ledger: What came and went.
        search: Patients and medicines. scratch: What was typed and is not a command yet.
        prescribing, dispensing: What this member can do.
        stock, supply, orders, pricing: What is on the shelves, ordered, and what it costs.
        price_import: Takes a file of prices to the server.
        safety: What is found in a prescription. scanning: What a scanned code is.
        formulary, prices, rules: The clinic's long lists on their way here.
        presence: Who else has the same thing open.
        lost_work: What waits in files whose key is not here.
        notes: Sentences that the person should read once: about a store that was put aside.
    """

    def __init__(
        self, session: Session, store: Store, replica: Replica, trace: Trace, now: Now
    ) -> None:
        chance = random.SystemRandom()
        self._store = store
        self.session = session
        self.replica = replica
        self.link = Link(now)
        self.outbox = Outbox(store.outbox, replica, self._who, now, trace)
        self.notices = Notices(store.notices, self._who, self._code_of, now)
        self.older = OlderPrescriptions(replica, session.transport, session)
        self.stock_ledger = StockLedger(session.transport, session)
        self.search = Search(replica, store.medicines)
        self.stock = Stock(replica, self.outbox, self._who, self._today)
        self.pricing = Pricing(
            replica,
            self.outbox,
            store.medicines,
            store.prices,
            self.stock.dispensable,
            self._who,
            self._today,
        )
        self.price_import = PriceImport(self.pricing, session.transport, session)
        self.prescribing = Prescribing(
            replica, self.outbox, store.medicines, self.pricing, self._who, self.link
        )
        self.dispensing = Dispensing(
            replica,
            self.outbox,
            store.medicines,
            self.stock,
            self.pricing,
            self._who,
            self.link,
            self._today,
        )
        self.orders = Ordering(
            replica,
            self.outbox,
            store.medicines,
            self.pricing,
            self._who,
            self.link,
            self._today,
        )
        self.supply = Supply(
            replica, self.outbox, store.medicines, self.stock, self._who, self._today
        )
        self.safety = Safety(
            replica, store.medicines, store.rules, self._day_of, self._today, self.older
        )
        self.scanning = Scanning(
            replica,
            store.medicines.by_gtin,
            session.transport,
            session,
            self.older,
            self.link,
            lambda: self.clinic,
            session.server_now,
        )
        reach = (session.transport, session, self.link, chance)
        self.formulary = Catalogue(
            replica.formularies, store.medicines, medicine_path, medicine_page, *reach
        )
        self.prices = Catalogue(replica.price_lists, store.prices, price_path, price_page, *reach)
        self.rules = Catalogue(replica.rule_sets, store.rules, rule_path, rule_page, *reach)
        self.notes = [aside.sentence for aside in store.set_aside]
        self.lost_work = LostWork(session, store, self.outbox, now)
        self._tally = UnsentTally(self.outbox, store.path)
        self._joining: asyncio.Task[None] | None = None
        self._closed = False
        self._sender = Sender(self.outbox, session.transport, session, self.link, chance, trace)
        self._upkeep = Upkeep(
            replica,
            store,
            self.outbox,
            session.transport,
            session,
            self.link,
            session.server_now,
        )
        self._follower = Follower(session, replica, self.link, self.clinic.id, chance, trace)
        self.presence = Presence(self._follower, now)
        replica.applied.add(self.notices.follow)

    @classmethod
    async def open(
        cls, session: Session, *, trace: Trace | None = None, now: Now = utc_now
    ) -> Desk:
        """Open the desk of a session; what is on this computer is there at once, the rest follows.

        Raises StoreInUse, StoreUnusable, StoreOfNewerVersion, VaultUnavailable.
        """
        trace = trace or NoTrace()
        collector.sweep()  # of whoever was here before: their rows are let go with their desk
        store, replica = await _open_store(session, trace, now)
        try:
            desk = cls(session, store, replica, trace, now)
            await desk._load()
        except BaseException:
            await store.close()
            raise
        desk._joining = asyncio.create_task(desk._join(), name="join the clinic")
        return desk

    @classmethod
    async def open_offline(
        cls,
        user: Remembered,
        *,
        home: Home,
        vault: Vault,
        profiles: Profiles,
        trace: Trace | None = None,
        now: Now = utc_now,
    ) -> Desk:
        """Open the desk of a remembered user; the server is joined when it answers.

        Raises NotRemembered when their session's secrets are not here, and what `open` raises.
        """
        try:
            session = await Session.resume(user, home=home, vault=vault, profiles=profiles, now=now)
        except VaultUnavailable as error:
            raise NotRemembered(str(error)) from error
        if session is None:
            raise NotRemembered(_SIGN_IN_AGAIN)
        return await cls.open(session, trace=trace, now=now)

    @property
    def member(self) -> Member:
        """Who is signed in, with the rights that they have now."""
        return self._who()

    @property
    def clinic(self) -> Clinic:
        """The clinic and its settings."""
        clinic = self.session.clinic
        return self.replica.clinics.get(clinic.id) or clinic

    @property
    def scratch(self) -> Scratch:
        """What was typed and is not a command yet."""
        return self._store.scratch

    def hurry(self) -> None:
        """Try to reach the server at once."""
        self._follower.hurry()

    async def close(self) -> None:
        """Stop following and sending, and let go of the store; nothing that was saved is lost.

        Closing a second time does nothing.
        """
        if self._closed:
            return
        self._closed = True
        if self._joining is not None:
            self._joining.cancel()
            await asyncio.gather(self._joining, return_exceptions=True)
        self.search.close()
        await self.presence.close()
        await self._follower.close()
        await self._sender.close()
        for catalogue in (self.formulary, self.prices, self.rules):
            await catalogue.close()
        await self._upkeep.close()
        await self.notices.close()
        self._tally.close()
        await self._store.close()
        if not self.session.vault.lasting and not self.outbox.entries():
            self._store.remove()  # its key ends with the program: nobody could ever open it
        await self.session.close()

    def _who(self) -> Member:
        member = self.session.member
        return self.replica.members.get(member.id) or member

    def _today(self) -> date:
        """The day in the clinic's zone, by the server's time."""
        return self._day_of(self.session.server_now())

    def _day_of(self, moment: datetime) -> date:
        """The day of a moment in the clinic's zone."""
        return day_in(self.clinic.zone, moment)

    def _code_of(self, prescription_id: UUID) -> str:
        prescription = self.replica.prescriptions.get(prescription_id)
        return "" if prescription is None else prescription.code

    async def _load(self) -> None:
        await self._take_over_lost_work()
        await self.outbox.load()
        await self.lost_work.delete_what_nobody_misses()
        await self.notices.load()
        self.search.index()

    async def _take_over_lost_work(self) -> None:
        with suppress(VaultUnavailable):  # it is tried again at the next opening
            taken = await self.lost_work.take_over(self.session.vault)
            if taken:
                self.notes.append(_TAKEN_OVER.format(taken))

    async def _join(self) -> None:
        """Read the rest, then follow the clinic: screens are there meanwhile."""
        try:
            await self._read_rest()
        except StoreLost:
            self._store.suspect()
            self.link.become(LinkStatus.OFFLINE, _DAMAGED)
            return
        self._follower.start()
        self.presence.start()
        self._sender.start()
        for catalogue in (self.formulary, self.prices, self.rules):
            catalogue.start()
        self._upkeep.start()

    async def _read_rest(self) -> None:
        """Again and again, if it fails by a mistake of ours. Raises StoreLost."""
        while True:
            try:
                return await self.replica.load_rest()
            except StoreLost:
                raise
            except Exception as error:  # or the desk would seem about to connect for ever
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "reading the rows failed", "exception": error}
                )
                self.link.become(LinkStatus.OFFLINE, _NOT_READ)
            await asyncio.sleep(READ_AGAIN_S)


async def _open_store(session: Session, trace: Trace, now: Now) -> tuple[Store, Replica]:
    """The store with its rows in memory. One that opens and then cannot be read is put aside."""
    user = session.user
    home = session.home
    path = home.store_path(user.server, user.clinic.id, user.member.id)
    if not session.vault.lasting:
        path = path.with_stem(f"{path.stem}-{secrets.token_hex(4)}")
    key = await store_key(session)
    identity = {
        "server": user.server,
        "clinic": str(user.clinic.id),
        "member": str(user.member.id),
    }
    for thorough in (False, True):
        store = await Store.open(path, key, identity, now, thorough=thorough)
        replica = Replica(store.rows, user.member.id, trace)
        try:
            await replica.load_first()
        except StoreLost as lost:
            await store.close()
            if thorough:
                raise StoreUnusable(str(lost)) from lost
        except BaseException:
            await store.close()
            raise
        else:
            trace.mark("replica loaded")
            return store, replica
    raise AssertionError("unreachable: the second round returns or raises")
