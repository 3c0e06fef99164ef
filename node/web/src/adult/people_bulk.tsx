import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, askFile, type Outcome } from "../edge/api.js";
import { saveFile } from "../edge/save.js";
import {
  type Chosen,
  chosenIn,
  mayApprove,
  mayHandOut,
  mayIssue,
  roleOfKind,
} from "../state/people.js";
import type { Person } from "../wire.js";
import { Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import { people as words } from "../words/people.js";
import type { Word } from "../words/word.js";

interface Props {
  readonly role: string | undefined;
  readonly people: readonly Person[];
  readonly chosen: Chosen;
  readonly choose: (chosen: Chosen) => void;
  readonly again: () => void;
}

type Said =
  | { readonly kind: "nothing" | "nobody" | "printed" }
  | { readonly kind: "requested" | "approved"; readonly n: number }
  | { readonly kind: "issued"; readonly n: number; readonly nLeft: number }
  | { readonly kind: "refused"; readonly text: string };

/** What can be done with all who are chosen at once. */
export function Bulk({ role, people, chosen, choose, again }: Props): VNode {
  const [said, say] = useState<Said>({ kind: "nothing" });
  const [busy, work] = useState(false);
  /** Those just issued: a filter may have taken them off the list, their paper is still wanted. */
  const [fresh, keepFresh] = useState<readonly string[]>([]);

  /** One act for those who are in its state; the others stay as they are. */
  const act = async <T,>(
    ids: readonly string[],
    ask: (ids: readonly string[]) => Promise<Outcome<T>>,
    then: (n: number, value: T) => Said,
  ): Promise<void> => {
    if (busy) return;
    if (ids.length === 0) return say({ kind: "nobody" });
    work(true);
    const outcome = await ask(ids);
    work(false);
    if (outcome.kind === "ok") return say(then(ids.length, outcome.value));
    if (outcome.kind === "offline") return say({ kind: "refused", text: "" });
    const { errors, title } = outcome.problem;
    say({ kind: "refused", text: errors[0]?.text ?? title });
  };
  const request = (): Promise<void> =>
    act(
      chosenIn(people, chosen, [undefined]),
      (ids) => requestAll(people, ids),
      (n) => {
        again();
        return { kind: "requested", n };
      },
    );
  const nChosen = people.filter((one) => chosen.has(one.id)).length;
  const approve = (): Promise<void> =>
    act(
      chosenIn(people, chosen, ["requested"]),
      (ids) => ask("people.approve", undefined, { ids }),
      (n) => {
        again();
        return { kind: "approved", n };
      },
    );
  /** Whom only the board hands a first password is left as he is, and that is said. */
  const handed = (ids: readonly string[]): readonly string[] =>
    ids.filter((id) => mayHandOut(role, people.find((one) => one.id === id)?.role));
  const issue = (): Promise<void> => {
    const all = chosenIn(people, chosen, ["approved"]);
    const mine = handed(all);
    return act(
      mine,
      (ids) => ask("people.issue", undefined, { ids, first: "sheet" }),
      (n) => {
        keepFresh(mine);
        again();
        return { kind: "issued", n, nLeft: all.length - n };
      },
    );
  };
  const print = (kind: "ids" | "passwords", ids: readonly string[]): Promise<void> =>
    act(
      ids,
      (several) => askFile("people.slips", undefined, { ids: several, kind }),
      (_, file) => {
        saveFile(file, `ibasho-${kind}.pdf`);
        return { kind: "printed" };
      },
    );
  const printChosen = (kind: "ids" | "passwords"): Promise<void> =>
    print(
      kind,
      kind === "ids"
        ? chosenIn(people, chosen, ["issued", "active"])
        : handed(chosenIn(people, chosen, ["issued"])),
    );
  return (
    <section class="card stack">
      <div class="row">
        <span role="status">
          <Words of={words.chosen} slots={{ n: nChosen }} />
        </span>
        <button
          type="button"
          class="quiet-button"
          onClick={() => choose(new Set(people.map((one) => one.id)))}
        >
          <Words of={words.chooseAll} />
        </button>
        {nChosen === 0 ? null : (
          <button type="button" class="quiet-button" onClick={() => choose(new Set())}>
            <Words of={words.chooseNone} />
          </button>
        )}
      </div>
      {nChosen === 0 ? null : (
        <div class="row">
          <Act word={words.request} busy={busy} act={() => void request()} />
          {mayApprove(role) ? (
            <Act word={words.approve} busy={busy} act={() => void approve()} />
          ) : null}
          {mayIssue(role) ? (
            <>
              <Act word={words.issue} busy={busy} act={() => void issue()} />
              <Act word={words.printIds} busy={busy} act={() => void printChosen("ids")} />
              <Act
                word={words.printPasswords}
                busy={busy}
                act={() => void printChosen("passwords")}
              />
            </>
          ) : null}
        </div>
      )}
      <div role="alert">
        <Result said={said} />
      </div>
      {fresh.length === 0 ? null : (
        <div class="row">
          <span>
            <Words of={words.fresh} slots={{ n: fresh.length }} />
          </span>
          <Act word={words.printIds} busy={busy} act={() => void print("ids", fresh)} />
          <Act word={words.printPasswords} busy={busy} act={() => void print("passwords", fresh)} />
        </div>
      )}
    </section>
  );
}

/** One after the other, for the node takes them one by one; the first refusal ends it. Who was asked for
 * before stands in the list then, and a second press goes on with the rest. */
async function requestAll(
  people: readonly Person[],
  ids: readonly string[],
): Promise<Outcome<unknown>> {
  let last: Outcome<unknown> = { kind: "ok", value: undefined };
  for (const id of ids) {
    const kind = people.find((one) => one.id === id)?.kind;
    last = await ask("people.request_for", { id }, { role: roleOfKind(kind) });
    if (last.kind !== "ok") return last;
  }
  return last;
}

function Act({ word, busy, act }: { word: Word; busy: boolean; act: () => void }): VNode {
  return (
    <button type="button" class="quiet-button" aria-disabled={busy} onClick={act}>
      <Words of={busy ? words.working : word} />
    </button>
  );
}

function Result({ said }: { said: Said }): VNode | null {
  switch (said.kind) {
    case "nothing":
      return null;
    case "nobody":
      return (
        <p class="fault">
          <Words of={words.onlyThose} />
        </p>
      );
    case "printed":
      return (
        <p class="note">
          <Words of={words.printed} />
        </p>
      );
    case "requested":
    case "approved":
      return (
        <p class="note">
          <Words of={words[`${said.kind}N`]} slots={{ n: said.n }} />
        </p>
      );
    case "issued":
      return (
        <p class="note">
          <Words of={words.issuedN} slots={{ n: said.n }} />
          {said.nLeft === 0 ? null : (
            <>
              {" "}
              <Words of={words.leftOut} slots={{ n: said.nLeft }} />
            </>
          )}
        </p>
      );
    case "refused":
      return <Failure text={said.text} />;
  }
}
