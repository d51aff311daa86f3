"""The settings file: read whatever is there, lose nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.recording.settings import (
    BoardSettings,
    Settings,
    SettingsError,
    decode_settings,
    encode_settings,
    load_settings,
    save_settings,
)

positive = st.none() | st.floats(min_value=1e-6, max_value=1e6)
channels = st.builds(
    ChannelSettings, st.text(max_size=20), st.text(max_size=8), st.sampled_from(Sensor), positive, positive, positive
)
boards = st.builds(BoardSettings, st.lists(channels, min_size=1, max_size=6).map(tuple), st.booleans())
anything = st.builds(
    Settings,
    boards=st.dictionaries(st.text(min_size=1, max_size=12), boards, max_size=3),
    mains=st.sampled_from([0, 50, 60]),
    notch=st.booleans(),
    palette=st.sampled_from(["light", "dark", "contrast", "system"]),
    display_envelope=st.text(max_size=10),
    library=st.none() | st.just(Path("/a folder/library")),
    sound_on=st.booleans(),
    volume_percent=st.integers(10, 100),
)


@given(anything)
def test_settings_come_back_as_they_were_written(settings: Settings) -> None:
    assert decode_settings(encode_settings(settings)) == settings
    tomli_w.dumps(encode_settings(settings))


def test_the_file_is_written_privately_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.toml"
    settings = Settings(boards={"uno": BoardSettings((ChannelSettings("biceps", "left", Sensor.ENV, None),), True)})
    save_settings(path, settings)
    loaded = load_settings(path)
    assert (loaded.settings, loaded.message, loaded.writable) == (settings, None, True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_no_file_gives_the_defaults_without_a_word(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path / "settings.toml")
    assert (loaded.settings, loaded.message) == (Settings(), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mains = ", "not TOML"),
        ("mains = 55", "mains is 55"),
        ("mains = true", "mains is 'True'"),
        ('palette = "pink"', "palette is 'pink'"),
        ("schema = 'one'", "schema"),
        ("boards = 3", "boards"),
        ("[boards]\nuno = 3", "boards.uno is not a table"),
        ("[boards.uno]\nchannels = []", "0 channels"),
        ("[[boards.uno.channels]]\ngain = 0", "gain is '0'"),
        ("[[boards.uno.channels]]\ngain = nan", "gain is 'nan'"),
        ("[[boards.uno.channels]]\nvref = inf", "vref is 'inf'"),
        ("[[boards.uno.channels]]\nsensor = 'RAWER'", "sensor is 'RAWER'"),
        ("volume_percent = 0", "volume_percent is 0; it can be 10 to 100"),
        ("volume_percent = 101", "volume_percent is 101"),
        ("sound_on = 1", "sound_on is '1'"),
        ("[boards.uno]\nchannels = [1]", "a channel is not a table"),
        ("a = " + "[" * 5000, "not TOML"),
        ("#" * (2 << 20), "longer than"),
    ],
)
def test_a_broken_file_is_set_aside_and_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    (tmp_path / "settings.broken-1.toml").write_text("an older one")
    loaded = load_settings(path)
    assert loaded.settings == Settings()
    assert loaded.message is not None
    assert said in loaded.message
    assert "settings.broken-2.toml" in loaded.message
    assert (tmp_path / "settings.broken-2.toml").read_text() == text
    assert not path.exists()
    save_settings(path, loaded.settings)
    assert load_settings(path).message is None


def test_a_newer_versions_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("schema = 2\nmains = 'whatever'\n")
    loaded = load_settings(path)
    assert not loaded.writable
    assert loaded.message is not None
    assert "newer version" in loaded.message
    with pytest.raises(SettingsError, match="newer version"):
        save_settings(path, Settings())
    assert path.read_text().startswith("schema = 2")


def test_a_file_from_before_there_was_sound_gives_sound_at_its_usual_volume() -> None:
    older = decode_settings({"schema": 1, "text_percent": 150})
    assert (older.sound_on, older.volume_percent) == (True, 70)


def test_unknown_keys_do_no_harm() -> None:
    assert decode_settings({"schema": 1, "future": {"a": 1}}) == Settings()


def test_damaged_bytes_never_crash(tmp_path: Path) -> None:
    rng = random.Random(43)
    path = tmp_path / "settings.toml"
    save_settings(path, Settings(boards={"uno": BoardSettings()}))
    whole = path.read_bytes()
    messages = 0
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 8)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data)
        loaded = load_settings(path)
        messages += loaded.message is not None
        for aside in tmp_path.glob("*.broken-*"):
            aside.unlink()
    assert messages > 100
