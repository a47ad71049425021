"""Every widget of the design system in one window, to be looked at.

    python tests/desktop/design/gallery.py --page counter --theme dark --shot build/counter-dark.png

Pages: ``counter`` puts the widgets together as a pharmacist's screen, ``widgets`` shows each alone
in its states. Without ``--shot`` the window stays open.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from clinicdesk.desktop.design.age import AgePill, age_pill
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.avatar import Avatar
from clinicdesk.desktop.design.badge import Badge, BadgeKind
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.brand_mark import BrandMark
from clinicdesk.desktop.design.button import (
    DangerButton,
    IconButton,
    PrimaryButton,
    SecondaryButton,
)
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.connection_pill import Connection, ConnectionPill
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent, RowContent
from clinicdesk.desktop.design.drawer import Drawer
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.footer_hints import FooterHints, Hint
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.key_cap import KeyCap
from clinicdesk.desktop.design.labels import label, paragraph
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.rail_button import RailButton
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.toast import Toast
from clinicdesk.desktop.design.tokens import (
    BAR_HEIGHT,
    RAIL_WIDTH,
    TABLE_ROW_HEIGHT,
    TextRole,
    Tone,
)
from clinicdesk.desktop.design.views import HEADER_HEIGHT, dress_list, dress_table

Index = QModelIndex | QPersistentModelIndex
KEY_ROLE = Qt.ItemDataRole.UserRole

QUEUE = (
    ("Meera Deshpande", "RX-7F3K2", "3 items · Dr Rao", 4, "To dispense", Tone.INFO),
    ("Tāne Wiremu", "RX-7F3J9", "1 item · Dr Pillai", 9, "To dispense", Tone.INFO),
    ("राजेश शर्मा", "RX-7F3H1", "5 items · Dr Rao · Vikram has it open", 22, "Picking", Tone.INFO),
    ("Fatima Sheikh", "RX-7F3G6", "2 items · Dr Menon", 41, "To dispense", Tone.INFO),
    ("Arjun Nair", "RX-7F3F0", "2 items · Dr Pillai", 12, "Checked", Tone.SUCCESS),
    (
        "Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam",
        "RX-7F3D4",
        "14 items · Dr Rao · waits for a delivery of amoxicillin from the supplier",
        65,
        "Will be owing",
        Tone.WARNING,
    ),
    ("Lakshmi Iyer", "RX-7F3C8", "1 item · Dr Menon", 3, "To dispense", Tone.INFO),
    ("Omar Farooqui", "RX-7F3B2", "3 items · Dr Rao", 1, "To dispense", Tone.INFO),
    ("Grace Thomas", "RX-7F3A5", "2 items · Dr Menon", 0, "To dispense", Tone.INFO),
)


class QueueModel(QAbstractListModel):
    """The pharmacy's queue, with names as they come."""

    def __init__(self, rows: list[RowContent]) -> None:
        super().__init__()
        self.rows = rows

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.rows)

    def data(self, index: Index, role: int = 0) -> Any:
        row = self.rows[index.row()]
        if role == CONTENT_ROLE:
            return row
        return row.primary if role == Qt.ItemDataRole.DisplayRole else None


class LinesModel(QAbstractTableModel):
    """The lines of one prescription."""

    HEADERS = ("", "Medicine", "Quantity", "Batch · expiry", "State", "Next")
    CELLS = (
        (
            CellContent("1", quiet=True),
            CellContent(
                "Cetirizine 10 mg tablet", True, second="1 tablet at night, 10 days · Cetzy 10"
            ),
            CellContent("10", True, right=True),
            CellContent("B2207 · Apr 2028"),
            CellContent(pill=Pill("Checked", Tone.SUCCESS, "scan-line")),
            CellContent("undo", key="Space", right=True),
        ),
        (
            CellContent("2", quiet=True),
            CellContent(
                "Azithromycin 500 mg tablet", True, second="1 tablet daily, 3 days · Azrel 500"
            ),
            CellContent("3", True, right=True),
            CellContent("A1193 · ", tail="Jan 2027", tail_tone=Tone.WARNING),
            CellContent(pill=Pill("Scan the box", Tone.INFO, "scan-line")),
            CellContent("Scan", True, tone=Tone.ACCENT, right=True),
        ),
        (
            CellContent("3", quiet=True),
            CellContent(
                "Paracetamol 500 mg tablet",
                True,
                second="1–2 tablets up to 4 times a day when needed",
            ),
            CellContent("20", True, right=True),
            CellContent("12 of 20 in stock", quiet=True),
            CellContent(pill=Pill("8 will be owing", Tone.WARNING, "package")),
            CellContent("split", key="O", right=True),
        ),
    )

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.CELLS)

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.HEADERS)

    def data(self, index: Index, role: int = 0) -> Any:
        if role == CONTENT_ROLE:
            return self.CELLS[index.row()][index.column()]
        return index.row() if role == KEY_ROLE else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (2, 5):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


def pane(edge: str, ground: str = "surface") -> QFrame:
    """Return a frame on a ground with a line along one edge."""
    made = QFrame()
    made.setProperty("pane", ground)
    made.setProperty("edge", edge)
    return made


def queue_rows(times: int = 1) -> list[RowContent]:
    """Return the queue as row contents."""
    return [
        RowContent(
            f"{number}-{round_}",
            name,
            number,
            about,
            age_pill(minutes),
            status=status,
            status_tone=tone,
            unread=name.startswith("Grace"),
        )
        for round_ in range(times)
        for name, number, about, minutes, status, tone in QUEUE
    ]


def make_rail(design: Design) -> QWidget:
    """Return the rail with seven workspaces."""
    rail = pane("right")
    rail.setFixedWidth(RAIL_WIDTH)
    column = QVBoxLayout(rail)
    column.setContentsMargins(6, 8, 5, 8)
    column.setSpacing(4)
    column.addWidget(BrandMark(design), 0, Qt.AlignmentFlag.AlignHCenter)
    column.addSpacing(10)
    for icon, name, count, kind in (
        ("layout-dashboard", "Dashboard", 0, BadgeKind.ACCENT),
        ("calendar-days", "Reception", 3, BadgeKind.ACCENT),
        ("users", "Patients", 0, BadgeKind.ACCENT),
        ("messages-square", "Consultations", 5, BadgeKind.DANGER),
        ("pill", "Pharmacy", 34, BadgeKind.ACCENT),
        ("receipt-indian-rupee", "Billing", 0, BadgeKind.ACCENT),
        ("package", "Orders", 120, BadgeKind.ACCENT),
    ):
        button = RailButton(design, icon, name, "Alt+1")
        button.set_badge(count, kind)
        button.setChecked(name == "Pharmacy")
        column.addWidget(button)
    column.addStretch(1)
    bell = RailButton(design, "bell", "Notices")
    bell.set_badge(4, BadgeKind.DANGER)
    column.addWidget(bell)
    column.addWidget(RailButton(design, "settings", "Settings"))
    return rail


def make_bar(design: Design) -> QWidget:
    """Return the bar at the top."""
    bar = pane("bottom")
    bar.setFixedHeight(BAR_HEIGHT)
    row = QHBoxLayout(bar)
    row.setContentsMargins(16, 0, 16, 0)
    row.setSpacing(12)
    search = SearchField(
        design,
        "Scan, or search patient, prescription, medicine, action",
        icon="scan-line",
        key="Ctrl+K",
    )
    search.setFixedWidth(460)
    row.addWidget(search)
    row.addStretch(1)
    pill = ConnectionPill(design)
    pill.show_connection(Connection.LIVE)
    row.addWidget(pill)
    row.addWidget(label("Roshni Clinic · 10:42", TextRole.BODY, "second"))
    row.addWidget(Avatar(design, "Vikram Patil", "vikram"))
    row.addWidget(label("Vikram Patil", TextRole.STRONG))
    return bar


def make_queue(design: Design) -> QWidget:
    """Return the list at the left."""
    left = pane("right")
    left.setFixedWidth(412)
    column = QVBoxLayout(left)
    column.setContentsMargins(0, 12, 0, 0)
    column.setSpacing(0)
    head = QHBoxLayout()
    head.setContentsMargins(14, 0, 14, 8)
    head.addWidget(label("Prescriptions", TextRole.TITLE))
    head.addStretch(1)
    head.addWidget(label("as of now", TextRole.SECONDARY, "third"))
    column.addLayout(head)
    tabs = SegmentedTabs(
        design,
        [
            Tab("unpaid", "Unpaid", 12),
            Tab("dispense", "To dispense", 34),
            Tab("ready", "Ready", 18),
            Tab("owing", "Owing", 6),
            Tab("done", "Done", 57),
        ],
    )
    tabs.select("dispense")
    holder = QVBoxLayout()
    holder.setContentsMargins(10, 0, 10, 10)
    holder.addWidget(tabs)
    column.addLayout(holder)
    edge = pane("top")
    edge.setFixedHeight(1)
    column.addWidget(edge)
    view = RowList()
    view.dress(design)
    model = QueueModel(queue_rows(3))
    model.setParent(view)
    view.setModel(model)
    view.setCurrentIndex(model.index(0, 0))
    view.glow.flash("RX-7F3J9-0")
    column.addWidget(view, 1)
    return left


def make_patient_head(design: Design) -> QWidget:
    """Return who the prescription is for."""
    head = pane("bottom")
    head.setFixedHeight(83)
    row = QHBoxLayout(head)
    row.setContentsMargins(20, 0, 20, 0)
    row.setSpacing(14)
    row.addWidget(Avatar(design, "Meera Deshpande", "P-004182", 44))
    middle = QVBoxLayout()
    middle.setSpacing(6)
    name = QHBoxLayout()
    name.setSpacing(10)
    name.addWidget(label("Meera Deshpande", TextRole.NAME))
    facts = "F · 34 y · 12 Mar 1992 · P-004182"
    name.addWidget(ElidedLabel(design, facts, TextRole.BODY, "second"), 1)
    chips = QHBoxLayout()
    chips.setSpacing(8)
    chips.addWidget(StatusPill(design, Pill("Allergy: penicillins", Tone.DANGER, "triangle-alert")))
    chips.addWidget(Chip(design, Pill("98220 14417", icon="phone")))
    chips.addWidget(Chip(design, Pill("Open patient", icon="external-link")))
    chips.addStretch(1)
    middle.addStretch(1)
    middle.addLayout(name)
    middle.addLayout(chips)
    middle.addStretch(1)
    row.addLayout(middle, 1)
    right = QVBoxLayout()
    right.setSpacing(6)
    top = QHBoxLayout()
    top.setSpacing(8)
    top.addStretch(1)
    top.addWidget(label("RX-7F3K2", TextRole.STRONG))
    top.addWidget(StatusPill(design, Pill("Paid", Tone.INFO, "badge-check")))
    right.addStretch(1)
    right.addLayout(top)
    right.addWidget(
        label("Dr Sunita Rao · signed 10:38 · UPI ₹ 412.00", TextRole.SECONDARY, "second")
    )
    right.addStretch(1)
    row.addLayout(right)
    return head


def make_lines(design: Design) -> QWidget:
    """Return the table of the prescription's lines in a card."""
    card = Card(design, padded=False)
    table = QTableView()
    dress_table(table, design, KEY_ROLE)
    model = LinesModel(table)
    table.setModel(model)
    header = table.horizontalHeader()
    for column, width in enumerate((30, 0, 78, 132, 150, 110)):
        if width:
            table.setColumnWidth(column, width)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.setFixedHeight(HEADER_HEIGHT + 3 * TABLE_ROW_HEIGHT)
    table.selectRow(1)
    card.fill(table)
    return card


def make_actions(design: Design) -> QWidget:
    """Return the actions at the bottom, with the reason why the main one is off."""
    foot = pane("top")
    foot.setFixedHeight(59)
    row = QHBoxLayout(foot)
    row.setContentsMargins(20, 0, 20, 0)
    row.setSpacing(10)
    row.addWidget(SecondaryButton(design, "Labels", icon="printer", key="F6"))
    row.addWidget(SecondaryButton(design, "Ask Dr Rao", icon="message-square", key="F7"))
    row.addWidget(SecondaryButton(design, "Hold", icon="pause", key="H"))
    row.addStretch(1)
    why = paragraph("", TextRole.SECONDARY, "second")
    why.setFixedWidth(180)
    hand_over = PrimaryButton(design, "Hand over", icon="hand-helping", key="F10")
    reason_when_disabled(hand_over, "Hand over is off: 2 items are not checked yet", why)
    row.addWidget(why)
    row.addWidget(hand_over)
    return foot


def make_counter_page(design: Design) -> QWidget:
    """Return a pharmacist's screen."""
    page = QWidget()
    page.setProperty("pane", "background")
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    upper = QHBoxLayout()
    upper.setSpacing(0)
    upper.addWidget(make_rail(design))
    body = QVBoxLayout()
    body.setSpacing(0)
    body.addWidget(make_bar(design))
    work = QHBoxLayout()
    work.setSpacing(0)
    work.addWidget(make_queue(design))
    detail = QVBoxLayout()
    detail.setSpacing(0)
    detail.addWidget(make_patient_head(design))
    middle = QVBoxLayout()
    middle.setContentsMargins(20, 16, 20, 16)
    middle.setSpacing(14)
    middle.addWidget(make_lines(design))
    middle.addWidget(
        Banner(
            design,
            Tone.INFO,
            "Azithromycin with penicillin allergy: no cross-reaction expected.",
            "Dr Rao chose it for that reason: “macrolide, allergic to penicillins”.",
        )
    )
    counselling = Card(design, "Counselling")
    counselling.set_note("saved")
    words = "Take azithromycin one hour before food. May cause drowsiness: cetirizine at night."
    counselling.body.addWidget(paragraph(words, TextRole.BODY, "second"))
    middle.addWidget(counselling)
    middle.addStretch(1)
    detail.addLayout(middle, 1)
    detail.addWidget(make_actions(design))
    work.addLayout(detail, 1)
    body.addLayout(work, 1)
    upper.addLayout(body, 1)
    whole.addLayout(upper, 1)
    footer = FooterHints(design)
    footer.set_hints(
        [
            Hint(("Up", "Down"), "move"),
            Hint(("Enter",), "open"),
            Hint(("Space",), "check by hand, with reason"),
            Hint(("F1",), "all shortcuts"),
        ]
    )
    footer.set_note("Counter 2 · label printer ready")
    whole.addWidget(footer)
    return page


def in_row(*widgets: QWidget) -> QHBoxLayout:
    """Return widgets side by side, at the left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def make_buttons(design: Design) -> Card:
    """Return buttons in their kinds and states."""
    card = Card(design, "Buttons")
    off = PrimaryButton(design, "Sign and send", icon="send", key="Ctrl+Enter")
    reason_when_disabled(off, "Add a medicine first")
    off_too = SecondaryButton(design, "Hold", icon="pause", key="H")
    reason_when_disabled(off_too, "Nothing is chosen")
    primary = PrimaryButton(design, "Hand over", icon="hand-helping", key="F10")
    primary.setObjectName("focused")
    card.body.addLayout(
        in_row(primary, SecondaryButton(design, "Labels", icon="printer", key="F6"))
    )
    card.body.addLayout(in_row(off, off_too))
    card.body.addLayout(
        in_row(
            DangerButton(design, "Cancel prescription", icon="ban"),
            DangerButton(design, "Cancel it", confirms=True),
            IconButton(design, "x", "Close"),
            IconButton(design, "ellipsis", "More"),
        )
    )
    card.body.addLayout(
        in_row(
            SecondaryButton(design, "Take ₹ 800", icon="receipt-indian-rupee", compact=True),
            SecondaryButton(design, "Send in", icon="arrow-right", compact=True),
        )
    )
    return card


def make_pills(design: Design) -> Card:
    """Return pills, badges, avatars and keys."""
    card = Card(design, "Pills, badges, people, keys")
    icons = ("clock", "badge-check", "circle-check", "package", "triangle-alert", "circle-dot")
    pills = [
        StatusPill(design, Pill(str(tone).capitalize(), tone, icon))
        for tone, icon in zip(Tone, icons, strict=True)
    ]
    card.body.addLayout(in_row(*pills[:4]))
    ages = [AgePill(design, minutes) for minutes in (0, 4, 22, 41, 65)]
    card.body.addLayout(in_row(*pills[4:], *ages[:3]))
    card.body.addLayout(in_row(*ages[3:], Badge(design, 6), Badge(design, 34, BadgeKind.ACCENT)))
    people = ("Meera Deshpande", "Tāne Wiremu", "राजेश शर्मा", "Dr Sunita Rao", "Omar", "Hine Ngata")
    avatars = [Avatar(design, name, name, 32) for name in people]
    card.body.addLayout(in_row(*avatars, Badge(design, 5, BadgeKind.DANGER), Badge(design, 140)))
    keys = ("Up", "Down", "Enter", "Space", "Ctrl+K", "F10", "B")
    card.body.addLayout(in_row(*(KeyCap(design, key) for key in keys)))
    connections = []
    for state, since, to_send in (
        (Connection.LIVE, "", 0),
        (Connection.CATCHING_UP, "", 0),
        (Connection.SIGNING_IN, "", 0),
        (Connection.OFFLINE, "10:42", 3),
    ):
        pill = ConnectionPill(design)
        pill.show_connection(state, since, to_send)
        connections.append(pill)
    card.body.addLayout(in_row(*connections[:3]))
    card.body.addLayout(in_row(connections[3]))
    return card


def make_fields(design: Design) -> Card:
    """Return form fields with hints and errors."""
    card = Card(design, "Fields")
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(10)
    dose = QLineEdit("1 tablet")
    route = QComboBox()
    route.addItems(["By mouth", "On the skin", "Inhaled"])
    days = NumberField()
    days.setValue(10)
    quantity = FieldBlock(design, "Quantity", QLineEdit("0"))
    quantity.set_error("Quantity must be at least 1 tablet.")
    phone = QLineEdit()
    phone.setPlaceholderText("98220 14417")
    note = QPlainTextEdit("Take one hour before food.\nभोजन से एक घंटा पहले।")
    note.setFixedHeight(56)
    grid.addWidget(FieldBlock(design, "Dose", dose, hint="As it stands on the label"), 0, 0)
    grid.addWidget(FieldBlock(design, "Route", route), 0, 1)
    grid.addWidget(FieldBlock(design, "Days", days), 1, 0)
    grid.addWidget(quantity, 1, 1)
    grid.addWidget(FieldBlock(design, "Phone", phone, optional="optional"), 2, 0)
    grid.addWidget(FieldBlock(design, "Instructions", note), 2, 1)
    card.body.addLayout(grid)
    check = QCheckBox("Substitution allowed")
    check.setChecked(True)
    error = InlineError(design)
    error.show_error("Wrong password. 4 tries left.")
    card.body.addLayout(in_row(check, error))
    return card


def make_messages(design: Design) -> QVBoxLayout:
    """Return banners."""
    column = QVBoxLayout()
    column.setSpacing(10)
    column.addWidget(
        Banner(
            design,
            Tone.WARNING,
            "Offline since 10:42",
            "Taking payment is off until the server is back; drafts are kept.",
            action="Open outbox",
        )
    )
    column.addWidget(
        Banner(
            design,
            Tone.DANGER,
            "Allergy: penicillins",
            "Amoxicillin is a penicillin. Choose another medicine or give a reason.",
            action="Give a reason",
            dismissible=True,
        )
    )
    return column


def make_widgets_page(design: Design) -> QWidget:
    """Return every widget in its states."""
    page = QWidget()
    page.setProperty("pane", "background")
    grid = QGridLayout(page)
    grid.setContentsMargins(20, 16, 20, 16)
    grid.setSpacing(14)
    left, middle, right = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
    for position, column in enumerate((left, middle, right)):
        column.setSpacing(14)
        grid.addLayout(column, 0, position)
        grid.setColumnStretch(position, 1)
    left.addWidget(make_buttons(design))
    left.addWidget(make_pills(design))
    left.addStretch(1)
    middle.addWidget(make_fields(design))
    middle.addLayout(make_messages(design))
    middle.addStretch(1)
    empty = Card(design)
    empty.body.addWidget(
        EmptyState(
            design,
            "inbox",
            "Nothing waits to be dispensed",
            "Paid prescriptions come here by themselves.",
            "Scan a prescription",
            key="Ctrl+K",
        )
    )
    empty.setMinimumHeight(260)
    right.addWidget(empty)
    right.addStretch(1)
    return page


def add_overlays(design: Design, page: QWidget) -> None:
    """Show toast and drawer over a page."""
    drawer = Drawer(design, page, "Notices")
    rows = QListView()
    dress_list(rows, design)
    model = QueueModel(
        [
            RowContent(
                "n1",
                "RX-7F3K2 is paid",
                "",
                "Meera Deshpande · UPI ₹ 412.00",
                corner="10:42",
                unread=True,
            ),
            RowContent(
                "n2", "Dr Rao answered", "", "Give the 250 mg, please", corner="10:39", avatar="SR"
            ),
            RowContent(
                "n3",
                "Azithromycin 500 is back in stock",
                "",
                "40 strips · batch A1193",
                corner="9:58",
            ),
        ]
    )
    model.setParent(rows)
    rows.setModel(model)
    drawer.body.setContentsMargins(0, 0, 0, 0)
    drawer.body.addWidget(rows)
    drawer.open_drawer()
    search, pill = page.findChild(SearchField), page.findChild(ConnectionPill)
    assert search is not None
    assert pill is not None
    bar = search.parentWidget()
    assert isinstance(bar, QWidget)
    toast = Toast(design, bar, (search, pill))
    toast.say("Tāne Wiremu moved to 9:30. The patient is not told yet.", Tone.SUCCESS, "Undo")


def main() -> int:
    """Show a page, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", choices=("counter", "widgets", "overlays"), default="counter")
    parser.add_argument("--theme", choices=[str(one) for one in Appearance], default="system")
    parser.add_argument("--shot", help="save the window as a picture and end")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    design = apply(app, Appearance(options.theme))
    make = make_widgets_page if options.page == "widgets" else make_counter_page
    page = make(design)
    page.resize(1280, 800)
    page.show()
    if options.page == "overlays":
        add_overlays(design, page)
    focused = page.findChild(QWidget, "focused")
    if focused is not None:
        focused.setFocus(Qt.FocusReason.TabFocusReason)
    if options.shot:
        QTimer.singleShot(400, lambda: (page.grab().save(options.shot), app.quit()))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
