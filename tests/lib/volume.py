"""tests/lib/volume.py - a file system of its own, in a file, for a node's data. Whoever looks at the file sees every byte
that ever was on it."""
import os
import subprocess


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


class Volume:
    def __init__(self, path, mib):
        self.path, self.mib, self.loop, self.at = path, mib, None, None

    def make(self):
        with open(self.path, "wb") as f:
            f.truncate(self.mib << 20)
        run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", self.path)
        self.loop = run("losetup", "--find", "--show", self.path).strip()

    def mount(self, at):
        os.makedirs(at, exist_ok=True)
        run("mount", self.loop, at)
        self.at = at

    def take(self, node):
        """What a node has, on this volume from now on; the node is down."""
        self.make()
        self.mount(self.path + ".new")
        run("cp", "-a", node.data_dir + "/.", self.at)
        run("umount", self.at)
        self.mount(node.data_dir)

    def away(self):
        """The node is down."""
        for words in (["umount", self.at] if self.at else None, ["losetup", "-d", self.loop] if self.loop else None):
            if words:
                subprocess.run(words, check=False)
        self.loop = self.at = None
