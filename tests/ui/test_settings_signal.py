"""The settings that look at the signal: what a display choice costs and makes of it, and which output seems wired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from biofeedback.emg.delay import display_timing
from biofeedback.emg.envelope import DISPLAYS
from biofeedback.emg.flicker import flickers
from biofeedback.emg.ring_buffer import RingBuffer
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.sitting import Rings
from biofeedback.sources.script import ScriptedPerson
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, Choice
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.pictures.scenes import PERSON_SEED, RATE, Scene, run_scene
from biofeedback.ui.settings.channel_table import ChannelTable
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.settings.live_signal import Stretch, conditioned, envelope, newest
from tests.sense_bench import at_pin, draw, electrode
from tests.ui.hands import press

RAW = ChannelSettings("vastus medialis", "left")
ENV = ChannelSettings("biceps femoris", "left", Sensor.ENV, None)
CASE = next(case for case in map(draw, range(1000)) if case.rate == 1000 and case.emg > 100 and case.hum < 5)
WIRED = (Sensor.RAW, Sensor.ENV)
ONE_SENSOR = Stretch(
    0,
    np.stack([at_pin(CASE, electrode(CASE), sensor) for sensor in WIRED], axis=1),
    PipelineSettings(1000.0, CASE.adc_bits, CASE.vref, (RAW, ENV)),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give an engine that stands still three seconds into an effort, two channels, RAW and ENV."""
    begins = ScriptedPerson(RATE, seed=PERSON_SEED).efforts[2].start
    scene = Scene("settings", begins + 3.0, channels=(RAW, ENV), records=False)
    made, source, _ = run_scene(scene, tmp_path_factory.mktemp("library"))
    yield made
    source.cancel()
    assert made.stop(10)


def dialog_of(parent: QWidget, engine: Engine | None, *channels: ChannelSettings, percent: int = 100) -> SettingsDialog:
    settings = Settings(boards={SIMULATED: BoardSettings(channels or (RAW, ENV))}, palette="light")
    dialog = SettingsDialog(Choice(SIMULATED, settings), [], Look(LIGHT, percent), parent, engine=engine)
    dialog.show()
    return dialog


def table_of(parent: QWidget, stretch: Stretch | None, *channels: ChannelSettings) -> ChannelTable:
    table = ChannelTable(channels or (RAW, ENV), lambda _: stretch, Look(LIGHT), parent)
    table.show_first(len(channels) or 2)
    table.know(1000.0)
    return table


def test_every_choice_says_its_delay_and_its_flicker_as_measured(parent: QWidget) -> None:
    dialog = dialog_of(parent, None)
    measured = flickers(DISPLAYS.values(), 1000.0)
    assert [dialog.display.itemData(i) for i in range(dialog.display.count())] == list(DISPLAYS)
    for i, (name, display) in enumerate(DISPLAYS.items()):
        delay = 1000 * display_timing(display, 1000.0).small
        assert dialog.display.itemText(i) == f"{name}  (delay {delay:.0f} ms · flicker {100 * measured[name]:.0f} %)"


def test_the_costs_are_those_of_the_rate_chosen(parent: QWidget) -> None:
    dialog = dialog_of(parent, None)
    before = dialog.preview.cost("RMS 50 ms")
    dialog.rate.setCurrentIndex(dialog.rate.findData(250))
    assert dialog.preview.cost("RMS 50 ms") != before
    assert dialog.preview.cost("RMS 50 ms") in dialog.display.itemText(dialog.display.findData("RMS 50 ms"))


def test_the_picture_shows_the_bars_own_envelope(parent: QWidget, engine: Engine) -> None:
    preview = dialog_of(parent, engine).preview
    assert preview.line is not None
    assert engine.rings is not None
    _, shown = engine.rings.display.latest(len(preview.line))
    expected = np.asarray(shown[:, 0], np.float64)
    # the same filters, begun five seconds ago and not at the beginning
    np.testing.assert_allclose(preview.line, expected, atol=0.02 * expected.max())
    assert preview.line.max() > 5 * preview.line.min()


def test_moving_through_the_list_shows_each_choice_and_takes_none(parent: QWidget, engine: Engine) -> None:
    dialog = dialog_of(parent, engine)
    before = dialog.preview.line
    dialog.display.highlighted.emit(dialog.display.findData("linear 3 Hz"))
    assert dialog.preview.display == "linear 3 Hz"
    assert dialog.display.currentData() == "RMS 125 ms"
    assert before is not None
    assert dialog.preview.line is not None
    assert not np.array_equal(dialog.preview.line, before)
    assert dialog.preview.accessibleDescription().startswith("delay 76 ms · flicker ")


def test_without_a_board_the_picture_says_so(parent: QWidget, engine: Engine) -> None:
    for dialog in (dialog_of(parent, None), dialog_of(parent, engine)):
        dialog.board.setCurrentIndex(dialog.board.findData(ANY_BOARD))
        dialog.preview.look_now()
        assert dialog.preview.line is None
        assert dialog.preview.words.startswith("No signal.")


def test_of_a_sensors_own_envelope_no_choice_changes_anything(parent: QWidget, engine: Engine) -> None:
    stretch = newest(engine, 5.0)
    assert stretch is not None
    assert np.array_equal(envelope(stretch, 1, "RMS 50 ms"), envelope(stretch, 1, "linear 3 Hz"))
    dialog = dialog_of(parent, None, ENV)
    dialog.preview._signal = lambda _: replace(
        stretch, counts=stretch.counts[:, 1:], settings=replace(stretch.settings, channels=(ENV,))
    )
    dialog.preview.look_now()
    assert dialog.preview.words == "The sensor makes its envelope itself: no choice touches it."
    assert dialog.preview.line is not None
    assert not dialog.preview.grab().isNull()


def test_a_gap_is_never_looked_through(engine: Engine) -> None:
    whole = newest(engine, 5.0)
    assert whole is not None

    class Gapped:
        state: EngineState = engine.state
        rings = Rings(RingBuffer(10_000, 2, np.int32, missing=-1), RingBuffer(10_000, 2))

    Gapped.rings.counts.append(whole.counts)
    Gapped.rings.counts.skip(3)
    assert newest(Gapped, 5.0) is None  # type: ignore[arg-type] # what of an engine is looked at
    Gapped.rings.counts.append(whole.counts[:700])
    after = newest(Gapped, 5.0)  # type: ignore[arg-type] # as above
    assert after is not None
    assert len(after.counts) == 700
    assert len(conditioned(after, 0)) == 700


def test_an_engine_without_a_board_has_no_signal(engine: Engine) -> None:
    class Silent:
        state = replace(engine.state, phase="lost")
        rings = engine.rings

    assert newest(None, 5.0) is None
    assert newest(Silent, 5.0) is None  # type: ignore[arg-type] # what of an engine is looked at


def test_the_output_is_told_and_changes_only_when_the_person_says_so(parent: QWidget) -> None:
    table = table_of(parent, ONE_SENSOR, RAW, replace(ENV, sensor=Sensor.RAW, gain=200.0))
    check, row = table.checks[1], table.rows[1]
    press(check.tell, Qt.Key.Key_Return)
    assert check.suggestion.words.startswith("It seems to be ENV. It rests at ")
    assert check.use.accessibleName() == "Use ENV"
    assert (row.sensor.currentData(), table.channels()[1].sensor) == (Sensor.RAW, Sensor.RAW)
    press(check.use, Qt.Key.Key_Return)
    assert table.channels()[1].sensor is Sensor.ENV
    assert check.suggestion.words.startswith("It seems to be ENV, as chosen.")
    assert check.use.isHidden()


def test_raw_and_env_of_one_sensor_are_recognised(parent: QWidget) -> None:
    table = table_of(parent, ONE_SENSOR, RAW, ENV)
    assert table.pair.isHidden()
    press(table.checks[0].tell, Qt.Key.Key_Return)
    assert "Inputs 1 and 2 rise and fall together" in table.pair.words
    assert table.checks[0].suggestion.words.startswith("It seems to be RAW, as chosen.")


def test_without_a_contraction_it_asks_for_one(parent: QWidget) -> None:
    quiet = replace(ONE_SENSOR, counts=np.full((8000, 2), 512, np.int32))
    table = table_of(parent, quiet)
    press(table.checks[0].tell, Qt.Key.Key_Return)
    assert "contract once" in table.checks[0].suggestion.words
    assert table.checks[0].use.isHidden()


def test_without_a_signal_it_says_what_to_do(parent: QWidget) -> None:
    table = table_of(parent, None)
    press(table.checks[0].tell, Qt.Key.Key_Return)
    assert table.checks[0].suggestion.words.startswith("No signal from this channel")


def test_a_board_with_fewer_channels_than_chosen_is_no_mistake(parent: QWidget) -> None:
    table = table_of(parent, replace(ONE_SENSOR, counts=ONE_SENSOR.counts[:, :1]), RAW, ENV)
    press(table.checks[1].tell, Qt.Key.Key_Return)
    assert table.checks[1].suggestion.words.startswith("No signal from this channel")
    press(table.checks[0].tell, Qt.Key.Key_Return)
    assert table.checks[0].suggestion.words.startswith("It seems to be RAW")
    assert table.pair.isHidden()


def test_a_low_reference_voltage_asks_for_the_supply_and_an_answer_settles_it(parent: QWidget) -> None:
    stretch = replace(ONE_SENSOR, settings=replace(ONE_SENSOR.settings, vref=3.3))
    table = table_of(parent, stretch, RAW)
    check = table.checks[0]
    assert "what voltage is the sensor supplied with?" in check.warnings[0].words
    check.supply.setText("5")
    assert "unplug it and supply it with 3.3 V" in check.warnings[0].words
    check.supply.setText("3,3")
    assert check.warnings[0].isHidden()
    assert table.channels() == (replace(RAW, supply=3.3),)


def test_while_no_board_told_its_voltage_nothing_is_asked_about_it(parent: QWidget) -> None:
    assert table_of(parent, None, RAW).checks[0].warnings[0].words == ""


def test_what_an_output_cannot_be_used_for_stands_below_it(parent: QWidget) -> None:
    table = table_of(parent, None, RAW)
    check, row = table.checks[0], table.rows[0]
    assert check.limits.words == ""
    row.sensor.setCurrentIndex(row.sensor.findData(Sensor.ENV))
    assert check.limits.words.startswith("Not with this output: times, steadiness, spectrum. ENV comes tens of")
    assert "wire RAW for a spectrum" in check.limits.toolTip()
    row.sensor.setCurrentIndex(row.sensor.findData(Sensor.RECT))
    assert check.limits.words.startswith("Not with this output: spectrum. ")
    row.sensor.setCurrentIndex(row.sensor.findData(Sensor.UNKNOWN))
    assert check.warnings[0].words.startswith("The sensor's output is not told")


def test_a_supply_that_is_no_number_is_refused_with_a_sentence(parent: QWidget) -> None:
    dialog = dialog_of(parent, None)
    dialog.table.checks[0].supply.setText("usb")
    dialog.accept()
    assert dialog.isVisible()
    assert "supply voltage 'usb' is not a number" in dialog.error


def test_the_supply_is_kept(parent: QWidget) -> None:
    dialog = dialog_of(parent, None, replace(RAW, supply=3.3))
    assert dialog.table.checks[0].supply.text() == "3.3"
    dialog.accept()
    assert dialog.choice.channels == (replace(RAW, supply=3.3),)


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_no_word_of_the_dialog_is_cut(parent: QWidget, engine: Engine, percent: int) -> None:
    dialog = dialog_of(parent, engine, percent=percent)
    for check in dialog.table.checks[:2]:
        check.tell.click()
    QApplication.processEvents()
    page = dialog.page.widget()
    viewport = dialog.page.viewport()
    assert page is not None
    assert viewport is not None
    assert page.width() <= viewport.width()
    for check in dialog.table.checks[:2]:
        for line in (check.suggestion, *check.warnings, check.limits):
            if line.isVisible():
                assert line.label.height() >= line.label.heightForWidth(line.label.width()), line.words
        assert check.tell.width() >= check.tell.sizeHint().width()
    assert dialog.preview.height() >= dialog.preview.sizeHint().height()
    assert dialog.notch.width() >= dialog.notch.sizeHint().width()


def test_every_control_of_the_signal_has_a_name_and_a_tooltip(parent: QWidget, engine: Engine) -> None:
    dialog = dialog_of(parent, engine)
    check = dialog.table.checks[0]
    for widget in (check.tell, check.supply, dialog.preview, dialog.display, dialog.board):
        assert widget.accessibleName(), widget
        assert widget.toolTip(), widget.accessibleName()


def test_the_dialog_can_be_walked_by_tab_alone(parent: QWidget, engine: Engine) -> None:
    dialog = dialog_of(parent, engine)
    dialog.activateWindow()
    dialog.board.setFocus()
    reached = set()
    for _ in range(80):
        at = dialog.focusWidget()
        assert at is not None
        reached.add(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)  # type: ignore[call-overload] # PyQt's stubs take a static for a method
    wanted = {dialog.table.checks[0].tell, dialog.table.checks[1].tell, dialog.table.checks[0].supply, dialog.display}
    assert wanted <= reached


def test_the_picture_looks_only_while_it_can_be_seen(parent: QWidget, engine: Engine, tmp_path: Path) -> None:
    dialog = dialog_of(parent, engine)
    assert dialog.preview._timer.isActive()
    dialog.reject()
    assert not dialog.preview._timer.isActive()
    assert not dialog.preview.grab().isNull()
