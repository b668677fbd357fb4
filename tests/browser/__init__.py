"""The demo in a real browser: Chromium, driven by Playwright, on loopback."""
