"""TOML files that people write and hand on: read with distrust, each complaint with its file and line.

tomllib gives values without lines, so a small scan of the same text finds the line of every table and key. The scan
comes first and refuses what would keep the parser busy: keys and values nested deeply, endless numbers.
One rule: whatever the bytes are, the answer is a document or a PlanError.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_FILE = 64 << 10
"""Bytes."""
MAX_NESTING = 8
MAX_WORD = 100
"""Characters outside quotes: the longest number, date or bare key."""

Where = tuple[str | int, ...]
"""The way to a value: ("muscles", 0, "percent")."""

_TOKEN = re.compile(
    r"""
    (?P<string> \"{3} (?: \\. | (?!\"{3}). )* (?: \"{3,5} | \Z ) | '{3} (?: (?!'{3}). )* (?: '{3,5} | \Z )
              | " (?: \\. | [^"\\\n] )* "? | ' [^'\n]* '? )
    | (?P<comment> \#[^\n]* ) | (?P<newline> \n ) | (?P<open> [\[{] ) | (?P<close> [\]}] )
    | (?P<comma> , ) | (?P<equals> = ) | (?P<dot> \. ) | (?P<word> [^\s"'\#\[\]{},=.]+ ) | (?P<space> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"


class PlanError(ValueError):
    """A file of plans that cannot be taken: `file`, `line` (from 1; None for the file as a whole) and what is wrong."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        super().__init__(f"{file}: {message}" if line is None else f"{file}, line {line}: {message}")
        self.file = file
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a TOML text and the lines they stand on; `source` is the file's name for people."""

    source: str
    values: dict[str, Any]
    lines: dict[Where, int]

    def line(self, where: Sequence[str | int]) -> int:
        """Return the line of a value, or of the nearest table around it."""
        path = tuple(where)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, where: Sequence[str | int], message: str) -> PlanError:
        """Return the PlanError for the value at `where`."""
        return PlanError(self.source, self.line(where), message)


def read_text(path: Path) -> str:
    """Return a small UTF-8 file's text.

    Raises:
        PlanError: It is no file, cannot be read, is larger than 64 KiB or is not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise PlanError(path.name, None, "is not a file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, PlanError):
            raise
        reason = error.strerror if isinstance(error, OSError) else None
        raise PlanError(path.name, None, f"cannot be read ({reason or error})") from error
    if len(data) > MAX_FILE:
        raise PlanError(path.name, None, f"is larger than {MAX_FILE >> 10} KiB, so it is no plan")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PlanError(path.name, line, "is not UTF-8 text: save it as UTF-8") from error


def parse(text: str, source: str) -> Document:
    """Return the document in a TOML text.

    Raises:
        PlanError: It is not TOML, larger than 64 KiB, or nested as no plan is.
    """
    if len(text) > MAX_FILE:
        raise PlanError(source, None, f"is larger than {MAX_FILE >> 10} KiB, so it is no plan")
    text = text.replace("\r\n", "\n")
    lines = _Scan(source).lines_of(text)
    try:
        return Document(source, tomllib.loads(text), lines)
    except (ValueError, RecursionError) as error:
        message = str(error)
        found = _AT_LINE.search(message)
        line = int(found[1]) if found else text.count("\n") + 1 if message.endswith(_AT_END) else None
        message = message.removesuffix(found[0] if found else _AT_END)
        raise PlanError(source, line, f"this is not TOML: {message}") from error


def nearest(word: str, words: Sequence[str]) -> str:
    """Return the question that helps after a slip of the keyboard: '; is "seconds" meant?', or nothing."""
    found = difflib.get_close_matches(word[:MAX_WORD], words, n=1)
    return f"; is {found[0]!r} meant?" if found else ""


class _Scan:
    """One walk over a text's tokens, statement by statement: a header, or a key, '=' and its value."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines: dict[Where, int] = {}
        self._counts: dict[Where, int] = {}
        self._table: Where = ()
        self._line = 1
        self._next_statement()

    def _next_statement(self) -> None:
        self._in_value = False
        self._brackets = 0
        self._key: list[str] = []
        self._dots = 0
        self._depth = 0

    def lines_of(self, text: str) -> dict[Where, int]:
        for token in _TOKEN.finditer(text):
            kind, word = token.lastgroup, token[0]
            if kind == "newline" and not self._depth:
                self._next_statement()
            elif kind == "word" and len(word) > MAX_WORD:
                raise PlanError(self._source, self._line, f"{word[:20]}… is too long to be meant")
            elif kind == "dot":
                self._deeper_key()
            elif self._in_value:
                self._value(kind)
            else:
                self._statement(kind, word)
            self._line += word.count("\n")
        return self._lines

    def _deeper_key(self) -> None:
        self._dots += 1
        if self._dots > MAX_NESTING:
            raise PlanError(self._source, self._line, "this key is nested deeper than any plan's")

    def _value(self, kind: str | None) -> None:
        if kind == "open":
            self._depth += 1
            if self._depth > MAX_NESTING:
                raise PlanError(self._source, self._line, "this value is nested deeper than any plan's")
        elif kind == "close":
            self._depth = max(0, self._depth - 1)
        if kind in ("open", "comma"):
            self._dots = 0

    def _statement(self, kind: str | None, word: str) -> None:
        if kind == "open":
            self._brackets += 1
        elif kind in ("word", "string"):
            self._key.append(_unquoted(word) if kind == "string" else word)
        elif kind == "equals" or (kind == "close" and self._brackets):
            if self._brackets:
                self._header()
            else:
                self._note(self._table, self._key)
            self._in_value = True

    def _header(self) -> None:
        *outer, last = self._key or [""]
        where = self._note((), outer)
        where = (*where, last)
        if self._brackets > 1:
            self._lines.setdefault(where, self._line)
            self._counts[where] = self._counts.get(where, 0) + 1
        self._table = self._note(where[:-1], [last])
        self._lines[self._table] = self._line

    def _note(self, where: Where, key: Sequence[str]) -> Where:
        """Take down the line of `key` and of each table on the way; return where it is."""
        for part in key:
            where = (*where, part)
            self._lines.setdefault(where, self._line)
            if where in self._counts:
                where = (*where, self._counts[where] - 1)
                self._lines.setdefault(where, self._line)
        return where


def _unquoted(word: str) -> str:
    try:
        return str(tomllib.loads(f"key = {word}")["key"])
    except ValueError:
        return word
