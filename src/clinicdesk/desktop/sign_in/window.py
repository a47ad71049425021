"""The sign-in window: it shows, asks and says what is wrong; who signs in with it is its owner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QByteArray, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from clinicdesk import __version__
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.brand_mark import BrandMark
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.labels import IconLabel, label, paragraph
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_3, TextRole, Tone
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.forms.sign_in import Ui_SignIn
from clinicdesk.desktop.sign_in.address import BadAddress, server_address, short_address
from clinicdesk.desktop.sign_in.people_model import PeopleModel
from clinicdesk.desktop.sign_in.trouble import Place, Trouble, waiting_sentence

if TYPE_CHECKING:
    from clinicdesk.core.profiles import Remembered

_PERSON_ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody signs in with. Its `repr` shows no password.

    Attributes:
        clinic_id: The clinic that they mean, if they have said so.
    """

    server: str
    login: str
    password: str
    clinic_id: UUID | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.server!r}, {self.login!r}, ...)"


def _nothing_unsent(_person: Remembered) -> int:
    return 0


class SignInWindow(QWidget):
    """Server, login and password, and the people this computer remembers.

    Args of `__init__`:
        unsent: How many changes of a person wait on this computer.

    Signals:
        submitted: `Credentials` of the form, checked as far as a form can.
        passphrase_wanted: The banner's offer of a passphrase file was taken.
        closed: The person closed the window instead of signing in.
    """

    submitted = Signal(object)
    passphrase_wanted = Signal()
    closed = Signal()

    def __init__(
        self,
        design: Design,
        people: Sequence[Remembered],
        server: str = "",
        unsent: Callable[[Remembered], int] = _nothing_unsent,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._design = design
        self._people = PeopleModel(people, unsent, self)
        self._wait_s = 0
        self._busy = False
        self._chosen: Remembered | None = None
        self.ui = Ui_SignIn()
        self.ui.setupUi(self)
        self._blocks = self._make_fields()
        self._banner = Banner(design, Tone.WARNING)
        self._banner.setObjectName("sign_in_banner")
        self._banner.acted.connect(self.passphrase_wanted)
        self._banner.hide()
        self.ui.fields.insertWidget(2, self._banner)
        self._dress()
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._count_down)
        self._fill(people, server)
        self.show_busy("")

    def warn(self, sentence: str, action: str = "", title: str = "") -> None:
        """Say something above the form: where the sign-in is kept, what is still unsent."""
        self._banner.say(title, sentence, action)
        self._banner.setVisible(bool(sentence))

    def show_busy(self, doing: str) -> None:
        """Show what goes on and switch the form off; an empty text ends it."""
        self._busy = bool(doing)
        for part in (*self._blocks.values(), self.ui.sign_in_people):
            part.setEnabled(not self._busy)
        self.ui.sign_in_progress.setVisible(self._busy)
        self.ui.sign_in_state.setText(doing)
        self.ui.sign_in_state.setVisible(self._busy)
        self._allow_button()

    def show_trouble(self, trouble: Trouble) -> None:
        """Say what did not work under the field it is about, and put the keyboard there."""
        self.show_busy("")
        self._clear_errors()
        self._blocks[trouble.place].set_error(trouble.sentence)
        field = self._field(trouble.place)
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()
        if trouble.wait_s:
            self._wait_s = trouble.wait_s
            self._clock.start()
            self._tell_wait()

    def begin(self, *, choose_person: bool = False) -> None:
        """Put the keyboard where the next thing is to be typed, or on the list of people."""
        ui = self.ui
        if choose_person and self._people.rowCount() > 1:
            ui.sign_in_people.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        empty = (f for f in (ui.sign_in_server, ui.sign_in_login) if not f.text())
        next(empty, ui.sign_in_password).setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_fields(self) -> dict[Place, FieldBlock]:
        names = {
            Place.SERVER: self.tr("Server"),
            Place.LOGIN: self.tr("Login"),
            Place.PASSWORD: self.tr("Password"),
        }
        blocks = {}
        for place, name in names.items():
            field = self._field(place)
            position = self.ui.fields.indexOf(field)
            blocks[place] = FieldBlock(self._design, name, field, keeps_room=True)
            # The column's spare height goes above and below the form, not between its fields.
            blocks[place].setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            self.ui.fields.insertWidget(position, blocks[place])
            field.textEdited.connect(self._clear_errors)
            field.returnPressed.connect(self._submit)
        return blocks

    def _field(self, place: Place) -> QLineEdit:
        match place:
            case Place.SERVER:
                return self.ui.sign_in_server
            case Place.LOGIN:
                return self.ui.sign_in_login
            case Place.PASSWORD:
                return self.ui.sign_in_password

    def _dress(self) -> None:
        ui, design = self.ui, self._design
        ui.sign_in_password.dress(design)
        ui.sign_in_button.dress(design, kind=Kind.PRIMARY, icon="log-in", key="Enter")
        ui.sign_in_button.clicked.connect(self._submit)
        ui.brand_row.addWidget(BrandMark(design, 36))
        ui.brand_row.addWidget(label("clinicdesk", TextRole.NAME))
        ui.brand_row.addStretch(1)
        ui.version.setText(self.tr("Version %1").replace("%1", __version__))
        dress_list(ui.sign_in_people, design)
        ui.sign_in_people.setModel(self._people)
        ui.sign_in_people.clicked.connect(self._choose)
        ui.sign_in_people.activated.connect(self._choose)
        self._list_promises()

    def _list_promises(self) -> None:
        """What the product is, where nobody has signed in yet."""
        grid = QGridLayout(self.ui.promises)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_3)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        for place, (icon, title, text) in enumerate(self._promises()):
            row = 3 * place
            mark = IconLabel(self._design, icon, Tone.ACCENT, ICON_LARGE)
            grid.addWidget(mark, row, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(title, TextRole.STRONG), row, 1)
            grid.addWidget(paragraph(text, TextRole.SECONDARY, "second"), row + 1, 1)
            grid.setRowMinimumHeight(row + 2, SPACE_3)

    def _promises(self) -> tuple[tuple[str, str, str], ...]:
        return (
            (
                "wifi",
                self.tr("Live between desks"),
                self.tr("What one desk does, the others show at once."),
            ),
            (
                "cloud-off",
                self.tr("Works without the server"),
                self.tr("What you do is kept here and sent when it is back."),
            ),
            (
                "lock",
                self.tr("Encrypted on this computer"),
                self.tr("Only your own sign-in opens what is kept here."),
            ),
        )

    def _fill(self, people: Sequence[Remembered], server: str) -> None:
        ui = self.ui
        known = bool(people)
        rows = min(len(people), _PERSON_ROWS_SHOWN)
        ui.sign_in_people.setVisible(known)
        ui.promises.setVisible(not known)
        if known:
            ui.headline.setText(self.tr("Who is working here?"))
            ui.explanation.setText(self.tr("Choose your name, then type your password."))
            ui.sign_in_people.setFixedHeight(rows * ui.sign_in_people.sizeHintForRow(0))
            ui.sign_in_people.setCurrentIndex(self._people.index(0))
            self._chosen = people[0]
            ui.sign_in_login.setText(people[0].login)
        first = people[0].server if known else ""
        ui.sign_in_server.setText(short_address(server or first))

    def _choose(self, index: QModelIndex) -> None:
        person = self._chosen = self._people.person(index.row())
        self.ui.sign_in_server.setText(short_address(person.server))
        self.ui.sign_in_login.setText(person.login)
        self.ui.sign_in_password.clear()
        self._clear_errors()
        self.ui.sign_in_password.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit(self) -> None:
        if self._busy or self._wait_s:
            return
        ui = self.ui
        self._clear_errors()
        address = server_address(ui.sign_in_server.text())
        if isinstance(address, BadAddress):
            self.show_trouble(Trouble(Place.SERVER, address.sentence))
        elif not ui.sign_in_login.text().strip():
            self.show_trouble(Trouble(Place.LOGIN, self.tr("Type your login.")))
        elif not ui.sign_in_password.text():
            self.show_trouble(Trouble(Place.PASSWORD, self.tr("Type your password.")))
        else:
            ui.sign_in_password.hide_text()
            login = ui.sign_in_login.text().strip()
            password = ui.sign_in_password.text()
            self.submitted.emit(
                Credentials(address, login, password, self._clinic_of(address, login))
            )

    def _clinic_of(self, server: str, login: str) -> UUID | None:
        """The clinic of the person who was chosen, while the form still means them."""
        person = self._chosen
        if person is None or (person.server, person.login) != (server, login):
            return None
        return person.clinic.id

    def _clear_errors(self) -> None:
        for place, block in self._blocks.items():
            if not (place is Place.PASSWORD and self._wait_s):
                block.set_error("")

    def _count_down(self) -> None:
        self._wait_s = max(0, self._wait_s - 1)
        if not self._wait_s:
            self._clock.stop()
            self._blocks[Place.PASSWORD].set_error("")
        self._tell_wait()

    def _tell_wait(self) -> None:
        if self._wait_s:
            self._blocks[Place.PASSWORD].set_error(waiting_sentence(self._wait_s))
        self._allow_button()

    def _allow_button(self) -> None:
        self.ui.sign_in_button.setEnabled(not self._busy and not self._wait_s)

    def restore_place(self, geometry: bytes) -> None:
        """Stand where it stood last."""
        if geometry:
            self.restoreGeometry(QByteArray(geometry))

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
