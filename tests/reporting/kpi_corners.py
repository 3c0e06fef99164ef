"""tests/reporting/kpi_corners.py - least and greatest of a sum under linear equations over whole numbers, 0 or more:
the simplex method on a numpy tableau, and branching where a corner is not whole."""
import numpy as np

NEAR = 1e-7


class Impossible(Exception):
    """Nothing fits."""


class Undecided(Exception):
    """Branching did not come to an end."""


class Corners:
    """rows: list of (numpy coefficients, right side), all equations."""

    def __init__(self, rows, n):
        self.n, self.rows = n, rows
        m = len(rows)
        self.t = np.zeros((m + 1, n + 1))  # the last row is the aim
        for i, (coefficients, right) in enumerate(rows):
            sign = -1.0 if right < 0 else 1.0
            self.t[i, :n] = sign * coefficients
            self.t[i, n] = sign * right
        self.basis = np.full(m, -1)
        self._start()

    def _turn(self, row, column):
        t = self.t
        t[row] /= t[row, column]
        by = t[:, column].copy()
        by[row] = 0
        touched = np.nonzero(by)[0]
        t[touched] -= np.outer(by[touched], t[row])
        t[np.abs(t) < 1e-11] = 0
        self.basis[row] = column

    def _step(self, is_careful):
        aim = self.t[-1, :self.n]
        if is_careful:
            gains = np.nonzero(aim > NEAR)[0]
            column = gains[0] if len(gains) else -1
        else:
            column = int(np.argmax(aim)) if self.n else -1
            column = column if column >= 0 and aim[column] > NEAR else -1
        if column < 0:
            return "top"
        by = self.t[:-1, column]
        rows = np.nonzero(by > NEAR)[0]
        if not len(rows):
            return "no end"
        ratios = self.t[rows, self.n] / by[rows]
        tied = rows[ratios <= ratios.min() + 1e-10]
        self._turn(tied[np.argmin(self.basis[tied])], column)
        return "on"

    def _start(self):
        for steps in range(20000):
            made_up = self.basis < 0
            self.t[-1] = self.t[:-1][made_up].sum(axis=0) if made_up.any() else 0
            if self.t[-1, self.n] <= NEAR:
                break
            if self._step(steps > 300) != "on":
                raise Impossible
        for row in range(len(self.basis) - 1, -1, -1):
            if self.basis[row] >= 0:
                continue
            columns = np.nonzero(np.abs(self.t[row, :self.n]) > NEAR)[0]
            if len(columns):
                self._turn(row, columns[0])
            else:
                self.t = np.delete(self.t, row, axis=0)
                self.basis = np.delete(self.basis, row)

    def here(self):
        x = np.zeros(self.n)
        x[self.basis] = self.t[:-1, self.n]
        return x

    def raise_(self, aim, enough=np.inf, see=None, steps_most=20000):
        """Walks; returns the greatest aim @ x (inf: no end), one that is enough, or None after steps_most. see(x)
        gets every corner."""
        self.t[-1, :self.n] = aim
        self.t[-1, self.n] = 0
        for row, column in enumerate(self.basis):
            if self.t[-1, column]:
                self.t[-1] -= self.t[-1, column] * self.t[row]
        for steps in range(steps_most):
            x = self.here()
            if see:
                see(x)
            if aim @ x >= enough - NEAR:
                return aim @ x
            how = self._step(steps > 300)
            if how != "on":
                return np.inf if how == "no end" else aim @ self.here()
        return None


def whole_most(rows, n, aim, enough, see, budget=400):
    """The greatest aim @ x over whole x, or enough of it, by branching; inf: no end."""
    best, open_ = -np.inf, [[]]
    while open_:
        extra = open_.pop()
        budget -= 1
        if budget < 0:
            raise Undecided
        # x_j <= b and x_j >= b become equations with an unknown of their own.
        k = len(extra)
        wide = [(np.concatenate([c, np.zeros(k)]), r) for c, r in rows]
        for i, (j, sign, bound) in enumerate(extra):
            c = np.zeros(n + k)
            c[j], c[n + i] = 1, sign
            wide.append((c, bound))
        try:
            corners = Corners(wide, n + k)
        except Impossible:
            continue
        most = corners.raise_(np.concatenate([aim, np.zeros(k)]), enough)
        if np.isinf(most):
            return most
        if np.floor(most + 1e-6) <= best:
            continue
        x = corners.here()[:n]
        parted = np.nonzero(np.abs(x - np.round(x)) > 1e-5)[0]
        if not len(parted):
            see(x)
            best = max(best, round(aim @ np.round(x)))
            if best >= enough:
                break
            continue
        j = parted[0]
        open_ += [extra + [(j, 1, np.floor(x[j]))], extra + [(j, -1, np.floor(x[j]) + 1)]]
    return best
