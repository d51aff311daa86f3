"""Colours, type and measures of the screen, and the style sheet made of them.

Okabe–Ito colours: blue is the muscle on its way, green is reached, amber asks to look, vermilion to fix. Green is
darkened on light ground and lightened on dark, where the original would be too faint.
One rule: one colour per meaning, and never colour alone: a shape and a word say the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication

PaletteName = Literal["light", "dark", "contrast"]


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour per meaning. `*_ink` is the same meaning as text, `*_soft` as a ground behind text."""

    name: PaletteName
    canvas: str
    """The window."""
    surface: str
    """Cards."""
    sunken: str
    """Tracks and unused space."""
    line: str
    """Hairlines and grid: decoration only."""
    border: str
    """Controls that also carry a word."""
    edge: str
    """Inputs and empty dots: at least 3:1."""
    ink: str
    ink2: str
    ink3: str
    """Captions: still at least 4.5:1."""
    accent: str
    """The muscle and the primary action."""
    on_accent: str
    accent_soft: str
    accent_ink: str
    good: str
    on_good: str
    good_soft: str
    good_ink: str
    warn: str
    on_warn: str
    warn_soft: str
    warn_ink: str
    bad: str
    on_bad: str
    bad_soft: str
    bad_ink: str


LIGHT = Palette(
    "light", canvas="#F3F5F7", surface="#FFFFFF", sunken="#E8ECF0", line="#DDE3E8", border="#C0C9D1", edge="#7C8894",
    ink="#15202B", ink2="#44515E", ink3="#56636F",
    accent="#0072B2", on_accent="#FFFFFF", accent_soft="#E1EFF7", accent_ink="#005A8E",
    good="#008A64", on_good="#FFFFFF", good_soft="#DCF1E9", good_ink="#00664B",
    warn="#E69F00", on_warn="#1A1200", warn_soft="#FCF0D6", warn_ink="#744B00",
    bad="#D55E00", on_bad="#FFFFFF", bad_soft="#FBE6DA", bad_ink="#9A3D00",
)  # fmt: skip
DARK = Palette(
    "dark", canvas="#0E141A", surface="#171F27", sunken="#232D37", line="#2A353F", border="#3E4B57", edge="#74838F",
    ink="#EDF2F6", ink2="#B9C5CF", ink3="#9BA9B6",
    accent="#56B4E9", on_accent="#0A1822", accent_soft="#16344A", accent_ink="#8CCBF0",
    good="#2DBE93", on_good="#06251B", good_soft="#12382F", good_ink="#5AD8B3",
    warn="#E69F00", on_warn="#1A1200", warn_soft="#3A2C0C", warn_ink="#F3BE4F",
    bad="#F0793A", on_bad="#2A0F00", bad_soft="#43220F", bad_ink="#FF9F70",
)  # fmt: skip
CONTRAST = Palette(
    "contrast", canvas="#000000", surface="#000000", sunken="#1C1C1C", line="#6E6E6E", border="#FFFFFF", edge="#FFFFFF",
    ink="#FFFFFF", ink2="#FFFFFF", ink3="#E6E6E6",
    accent="#56B4E9", on_accent="#000000", accent_soft="#00283D", accent_ink="#9AD6FF",
    good="#35E0AC", on_good="#000000", good_soft="#003326", good_ink="#6CF2C8",
    warn="#F0E442", on_warn="#1A1200", warn_soft="#333000", warn_ink="#F0E442",
    bad="#FF9A5C", on_bad="#000000", bad_soft="#401A00", bad_ink="#FFB48A",
)  # fmt: skip
PALETTES: dict[PaletteName, Palette] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

CAPTION, BODY, LEAD, TITLE, COUNT, WORD = 13.0, 15.0, 18.0, 24.0, 40.0, 72.0
"""Type in pixels at 100 %."""
MARGIN, GUTTER = 24, 16
RADIUS_CONTROL, RADIUS_CARD, RADIUS_BAR = 8.0, 12.0, 16.0
LINE_TRACE, LINE_TARGET = 2.5, 4.0
TEXT_SIZES = (100, 125, 150, 175, 200)
"""Percent of the type above that a person may choose."""
FONTS = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Open Sans", "DejaVu Sans"]


def palette_of(name: PaletteName | Literal["system"]) -> Palette:
    """Return the palette of a name; for "system" the light or the dark one, as the desktop asks for."""
    if name != "system":
        return PALETTES[name]
    hints = QGuiApplication.styleHints()
    return DARK if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


@dataclass(frozen=True, slots=True)
class Look:
    """The palette and the size of text in force."""

    palette: Palette = LIGHT
    text_percent: int = 100

    def px(self, size: float) -> float:
        """Return a size in pixels at 100 % as it is with this size of text."""
        return size * self.text_percent / 100


@functools.lru_cache(maxsize=256)
def font(size: float, weight: int = 400) -> QFont:
    """Return a font of the stack, `size` in pixels, with figures that all have one width."""
    made = QFont()
    made.setFamilies(FONTS)
    made.setPixelSize(max(1, round(size)))
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)  # Inter's figures are proportional unless told
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if size >= COUNT:
        made.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98)
    return made


@functools.lru_cache(maxsize=256)
def metrics(size: float, weight: int = 400) -> QFontMetricsF:
    """Return the measures of `font(size, weight)`."""
    return QFontMetricsF(font(size, weight))


@functools.lru_cache(maxsize=256)
def colour(name: str, alpha: int = 255) -> QColor:
    """Return the colour `#RRGGBB` with `alpha` 0–255."""
    made = QColor(name)
    made.setAlpha(alpha)
    return made


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""

    def luminance(name: str) -> float:
        parts = [int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def style_sheet(look: Look) -> str:
    """Return the style sheet of dialogs, menus and tooltips; the practice screen paints itself."""
    t, body = look.palette, round(look.px(BODY))
    small = round(look.px(CAPTION))
    pad = round(look.px(6))
    return f"""
    QToolTip {{ background: {t.ink}; color: {t.surface}; border: 1px solid {t.edge}; padding: 6px;
        font-size: {small}px; }}
    QDialog, QMessageBox, QScrollArea, QScrollArea > QWidget > QWidget {{ background: {t.surface}; }}
    QDialog QLabel, QMessageBox QLabel {{ color: {t.ink}; font-size: {body}px; }}
    QDialog QLabel[voice="title"] {{ font-size: {round(look.px(TITLE))}px; font-weight: 600; }}
    QDialog QLabel[voice="section"] {{ font-size: {round(look.px(LEAD))}px; font-weight: 600; }}
    QDialog QLabel[voice="hint"] {{ color: {t.ink3}; font-size: {small}px; }}
    QComboBox, QLineEdit, QAbstractSpinBox {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge};
        border-radius: 6px; padding: {pad}px; font-size: {body}px; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; }}
    QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus {{ border: 2px solid {t.accent}; padding: {pad - 1}px; }}
    QComboBox:disabled, QLineEdit:disabled {{ color: {t.ink3}; background: {t.sunken}; }}
    QComboBox::drop-down {{ border: none; width: {round(look.px(28))}px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge};
        selection-background-color: {t.accent_soft}; selection-color: {t.ink}; font-size: {body}px; outline: none; }}
    QCheckBox {{ color: {t.ink}; font-size: {body}px; spacing: 8px; padding: 3px; border: 2px solid transparent; }}
    QCheckBox:focus {{ border: 2px solid {t.accent}; border-radius: 6px; }}
    QMenu {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge}; font-size: {body}px; padding: 4px; }}
    QMenu::item {{ padding: {pad}px {3 * pad}px; border-radius: 6px; }}
    QMenu::item:selected {{ background: {t.accent_soft}; color: {t.ink}; }}
    QMenu::item:disabled {{ color: {t.ink3}; }}
    QMessageBox QPushButton {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge}; border-radius: 8px;
        padding: {pad}px {3 * pad}px; font-size: {body}px; }}
    QMessageBox QPushButton:focus {{ border: 2px solid {t.accent}; }}
    QScrollBar:vertical {{ background: {t.surface}; width: 12px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 4px; min-height: 32px; margin: 2px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    """
