"""The pictures of the window are made by the app's own code, and none of them is blank."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication

from biofeedback.ui.moment import moment
from biofeedback.ui.picture_scenes import run_scene, scenes
from biofeedback.ui.pictures import main


def test_a_scene_is_painted_in_both_sizes_and_palettes(tmp_path: Path, qapp: QApplication) -> None:
    assert main([str(tmp_path), "--only", "01-ready"]) == 0
    pictures = {path.stem: QImage(str(path)) for path in tmp_path.glob("*.png")}
    assert sorted(pictures) == [
        f"01-ready-{width}-{palette}" for width in (1280, 1920) for palette in ("dark", "light")
    ]
    for name, picture in pictures.items():
        assert picture.width() == int(name.split("-")[2])
        seen = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        assert len(seen) > 30


def test_a_whole_calibration_on_the_real_engine_ends_with_a_verdict_and_percent(tmp_path: Path) -> None:
    [scene] = [scene for scene in scenes() if scene.name == "07-calibrate-result"]
    engine, source, _ = run_scene(scene, tmp_path)
    state = engine.state
    source.cancel()
    assert engine.stop(10)
    assert state.update is not None
    assert state.update.practice.unit == "percent"
    shown = moment(state, state.last_arrival, paced=False)
    assert shown.word.filled() == "GOOD"
    assert "not a maximum" in shown.hint.filled()


def test_in_the_scene_of_findings_something_is_found_on_both_channels(tmp_path: Path) -> None:
    [scene] = [scene for scene in scenes() if scene.name == "14-findings"]
    engine, source, _ = run_scene(scene, tmp_path)
    state = engine.state
    source.cancel()
    assert engine.stop(10)
    assert state.update is not None
    found = {(finding.channel, finding.name) for finding in state.update.findings}
    assert {(0, "loose"), (1, "hum"), (None, "lost scans")} <= found


def test_in_the_scene_of_another_board_the_person_is_asked(tmp_path: Path) -> None:
    [scene] = [scene for scene in scenes() if scene.name == "18-another-board"]
    engine, source, _ = run_scene(scene, tmp_path)
    shown = moment(engine.state, engine.state.last_arrival + 4.2, paced=False)
    source.cancel()
    assert engine.stop(10)
    assert shown.word.filled() == "ANOTHER BOARD"
    assert "Arduino Nano instead of" in shown.hint.filled()
