"""What the small widgets say, to eyes and to screen readers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.design.age import AgePill, age_text, age_tone
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.avatar import Avatar, initials, person_tint
from clinicdesk.desktop.design.badge import Badge, BadgeKind, badge_text
from clinicdesk.desktop.design.connection_pill import Connection, ConnectionPill
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.footer_hints import FooterHints, Hint
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.rail_button import RailButton
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import DARK, LIGHT, Tone


@pytest.mark.parametrize(
    ("minutes", "words", "tone"),
    [
        (0, "now", Tone.NEUTRAL),
        (19, "19 min", Tone.NEUTRAL),
        (20, "20 min", Tone.WARNING),
        (39, "39 min", Tone.WARNING),
        (40, "40 min", Tone.DANGER),
        (65, "1 h 05", Tone.DANGER),
        (3 * 24 * 60 + 5, "3 d", Tone.DANGER),
    ],
)
def test_a_wait_grows_louder(minutes: int, words: str, tone: Tone) -> None:
    assert (age_text(minutes), age_tone(minutes)) == (words, tone)


def test_an_age_pill_says_its_minutes(design: Design, qtbot: QtBot) -> None:
    pill = AgePill(design, 3)
    qtbot.addWidget(pill)
    narrow = pill.sizeHint().width()
    pill.set_minutes(125)
    assert pill.accessibleName() == "2 h 05"
    assert pill.sizeHint().width() > narrow


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Meera Deshpande", "MD"),
        ("Dr Sunita Rao", "SR"),
        ("Dr. Sunita Rao", "SR"),
        ("Tāne Wiremu", "TW"),
        ("Ārohi Ōtene", "ĀŌ"),
        ("राजेश शर्मा", "रश"),
        ("Omar", "O"),
        ("Anna Maria van der Berg", "AB"),
        ("(unknown) 7", "U"),
        ("", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_person_keeps_the_same_place_among_the_colours_in_both_themes() -> None:
    for number in range(40):
        light = LIGHT.people.index(person_tint(LIGHT, f"P-{number}"))
        assert DARK.people.index(person_tint(DARK, f"P-{number}")) == light


def test_the_colour_of_a_person_is_the_same_in_every_process() -> None:
    assert [LIGHT.people.index(person_tint(LIGHT, i)) for i in ("P-1", "P-2", "P-3")] == [7, 5, 3]


def test_an_avatar_is_heard_as_the_whole_name(design: Design, qtbot: QtBot) -> None:
    avatar = Avatar(design, "राजेश शर्मा", "P-9")
    qtbot.addWidget(avatar)
    assert avatar.accessibleName() == "राजेश शर्मा"


def test_a_badge_is_gone_at_zero_and_honest_up_to_99(design: Design, qtbot: QtBot) -> None:
    badge = Badge(design, 0)
    qtbot.addWidget(badge)
    assert badge.isHidden()
    badge.set_count(140)
    assert not badge.isHidden()
    assert (badge_text(99), badge_text(140)) == ("99", "99+")
    assert badge.accessibleName() == "140"


def test_a_rail_button_tells_its_count(design: Design, qtbot: QtBot) -> None:
    button = RailButton(design, "pill", "Pharmacy", "Alt+5")
    qtbot.addWidget(button)
    button.set_badge(34, BadgeKind.DANGER)
    assert button.accessibleName() == "Pharmacy, 34"
    assert "Alt+5" in button.toolTip()
    button.set_badge(0)
    assert button.accessibleName() == "Pharmacy"


@pytest.mark.parametrize(
    ("state", "since", "to_send", "words", "tone"),
    [
        (Connection.SIGNING_IN, "", 0, "Signing in", Tone.NEUTRAL),
        (Connection.LIVE, "", 0, "Live", Tone.SUCCESS),
        (Connection.LIVE, "", 1, "Live · 1 to send", Tone.SUCCESS),
        (Connection.CATCHING_UP, "", 0, "Catching up", Tone.INFO),
        (Connection.OFFLINE, "10:42", 3, "Offline since 10:42 · 3 to send", Tone.WARNING),
        (Connection.OFFLINE, "", 0, "Offline", Tone.WARNING),
        (
            Connection.NO_DATABASE,
            "10:42",
            3,
            "Server cannot reach its database since 10:42 · 3 to send",
            Tone.WARNING,
        ),
    ],
)
def test_the_connection_pill_says_how_the_desk_stands(
    design: Design,
    qtbot: QtBot,
    state: Connection,
    since: str,
    to_send: int,
    words: str,
    tone: Tone,
) -> None:
    pill = ConnectionPill(design)
    qtbot.addWidget(pill)
    pill.show_connection(state, since, to_send)
    assert pill.accessibleName() == words
    assert pill.pill.tone is tone
    assert pill.pill.icon
    assert pill.toolTip()


def test_the_connection_pill_opens_the_outbox_by_keyboard(design: Design, qtbot: QtBot) -> None:
    pill = ConnectionPill(design)
    qtbot.addWidget(pill)
    with qtbot.waitSignal(pill.clicked):
        qtbot.keyClick(pill, Qt.Key.Key_Space)


def test_a_label_cut_short_says_the_rest_in_its_tooltip(design: Design, qtbot: QtBot) -> None:
    name = "Venkatanarasimharajuvaripeta Krishnamurthy"
    label = ElidedLabel(design, name)
    qtbot.addWidget(label)
    label.resize(100, 20)
    label.show()
    assert label.toolTip() == name
    assert label.accessibleName() == name
    label.resize(600, 20)
    assert label.toolTip() == ""


def test_a_refused_field_says_why_and_then_forgets_it(design: Design, qtbot: QtBot) -> None:
    control = QLineEdit()
    block = FieldBlock(design, "Quantity", control, hint="In tablets")
    qtbot.addWidget(block)
    block.show()
    assert control.accessibleName() == "Quantity"
    block.set_error("Quantity must be at least 1 tablet.")
    assert block.error() == "Quantity must be at least 1 tablet."
    assert control.accessibleDescription() == block.error()
    assert control.property("invalid") is True
    block.set_error("")
    assert (block.error(), control.accessibleDescription()) == ("", "")
    assert control.property("invalid") is False


def test_a_wheel_over_a_number_does_not_change_it(design: Design, qtbot: QtBot) -> None:
    field = NumberField()
    qtbot.addWidget(field)
    field.setValue(10)
    field.show()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 11
    wheel_over(field)
    assert field.value() == 11


def wheel_over(field: NumberField) -> None:
    middle = QPointF(field.rect().center())
    QApplication.sendEvent(
        field,
        QWheelEvent(
            middle,
            field.mapToGlobal(middle),
            QPoint(0, 0),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def test_the_foot_is_read_as_keys_and_what_they_do(design: Design, qtbot: QtBot) -> None:
    foot = FooterHints(design)
    qtbot.addWidget(foot)
    foot.set_hints([Hint(("Up", "Down"), "move"), Hint(("Enter",), "open")])
    foot.set_note("Counter 2")
    assert foot.accessibleName() == "Up Down move, Enter open"
    assert foot.accessibleDescription() == "Counter 2"


def test_a_status_is_never_colour_alone(design: Design, qtbot: QtBot) -> None:
    pill = StatusPill(design, Pill("Paid", Tone.INFO, "badge-check"))
    qtbot.addWidget(pill)
    assert pill.accessibleName() == "Paid"
    pill.show_pill(Pill("Cancelled", Tone.DANGER, "ban"))
    assert pill.accessibleName() == "Cancelled"
