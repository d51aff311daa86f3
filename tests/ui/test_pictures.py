"""The pictures of the window are made by the app's own code, and none of them is blank."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication

from biofeedback.ui.moment import moment
from biofeedback.ui.pictures.__main__ import main
from biofeedback.ui.pictures.before import HOLD
from biofeedback.ui.pictures.paint import DOCS, NAMES, moments, save
from biofeedback.ui.pictures.scenes import SMALL, run_scene, scenes
from biofeedback.ui.pictures.session import SUBJECT, GuidedSession
from biofeedback.ui.pictures.shot import LOOKS, Shot, file_name, grab


def colours(picture: QImage) -> int:
    """Return how many colours stand on a grid over the picture."""
    return len({picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)})


def test_a_scene_is_painted_in_every_size_palette_and_text_size(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")  # so that what main sets goes with the test
    assert main([str(tmp_path), "--only", "01-ready"]) == 0
    pictures = {path.name: QImage(str(path)) for path in tmp_path.glob("*.png")}
    assert sorted(pictures) == sorted(file_name("01-ready", look) for look in LOOKS)
    assert capsys.readouterr().out.startswith(f"{len(LOOKS)} pictures in ")
    for name, picture in pictures.items():
        assert picture.width() == int(name.split("-")[2])
        assert colours(picture) > 30


def test_the_pictures_of_the_guide_are_moments_that_are_told() -> None:
    assert {moment_name for moment_name, _ in DOCS.values()} <= set(NAMES)
    assert len(set(NAMES)) == len(NAMES)


def test_a_moment_looks_the_same_each_time_it_is_played(tmp_path: Path, qapp: QApplication) -> None:
    taken = []
    for n in range(2):
        for shot in moments(["prepare-two"], tmp_path / str(n)):
            assert shot.session.window.guide.step == "prepare"
            assert not shot.session.station.engine.state.simulated
            taken.append(grab(shot, (SMALL, "light", 100)).toImage())
    assert taken[0] == taken[1]
    assert colours(taken[0]) > 60


def test_a_simulated_person_is_led_to_a_set_and_the_picture_is_written(tmp_path: Path, qapp: QApplication) -> None:
    session = GuidedSession(tmp_path, HOLD, seed=3)
    session.choose(SUBJECT)
    session.train()
    session.until_phase("work", repetition=1, seconds=2.0, block="test")
    exercise = session.exercise
    assert exercise is not None
    assert exercise.bar_hidden
    file = tmp_path / "test.png"
    save(grab(Shot("test", session), (SMALL, "dark", 200)).toImage(), file, small=True)
    assert QImage(str(file)).width() == SMALL[0]
    session.close()
    recording = session.station.engine.state.recording
    assert recording is not None
    assert recording.closed
    assert recording.path is not None
    assert recording.path.exists()


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path, qapp: QApplication) -> None:
    with pytest.raises(OSError, match="could not be written"):
        save(QImage(8, 8, QImage.Format.Format_RGB32), tmp_path / "nowhere" / "x.png")


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
