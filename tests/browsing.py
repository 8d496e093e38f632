"""Pages opened from disk in a browser, with the network off, and what must hold of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

HEIGHTS_PX = {1400: 1000, 1280: 800, 390: 844, 320: 568}  # of a screen, a laptop and two phones
VIEWS = [(1280, "light"), (390, "dark")]  # each width and each scheme of colours once
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    name: element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.tagName,
    outline_px: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    seen: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}"""


@contextmanager
def opened(
    browser: Browser, path: Path, width_px: int = 1280, colour_scheme: str = "light"
) -> Iterator[Page]:
    """The page at `path`; at the end it must have asked for no other file and found no error."""
    context = browser.new_context(
        viewport={"width": width_px, "height": HEIGHTS_PX[width_px]},
        color_scheme=colour_scheme,
        offline=True,
    )
    page = context.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(path.as_uri())
    yield page
    context.close()
    files = {url.partition("#")[0] for url in requests if not url.startswith("data:")}
    assert files == {path.as_uri()}
    assert errors == []


def unfold(page: Page) -> None:
    """Open all that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")


def require_fit(page: Page) -> None:
    """No sideways scrolling, and every picture there."""
    found = page.evaluate(
        """() => ({
          content: document.scrollingElement.scrollWidth,
          width: document.documentElement.clientWidth,
          missing: [...document.images].filter(image => !image.naturalWidth).map(i => i.alt),
        })"""
    )
    assert found["content"] <= found["width"]
    assert found["missing"] == []


def require_links(page: Page) -> None:
    """Each file that a link names is there."""
    links = page.locator("a:not([href^='#'])").evaluate_all("all => all.map(a => a.href)")
    paths = [Path(url2pathname(urlsplit(link).path)) for link in links]
    assert paths
    assert [path for path in paths if not path.exists()] == []


def require_access(page: Page) -> None:
    """No violation that axe-core finds: contrast, alternative texts, headings, landmarks, ..."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def tab_stops(page: Page) -> list[dict]:
    """What each press of the tab key comes to, from the top of the page to its end."""
    stops = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["name"] == "BODY" or stop in stops[:1]:
            return stops
        stops.append(stop)
