"""Files of translations: what is collected, kept and refused, and what a language makes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QApplication

from biofeedback.ui.phrase import say
from biofeedback.ui.translation_sources import PHRASE, Text
from biofeedback.ui.translations import (
    LARGEST_FILE,
    Catalogue,
    TranslationError,
    TsTranslator,
    load_translation,
    main,
    read_ts,
    write_ts,
)
from biofeedback.ui.words import spoken


def test_the_collection_has_texts_of_every_kind(texts: dict[Text, str]) -> None:
    for text in (
        ("Strip", "Delay"), ("LiveView", "REST"), ("channel", "Which pin of the sensor is wired"),
        ("exercise", "Time left"), ("plan", "Quad set"), ("plan", "vastus medialis"), ("plan", "kneecap or shin bone"),
        (PHRASE, "Up to the line"), (PHRASE, "Mains hum is {percent} % of the signal."), (PHRASE, "charger"),
        (PHRASE, "under 16"), (PHRASE, "sharp or new pain"), (PHRASE, "{n_bytes} bytes at {baud} bits per second"),
    ):  # fmt: skip
        assert text in texts, text
    assert texts["Strip", "Delay"].startswith("ui/strip.py:")
    assert not any("One rule" in text for _, text in texts)


def test_a_file_is_written_read_and_written_again_without_losing_a_translation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], texts: dict[Text, str]
) -> None:
    path = tmp_path / "biofeedback_de.ts"
    assert main([str(path)]) == 0
    assert read_ts(path) == {}
    write_ts(path, texts, {("Strip", "Delay"): "Verzögerung <"}, "de")
    assert main([str(path)]) == 0
    assert read_ts(path) == {("Strip", "Delay"): "Verzögerung <"}
    assert ", 1 translated" in capsys.readouterr().out
    assert 'language="de"' in path.read_text(encoding="utf-8")
    gone = {("Strip", "Delay"): "Verzögerung"}
    write_ts(path, {("Strip", "Board"): "ui/strip.py:1"}, gone)
    assert 'type="vanished">Verzögerung' in path.read_text(encoding="utf-8")


ENTITIES = '<!DOCTYPE TS [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><TS><context><name>&b;</name></context></TS>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "line 1"),
        (b"<TS><context>", "line 1"),
        (b"<html/>", "no .ts file"),
        (ENTITIES.encode(), "declares entities"),
        (b"<TS>" + b" " * LARGEST_FILE + b"</TS>", "longer than 8 MB"),
        (b"<TS>" + b"<context>" * 100_000, "line 1"),
        (bytes(range(256)), "line 1"),
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence(qapp: QApplication, tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "biofeedback_de.ts"
    path.write_bytes(data)
    with pytest.raises(TranslationError, match=why):
        read_ts(path)
    trouble = load_translation(qapp, "de", tmp_path)
    assert trouble.startswith("The translation biofeedback_de.ts cannot be used: ")
    assert trouble.endswith(". English is used.")
    assert main([str(path)]) == 3
    assert path.read_bytes() == data  # what a translator may still mend is not written over


@pytest.mark.parametrize(
    ("source", "words", "fits"),
    [
        ("of {n}", "von {n}", True),
        ("of {n}", "von", True),
        ("of {n}", "von {m}", False),
        ("of {n}", "von {n.__class__}", False),
        ("of {n}", "von {n:>999999999}", False),
        ("of {n}", "von {n!r}", False),
        ("of {n}", "von {", False),
        ("Delay", "Verzug {n}", False),
    ],
)
def test_a_translation_can_change_words_and_not_what_is_filled_in(source: str, words: str, fits: bool) -> None:
    catalogue = Catalogue({("A", source): words})
    assert (catalogue.find("A", source) == words) is fits
    assert (catalogue.refused == []) is fits


def test_a_sentence_made_below_is_recognised_by_what_it_was_made_of() -> None:
    catalogue = Catalogue({
        (PHRASE, "{rate} scans per second are too few to tell: {least_rate} are needed"): "zu langsam: {rate}",
        (PHRASE, "{reason}: wire RAW for times"): "{reason}: RAW anschließen",
        (PHRASE, "ENV comes tens of milliseconds late and hides quick changes"): "ENV kommt spät",
        (PHRASE, "{a}: {b}"): "never by this",
    })  # fmt: skip
    assert catalogue.find(PHRASE, "50 scans per second are too few to tell: 100 are needed.") == "zu langsam: 50."
    late = "ENV comes tens of milliseconds late and hides quick changes: wire RAW for times."
    assert catalogue.find(PHRASE, late) == "ENV kommt spät: RAW anschließen."
    assert catalogue.find(PHRASE, "Ada: 3") is None
    assert catalogue.find("Strip", "50 scans per second are too few to tell: 100 are needed") is None


def test_a_language_is_spoken_and_what_it_lacks_stays_english(qapp: QApplication, tmp_path: Path) -> None:
    write_ts(tmp_path / "biofeedback_de.ts", {}, {})
    known = {("Strip", "Delay"): "Verzug", (PHRASE, "HOLD"): "HALTEN"}
    write_ts(tmp_path / "biofeedback_de.ts", dict.fromkeys(known, "x.py:1"), known, "de")
    before = {child for child in qapp.children() if isinstance(child, TsTranslator)}
    assert load_translation(qapp, "de_AT", tmp_path) == ""
    (translator,) = {child for child in qapp.children() if isinstance(child, TsTranslator)} - before
    try:
        assert QCoreApplication.translate("Strip", "Delay") == "Verzug"
        assert QCoreApplication.translate("MadeFromStrip", "Delay") == "Verzug"
        assert spoken(say("HOLD")) == "HALTEN"
        assert (QCoreApplication.translate("Strip", "Board"), spoken(say("REST"))) == ("Board", "REST")
    finally:
        qapp.removeTranslator(translator)
        translator.deleteLater()


@pytest.mark.parametrize("language", ["en", "en_GB", "fr", "../../etc", "x" * 400])
def test_no_file_and_no_language_stay_english(qapp: QApplication, tmp_path: Path, language: str) -> None:
    write_ts(tmp_path / "biofeedback_de.ts", {}, {})
    trouble = load_translation(qapp, language, tmp_path)
    assert trouble == "" or "no language's code" in trouble
    assert bool(trouble) == (not re.fullmatch(r"[a-z]{2}(_\w\w)?", language))
