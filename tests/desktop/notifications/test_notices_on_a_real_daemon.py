"""dunst shows what it is given; the buttons pressed are dunst's own."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import PIPE, Popen

from clinicdesk.desktop.notifications import Action, Notifier, OsNotice, Urgency
from tests.desktop.notifications.desk import Desk, a_notice
from tests.desktop_session import Dunst, eventually, wait_until

_ON_QASYNC = Path(__file__).with_name("notice_on_qasync.py")


async def test_a_notice_appears_with_its_words_and_its_buttons(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice(title="Ready to dispense", body="Counter 2"))

    (shown,) = await eventually(notification_daemon.shown)
    assert (shown.title, shown.body) == ("Ready to dispense", "Counter 2")
    assert shown.actions == {"default": "View", "view": "View", "later": "Later"}
    assert shown.hints["desktop-entry"] == "clinicdesk"
    assert shown.icon == "clinicdesk"
    assert notification_daemon.count_on_screen() == 1
    assert desk.toasts == []


async def test_markup_in_a_notice_is_shown_literally(
    notification_daemon: Dunst, notifier: Notifier
) -> None:
    await notifier.show(a_notice(body="R&D <b>lab</b>"))

    (shown,) = await eventually(notification_daemon.shown)
    assert shown.body == "R&amp;D &lt;b&gt;lab&lt;/b&gt;"


async def test_urgency_is_told_to_the_daemon(
    notification_daemon: Dunst, notifier: Notifier
) -> None:
    for urgency in Urgency:
        await notifier.show(a_notice(thing=urgency.value, urgency=urgency))

    shown = await eventually(lambda: len(notification_daemon.shown()) == 3 and notification_daemon)
    assert [each.hints["urgency"] for each in shown.shown()] == [0, 1, 2]


async def test_a_button_reports_the_thing_and_its_action_and_takes_the_notice_away(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice("prescription:1", "One"))
    await notifier.show(a_notice("prescription:2", "Two"))
    await eventually(lambda: len(notification_daemon.shown()) == 2)

    notification_daemon.invoke(notification_daemon.shown()[1], "later")

    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:2", "later")]
    await eventually(lambda: [each.title for each in notification_daemon.shown()] == ["One"])


async def test_a_click_on_the_notice_means_its_first_action(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice("prescription:1"))
    await eventually(notification_daemon.shown)

    notification_daemon.invoke(notification_daemon.shown()[0])

    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:1", "view")]


async def test_a_newer_notice_takes_the_place_of_the_older_about_the_same_thing(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice("prescription:1", "Awaiting payment"))
    await notifier.show(a_notice("prescription:1", "Paid", actions=(Action("open", "Open"),)))

    await eventually(lambda: len(notification_daemon.notified) == 2)
    first, second = notification_daemon.notified
    assert second.replaces == first.number
    assert [each.title for each in notification_daemon.shown()] == ["Paid"]
    assert notification_daemon.count_on_screen() == 1
    notification_daemon.invoke(second, "open")
    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:1", "open")]


async def test_news_of_a_thing_is_shown_again_after_its_notice_was_dismissed(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice("prescription:1", "Awaiting payment"))
    (shown,) = await eventually(notification_daemon.shown)
    notification_daemon.dismiss(shown)
    await eventually(lambda: not notification_daemon.shown())

    await notifier.show(a_notice("prescription:1", "Paid"))

    await eventually(lambda: [each.title for each in notification_daemon.shown()] == ["Paid"])
    assert notification_daemon.count_on_screen() == 1
    assert desk.acted == []


async def test_a_withdrawn_notice_leaves_the_screen_and_the_others_stay(
    notification_daemon: Dunst, notifier: Notifier
) -> None:
    await notifier.show(a_notice("prescription:1", "One"))
    await notifier.show(a_notice("prescription:2", "Two"))

    await notifier.withdraw("prescription:1")
    await notifier.withdraw("prescription:unheard-of")

    await eventually(lambda: [each.title for each in notification_daemon.shown()] == ["Two"])
    assert notification_daemon.count_on_screen() == 1


async def test_an_event_is_shown_once_however_often_it_arrives(
    notification_daemon: Dunst, notifier: Notifier
) -> None:
    await notifier.show(a_notice(event="log:42", title="Paid"))
    await notifier.withdraw("prescription:1")
    await notifier.show(a_notice(event="log:42", title="Paid"))
    await notifier.show(a_notice(event="log:43", title="Ready"))

    await eventually(lambda: "Ready" in [each.title for each in notification_daemon.notified])
    assert [each.title for each in notification_daemon.notified] == ["Paid", "Ready"]


async def test_closing_takes_every_notice_of_ours_off_the_screen(
    notification_daemon: Dunst, notifier: Notifier
) -> None:
    await notifier.show(a_notice("prescription:1"))
    await notifier.show(a_notice("prescription:2"))
    await eventually(lambda: len(notification_daemon.shown()) == 2)

    await notifier.close()

    await eventually(lambda: not notification_daemon.shown())
    assert notification_daemon.count_on_screen() == 0


async def test_a_notice_without_actions_can_still_be_clicked(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(OsNotice("outbox", "event", "All sent"))
    (shown,) = await eventually(notification_daemon.shown)

    notification_daemon.invoke(shown)

    await eventually(lambda: desk.acted)
    assert desk.acted == [("outbox", "default")]


def test_notices_work_on_the_loop_that_qt_and_asyncio_share(notification_daemon: Dunst) -> None:
    with Popen(
        [sys.executable, str(_ON_QASYNC)],
        env=notification_daemon.environment | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=PIPE,
        text=True,
    ) as program:
        (shown,) = wait_until(notification_daemon.shown, within_s=30)
        notification_daemon.invoke(shown, "later")
        printed, _ = program.communicate(timeout=30)

    assert printed == "prescription:1 later\n"
    assert program.returncode == 0
    wait_until(lambda: not notification_daemon.shown())
