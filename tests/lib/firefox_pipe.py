"""tests/lib/firefox_pipe.py - Firefox by Marionette (messages LENGTH:JSON over a socket of this machine), for tests in
Python that need one page of Gecko beside programs of their own:

    with Firefox() as firefox:
        page = firefox.page("tests/lib/voice_page.html")
        page.ask("window.level(440)")                      # awaited; an exception of the page is one here
"""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

WAIT_S = 60
PREFS = {
    "marionette.port": 0,
    "media.autoplay.default": 0,                       # sound without a press, as under Chromium's flag
    "media.autoplay.blocking_policy": 0,
    "media.peerconnection.ice.loopback": True,         # the other end is on this machine
    "media.peerconnection.ice.default_address_only": False,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.cubeb.force_sample_rate": 48000,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.enabled": False,
}


class Firefox:
    def __init__(self, **prefs):
        self.home = tempfile.mkdtemp(prefix="ibasho-firefox-")
        with open(os.path.join(self.home, "user.js"), "w", encoding="utf-8") as f:
            for name, value in {**PREFS, **prefs}.items():
                f.write(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n")
        with open(os.path.join(self.home, ".asoundrc"), "w", encoding="ascii") as f:
            f.write("pcm.!default { type null }\nctl.!default { type null }\n")  # a machine without a sound card
        self.process = subprocess.Popen(["firefox-esr", "--headless", "--no-remote", "--marionette", "--profile", self.home],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "HOME": self.home, "MOZ_CRASHREPORTER_DISABLE": "1"})
        self.n, self.rest = 0, b""
        try:
            self.line = socket.create_connection(("127.0.0.1", self.port()), WAIT_S)
            self.message()  # who it is
            self.command("WebDriver:NewSession", capabilities={})
            self.command("WebDriver:SetTimeouts", script=WAIT_S * 1000)
        except BaseException:
            self.__exit__()
            raise

    def port(self):
        path, until = os.path.join(self.home, "MarionetteActivePort"), time.monotonic() + WAIT_S
        while time.monotonic() < until:
            if os.path.exists(path):
                with open(path, encoding="ascii") as f:
                    text = f.read()
                if text.strip():
                    return int(text)
            time.sleep(0.05)
        raise AssertionError("Firefox opened no port")

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self):
        while b":" not in self.rest:
            self.more()
        length, _, self.rest = self.rest.partition(b":")
        while len(self.rest) < int(length):
            self.more()
        text, self.rest = self.rest[:int(length)], self.rest[int(length):]
        return json.loads(text)

    def more(self):
        data = self.line.recv(65536)
        if not data:
            raise AssertionError("Firefox is gone")
        self.rest += data

    def command(self, name, **params):
        self.n += 1
        text = json.dumps([0, self.n, name, params]).encode()
        self.line.sendall(str(len(text)).encode() + b":" + text)
        _, number, error, result = self.message()
        if error is not None or number != self.n:
            raise AssertionError(f"{name}: {error}")
        return result

    def page(self, path):
        self.command("WebDriver:Navigate", url=f"file://{os.path.abspath(path)}")
        return Page(self)


class Page:
    def __init__(self, firefox):
        self.firefox = firefox

    def ask(self, expression):
        script = ("const done = arguments[arguments.length - 1];"
                  f"(async () => ({expression}))().then((value) => done([value ?? null]), (why) => done([null, `${{why}}`]));")
        value, *why = self.firefox.command("WebDriver:ExecuteAsyncScript", script=script, args=[], sandbox=None)["value"]
        if why:
            raise AssertionError(f"{expression[:80]}: {why[0]}")
        return value
