import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import type { ProfileVersion } from "../wire.js";
import { Figure } from "../view/figure.js";
import { Failure } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { profilePast as words } from "../words/profile_past.js";
import { colourNames, figures } from "../words/profile.js";
import type { Word } from "../words/word.js";
import { refusalOf } from "./fields.js";
import { roleWord } from "./person_parts.js";

/** How somebody was seen so far. Asked for on purpose, because looking is recorded. */
export function ProfilePast({ id }: { id: string }): VNode {
  const [items, show] = useState<readonly ProfileVersion[] | undefined>(undefined);
  const [hasMore, tellMore] = useState(true);
  const [said, say] = useState<string | undefined>(undefined);
  const look = async (): Promise<void> => {
    const last = items?.at(-1);
    const query: Record<string, string> = last === undefined ? {} : { before: `${last.version}` };
    const answer = await ask("profile.history", { id }, undefined, query);
    say(refusalOf(answer));
    if (answer.kind !== "ok") return;
    show([...(items ?? []), ...answer.value.items]);
    tellMore(answer.value.has_more);
  };
  return (
    <section class="card stack profile-past">
      <h2>
        <Words of={words.title} />
      </h2>
      <p class="fine">
        <Words of={words.note} />
      </p>
      <div role="alert">
        <Failure text={said} />
      </div>
      {items === undefined ? null : items.length === 0 ? (
        <p role="status">
          <Words of={words.none} />
        </p>
      ) : (
        <ol class="timeline">
          {items.map((one) => (
            <Version of={one} key={one.id} />
          ))}
        </ol>
      )}
      {hasMore ? (
        <button type="button" class="quiet-button" onClick={() => void look()}>
          <Words of={items === undefined ? words.look : words.more} />
        </button>
      ) : null}
    </section>
  );
}

function Version({ of: one }: { of: ProfileVersion }): VNode {
  const role = roleWord(one.author_role);
  return (
    <li class={one.is_own ? "moment" : "moment moment-alert"}>
      <span class="past-look">
        <Figure kind={one.kind} colour={one.colour} height={48} />
        <span>
          <span class="moment-what">
            <Given>{one.name}</Given>
          </span>{" "}
          <span class="fine">
            <Words
              of={words.looks}
              slots={{
                kind: <Words of={figures[one.kind]} />,
                colour: <Words of={colourNames[one.colour]} />,
              }}
            />
          </span>
        </span>
      </span>
      {one.note === "" ? null : (
        <span>
          <Words of={words.line} slots={{ text: <Given>{one.note}</Given> }} />
        </span>
      )}
      <span class="fine">
        <Ways of={one} />
      </span>
      <span class="fine">
        <Time utc={one.at} />
        {"　"}
        {one.is_own ? (
          <Words of={words.byItself} />
        ) : role === undefined ? (
          <Words of={words.byStaff} />
        ) : (
          <Words of={words.byRole} slots={{ role: <Words of={role} /> }} />
        )}
      </span>
      {one.reason === undefined ? null : (
        <span>
          <Words of={words.reason} slots={{ text: <Given>{one.reason}</Given> }} />
        </span>
      )}
    </li>
  );
}

function Ways({ of: one }: { of: ProfileVersion }): VNode {
  const all: readonly (readonly [boolean, Word])[] = [
    [one.wave, words.waysWave],
    [one.open, words.waysOpen],
    [one.private, words.waysPrivate],
  ];
  const open = all.filter(([is]) => is).map(([, word]) => word);
  if (open.length === 0) return <Words of={words.waysNone} />;
  return (
    <>
      {open.map((word, i) => (
        <span key={word[2]}>
          {i === 0 ? null : "・"}
          <Words of={word} />
        </span>
      ))}
    </>
  );
}
