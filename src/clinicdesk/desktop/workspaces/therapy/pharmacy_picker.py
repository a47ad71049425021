"""Where a prescription goes: the pharmacies with what each would take, and what that comes to."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QObject, Qt

from clinicdesk.contract.entities import Pharmacy
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.labels import set_ink
from clinicdesk.desktop.design.row_delegate import RowDelegate
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.forms.therapy_editor import Ui_TherapyEditor
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.editing import Editing
from clinicdesk.desktop.workspaces.therapy.lines_table import LinesModel
from clinicdesk.desktop.workspaces.therapy.pharmacy_offers import PharmacyOffers
from clinicdesk.desktop.workspaces.therapy.pharmacy_rows import PharmacyRows


class PharmacyPicker(QObject):
    """Works the choice of the pharmacy and the total of the editor's form.

    The amounts of the lines follow the chosen pharmacy's prices. The pharmacies are listed as
    offers are, the one that has it all and takes least first; while the list is open they stay.
    """

    def __init__(
        self,
        context: Context,
        editing: Editing,
        ui: Ui_TherapyEditor,
        lines: LinesModel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._editing = editing
        self._ui = ui
        self._lines = lines
        self._filling = False
        self._rows = PharmacyRows(context.desk.clinic.currency, self)
        self._dress()
        self._offers = PharmacyOffers(context, self)
        self._offers.changed.connect(self.refresh)
        ui.pharmacy_choice.currentIndexChanged.connect(self._chosen)
        replica = context.desk.replica
        self.destroyed.connect(replica.pharmacies.subscribe(lambda _change: self.refresh()))

    def show_changes(self) -> None:
        """The form says something else: look up what that would cost, and show what is known."""
        self._offers.look(self._editing.form)
        self.refresh()

    def refresh(self) -> None:
        """Show the pharmacies, the one that the form names, and what it would take."""
        filling, self._filling = self._filling, True
        form = self._editing.form
        usual = None if form is None else self._editing.drafts.usual_of(form.patient_id)
        self._rows.show_pharmacies(self._ordered(), self._offers.all(), usual=usual)
        chosen = None if form is None else form.pharmacy_id
        self._ui.pharmacy_choice.setCurrentIndex(self._rows.place_of(chosen))
        self._filling = filling
        self._show_total(chosen)

    def open(self) -> None:
        """Put the keyboard into the choice, with the pharmacies open."""
        self._ui.pharmacy_choice.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._ui.pharmacy_choice.showPopup()

    def _dress(self) -> None:
        choice, design = self._ui.pharmacy_choice, self._context.design
        choice.setModel(self._rows)
        choice.setItemDelegate(RowDelegate(design, Glow(choice.view())))
        choice.setCurrentIndex(-1)

    def _ordered(self) -> list[Pharmacy]:
        """Those that take prescriptions."""
        known = self._context.desk.replica.pharmacies.values()
        active = sorted((p for p in known if p.active), key=lambda p: p.name)
        if self._ui.pharmacy_choice.view().isVisible():
            shown = {p.id: self._rows.place_of(p.id) for p in active}
            if all(place >= 0 for place in shown.values()):
                return sorted(active, key=lambda p: shown[p.id])
        best = {pharmacy_id: place for place, pharmacy_id in enumerate(self._offers.all())}
        return sorted(active, key=lambda p: best.get(p.id, len(best)))

    def _chosen(self, place: int) -> None:
        pharmacy = self._rows.pharmacy_at(place)
        if not self._filling:
            self._editing.set_pharmacy(None if pharmacy is None else pharmacy.id)

    def _show_total(self, chosen: UUID | None) -> None:
        form = self._editing.form
        if form is None:
            return
        currency, ui = self._context.desk.clinic.currency, self._ui
        offer, before = self._offers.offer(chosen), self._offers.before(chosen)
        self._lines.show_prices({} if offer is None else offer.prices)
        total = form.total_minor if offer is None else offer.total_minor
        ui.draft_total.setText(money(total, currency))
        pill = None if offer is None else self._rows.availability(offer)
        ui.offer_label.setText("" if pill is None else pill.text)
        warns = pill is not None and pill.tone is Tone.WARNING
        set_ink(ui.offer_label, "warning" if warns else "second")
        was = "" if before is None else self.tr("was %1").replace("%1", money(before, currency))
        ui.was_label.setText(was)
        ui.was_label.setVisible(bool(was))
