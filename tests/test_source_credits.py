"""Credits are read out of captions in the ways that agencies sign."""

from __future__ import annotations

import time

import pytest

from publisher.sources.credits import find_credit


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("A man (Reuters)", "Reuters"),
        ("A man. (AP Photo/Joe Doe)", "AP Photo/Joe Doe"),
        ("A man. Photo: Joe/Reuters", "Photo: Joe/Reuters"),
        ("A man. (Photo by John Smith/Getty Images)", "Photo by John Smith/Getty Images"),
        ("A man, photo by Joe Doe on Unsplash.", "photo by Joe Doe on Unsplash"),
        ("Getty Images/AFP", "Getty Images/AFP"),
        ("A man. Getty Images", "Getty Images"),
        ("A man – Joe Doe/AFP", "Joe Doe/AFP"),
        ("Votes © 2026 Example", "© 2026 Example"),
        ("(c) Joe", "(c) Joe"),
        ("A man [Foto: dpa]", "Foto: dpa"),
        ("Crédit photo : AFP", "Crédit photo : AFP"),
        ("Порт открыт. Фото: Иван Иванов", "Фото: Иван Иванов"),
        ("بندر قدیمی شهر عکس: ایرنا", "عکس: ایرنا"),
        ("某人在北京。图：新华社", "图：新华社"),
        ("Photo: Sunset at dawn (c) 2020 Jim", "(c) 2020 Jim"),
        ("A man at work", None),
        ("A man (left) at work (right)", None),
        ("Photo: the (old) harbour", None),
        (f"Photo: {'word ' * 60}", None),
        ("", None),
        (None, None),
    ],
)
def test_credits(caption: str | None, credit: str | None) -> None:
    """What announces or signs a credit is found at the end of a caption; a caption alone is none."""
    assert find_credit(caption) == credit


@pytest.mark.parametrize("unit", ["photo: ", "(AP ", "© ", "AP/", ". ", "("])
def test_long_captions_take_no_time(unit: str) -> None:
    """Only the end of a caption is looked at."""
    started = time.process_time()
    find_credit(unit * 100_000)
    assert time.process_time() - started < 2
