"""tests/authz/objects.py - about which objects, and with what body, the matrix asks each route.

A route whose path holds a parameter must stand here, or the run fails: nobody can forget to say
whose the object is. So must a route that takes a body, or its shape (422) would hide the rule
behind it: the bodies here are right in form and, where that can be, such that even those who may
change nothing by it. A builder gets the world (tests/authz/world.py), the role that asks and the
kind of object, and returns (the path's parameters, body); body None: none is sent.

Kinds of object:
  self     the caller's own account
  own      what the role may be concerned with: itself, its child, a child of its school
  other    a child of another school, of another family
  foreign  a real one of the second node
  erased   one that was erased, ended, or taken away
  forged   an id nobody has
"""
import datetime
import uuid

KINDS = ("own", "other", "foreign", "erased", "forged")
PERSON_KINDS = ("self",) + KINDS


class Route:
    def __init__(self, build, kinds=("-",), spends=False, hides=True):
        self.build = build    # (world, role, kind) -> (params, body)
        self.kinds = kinds
        self.spends = spends  # ends the session it was asked with: the next one is fresh
        self.hides = hides    # not found means hidden, not that somebody known has no such thing


def body_of(body):
    return Route(lambda world, role, kind: ({}, body(world) if callable(body) else body))


def person(body=None, state="", kinds=PERSON_KINDS, **more):
    """state: the children asked about have accounts in it, so that the act cannot be done (409) and
    changes nothing for those who may."""
    return Route(lambda world, role, kind: (
        {"id": world.person(role, kind, state)},
        body(world, role, kind) if callable(body) else body), kinds, **more)


def persons(body, state=""):
    """Of a body that lists ids."""
    return Route(lambda world, role, kind: ({}, body([world.person(role, kind, state)])),
                 PERSON_KINDS)


def made(name, body=None, kinds=KINDS):
    """Objects of other kinds: world.made[name][kind]."""
    return Route(lambda world, role, kind: (
        {"id": world.thing(name, kind)}, body(world) if callable(body) else body), kinds)


def nonce():
    return str(uuid.uuid4())


def no_version():
    return {"id": nonce(), "expected_version": 2147483647}


def tomorrow():
    """In Japan, of the machine's clock."""
    at = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
    return (at + datetime.timedelta(days=1)).strftime("%Y-%m-%d")


def floor(body=None):
    """A floor there is, and one there is not."""
    return Route(lambda world, role, kind: (
        {"id": "plaza" if kind == "own" else "attic"}, body() if body else None),
        ("own", "forged"))


def session_over():
    return {"id": nonce(), "floor": "plaza", "title": "ためし", "is_anonymous": False,
            "from": "2020-01-01T00:00:00Z", "until": "2020-01-01T01:00:00Z"}


def wrong_sign_in(world):
    """A login of its own each time: tries of one would be slowed down."""
    return {"login": f"nobody-{nonce()}", "password": "not the password"}


def course(body=None):
    """One that was made, and one that was not."""
    return Route(lambda world, role, kind: (
        {"course": world.thing("course", kind)},
        {"id": nonce(), **body()} if body else None), ("own", "forged"))


def series(body=None):
    """One that nobody made."""
    return Route(lambda world, role, kind: ({"series": nonce()}, {"id": nonce(), **body()} if body else None),
                 ("forged",))


def untold_course():
    """By no means to take part."""
    return {"kind": "other", "picture": "star", "has_hand": False, "has_poll": False,
            "has_question": False, "title": "ためし", "summary": "ためし"}


ROUTES = {
    # -- signing in --
    "session.open": body_of(wrong_sign_in),
    "session.close": Route(lambda w, r, k: ({}, None), spends=True),
    # -- one's own --
    "me.session_end": Route(lambda w, r, k: ({"id": w.session_id(r, k)}, None), KINDS),
    "me.passkey_end": Route(lambda w, r, k: ({"id": nonce()}, None), ("forged",)),
    # -- people --
    "people.show": person(),
    "people.request": Route(lambda w, r, k: ({}, {
        "id": nonce(), "role": "student", "family": "文", "given": "字", "family_kana": "モ",
        "given_kana": "ジ", "school": w.schools.get(k, k)}), ("other", "foreign", "erased")),
    "people.request_for": person({"role": "student"}),
    "people.approve": persons(lambda ids: {"ids": ids}),
    "people.issue": persons(lambda ids: {"ids": ids, "first": "self"}),
    "people.slips": persons(lambda ids: {"ids": ids, "kind": "ids"}),
    "people.suspend": person({"reason": "ためし"}, "_suspended"),
    "people.resume": person({"reason": "ためし"}),
    "people.close": person({"reason": "ためし"}, "_closed"),
    "people.merge": person(lambda w, r, k: {"into": w.person(r, k)}),
    "registration.show": person(),
    "registration.record": person(lambda w, r, k: {
        "id": nonce(), "target": "other", "target_since": "2026-04-01", "route": "desk",
        "wish": "yes", "wish_by": "child", "support": "none", "admission": "resident"}),
    "schools.change": Route(lambda w, r, k: (
        {"id": w.schools.get(k) or nonce()}, {"is_cooperating": True}), KINDS),
    "people.reset": person(),
    "people.unlock": person(),
    "people.recovery_ask": person(),
    "people.recovery_approve": person(),
    "rights.give": person(lambda w, r, k: {"id": nonce(), "right": "guidance",
                                           "school": w.schools["own"]}),
    "rights.end": Route(lambda w, r, k: (w.grant_of(k), None), KINDS, hides=False),
    # -- roster --
    "roster.import": made("roster_import", kinds=("own", "forged")),
    "roster.changes": made("roster_import", kinds=("own", "forged")),
    "roster.findings": made("roster_import", kinds=("own", "forged")),
    "roster.apply": made("roster_import", {"preview": "0" * 64}, kinds=("own", "forged")),
    "roster.rollover_changes": made("rollover", kinds=("own", "forged")),
    "roster.rollover_apply": made("rollover", {"preview": "0" * 64}, kinds=("own", "forged")),
    "roster.rollover_undo": made("rollover", kinds=("own", "forged")),
    "roster.rollover_confirm": made("rollover", kinds=("own", "forged")),
    # -- settings: the name of one that is there, and of one that is not --
    "settings.show": Route(lambda w, r, k: ({"name": w.setting(k)}, None), ("own", "forged")),
    "settings.change": Route(lambda w, r, k: (
        {"name": w.setting(k)}, {"id": nonce(), "value": "no such value"}), ("own", "forged")),
    "settings.undo": Route(lambda w, r, k: (
        {"name": w.setting(k)}, {"id": nonce(), "version": 999999}), ("own", "forged")),
    "settings.history": Route(lambda w, r, k: ({"name": w.setting(k)}, None),
                              ("own", "forged")),
    # -- profiles: of a version there will never be --
    "profile.change": body_of(lambda w: {
        "id": nonce(), "version": 2147483647, "name": "まだみぬほし", "kind": "owl", "colour": "sky",
        "note": "", "open": True, "private": False, "wave": True}),
    "profile.history": person(),
    # -- opening hours: right in form, of a version there will never be --
    "hours.pattern": body_of(lambda w: {**no_version(), "week": {
        d: [] for d in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
                        "sunday")}}),
    "hours.year_end": body_of(lambda w: no_version()),
    "hours.day": body_of(lambda w: {**no_version(), "day": tomorrow()}),
    "hours.holiday": body_of(lambda w: {**no_version(), "day": tomorrow()}),
    "words.change": body_of(lambda w: {**no_version(), "list": "own", "add": ["ためしの言葉"]}),
    "words.import": body_of(lambda w: {"id": nonce(), "list": "own", "text": "あ"}),
    "words.undo": body_of(lambda w: {"id": nonce(), "act": nonce()}),
    "words.try": body_of({"text": "こんにちは"}),
    "hours.close": body_of(lambda w: {"id": nonce(), "from": "2026-02-30", "message": "ためし"}),
    # -- the place: right in form, of a version there will never be, or already over --
    "floors.show": floor(),
    "floors.history": floor(),
    "floors.file": floor(),
    "floors.revert": floor(lambda: {**no_version(), "version": 0}),
    "floor_plan.change": floor(lambda: {"id": nonce(), "capacity": 0, "when_full": "wait",
                                        "is_hidden": False}),
    "floor_rules.decide": body_of(lambda w: {"id": nonce(), "subject_kind": "role",
                                             "code": "nobody", "verdict": "deny"}),
    "place_sessions.make": body_of(lambda w: session_over()),
    "place_sessions.change": Route(lambda w, r, k: ({"id": nonce()}, session_over()),
                                   ("forged",)),
    "place_sessions.cancel": Route(lambda w, r, k: ({"id": nonce()}, {"id": nonce()}),
                                   ("forged",)),
    # -- measures: a voice that is not there yet is stopped, for a minute --
    "measures.decide": Route(lambda w, r, k: ({}, {
        "id": nonce(), "kind": "mute", "account": w.person(r, k), "minutes": 1,
        "reason": "ためし"}), PERSON_KINDS),
    "measures.lift": made("measure", lambda w: {"id": nonce()}, kinds=("own", "forged")),
    # -- calls for help, incidents, warnings: kept after their time, a text that is none --
    "sos.press": body_of(lambda w: {"id": nonce()}),
    "sos.undo": Route(lambda w, r, k: ({"sos": w.call("sos", r, k)}, None), KINDS),
    "sos.show": Route(lambda w, r, k: ({"sos": w.call("sos", r, k)}, None), KINDS),
    "sos.act": Route(lambda w, r, k: (
        {"sos": w.call("sos", r, k)}, {"id": nonce(), "act": "seen"}), KINDS),
    "incidents.show": Route(lambda w, r, k: ({"incident": w.call("incident", r, k)}, None), KINDS),
    "incidents.act": Route(lambda w, r, k: (
        {"incident": w.call("incident", r, k)}, {"id": nonce(), "act": "read"}), KINDS),
    "incidents.report": Route(lambda w, r, k: ({}, {
        "id": nonce(), "kind": "manual", "account": w.person(r, k), "urgency": 1, "severity": 1}),
        PERSON_KINDS),
    "warnings.give": Route(lambda w, r, k: ({}, {
        "id": nonce(), "account": w.person(r, k), "template": "none", "urgency": 1, "severity": 1}),
        PERSON_KINDS),
    "duty.decide": body_of(lambda w: {"id": nonce(), "purpose": "sos", "account": nonce(), "position": 1,
                                      "is_on": False}),
    # -- lines that wait for staff --
    "held.decide": Route(lambda w, r, k: ({"line": nonce()}, {"id": nonce(), "act": "keep"}), ("forged",)),
    "session.second_factor": body_of({"code": "000000"}),
    # -- children: right in form, of a time or day there is none --
    "children.show": person(),
    "children.step": person(lambda w, r, k: {"id": nonce(), "step": 2, "kind": "class",
                                             "on": "2026-02-30"}),
    "contacts.note": Route(lambda w, r, k: ({}, {
        "id": nonce(), "child": w.person(r, k), "kind": "call", "at": "2020-01-01T00:00:00Z"}),
        PERSON_KINDS),
    "handovers.leave": body_of(lambda w: {"id": nonce(), "text": "ためし", "day": "2026-02-30"}),
    # -- classes: right in form, and such that nothing is changed by it --
    "plan.day": Route(lambda w, r, k: ({"day": "2020-01-01"}, {"id": nonce(), "slots": []})),
    "courses.show": course(),
    "courses.make": body_of(lambda w: {"id": nonce(), **untold_course()}),
    "courses.change": course(lambda: untold_course()),
    "courses.pages": course(lambda: {"pages": [{"text": "あ", "links": [
        {"title": "あ", "url": "http://example.jp/"}]}]}),
    "courses.decide": course(lambda: {"decided": True, "version": 99, "pages_version": 0}),
    "courses.end": course(lambda: {"ended": False}),
    "lessons.plan": Route(lambda w, r, k: ({"lesson": nonce()}, {
        "id": nonce(), "day": "2020-01-01", "slot": 1, "course": nonce(), "floor": "classes",
        "sub_supports": False, "supporters": []}), ("forged",)),
    "lessons.cancel": Route(lambda w, r, k: ({"lesson": nonce()}, {"id": nonce()}), ("forged",)),
    **{f"lessons.{act}": Route(lambda w, r, k: ({"lesson": nonce()}, None), ("forged",))
       for act in ("material", "attendance", "live")},
    "lessons.choose": Route(lambda w, r, k: ({"lesson": nonce()}, {"chosen": True}), ("forged",)),
    # -- series across towns: nodes without a registry; no such series --
    "shared.make": body_of(lambda w: {"id": nonce(), "course": nonce(), "floor": "lounge", "places": 1, "rules": "",
                                      "lessons": [{"day": "2020-01-01", "slot": 1}]}),
    "shared.offer_to": series(lambda: {"node": nonce(), "places": 1}),
    "shared.end": series(dict),
    "shared.leave_out": series(lambda: {"node": nonce()}),
    "shared.shares": series(),
    "shared.shares_csv": series(),
    "shared.lesson": Route(lambda w, r, k: ({"series": nonce(), "n": "1"}, {"id": nonce(), "cancelled": True}),
                           ("forged",)),
    "shared.counts": series(),
    "shared.offer": series(),
    "shared.accept": series(lambda: {"version": 1}),
    "shared.decline": series(dict),
    "teachers.show": Route(lambda w, r, k: ({"card": nonce()}, None), ("forged",)),
    "teachers.put": Route(lambda w, r, k: ({"card": nonce()}, {
        "id": nonce(), "expected_version": 1, "name": "ほし", "field": "星", "evidence": "天文台",
        "times": "水曜"}), ("forged",)),
    "teachers.withdraw": Route(lambda w, r, k: ({"card": nonce()}, {"id": nonce()}), ("forged",)),
    "teachers.offer": Route(lambda w, r, k: ({"card": nonce()}, {
        "id": nonce(), "nodes": [{"node": nonce()}]}), ("forged",)),
    **{f"teachers.{act}": Route(lambda w, r, k: ({"card": nonce()}, {"id": nonce(), "version": 1}),
                                ("forged",)) for act in ("approve", "decline")},
    "teachers.lesson": Route(lambda w, r, k: ({"lesson": nonce()}, None), ("forged",)),
    "teachers.slot": Route(lambda w, r, k: ({"card": nonce()}, {
        "id": nonce(), "lesson": nonce(), "part": "main", "expected_version": 1}), ("forged",)),
    "teachers.slot_end": Route(lambda w, r, k: ({"slot": nonce()}, {"id": nonce()}), ("forged",)),
    # To a town that there is not, or of a move nobody opened: nothing changes.
    "transfers.open": Route(lambda w, r, k: ({}, {
        "transfer": nonce(), "account": w.person(r, k), "node": nonce(), "on": "2026-12-01", "parts": "profile",
        "consent_on": "2026-11-01", "consent_how": "paper", "consent_from": "父"}), PERSON_KINDS),
    "transfers.show": Route(lambda w, r, k: ({"transfer": nonce()}, None), ("forged",)),
    **{f"transfers.{act}": Route(lambda w, r, k: ({"transfer": nonce()}, {"id": nonce()}), ("forged",))
       for act in ("confirm", "cancel", "accept", "decline")},
    "transfers.take": Route(lambda w, r, k: ({"transfer": nonce()}, {"id": nonce(), "account": w.person(r, k)}),
                            PERSON_KINDS),
    "children.transfers": person(),
    "qualifications.note": Route(lambda w, r, k: ({}, {
        "id": nonce(), "account": w.person(r, k), "kind": "expertise", "what": "ためし",
        "since": "2020-01-02", "until": "2020-01-01"}), PERSON_KINDS),
    "qualifications.end": Route(lambda w, r, k: ({"qualification": nonce()}, {"id": nonce()}),
                                ("forged",)),
    # -- keys --
    "keys.approve": Route(lambda w, r, k: (
        {"id": str(uuid.uuid4())}, {"check_code": "0000"}), ("forged",)),
    # -- a change of contractor: one that nobody planned --
    **{f"contract.change_{act}": Route(lambda w, r, k: ({"id": nonce()}, None), ("forged",))
       for act in ("confirm", "cancel", "operator")},
    # -- the federation's desk: what is no invitation (422) --
    "federation.look": body_of({"invitation": "AAAA"}),
    "federation.joining": body_of({"invitation": "AAAA", "check": "0000", "name": "ためし"}),
    # -- notices out: receivers that stand elsewhere (409); a token nobody made --
    "notify.add": body_of(lambda w: {"id": nonce(), "account": nonce(), "channel": "mail",
                                     "address": "nobody", "kinds": ["report"]}),
    **{f"notify.{act}": made("notify_paused", kinds=("own", "foreign", "erased", "forged"))
       for act in ("confirm", "test", "pause")},
    "notify.resume": made("notify_added", kinds=("own", "foreign", "erased", "forged")),
    "notify.remove": made("notify_added", kinds=("foreign", "erased", "forged")),
    "notify.open": body_of({"token": "A" * 43}),
    # -- the children behind a figure: whoever may know of them --
    "kpi.people": Route(lambda w, r, k: ({"month": w.kpi_month, "figure": "isolation_30"}, None)),
    # -- figures for the prefecture: no node here gives any, and none is a prefecture's --
    "kpi.release_show": Route(lambda w, r, k: ({"month": w.kpi_month}, None)),
    "kpi.release_send": body_of(lambda w: {"id": nonce(), "month": w.kpi_month}),
    "kpi.release_correct": Route(lambda w, r, k: (
        {"month": w.kpi_month}, {"id": nonce(), "kpis": ["came"], "reason": "照合"})),
    "kpi.release_withdraw": Route(lambda w, r, k: ({"month": w.kpi_month}, {"id": nonce(), "reason": "照合"})),
    "kpi.ask": body_of(lambda w: {"id": nonce(), "node": nonce(), "month": w.kpi_month, "cuts": ["stage"]}),
    # -- the weekly report: given to the commissioner alone; a day of no week, nobody --
    **{f"weekly.{act}": Route(lambda w, r, k: ({"report": w.thing("weekly", k)}, None), KINDS)
       for act in ("pdf", "csv", "password")},
    **{f"monthly.{act}": Route(lambda w, r, k: ({"report": w.thing("monthly", k)}, None), KINDS)
       for act in ("pdf", "xlsx", "password")},
    "monthly.make": body_of(lambda w: {"id": nonce(), "month": "2026-13"}),
    "weekly.make": body_of(lambda w: {"id": nonce(), "week": "2026-02-30"}),
    "weekly.receiver": body_of(lambda w: {"id": nonce(), "account": nonce(), "way": "screen",
                                          "is_on": True}),
    # -- the logs: a period that ends as it begins; one's own export, which a second one approves --
    "log_exports.ask": body_of(lambda w: {
        "id": nonce(), "kinds": ["entry"], "from": "2026-05-01T00:00:00Z", "to": "2026-05-01T00:00:00Z",
        "format": "csv", "reason": "ためしのため"}),
    "log_exports.approve": made("log_export", lambda w: {"id": nonce()}, kinds=("own", "forged")),
    "log_exports.file": made("log_export", kinds=("own", "forged")),
    "log_searches.make": body_of(lambda w: {
        "id": nonce(), "words": "ためし", "from": "2026-05-01T00:00:00Z", "to": "2026-05-01T00:00:00Z",
        "reason": "ためしのため"}),
    # -- one person's end: asked for by the commissioner himself, so it is not his to confirm --
    "endings.ask": body_of(lambda w: {"id": nonce(), "person": nonce(), "reason": "none", "asked_by": "board"}),
    "endings.show": made("ending", kinds=("own", "forged")),
    "endings.mentions": made("ending", kinds=("own", "forged")),
    "endings.proof": made("ending", kinds=("own", "forged")),
    "endings.decide": made("ending", lambda w: {"mentions": [], "decision": "keep"}, kinds=("own", "forged")),
    "endings.confirm": made("ending", kinds=("own", "forged")),
    "endings.cancel": made("ending", kinds=("own", "forged")),
    # -- the registers: a day that is to come is refused, so nothing changes --
    "materials.add": body_of(lambda w: {"id": nonce(), "form": "file", "received_on": "2999-01-01", "what": "名簿",
                                        "from": "課", "place": "棚", "purpose": "発行"}),
    "materials.mark": made("material", lambda w: {"id": nonce(), "kind": "returned", "done_on": "2999-01-01"},
                           kinds=("own", "forged")),
    # -- watching --
    "watch.seen": made("watch_notice"),
}
