"""What axe finds wrong with a page, in both themes, and what sticks out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page, ViewportSize

from tests.e2e.acts import sideways

COLOURS_SETTLE = """() => new Promise((settled) => requestAnimationFrame(() => {
    for (const one of document.getAnimations()) {
        if (one.effect.getComputedTiming().endTime !== Infinity) one.finish();
    }
    requestAnimationFrame(() => settled());
}))"""
# What a theme can change; everything else is asked once for both.
OF_COLOUR = ["color-contrast", "link-in-text-block"]


@cache
def axe_script() -> str:
    return str(Axe().axe_script)


def violations(page: Page, *, dark: bool = True) -> list[str]:
    """What axe finds wrong with the page, in either theme: rule, and the first places."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.evaluate(COLOURS_SETTLE)
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
    found = violations_of(page, {})
    if not dark:
        return found
    page.emulate_media(color_scheme="dark")
    page.evaluate(COLOURS_SETTLE)
    only = {"runOnly": {"type": "rule", "values": OF_COLOUR}}
    return [*found, *(f"dark, {one}" for one in violations_of(page, only))]


def violations_of(page: Page, options: Mapping[str, object]) -> list[str]:
    asked = {**options, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(said => said.violations)", asked)
    return [
        f"{one['id']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:3])
        for one in found
    ]


def barriers(
    page: Page, addresses: Iterable[str], *, sizes: Sequence[ViewportSize] = ()
) -> dict[str, list[str]]:
    """What is wrong with the pages at these addresses; nothing where all is well.

    With `sizes`, each page is brought to one after the other: no script of ours asks for the size,
    so a page that became narrow is the page that was loaded so. A narrow page has the colours of
    the wide one, which is asked in both themes.
    """
    assert page.viewport_size is not None
    sizes = sizes or (page.viewport_size,)
    wrong: dict[str, list[str]] = {}
    for address in dict.fromkeys(addresses):
        page.set_viewport_size(sizes[0])
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in (200, 404), f"{answer.status} from {address}"
        for size in sizes:
            page.set_viewport_size(size)
            if found := [*violations(page, dark=size["width"] > 600), *sideways(page)]:
                wrong[f"{page.url} at {size['width']}"] = found
    return wrong
