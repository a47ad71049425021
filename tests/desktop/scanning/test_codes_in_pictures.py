"""Codes in pictures and before a camera, made and read by programs of several makers."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest
import zxingcpp
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from clinicdesk.contract.seal import text_of
from clinicdesk.core.product_code import ProductCode, read_product
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.scanning.camera import Camera, CameraSource, cameras
from clinicdesk.desktop.scanning.reader import codes_in
from clinicdesk.desktop.scanning.viewfinder import Viewfinder
from clinicdesk.printing.qr import modules
from tests.contract.test_seal import SIGNATURE, a_seal

SEAL = text_of(a_seal(), SIGNATURE)
GTIN = "07032069804988"


def drawn(text: str = SEAL, *, module: int = 4, quiet: int = 4) -> QImage:
    """A QR code as prescriptions bear it."""
    rows = modules(text)
    side = (len(rows) + 2 * quiet) * module
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                painter.fillRect(
                    (x + quiet) * module, (y + quiet) * module, module, module, Qt.GlobalColor.black
                )
    painter.end()
    return image


def made_by_zxing(text: str, sort: zxingcpp.BarcodeFormat, **options: object) -> QImage:
    code = zxingcpp.create_barcode(text, sort, **options)
    buffer = memoryview(code.to_image(scale=4))
    height, width = buffer.shape[:2]
    grey = QImage(bytes(buffer), width, height, width, QImage.Format.Format_Grayscale8)
    return framed(grey, 40)


def framed(image: QImage, margin: int) -> QImage:
    wide = QImage(
        image.width() + 2 * margin, image.height() + 2 * margin, QImage.Format.Format_RGB32
    )
    wide.fill(Qt.GlobalColor.white)
    painter = QPainter(wide)
    painter.drawImage(margin, margin, image)
    painter.end()
    return wide


def paper() -> QImage:
    """With nothing on it."""
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    return image


def on_a_desk(code: QImage, *, angle: float = 0.0, size: float = 300.0) -> QImage:
    """As a camera sees it: somewhere on a grey desk, turned, a little in the shade."""
    scene = QImage(1280, 720, QImage.Format.Format_RGB888)
    scene.fill(QColor(150, 140, 130))
    painter = QPainter(scene)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(640, 360)
    painter.rotate(angle)
    painter.drawImage(QRectF(-size / 2, -size / 2, size, size), code)
    painter.fillRect(QRectF(-size, -size, size, 2 * size), QColor(0, 0, 0, 70))
    painter.end()
    return scene


def video(path: Path, scenes: list[QImage]) -> Path:
    """A film of these pictures, compressed as a camera's is."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 1280, 720
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 4_000_000
        for number, scene in enumerate(scenes):
            frame = av.VideoFrame(1280, 720, "rgb24")
            frame.planes[0].update(bytes(scene.constBits()))
            frame.pts, frame.time_base = number, Fraction(1, 10)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path


def zbar_reads(path: Path) -> str:
    command = ["zbarimg", "--quiet", "--raw", "--nodbus", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def design(qapp: object) -> Design:
    from PySide6.QtWidgets import QApplication

    assert isinstance(qapp, QApplication)
    return apply(qapp, Appearance.LIGHT)


def test_a_seal_is_read_by_our_reader_and_by_another_maker_s(tmp_path: Path) -> None:
    image = drawn()
    assert codes_in(image) == [SEAL]
    image.save(str(tmp_path / "seal.png"))
    assert zbar_reads(tmp_path / "seal.png") == SEAL


@pytest.mark.parametrize("side", [120, 160, 400])
def test_a_small_or_large_print_is_read(tmp_path: Path, side: int) -> None:
    small = drawn().scaled(side, side, mode=Qt.TransformationMode.SmoothTransformation)
    assert codes_in(small, thorough=True) == [SEAL]


@pytest.mark.parametrize("angle", [0, 12, 45, 90, 180, 263])
def test_it_is_read_however_it_lies(angle: float) -> None:
    assert codes_in(on_a_desk(drawn(), angle=angle)) == [SEAL]


def test_a_data_matrix_of_a_pack_gives_product_batch_and_expiry() -> None:
    text = f"(01){GTIN}(17)271200(10)B42"
    image = made_by_zxing(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    (read,) = codes_in(image)
    found = read_product(read)
    assert isinstance(found, ProductCode)
    assert (found.gtin, found.batch) == (GTIN, "B42")


@pytest.mark.parametrize(
    ("text", "sort", "gtin"),
    [
        ("7032069804988", zxingcpp.BarcodeFormat.EAN13, GTIN),
        ("96385074", zxingcpp.BarcodeFormat.EAN8, "00000096385074"),
        ("10012345000017", zxingcpp.BarcodeFormat.ITF14, "10012345000017"),
    ],
)
def test_the_bars_of_a_pack_are_its_number(
    text: str, sort: zxingcpp.BarcodeFormat, gtin: str
) -> None:
    (read,) = codes_in(made_by_zxing(text, sort))
    assert read_product(read) == ProductCode(gtin=gtin)


def test_a_picture_without_a_code_has_none() -> None:
    assert codes_in(on_a_desk(paper()), thorough=True) == []
    assert codes_in(QImage()) == []


def test_several_codes_are_all_told() -> None:
    both = QImage(900, 500, QImage.Format.Format_RGB32)
    both.fill(Qt.GlobalColor.white)
    painter = QPainter(both)
    painter.drawImage(20, 20, drawn())
    painter.drawImage(500, 20, drawn("RX-7F3K2", module=8))
    painter.end()
    assert sorted(codes_in(both)) == sorted([SEAL, "RX-7F3K2"])


def test_the_camera_finds_the_code_that_is_held_before_it(qtbot: QtBot, tmp_path: Path) -> None:
    nothing = on_a_desk(paper())
    film = video(tmp_path / "film.mp4", [nothing] * 5 + [on_a_desk(drawn(), angle=8)] * 5)
    camera = Camera([CameraSource(str(film))])
    heard: list[str] = []
    camera.seen.connect(lambda *_frame: heard.append("seen"))
    camera.found.connect(lambda *_code: heard.append("found"))
    camera.start()
    qtbot.waitUntil(lambda: {"seen", "found"} <= set(heard), timeout=20_000)
    camera.stop()
    qtbot.waitUntil(lambda: not isValid(camera))


def test_a_source_that_does_not_open_is_passed_over(qtbot: QtBot, tmp_path: Path) -> None:
    film = video(tmp_path / "film.mp4", [on_a_desk(drawn())] * 3)
    (tmp_path / "noise").write_bytes(b"no film" * 100)
    camera = Camera(
        [CameraSource("/dev/video99", "v4l2"), CameraSource(str(tmp_path / "noise")),
         CameraSource(str(film))]
    )  # fmt: skip
    with qtbot.waitSignal(camera.found, timeout=20_000) as heard:
        camera.start()
    camera.stop()
    assert heard.args == [SEAL]


def test_the_first_code_closes_the_viewfinder_and_the_camera(
    qtbot: QtBot, design: Design, tmp_path: Path
) -> None:
    from PySide6.QtWidgets import QWidget

    film = video(tmp_path / "film.mp4", [on_a_desk(drawn(), angle=n) for n in range(20)])
    over = QWidget()
    qtbot.addWidget(over)
    viewfinder = Viewfinder(design, [CameraSource(str(film))], over)
    heard: list[str] = []
    viewfinder.scanned.connect(heard.append)
    with qtbot.waitSignal(viewfinder.finished, timeout=20_000):
        viewfinder.open()
    qtbot.waitUntil(lambda: heard == [SEAL])


def test_without_a_camera_the_viewfinder_says_what_to_do(qtbot: QtBot, design: Design) -> None:
    from PySide6.QtWidgets import QWidget

    over = QWidget()
    qtbot.addWidget(over)
    viewfinder = Viewfinder(design, [], over)
    viewfinder.open()
    qtbot.waitUntil(lambda: "Open an image" in viewfinder.sentence.text())
    assert not viewfinder.preview.isVisible()
    viewfinder.reject()


@pytest.mark.skipif(sys.platform != "linux", reason="the devices of Linux")
def test_cameras_are_tried_in_their_order(tmp_path: Path) -> None:
    for name in ("video10", "video2", "video", "null"):
        (tmp_path / name).touch()
    found = cameras("linux", tmp_path)
    assert [Path(each.file).name for each in found] == ["video2", "video10"]
    assert {each.format for each in found} == {"v4l2"}
