"""What is private about a person: kept privately, never quoted, never lost."""

from __future__ import annotations

import datetime as dt
import random
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biofeedback.recording.people import (
    MAX_MARKER_NOTE,
    MAX_NAME,
    InTheWay,
    LoadedPerson,
    People,
    Person,
    PersonError,
    Reason,
    marker_key,
)

SECRET = "Ada Byron"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
people_ = st.builds(
    Person,
    code=st.just("K7Q2XD"),
    name=texts,
    note=texts,
    days_per_week=st.none() | st.integers(1, 7),
    planned_days=st.lists(st.integers(0, 6), max_size=7, unique=True).map(tuple),
    rest_days=st.lists(st.dates(), max_size=5).map(tuple),
    last_plan=texts,
    markers=st.dictionaries(texts, texts, max_size=4),
    planned_since=st.none() | st.dates(),
    time_of_day=texts.map(lambda text: text[:40]),
    reasons=st.lists(st.builds(Reason, st.dates(), st.sampled_from(get_args(InTheWay))), max_size=4).map(tuple),
)


@given(people_)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_person_comes_back_as_saved(tmp_path: Path, person: Person) -> None:
    people = People(tmp_path / "people")
    people.save(person)
    assert people.load("K7Q2XD") == LoadedPerson(person)
    assert people.read("K7Q2XD") == person


def test_folder_and_file_are_for_their_owner_only(tmp_path: Path) -> None:
    people = People(tmp_path / "people")
    people.save(Person("K7Q2XD", SECRET))
    folder = people.folder("K7Q2XD")
    assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700
    assert (folder / "person.toml").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["person.toml"]


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    people = People(tmp_path / "people")
    assert people.load("K7Q2XD") == LoadedPerson(Person("K7Q2XD"))
    assert people.codes() == ()
    assert not (tmp_path / "people").exists()


def test_codes_are_the_folders_of_people_and_nothing_else(tmp_path: Path) -> None:
    people = People(tmp_path)
    for code in ("B2", "A1"):
        people.make(code)
    (tmp_path / "notes").mkdir()
    (tmp_path / "sub-C3").write_text("a file")
    (tmp_path / "sub-not a code").mkdir()
    (tmp_path / "sub-D4").symlink_to(people.folder("A1"))
    assert people.codes() == ("A1", "B2")


@pytest.mark.parametrize("code", ["", "..", "a/b", "../K7Q2XD", "a b", "ä", "a\n", "a" * 65])
def test_a_code_leads_nowhere_else(tmp_path: Path, code: str) -> None:
    for use in (People(tmp_path).folder, People(tmp_path).make, People(tmp_path).load):
        with pytest.raises(ValueError, match="letters and digits"):
            use(code)
    with pytest.raises(ValueError, match="letters and digits"):
        People(tmp_path).save(Person(code))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"name = '{SECRET}", "not TOML"),
        (f"name = ['{SECRET}']", "name is no text"),
        (f"name = '{SECRET}'\nnote = '{'x' * 2001}'", "note has 2001 characters"),
        ("days_per_week = 8", "days_per_week"),
        ("days_per_week = true", "days_per_week"),
        ("planned_days = 3", "wrong kind"),
        ("planned_days = [7]", "planned_days"),
        ("planned_days = [true]", "planned_days"),
        ("rest_days = [2026-11-22T10:00:00]", "rest_days"),
        (f"rest_days = ['{SECRET}']", "rest_days"),
        (f"markers = ['{SECRET}']", "wrong kind"),
        (f"reasons = ['{SECRET}']", "each of reasons"),
        ("[[reasons]]\nday = 2026-11-22", "each of reasons"),
        (f"[[reasons]]\nday = 2026-11-22\nwhat = '{SECRET}'", "each of reasons"),
        ("[[reasons]]\nday = 2026-11-22T10:00:00\nwhat = 'pain'", "each of reasons"),
        ("[[reasons]]\nday = 2026-11-22\nwhat = ['pain']", "each of reasons"),
        ("planned_since = 3", "planned_since"),
        (f"time_of_day = '{'x' * 41}'", "41 characters"),
        ("[markers]\n'ses-1_run-01#1' = 3", "marker's note"),
        ("schema = 'one'", "schema"),
        ("a = " + "[" * 5000, "not TOML"),
        ("#" * (5 << 20), "longer than"),
    ],
)
def test_a_broken_file_is_set_aside_and_told_without_quoting_it(tmp_path: Path, text: str, said: str) -> None:
    people = People(tmp_path)
    folder = people.make("K7Q2XD")
    (folder / "person.toml").write_text(text)
    (folder / "person.broken-1.toml").write_text("an older one")
    loaded = people.load("K7Q2XD")
    assert loaded.person == Person("K7Q2XD")
    assert loaded.writable
    assert loaded.message is not None
    assert said in loaded.message
    assert "person.broken-2.toml" in loaded.message
    assert SECRET not in loaded.message
    assert (folder / "person.broken-2.toml").read_text() == text
    people.save(Person("K7Q2XD", "new"))
    assert people.load("K7Q2XD") == LoadedPerson(Person("K7Q2XD", "new"))


def test_saving_over_a_broken_file_keeps_it_too(tmp_path: Path) -> None:
    people = People(tmp_path)
    folder = people.make("K7Q2XD")
    (folder / "person.toml").write_text("broken")
    people.save(Person("K7Q2XD", "new"))
    assert (folder / "person.broken-1.toml").read_text() == "broken"
    assert people.read("K7Q2XD").name == "new"


def test_a_newer_versions_file_is_left_alone(tmp_path: Path) -> None:
    people = People(tmp_path)
    path = people.make("K7Q2XD") / "person.toml"
    path.write_text(f"schema = 2\nname = ['{SECRET}']\n")
    loaded = people.load("K7Q2XD")
    assert (loaded.person, loaded.writable) == (Person("K7Q2XD"), False)
    with pytest.raises(PersonError, match="newer version"):
        people.save(Person("K7Q2XD", "new"))
    assert path.read_text().startswith("schema = 2")


def test_what_is_no_file_is_neither_read_nor_written_over(tmp_path: Path) -> None:
    people = People(tmp_path)
    path = people.make("K7Q2XD") / "person.toml"
    path.mkdir()
    loaded = people.load("K7Q2XD")
    assert (loaded.person, loaded.writable) == (Person("K7Q2XD"), False)
    assert loaded.message is not None
    with pytest.raises(PersonError, match="nothing was written"):
        people.save(Person("K7Q2XD"))
    assert path.is_dir()


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Person("A1", "x" * (MAX_NAME + 1)), "81 characters"),
        (Person("A1", "\ud800"), "half a character"),
        (Person("A1", days_per_week=0), "days_per_week"),
        (Person("A1", planned_days=(-1,)), "planned_days"),
        (Person("A1", rest_days=(dt.datetime(2026, 11, 22, tzinfo=dt.UTC),)), "rest_days"),
        (Person("A1", markers={"key": "x" * (MAX_MARKER_NOTE + 1)}), "marker's note"),
        (Person("A1", time_of_day="x" * 41), "time_of_day"),
        (Person("A1", reasons=(Reason(dt.date(2026, 11, 22), cast("Any", "weather")),)), "reasons"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_old_stays(tmp_path: Path, person: Person, said: str) -> None:
    people = People(tmp_path)
    people.save(Person("A1", "before"))
    with pytest.raises(PersonError, match=said):
        people.save(person)
    assert people.read("A1") == Person("A1", "before")


def test_nothing_private_is_in_a_repr() -> None:
    person = Person("A1", SECRET, SECRET, 3, (1, 2), (dt.date(2026, 11, 22),), SECRET, {SECRET: SECRET})
    assert repr(person) == "Person(code='A1')"
    assert "pain" not in repr(Reason(dt.date(2026, 11, 22), "pain"))
    assert SECRET not in repr(LoadedPerson(person))


def test_changes_from_many_threads_are_all_kept(tmp_path: Path) -> None:
    def add(number: int) -> None:
        for n in range(5):
            People(tmp_path).change("A1", lambda person, n=n: person.with_marker(f"ses-{number}#{n}", "x"))  # type: ignore[misc]

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(People(tmp_path).read("A1").markers) == 20


def test_a_change_to_the_same_writes_nothing(tmp_path: Path) -> None:
    assert People(tmp_path / "people").change("A1", lambda person: person) == Person("A1")
    assert not (tmp_path / "people").exists()


def test_a_marker_gets_changes_and_loses_its_note() -> None:
    key = marker_key(Path("sub-A1_ses-20261122T101530_task-quadset_run-02_emg.edf"), 3)
    assert key == "ses-20261122T101530_run-02#3"
    person = Person("A1").with_marker(key, "knee clicked").with_marker("other#1", "cough")
    assert person.markers == {key: "knee clicked", "other#1": "cough"}
    assert person.with_marker(key, "no click").markers[key] == "no click"
    assert person.with_marker(key, "").markers == {"other#1": "cough"}
    with pytest.raises(ValueError, match="not named like a recording"):
        marker_key(Path(f"{SECRET}.edf"), 1)


def test_damaged_bytes_never_crash(tmp_path: Path) -> None:
    rng = random.Random(43)
    people = People(tmp_path)
    day = dt.date(2026, 11, 22)
    person = Person("A1", SECRET, "note", 3, (0, 2), (day,), "quad-set", {"ses-1_run-01#1": "x"}, day, "at noon")
    people.save(replace(person, reasons=(Reason(day, "pain"),)))
    path = people.folder("A1") / "person.toml"
    whole = path.read_bytes()
    messages = 0
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 8)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data)
        loaded = people.load("A1")
        messages += loaded.message is not None
        assert replace(loaded.person, code="A1") == loaded.person
        for aside in path.parent.glob("*.broken-*"):
            aside.unlink()
    assert messages > 100
