#!/usr/bin/env python3
"""Takes the pictures of the handbook from the real pages of a running demo.

Usage: hearback demo --data DIR --listen 127.0.0.1:8099 &
       docs/screenshots.py http://localhost:8099 DIR [FOLDER]

Needs Chromium and its driver (Debian: chromium, chromium-driver) and nothing else.
"""
import base64
import email
import email.policy
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"]


class Browser:
    """The few calls of the WebDriver protocol that a picture needs."""

    def __init__(self, port, width, height, scale, dark=False):
        self.base = f"http://127.0.0.1:{port}"
        profile = tempfile.mkdtemp()
        options = {"args": FLAGS + [f"--user-data-dir={profile}"],
                   "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": scale}}}
        capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
        self.session = self.call("POST", "/session", {"capabilities": capabilities})["sessionId"]
        if dark:
            media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
            self.do("/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": media})

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def do(self, path, body=None, method="POST"):
        return self.call(method, f"/session/{self.session}{path}", body if method == "POST" else None)

    def open(self, url):
        self.do("/url", {"url": url})

    def find(self, selector):
        found = self.do("/element", {"using": "css selector", "value": selector})
        return next(iter(found.values()))

    def type(self, selector, text):
        self.do(f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector):
        self.do(f"/element/{self.find(selector)}/click", {})

    def wait_for(self, words):
        while words not in self.do("/source", method="GET"):
            time.sleep(0.1)

    def picture(self, path, whole=False):
        # The protocol's own picture needs no script on the page.
        answer = self.do("/goog/cdp/execute", {"cmd": "Page.captureScreenshot",
                                               "params": {"format": "png", "captureBeyondViewport": whole}})
        path.write_bytes(base64.b64decode(answer["data"]))
        print(path)

    def close(self):
        self.do("", method="DELETE")


def newest_paths(data):
    """Yields the paths of survey links out of the newest mails."""
    for path in sorted((data / "mail").glob("*.eml"), reverse=True):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if message["Content-Language"] == "en":
            # A mail to staff has no such link.
            yield from re.findall(r"/s/[0-9a-z]{26}", message.get_body(("plain",)).get_content())[:1]


def sign_in(browser, base, address):
    """Signs in with an account of the demo."""
    browser.open(base + "/login")
    browser.type("#email", address)
    browser.type("#password", "northwind-demo")
    browser.click("button[type=submit]")
    while "/login" in browser.do("/url", method="GET"):
        time.sleep(0.1)


def main():
    base, data = sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2])
    folder = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else pathlib.Path(__file__).parent / "pictures"
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        phone = Browser(port, 390, 760, 2)
        for path in newest_paths(data):
            phone.open(base + path + "?score=4")
            if 'name="step"' in phone.do("/source", method="GET"):
                break
        phone.picture(folder / "answer.png", whole=True)
        phone.close()
        answers = pathlib.Path(__file__).parent / "screenshots"
        answers.mkdir(exist_ok=True)
        for name, width, height, dark, address in [
            ("answer-phone", 390, 760, False, path + "?score=4"),
            ("answer-desktop", 1280, 900, False, path + "?score=4"),
            ("answer-dark", 390, 760, True, path + "?score=4"),
            ("answer-arabic", 390, 760, False, path + "?score=4&lang=ar"),
        ]:
            page = Browser(port, width, height, 2 if width < 800 else 1, dark)
            page.open(base + address)
            page.picture(answers / f"{name}.png", whole=True)
            page.close()
        for role, height in [("hr", 1150), ("manager", 760), ("caller", 560), ("admin", 700), ("employee", 560)]:
            page = Browser(port, 1280, height, 1)
            sign_in(page, base, f"{role}@example.com")
            page.picture(folder / ("today.png" if role == "hr" else f"today-{role}.png"))
            page.close()
        desk = Browser(port, 1280, 900, 1)
        sign_in(desk, base, "hr@example.com")
        for name in ["visits", "responses", "cases", "callbacks", "people", "surveys", "audit"]:
            desk.open(f"{base}/{name}")
            desk.picture(folder / f"{name}.png")
        desk.open(base + "/cases")
        desk.click("tbody th a")
        desk.picture(folder / "case.png")
        desk.open(base + "/callbacks/waves")
        desk.picture(folder / "waves.png")
        desk.open(base + "/evaluations/standouts")
        desk.picture(folder / "standouts.png")
        desk.open(base + "/evaluations")
        desk.picture(folder / "evaluations.png")
        desk.click("tbody th a[href^='/employees/']")
        desk.picture(folder / "employee.png")
        desk.open(base + "/responses?comment=yes")
        desk.click("tbody a")
        desk.picture(folder / "response.png")
        desk.click("header.head a.button")
        desk.click("a[href^='/customers/']")
        desk.picture(folder / "customer.png")
        desk.close()
        desk = Browser(port, 1280, 1000, 1)
        sign_in(desk, base, "caller@example.com")
        desk.open(base + "/callbacks")
        desk.click("form[action='/callbacks/next'] button")
        # Calls for service come first and ask nothing.
        for _ in range(20):
            desk.wait_for("How it ended")
            if "The survey" in desk.do("/source", method="GET"):
                break
            desk.click("button[name=disposition][value=complete]")
            desk.wait_for("In order")
            desk.click("form[action='/callbacks/next'] button")
        desk.picture(folder / "call.png")
        desk.close()
        desk = Browser(port, 1280, 1500, 1)
        sign_in(desk, base, "admin@example.com")
        desk.open(base + "/delivery")
        desk.picture(folder / "delivery.png")
        desk.close()
    finally:
        driver.terminate()


if __name__ == "__main__":
    main()
