"""Contrast of every pair of colours that the screen uses, by WCAG 2."""

from __future__ import annotations

import pytest

from biofeedback.ui.look.tokens import PALETTES, PaletteName, contrast

TEXT = [
    ("ink", "surface"), ("ink", "canvas"), ("ink", "sunken"), ("ink2", "surface"), ("ink2", "canvas"),
    ("ink3", "surface"), ("ink3", "canvas"), ("ink3", "sunken"), ("accent_ink", "accent_soft"),
    ("on_accent", "accent"), ("good_ink", "surface"), ("good_ink", "good_soft"),
    ("warn_ink", "warn_soft"), ("warn_ink", "surface"), ("bad_ink", "bad_soft"), ("bad_ink", "surface"),
    ("surface", "good_ink"), ("surface", "ink3"),
]  # fmt: skip
SHAPES = [
    ("edge", "surface"),
    ("accent", "sunken"),
    ("good", "sunken"),
    ("bad", "surface"),
    ("on_warn", "warn"),
    ("on_good", "good"),
]


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_by_4_5_to_1(name: PaletteName, ink: str, ground: str) -> None:
    palette = PALETTES[name]
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_stand_out_by_3_to_1(name: PaletteName, shape: str, ground: str) -> None:
    palette = PALETTES[name]
    assert contrast(getattr(palette, shape), getattr(palette, ground)) >= 2.99


def test_black_on_white_is_21_to_1() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
