"""Where a prescription goes: the pharmacies with what each would take, and what that comes to."""

from __future__ import annotations

from PySide6.QtCore import QObject

from clinicdesk.desktop.design.labels import set_ink
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.forms.therapy_editor import Ui_TherapyEditor
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.editing import Editing
from clinicdesk.desktop.workspaces.therapy.lines_table import LinesModel
from clinicdesk.desktop.workspaces.therapy.pharmacy_offers import PharmacyOffers


class PharmacyPicker(QObject):
    """Works the choice of the pharmacy and the total of the editor's form.

    The amounts of the lines follow the chosen pharmacy's prices.
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
        self._offers = PharmacyOffers(context, self)
        self._offers.changed.connect(self._show_offers)
        self._fill()
        ui.pharmacy_choice.currentIndexChanged.connect(self._chosen)
        replica = context.desk.replica
        self.destroyed.connect(replica.pharmacies.subscribe(lambda _change: self._fill()))

    def show_chosen(self) -> None:
        """Show the pharmacy that the form names."""
        form = self._editing.form
        choice = self._ui.pharmacy_choice
        pharmacy_id = None if form is None else form.pharmacy_id
        filling, self._filling = self._filling, True
        places = [n for n in range(choice.count()) if choice.itemData(n) == pharmacy_id]
        choice.setCurrentIndex(places[0] if places else -1)
        self._filling = filling

    def show_changes(self) -> None:
        """The form says something else: look up what that would cost, and show what is known."""
        self._offers.look(self._editing.form)
        self._show_offers()

    def _fill(self) -> None:
        """Those that take prescriptions, by name."""
        pharmacies = self._context.desk.replica.pharmacies.values()
        active = sorted((p for p in pharmacies if p.active), key=lambda p: p.name)
        choice = self._ui.pharmacy_choice
        self._filling = True
        choice.clear()
        for pharmacy in active:
            choice.addItem(pharmacy.name, pharmacy.id)
        self._filling = False
        self.show_chosen()

    def _chosen(self, place: int) -> None:
        if not self._filling:
            self._editing.set_pharmacy(self._ui.pharmacy_choice.itemData(place))

    def _show_offers(self) -> None:
        """Price and availability beside each pharmacy; below, those of the chosen one."""
        choice, form = self._ui.pharmacy_choice, self._editing.form
        if form is None:
            return
        pharmacies = self._context.desk.replica.pharmacies
        for place in range(choice.count()):
            pharmacy = pharmacies.get(choice.itemData(place))
            if pharmacy is not None:
                words = self._offers.words(pharmacy.id)
                choice.setItemText(place, f"{pharmacy.name} · {words}" if words else pharmacy.name)
        offer = self._offers.offer(form.pharmacy_id)
        self._lines.show_prices({} if offer is None else offer.prices)
        total = form.total_minor if offer is None else offer.total_minor
        self._ui.draft_total.setText(money(total, self._context.desk.clinic.currency))
        self._ui.offer_label.setText("" if offer is None else self._offers.availability(offer))
        tone = Tone.NEUTRAL if offer is None else self._offers.tone(offer)
        set_ink(self._ui.offer_label, "warning" if tone is Tone.WARNING else "second")
