"""Other languages: `python -m biofeedback.ui.translations OUT.ts` collects every text; `load_translation` reads them.

A .ts file is Qt Linguist's own format. It is read as it is, so that nothing compiled lies about. What training, signal
check and engine say comes filled in ("250 scans per second …"): it is recognised by the sentence it was made from.
One rule: a file from elsewhere can change words and nothing else; a translation whose places differ is left out.
"""

from __future__ import annotations

import logging
import re
import string
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from PyQt6.QtCore import (
    QCoreApplication,
    QIODevice,
    QLocale,
    QSaveFile,
    QTranslator,
    QXmlStreamReader,
    QXmlStreamWriter,
)

from biofeedback.ui.translation_sources import PHRASE, Text, collect

LARGEST_FILE = 8 << 20
"""Bytes; all texts in English are a hundredth of it."""
MOST_MESSAGES = 20_000
LEAST_LITERAL = 10
"""Letters besides its places that a sentence needs to be recognised by."""
IN_A_FILE = "{file}, line {line}: {message}"
"""What is wrong in a plan's file begins so: few words, but no other sentence is like it."""
MOST_REMEMBERED = 4096
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*", re.ASCII)

log = logging.getLogger(__name__)


class TranslationError(Exception):
    """Why a .ts file cannot be used, as one sentence."""


class Catalogue:
    """Translations by context and source text. `find` recognises a filled-in sentence of the context "phrase" too."""

    def __init__(self, messages: Mapping[Text, str]) -> None:
        self.messages = dict(messages)
        """Without those whose places are not the source's."""
        self.refused = [text for text, words in messages.items() if not _fits(text[1], words)]
        for text in self.refused:
            del self.messages[text]
        templates = [text for context, text in self.messages if context == PHRASE and _is_template(text)]
        # what has most words of its own is tried first: it is the least likely to be another sentence's part
        self._templates = [(text, _pattern(text)) for text in sorted(templates, key=_literal, reverse=True)]
        self._remembered: dict[str, str | None] = {}
        self._anywhere: dict[str, set[str]] = {}
        for (_, source), words in self.messages.items():
            self._anywhere.setdefault(source, set()).add(words)

    def find(self, context: str, text: str) -> str | None:
        """Return the translation of `text`, None where there is none.

        A text is looked for in other contexts too, where these agree: Qt asks for a class's own texts under the name
        of whatever class was made from it.
        """
        words = self.messages.get((context, text))
        if words is not None:
            return words
        found = self._anywhere.get(text, set())
        if len(found) == 1 or context != PHRASE:
            return next(iter(found)) if len(found) == 1 else None
        if text not in self._remembered:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[text] = self._recognised(text)
        return self._remembered[text]

    def _recognised(self, text: str) -> str | None:
        """Return the translation of a sentence that was filled in, or got its capital and full stop, before it came."""
        for stop in ("", ".") if text.endswith(".") else ("",):
            body = text.removesuffix(stop)
            words = self._matched(body)
            if words is None and body[:1].isupper():
                words = self._matched(body[:1].lower() + body[1:])
                words = None if words is None else words[:1].upper() + words[1:]
            if words is not None:
                return words + stop
        return None

    def _matched(self, text: str) -> str | None:
        words = self.messages.get((PHRASE, text))
        if words is not None:
            return words
        for template, pattern in self._templates:
            match = pattern.fullmatch(text)
            if match:
                values = {name: self.find(PHRASE, value) or value for name, value in match.groupdict().items()}
                return self.messages[PHRASE, template].format(**{name[1:]: value for name, value in values.items()})
        return None


class TsTranslator(QTranslator):
    """Gives Qt the texts of a catalogue; what has no translation stays English."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue

    def isEmpty(self) -> bool:
        """Return whether there is nothing in it."""
        return not self._catalogue.messages

    def translate(
        self,
        context: str | None,
        sourceText: str | None,  # noqa: N803 - Qt's name
        disambiguation: str | None = None,  # noqa: ARG002 - Qt's signature
        n: int = -1,  # noqa: ARG002 - as above
    ) -> str:
        """Return the translation; Qt goes on to look elsewhere where it is None."""
        return self._catalogue.find(context or "", sourceText or "")  # type: ignore[return-value] # None is Qt's null


def load_translation(application: QCoreApplication, language: str, folder: Path) -> str:
    """Let `application` speak `language` ("de", "pt_BR"; "" for the system's); return a sentence of trouble, else "".

    Reads `biofeedback_LANGUAGE.ts` in `folder`, or that of the language without its country. English and a language
    that has no file stay English, without a word.
    """
    name = language or QLocale.system().name()
    match = _LANGUAGE.fullmatch(name)
    if match is None:
        return "" if not language else f"The language {language[:20]!r} is no language's code; English is used."
    paths = [folder / f"biofeedback_{code}.ts" for code in (name.replace("-", "_"), match[1])]
    path = next((path for path in paths if path.is_file()), None)
    if match[1].lower() == "en" or path is None:
        return ""
    try:
        catalogue = Catalogue(read_ts(path))
    except (OSError, TranslationError) as error:
        return f"The translation {path.name} cannot be used: {error}. English is used."
    if catalogue.refused:
        log.warning("%s: %d translations have other places than their text", path.name, len(catalogue.refused))
    translator = TsTranslator(catalogue)
    translator.setParent(application)
    application.installTranslator(translator)
    return ""


def read_ts(path: Path) -> dict[Text, str]:
    """Return the finished translations in a .ts file.

    Raises:
        TranslationError: It is too large, no .ts file, or declares entities, which no .ts file needs.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise TranslationError(f"it is longer than {LARGEST_FILE >> 20} MB")
    reader, messages = QXmlStreamReader(data), {}
    context, source = "", ""
    seen = False
    while not reader.atEnd():
        token = reader.readNext()
        if token == QXmlStreamReader.TokenType.DTD and reader.entityDeclarations():
            raise TranslationError("it declares entities")
        if token != QXmlStreamReader.TokenType.StartElement:
            continue
        tag = reader.name()
        if not seen and tag != "TS":
            raise TranslationError("it is no .ts file")
        seen = True
        if tag == "name":
            context = reader.readElementText()
        elif tag == "source":
            source = reader.readElementText()
        elif tag == "translation":
            unused = reader.attributes().value("type") in ("unfinished", "vanished", "obsolete")
            words = reader.readElementText(QXmlStreamReader.ReadElementTextBehaviour.SkipChildElements)
            if words and not unused:
                messages[context, source] = words
        if len(messages) > MOST_MESSAGES:
            raise TranslationError(f"it has more than {MOST_MESSAGES} texts")
    if reader.hasError():
        raise TranslationError(f"line {reader.lineNumber()}: {reader.errorString().rstrip('.')}")
    return messages


def write_ts(path: Path, texts: Mapping[Text, str], known: Mapping[Text, str], language: str = "") -> None:
    """Write all `texts` (each with where it stands) and the translations `known` of them; those of none as vanished.

    Raises OSError when it cannot be written; what was there is kept then.
    """
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise OSError(f"{path}: {file.errorString()}")
    writer = QXmlStreamWriter(file)
    writer.setAutoFormatting(True)
    writer.writeStartDocument()
    writer.writeDTD("<!DOCTYPE TS>")
    writer.writeStartElement("TS")
    writer.writeAttribute("version", "2.1")
    if language:
        writer.writeAttribute("language", language)
    for context in sorted({context for context, _ in (*texts, *known)}):
        writer.writeStartElement("context")
        writer.writeTextElement("name", context)
        for text in sorted({text for text in (*texts, *known) if text[0] == context}):
            writer.writeStartElement("message")
            if text in texts:
                place, _, line = texts[text].rpartition(":")
                writer.writeEmptyElement("location")
                writer.writeAttribute("filename", place)
                writer.writeAttribute("line", line)
            writer.writeTextElement("source", text[1])
            writer.writeStartElement("translation")
            if text not in texts or text not in known:
                writer.writeAttribute("type", "unfinished" if text in texts else "vanished")
            writer.writeCharacters(known.get(text, ""))
            writer.writeEndElement()
            writer.writeEndElement()
        writer.writeEndElement()
    writer.writeEndDocument()
    if writer.hasError() or not file.commit():
        raise OSError(f"{path}: {file.errorString()}")


def main(arguments: Iterable[str]) -> int:
    """Write all source texts into the .ts file named; translations that are in it stay."""
    names = list(arguments)
    if len(names) != 1:
        sys.stderr.write("usage: python -m biofeedback.ui.translations OUT.ts\n")
        return 2
    path = Path(names[0])
    try:
        known = read_ts(path) if path.exists() else {}
        texts = collect()
        language = path.stem.partition("_")[2]
        write_ts(path, texts, known, language)
    except (OSError, TranslationError) as error:
        sys.stderr.write(f"{path.name} was left as it is: {error}\n")
        return 3
    n_done = sum(text in known for text in texts)
    sys.stdout.write(f"{len(texts)} texts in {len({context for context, _ in texts})} contexts, {n_done} translated\n")
    return 0


def _places(text: str) -> set[str] | None:
    """Return the names of the places in a text; None when it cannot be filled, or asks for more than a value."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    names = {name for _, name, _, _ in parts if name is not None}
    plain = all(not form and not how for _, name, form, how in parts if name is not None)
    return names if plain and all(name.isidentifier() for name in names) else None


def _fits(source: str, words: str) -> bool:
    wanted, given = _places(source), _places(words)
    return given is not None and given <= wanted if wanted else "{" not in words and "}" not in words


def _is_template(text: str) -> bool:
    return bool(_places(text)) and (_literal(text) >= LEAST_LITERAL or text == IN_A_FILE)


def _literal(text: str) -> int:
    return sum(character.isalpha() for part, *_ in string.Formatter().parse(text) for character in part)


def _pattern(text: str) -> re.Pattern[str]:
    """Return what finds a text with its places filled; a letter before each name, as places may have numbers."""
    made, seen = "", set()
    for part, name, _, _ in string.Formatter().parse(text):
        made += re.escape(part)
        if name is not None:
            made += f"(?P=p{name})" if name in seen else f"(?P<p{name}>.*?)"
            seen.add(name)
    return re.compile(made, re.DOTALL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
