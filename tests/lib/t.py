"""tests/lib/t.py - named cases in Python, printed like tests/t.c: one line each, a count at the end.

    @case
    def node_comes_back(t):          # a docstring may say more
        t.req("NI-T3-8")             # this case proves (part of) that requirement
        t.eq(got, want, "what")
        t.ok(condition, "what")

    if __name__ == "__main__":
        main(__file__)

A case fails by a failed check or by an exception. Arguments are parts of case names to run.
"""
import os
import sys
import traceback

_cases = []


class T:
    def __init__(self):
        self.failed = 0
        self.checks = 0

    def ok(self, condition, what, detail=""):
        self.checks += 1
        if not condition:
            self.failed += 1
            print(f"  {_place()}: {what}{': ' if detail != '' else ''}{detail}", flush=True)
        return bool(condition)

    def eq(self, got, want, what):
        return self.ok(got == want, what, f"got {got!r}, want {want!r}" if got != want else "")

    def req(self, ids):
        print(f"  req {ids}", flush=True)

    def note(self, text):
        """A figure or a count worth reading; never a verdict."""
        print(f"  note {text}", flush=True)


def _place():
    frame = sys._getframe(1)
    while frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return f"{os.path.relpath(frame.f_code.co_filename)}:{frame.f_lineno}"


def case(function):
    _cases.append(function)
    return function


def main(path, fini=None):
    """Runs the cases of the file at path, not those of a file it imports; fini (if any) always runs at the end. Exits 1 on failure or without a case."""
    wanted = sys.argv[1:]
    n_passed = n_failed = 0
    file = os.path.relpath(path)
    try:
        for function in _cases:
            if not os.path.samefile(function.__code__.co_filename, path):
                continue
            if wanted and not any(w in function.__name__ for w in wanted):
                continue
            t = T()
            try:
                function(t)
                if t.checks == 0:
                    t.ok(False, "a case without a single check proves nothing")
            except Exception:
                t.failed += 1
                print("  " + traceback.format_exc().replace("\n", "\n  "), flush=True)
            print(f"{'FAIL' if t.failed else 'ok'} {function.__name__} {file}", flush=True)
            n_failed += bool(t.failed)
            n_passed += not t.failed
    finally:
        if fini is not None:
            fini()
    print(f"{n_passed} passed, {n_failed} failed", flush=True)
    sys.exit(1 if n_failed or not n_passed else 0)
