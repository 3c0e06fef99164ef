#!/usr/bin/python3
# tests/run: left 300
"""A whole node on a volume that fills up: ordinary changes are refused with a sentence, sign-in,
reading and the records go on from the reserve, and once there is room all is as before."""
import os
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

SETTING = "/api/v1/settings/first_page.message"
VOLUME_MIB = 1000  # large enough for the ballast, see space.ballast_mib
NEARLY_FULL, FULL = 94, 98  # space.no_writes_percent 92, space.full_percent 97

scratch = tempfile.mkdtemp(prefix="ibasho-disk-", dir="/tmp")
nodes = Nodes("aozora")
node = None
acked, refused = [], []


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


def move_to_volume():
    """The data directory as it is, on a file system of its own."""
    image, place = scratch + "/image", scratch + "/mnt"
    node.stop()
    run("truncate", "-s", f"{VOLUME_MIB}M", image)
    run("mkfs.ext4", "-q", "-m", "0", image)
    os.mkdir(place)
    run("mount", "-o", "loop", image, place)
    try:
        os.rmdir(place + "/lost+found")
        run("cp", "-a", node.data_dir + "/.", place + "/")
    finally:
        run("umount", place)
    run("mount", "-o", "loop", image, node.data_dir)
    node.start()
    node.wait_answer()


def fill_to(percent):
    v = os.statvfs(node.data_dir)
    usable = v.f_blocks - v.f_bfree + v.f_bavail
    more = int((percent / 100 * usable - (v.f_blocks - v.f_bfree)) * v.f_frsize)
    run("fallocate", "-l", str(more), f"{node.data_dir}/filler-{percent}")


def change(session):
    wanted = str(uuid.uuid4())
    reply = session.request("PUT", SETTING, {"id": wanted, "value": wanted})
    (acked if reply.status == 200 else refused).append(wanted)
    return reply


def wait_change(session, status):
    """The guard looks once a second."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        reply = change(session)
        if reply.status == status:
            break
        time.sleep(0.1)
    return reply


def press(session):
    """A child's call for help."""
    return session.request("POST", "/api/v1/sos", {"id": str(uuid.uuid4())})


def n_records(what):
    return int(node.psql(f"SELECT count(*) FROM access_record WHERE {what}"))


@case
def disk_full_node_refuses_changes_and_goes_on(t):
    session = node.sign_in(nodes.contractor)
    for _ in range(20):
        t.eq(change(session).status, 200, "room enough")
    t.ok(os.path.exists(node.data_dir + "/ballast"), "the reserve is there")

    fill_to(NEARLY_FULL)
    reply = wait_change(session, 507)
    t.eq((reply.status, reply.headers["Content-Type"], reply.json().get("code")),
         (507, "application/problem+json", "no-space"), "a change is refused")
    t.ok("場所が足りない" in reply.json()["title"], "in words", reply.body.decode())
    undo = session.request("POST", SETTING + "/undo", {"id": str(uuid.uuid4())})
    t.eq((undo.status, undo.json().get("code")), (507, "no-space"), "so is an undo")
    new = node.admin("POST", "/api/v1/admin/accounts", {
        "id": str(uuid.uuid4()), "role": "student", "login": "disk-full-1",
        "display_name": "だれか", "password": "0123456789abcdef"})
    t.eq((new.status, new.json().get("code")), (507, "no-space"), "and a new account")
    t.ok(n_records("route = 'settings.change' AND outcome = 'no-space'") >= 1,
         "the refusal is on record")

    before = n_records("route = 'session.open' AND outcome = 'ok'")
    eyes = node.sign_in(nodes.auditor)
    t.eq(n_records("route = 'session.open' AND outcome = 'ok'"), before + 1,
         "sign-in works and is on record")
    before = n_records("route = 'access_records.list'")
    t.eq(eyes.request("GET", "/api/v1/access-records").status, 200, "reading works")
    t.eq(n_records("route = 'access_records.list'"), before + 1, "and is on record")
    t.eq(session.request("GET", SETTING).json()["value"], acked[-1], "the last acknowledged value")
    t.eq(node.cli("log", "checkpoint").returncode, 0, "the records are signed")
    t.eq(eyes.request("DELETE", "/api/v1/session").status, 204, "signing out works")


@case
def disk_full_node_takes_a_call_for_help(t):
    """While changes are refused a child is heard, and answered; and when the disk then fills up."""
    t.req("NI-2.3-b2")
    child, staff = node.sign_in(nodes.child), node.sign_in(nodes.supporter)
    t.eq(press(child).status, 201, "nearly full: taken")
    fill_to(FULL)
    for _ in range(20):
        t.eq(press(child).status, 201, "full: taken")
    items = staff.request("GET", "/api/v1/sos").json()["items"]
    t.eq((len(items), node.psql("SELECT count(*) FROM sos")), (21, "21"), "each is stored and seen")
    for one in items:
        reply = staff.request("POST", f"/api/v1/sos/{one['sos']}/act",
                              {"id": str(uuid.uuid4()), "act": "answer"})
        t.eq(reply.status, 200, "and answered")


@case
def disk_full_node_gives_up_its_reserve(t):
    """Full: the ballast goes, and what must be written finds room."""
    began = time.monotonic()
    while os.path.exists(node.data_dir + "/ballast") and time.monotonic() - began < 10:
        node.request("GET", "/api/v1/health")
        node.admin("GET", "/metrics")
        time.sleep(0.1)
    t.ok(not os.path.exists(node.data_dir + "/ballast"), "the reserve is given up")
    t.ok("space.ballast_given_up" in node.log("node"), "and that is said")
    before = n_records("route = 'session.open' AND outcome = 'ok'")
    eyes = node.sign_in(nodes.auditor)
    t.eq(n_records("route = 'session.open' AND outcome = 'ok'"), before + 1, "sign-in goes on")
    t.eq(eyes.request("GET", "/api/v1/access-records").status, 200, "reading too")


@case
def disk_full_node_takes_changes_again_with_room(t):
    for name in os.listdir(node.data_dir):
        if name.startswith("filler-"):
            os.unlink(f"{node.data_dir}/{name}")
    session = node.sign_in(nodes.contractor)
    t.eq(wait_change(session, 200).status, 200, "changes again, without a hand")
    node.restart()
    node.wait_answer()
    t.eq(session.request("GET", SETTING).json()["value"], acked[-1], "still there after a restart")
    stored = set(node.psql("SELECT id FROM setting").split())
    t.eq([i for i in acked if i not in stored], [], "nothing acknowledged is lost")
    t.eq([i for i in refused if i in stored], [], "nothing refused was written")
    export, checkpoints = scratch + "/export", node.data_dir + "/checkpoints.log"
    node.cli("log", "export", "--to", export)
    vkey = node.cli("log", "key").stdout.strip()
    said = node.cli("verify", "log", export, "--key", vkey, "--checkpoints", checkpoints).stdout
    t.ok("異常はありません" in said, "the records are whole", said)


def close():
    if node is not None and node.v:
        node.stop()
        subprocess.run(["umount", node.data_dir], check=False, capture_output=True)
    nodes.close()
    subprocess.run(["rm", "-rf", scratch], check=False)


if __name__ == "__main__":
    try:
        nodes.__enter__()
        node = nodes["aozora"]
        nodes.contractor, nodes.auditor = node.account("contractor"), node.account("auditor")
        nodes.child, nodes.supporter = node.account("student"), node.account("supporter")
        move_to_volume()
    except BaseException:
        close()
        raise
    main(__file__, close)
