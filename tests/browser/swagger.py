"""A job's own page, as somebody uses it who calls the job there."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def call_perform(page: Page) -> None:
    """Send 40 and 2 by the page's form, and see 42."""
    page.locator(".opblock-post").first.click()
    page.locator("textarea.body-param__text").fill('{"numbers": [40, 2]}')
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .microlight").first).to_have_text("42")
