"""Plans of one's own and the prescription that is kept: nothing written is lost, nothing broken hides the rest."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.training.kept_prescription import KEPT, keep_prescription, kept_prescription
from biofeedback.training.own_plans import (
    MOST_OWN,
    REMOVED,
    check_own_name,
    copy_of,
    delete_plan,
    own_names,
    own_plans,
    save_plan,
)
from biofeedback.training.plan_file import SHIPPED, encode_plan, read_plan, shipped_plans
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.training.prescription import PrescribedPlan, Prescription, encode_prescription

QUAD = {plan.name: plan for plan in shipped_plans()}["quad-set"]
OWN = copy_of(QUAD, ())
GIVEN = Prescription(created=date(2026, 11, 22), review=date(2027, 1, 3), days_per_week=4, plans=(PrescribedPlan(OWN),))


# -- the folder -----------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_has_no_plans(tmp_path: Path) -> None:
    assert own_plans(tmp_path / "plans") == ((), ())
    assert own_names(tmp_path / "plans") == frozenset()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("", encoding="utf-8")
    plans, sentences = own_plans(tmp_path / "plans")
    assert plans == ()
    assert "The folder plans cannot be read" in sentences[0]


def test_a_saved_plan_is_read_again(tmp_path: Path) -> None:
    path = save_plan(tmp_path / "data" / "plans", OWN)
    assert path == tmp_path / "data" / "plans" / "quad-set-2.toml"
    assert own_plans(path.parent) == ((OWN,), ())
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_broken_file_is_told_and_hides_no_other(tmp_path: Path) -> None:
    save_plan(tmp_path, OWN)
    (tmp_path / "a-broken.toml").write_text(encode_plan(OWN).replace("sets = 2", "sets = 20"), encoding="utf-8")
    (tmp_path / "b-binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c-other-name.toml").write_text(encode_plan(OWN), encoding="utf-8")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "notes.txt").write_text("no plan", encoding="utf-8")
    (tmp_path / ".hidden.toml").write_text("half", encoding="utf-8")
    plans, sentences = own_plans(tmp_path)
    assert plans == (OWN,)
    assert [sentence.split(".toml")[0] for sentence in sentences] == ["a-broken", "b-binary", "c-other-name", "folder"]
    assert "dose.sets is 20; it can be 1 to 10" in sentences[0]


def test_a_file_with_a_shipped_plan_is_not_shown_twice(tmp_path: Path) -> None:
    (tmp_path / "quad-set.toml").write_text(encode_plan(QUAD), encoding="utf-8")
    plans, sentences = own_plans(tmp_path)
    assert plans == ()
    assert sentences == ("quad-set.toml: this plan comes with the program already, so it is not shown twice",)


def test_no_more_than_a_hundred_are_read_and_the_rest_is_told(tmp_path: Path) -> None:
    for i in range(MOST_OWN + 3):
        plan = replace(OWN, name=f"plan-{i:03d}")
        (tmp_path / f"{plan.name}.toml").write_text(encode_plan(plan), encoding="utf-8")
    plans, sentences = own_plans(tmp_path)
    assert [plan.name for plan in plans] == [f"plan-{i:03d}" for i in range(MOST_OWN)]
    assert len(sentences) == 1
    assert "has 103 plans; the first 100 are shown" in sentences[0]


# -- saving and deleting --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SHIPPED, "quadset", "quad-s-et"])
def test_a_shipped_plans_name_is_refused_with_or_without_hyphens(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImpossibleValue, match="a shipped plan's"):
        save_plan(tmp_path, replace(QUAD, name=name))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["con", "nul", "com1", "../up", "", "A", "x" * 41])
def test_a_name_that_cannot_be_a_file_everywhere_is_refused(name: str) -> None:
    with pytest.raises(ImpossibleValue) as caught:
        check_own_name(name)
    assert caught.value.key == "name"


def test_a_new_plan_does_not_take_another_ones_name(tmp_path: Path) -> None:
    save_plan(tmp_path, OWN)
    with pytest.raises(ImpossibleValue, match="another plan's"):
        save_plan(tmp_path, replace(OWN, title="Other"), new=True)
    with pytest.raises(ImpossibleValue, match="another plan's"):
        save_plan(tmp_path, replace(OWN, name="quadset2"))
    assert own_plans(tmp_path) == ((OWN,), ())


def test_the_version_before_lies_in_removed(tmp_path: Path) -> None:
    save_plan(tmp_path, OWN)
    second, third = replace(OWN, version=2), replace(OWN, version=3)
    save_plan(tmp_path, second)
    save_plan(tmp_path, second)
    save_plan(tmp_path, third)
    assert own_plans(tmp_path) == ((third,), ())
    assert read_plan(tmp_path / REMOVED / "quad-set-2.toml") == OWN
    assert (tmp_path / REMOVED / "quad-set-2.1.toml").read_text("utf-8") == encode_plan(second)
    assert len(list((tmp_path / REMOVED).iterdir())) == 2


def test_a_deleted_plan_lies_in_removed_and_its_name_is_free(tmp_path: Path) -> None:
    save_plan(tmp_path, OWN)
    aside = delete_plan(tmp_path, OWN.name)
    assert aside.parent == tmp_path / REMOVED
    assert read_plan(aside) == OWN
    assert own_plans(tmp_path) == ((), ())
    save_plan(tmp_path, OWN, new=True)
    assert delete_plan(tmp_path, OWN.name) != aside
    assert read_plan(aside) == OWN


def test_only_a_plan_that_is_there_is_deleted(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        delete_plan(tmp_path, "quad-set-2")
    with pytest.raises(ImpossibleValue):
        delete_plan(tmp_path, "../quad-set-2")
    assert list(tmp_path.iterdir()) == []


def test_a_plan_too_long_to_be_read_again_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="64 KiB"):
        save_plan(tmp_path, replace(OWN, sources=("x" * 1000,) * 30, cautions=("µ" * 1000,) * 30))
    assert list(tmp_path.iterdir()) == []


# -- copies ---------------------------------------------------------------------------------------------------


def test_a_copy_is_a_first_version_that_nobody_has_reviewed() -> None:
    copy = copy_of(replace(QUAD, version=7, reviewed_by="A. Physio"), ())
    assert (copy.name, copy.title, copy.version, copy.reviewed_by) == ("quad-set-2", "Quad set (copy)", 1, "")
    assert replace(copy, name=QUAD.name, title=QUAD.title, version=QUAD.version) == QUAD


def test_the_copy_of_a_copy_counts_on() -> None:
    assert copy_of(OWN, {"quad-set-2"}).name == "quad-set-3"
    assert copy_of(QUAD, {"quad-set-2", "quadset3"}).name == "quad-set-4"
    assert copy_of(replace(OWN, name="knee-90"), ()).name == "knee-90-2"


@given(
    st.from_regex(r"[a-z0-9]{1,12}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).filter(lambda name: len(name) <= 40),
    st.text("abc ", min_size=1, max_size=60).filter(lambda title: bool(title.strip())),
    st.integers(1, 14),
)
def test_copies_of_copies_always_have_a_free_name_and_a_title_that_fits(name: str, title: str, n_copies: int) -> None:
    plan, names = replace(QUAD, name=name, title=title), {name}
    for _ in range(n_copies):
        plan = copy_of(plan, names)
        check_own_name(plan.name, names)
        names.add(plan.name)
        assert plan.title.endswith(" (copy)")


# -- the kept prescription ------------------------------------------------------------------------------------


def test_a_kept_prescription_is_read_again_and_none_is_none(tmp_path: Path) -> None:
    assert kept_prescription(tmp_path / "person") is None
    path = keep_prescription(tmp_path / "person", GIVEN)
    assert path == tmp_path / "person" / KEPT
    assert kept_prescription(tmp_path / "person") == GIVEN
    keep_prescription(tmp_path / "person", GIVEN)
    assert [file.name for file in (tmp_path / "person").iterdir()] == [KEPT]


def test_the_older_prescription_stays_beside_the_new_one(tmp_path: Path) -> None:
    keep_prescription(tmp_path, GIVEN)
    newer = replace(GIVEN, created=date(2026, 12, 1), days_per_week=5)
    keep_prescription(tmp_path, newer)
    assert kept_prescription(tmp_path) == newer
    assert (tmp_path / "prescription-2026-11-22.toml").read_text("utf-8") == encode_prescription(GIVEN)


def test_a_broken_prescription_is_set_aside_and_told_once(tmp_path: Path) -> None:
    said: list[str] = []
    text = encode_prescription(GIVEN).replace("days_per_week = 4", "days_per_week = 8", 1)
    (tmp_path / KEPT).write_text(text, encoding="utf-8")
    assert kept_prescription(tmp_path, said.append) is None
    assert kept_prescription(tmp_path, said.append) is None
    assert len(said) == 1
    assert said[0] == (
        "The prescription was not taken. prescription.toml, line 4: days_per_week is 8; it can be 1 to 7. "
        "It lies beside, as prescription-broken.toml: ask for a new one."
    )
    assert (tmp_path / "prescription-broken.toml").read_text("utf-8") == text
    (tmp_path / KEPT).write_text("no = ", encoding="utf-8")
    assert kept_prescription(tmp_path, said.append) is None
    assert (tmp_path / "prescription-broken-2.toml").exists()


def test_a_prescription_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    said: list[str] = []
    text = encode_prescription(GIVEN).replace("schema = 1", "schema = 2", 1)
    (tmp_path / KEPT).write_text(text, encoding="utf-8")
    assert kept_prescription(tmp_path, said.append) is None
    assert "newer version" in said[0]
    assert (tmp_path / KEPT).read_text("utf-8") == text


def test_a_broken_file_is_not_overwritten_by_a_new_prescription(tmp_path: Path) -> None:
    (tmp_path / KEPT).write_bytes(b"\xff broken")
    keep_prescription(tmp_path, GIVEN)
    assert (tmp_path / "prescription-broken.toml").read_bytes() == b"\xff broken"
    assert kept_prescription(tmp_path) == GIVEN
