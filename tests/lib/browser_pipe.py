"""tests/lib/browser_pipe.py - Chromium by its debugging pipe (two file descriptors, messages that end in a NUL), for
tests in Python that need pages beside programs of their own:

    with Browser() as browser:
        page = browser.page("<script>...</script>")       # a context of its own, like another person's machine
        page.ask("window.level(440)")                     # awaited; an exception of the page is one here
"""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

WAIT_S = 30
FLAGS = ["--headless", "--no-sandbox", "--remote-debugging-pipe", "--autoplay-policy=no-user-gesture-required",
         "--disable-background-networking", "--no-first-run", "--mute-audio", "--disable-gpu"]


class Browser:
    def __init__(self, *flags):
        self.home = tempfile.mkdtemp(prefix="ibasho-browser-")
        to_read, self.out = os.pipe()
        self.back, to_write = os.pipe()
        # Chromium reads at 3 and writes at 4, whatever these two are now.
        def take_places():
            a, b = os.dup(to_read), os.dup(to_write)
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.process = subprocess.Popen(["chromium", *FLAGS, *flags, f"--user-data-dir={self.home}"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        close_fds=False, preexec_fn=take_places)
        os.close(to_read)
        os.close(to_write)
        self.n, self.rest, self.answers = 0, b"", {}

    def __enter__(self):
        return self

    def __exit__(self, *why):
        os.close(self.out)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.back)
        shutil.rmtree(self.home, ignore_errors=True)

    def command(self, method, session=None, **params):
        self.n += 1
        message = {"id": self.n, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + WAIT_S
        while self.n not in self.answers:
            self._take(until - time.monotonic(), method)
        answer = self.answers.pop(self.n)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _take(self, left_s, what):
        if left_s <= 0 or not select.select([self.back], [], [], left_s)[0]:
            raise AssertionError(f"the browser did not answer: {what}")
        self.rest += os.read(self.back, 65536)
        *whole, self.rest = self.rest.split(b"\0")
        for text in whole:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message

    def page(self, path):
        """A page of the file at path in a context of its own."""
        context = self.command("Target.createBrowserContext")["browserContextId"]
        target = self.command("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        self.command("Page.navigate", session=session, url=f"file://{os.path.abspath(path)}")
        until = time.monotonic() + WAIT_S
        while page.ask("document.readyState === 'complete' && location.href") in (False, "about:blank"):
            if time.monotonic() > until:
                raise AssertionError(f"{path} did not load")
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def ask(self, expression):
        answer = self.browser.command("Runtime.evaluate", session=self.session, expression=expression,
                                      awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression[:80]}: {json.dumps(answer['exceptionDetails'])[:800]}")
        return answer["result"].get("value")
