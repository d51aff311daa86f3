"""docs/guide.md and the app say the same: keys, words on the screen, lists, sounds, and the pictures that are shown.

Keys are read from the source of each step: actions, buttons and cards with the key that is written on them.
Rule: the guide names no key that does nothing there, leaves none out, and quotes nothing that the app does not say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from biofeedback.emg.findings import FIXES
from biofeedback.safety import DO_NOT_START, NO_REASON, ONLY_IF_AGREED
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.controls import EVERYWHERE, KEYS
from biofeedback.ui.train.marker_note import KEY as MARKER_KEY
from biofeedback.ui.window_keys import OF_STEPS

ROOT = Path(__file__).resolve().parent.parent
APP, PAGES = ROOT / "biofeedback", (ROOT / "docs" / "guide.md", ROOT / "README.md")
GUIDE = PAGES[0].read_text("utf-8")
STEPS: Final = {
    "1 Start: who, which plan, which board": "start",
    "2 Prepare: electrodes, safety, signal": "prepare",
    "3 Calibrate: find today's 100 %": "calibrate",
    "4 Train: the test, then the sets": "train",
    "5 Review: what was done": "review",
}
"""Headings of the five steps, and the folders of their pages."""
CARDS: Final = {
    "Pain and effort": "train/rating_card.py",
    "When to stop": "train/stop_card.py",
    "Train by ear only": "sound/popover.py",
}
"""Headings of what has keys of its own while it is open."""
BASES: Final = {"sound/popover.py": "look/popover.py"}
"""Where a card has the keys from that all of its kind have."""
SHOWN_AS: Final = {"↑": "Up", "↓": "Down", "←": "Left", "→": "Right"}
QT_NAMES: Final = {"Escape": "Esc", "Return": "Enter"}
MARKER: Final = frozenset((MARKER_KEY,))
WINDOW: Final = frozenset(("Enter", "Space"))
"""Keys whose meaning depends on the moment (`WindowKeys`)."""


# -- what the guide says ---------------------------------------------------------------------------------------


def section(heading: str) -> str:
    """Return what stands below a heading, up to the next one of any level."""
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, f"the guide has no heading {heading!r}"
    return found[1]


def rows(heading: str) -> dict[tuple[str, ...], str]:
    """Return the keys of each row of the tables of keys below a heading, with the words beside them."""
    table: dict[tuple[str, ...], str] = {}
    inside = False
    for line in section(heading).splitlines():
        inside = line.startswith("| key |") or (inside and line.startswith("|"))
        if inside and (cell := re.match(r"\| (`.+?) \| (.+) \|$", line)):
            table[tuple(keys_in(cell[1]))] = cell[2]
    assert table, f"no keys stand below {heading!r}"
    return table


def keys_in(cell: str) -> Iterator[str]:
    """Yield the keys of a cell; `0`–`9` is ten of them."""

    def each(found: re.Match[str]) -> str:
        return " ".join(f"`{found[1] or ''}{n}`" for n in range(int(found[2]), int(found[3]) + 1))

    for key in re.findall(r"`(.+?)`", re.sub(r"`(Ctrl\+)?(\d)`–`(?:Ctrl\+)?(\d)`", each, cell)):
        yield SHOWN_AS.get(key, key)


def named_keys(heading: str) -> frozenset[str]:
    return frozenset(key for keys in rows(heading) for key in keys)


# -- what the app has ------------------------------------------------------------------------------------------


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def files(of: str) -> list[Path]:
    """Return the modules of a step's folder, or of what is named: the training's cards have tables of their own."""
    if of == "train":
        return [APP / "ui" / "train" / name for name in ("action_bar.py", "target_box.py", "stage.py", "page.py")]
    path = APP / "ui" / of
    return [path] if path.suffix else sorted(path.rglob("*.py"))


def texts_in(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def calls(of: str, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for path in files(of):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield node


def with_keys(of: str) -> dict[str, list[str]]:
    """Return each key that is written on an action or button of a step or card, with that one's words."""
    found: dict[str, list[str]] = {}
    for name, at in (("Action", 2), ("KeyButton", 1), ("replace", 99)):
        for call in calls(of, (name,)):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            key = given.get("key", call.args[at] if len(call.args) > at else None)
            label = given.get("label", call.args[at - 1] if len(call.args) > at - 1 else None)
            if isinstance(key, ast.Constant) and key.value:
                words = texts_in(label) if label else []
                found.setdefault(str(key.value), []).extend(SHOWN_AS.get(word, word) for word in words)
    return {SHOWN_AS.get(key, key): [word for word in words if word] for key, words in found.items()}


def qt_keys(of: str) -> set[str]:
    """Return the keys that a step or card asks Qt for by name, and the digits where it takes digits."""
    made: set[str] = set()
    for path in files(of):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and node.attr.startswith("Key_"):
                name = node.attr.removeprefix("Key_")
                made.add(QT_NAMES.get(name, name))
            if isinstance(node, ast.Name) and node.id in ("digit", "MOST_KEYS"):
                made |= set("0123456789")
            if isinstance(node, ast.Constant) and node.value == "0123456789":
                made |= set("0123456789")
    return made


def keys_of_step(step: str) -> set[str]:
    """Return the keys that do something in a step."""
    every = {key for key, name in KEYS.items() if step == "train" or name in EVERYWHERE}
    return set(with_keys(step)) | qt_keys(step) | every | WINDOW | (MARKER if step == "train" else set())


# -- keys ------------------------------------------------------------------------------------------------------


def test_every_step_has_its_heading_in_order() -> None:
    places = [GUIDE.index(f"\n## {heading}\n") for heading in STEPS]
    assert places == sorted(places)


@pytest.mark.parametrize(("heading", "step"), STEPS.items(), ids=STEPS.values())
def test_a_key_in_a_steps_table_does_something_there(heading: str, step: str) -> None:
    assert named_keys(heading) <= keys_of_step(step)


@pytest.mark.parametrize(("heading", "step"), STEPS.items(), ids=STEPS.values())
def test_every_key_that_is_written_in_a_step_stands_in_its_table(heading: str, step: str) -> None:
    own = {key for key in with_keys(step) if not key.startswith("Ctrl")} | (MARKER if step == "train" else set())
    everywhere = named_keys("Keys in every step")
    assert own <= named_keys(heading) | everywhere


@pytest.mark.parametrize(("heading", "step"), STEPS.items(), ids=STEPS.values())
def test_a_row_of_a_steps_table_has_the_words_that_the_app_puts_beside_the_key(heading: str, step: str) -> None:
    written = with_keys(step)
    for keys, said in rows(heading).items():
        labels = [label for key in keys for label in written.get(key, [])]
        words = [label.removesuffix(" …").partition(":")[0].casefold() for label in labels]
        assert not labels or any(word in said.casefold() for word in words), (keys, said, labels)


def test_the_table_for_every_step_is_what_the_window_does_everywhere() -> None:
    named = named_keys("Keys in every step")
    assert {KEYS[key] for key in named - WINDOW - OF_STEPS.keys()} == EVERYWHERE
    assert named >= {"Enter", *OF_STEPS}


def test_everything_that_keys_do_while_training_is_told() -> None:
    told = named_keys("4 Train: the test, then the sets") | named_keys("Keys in every step")
    ratings = {str(digit) for digit in range(10)}
    assert {KEYS[key] for key in told if key in KEYS} >= set(KEYS.values()) - ratings


@pytest.mark.parametrize(("heading", "source"), CARDS.items(), ids=CARDS.values())
def test_a_cards_table_has_its_keys_and_no_others(heading: str, source: str) -> None:
    written = set(with_keys(source)) | qt_keys(source) | qt_keys(BASES.get(source, source))
    named = named_keys(heading)
    assert named <= written
    assert set(with_keys(source)) <= named


def test_the_stop_card_has_as_many_digits_as_there_are_usual_rules() -> None:
    digits = {key for key in named_keys("When to stop") if key.isdigit()}
    assert digits == {str(n) for n in range(1, len(STOP_RULES) + 1)}


# -- words -----------------------------------------------------------------------------------------------------


def test_the_lists_of_safety_are_those_that_the_app_asks() -> None:
    before = section("Before the first time")
    listed = [line.removeprefix("- ") for line in before.splitlines() if line.startswith("- ")]
    assert listed == [item.text for item in (*DO_NOT_START, *ONLY_IF_AGREED)]
    assert NO_REASON in before
    stops = [line.removeprefix("- ") for line in section("When to stop").splitlines() if line.startswith("- ")]
    assert stops == list(STOP_RULES)


@cache
def screen_patterns() -> tuple[re.Pattern[str], ...]:
    """Return what the app may say; a {place} is anything short, or a number where hardly more than places is left."""
    made = set()
    for path in APP.rglob("*.py"):
        tree = parsed(path)
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = ""
            if id(node) in docstrings:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(texts_in(one)[0] if isinstance(one, ast.Constant) else "{}" for one in node.values)
            if re.search(r"\w", text) and len(text) < 400:
                made.add(" ".join(text.split()))
    return tuple(pattern_of(text) for text in sorted(made))


def pattern_of(text: str) -> re.Pattern[str]:
    letters = re.sub(r"\{.*?\}|\W", "", text)
    place = ".{0,40}?" if len(letters) > 4 else r"[\d.,]+"
    return re.compile(re.sub(r"\\\{.*?\\\}", lambda _: place, re.escape(text)))


def quotes() -> list[str]:
    found = [" ".join(quoted.split()) for quoted in re.findall(r"“(.+?)”", GUIDE, re.DOTALL)]
    return sorted(set(found) - NOT_QUOTED)


NOT_QUOTED: Final = {"in such quotes", "applies to me", "broken", "not enough"}
"""What stands in quotes without being on the screen."""


def is_said(quote: str) -> bool:
    """Return whether the app can say `quote`, alone or as the beginning of a sentence."""
    return any(
        pattern.fullmatch(quote) or (len(quote) > 5 and quote in pattern.pattern.replace("\\", ""))
        for pattern in screen_patterns()
    )


def test_what_the_guide_quotes_is_what_the_app_says() -> None:
    assert len(quotes()) > 50
    assert [quote for quote in quotes() if not is_said(quote)] == []


def test_a_sentence_that_the_app_does_not_say_would_be_found() -> None:
    assert not is_said("Your muscle is weak.")
    assert not is_said("Mains hum is 40 % of all.")


def test_each_fix_of_the_signal_check_that_is_quoted_stands_as_it_is() -> None:
    told = section("When something goes wrong")
    for name in ("flat line", "hum", "loose", "movement", "lost scans"):
        assert f"“{FIXES[name]}”" in told, name


# -- links -----------------------------------------------------------------------------------------------------


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Yield text and target of each link and picture of a page."""
    yield from re.findall(r"\[([^\[\]]*)\]\(([^)]+)\)", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_and_page_that_is_linked_exists(page: Path) -> None:
    missing = []
    for _, target in links(page):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_says_what_is_seen(page: Path) -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text("utf-8"))
    assert len(pictures) >= 3
    assert all(len(alt.split()) >= 5 for alt, _ in pictures), pictures


def test_the_guide_shows_no_picture_twice() -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", GUIDE)
    assert len(shown) == len(set(shown))
