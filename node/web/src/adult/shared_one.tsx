import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Noted } from "../class/title.js";
import { ask, type Outcome } from "../edge/api.js";
import { endOfDay, isGoing, numberTyped } from "../state/shared.js";
import { useAsked } from "../view/asked.js";
import { Help, Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { shared as words } from "../words/shared.js";
import type { Word } from "../words/word.js";
import type { SharedLesson, SharedMember, SharedNode, SharedSeries } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import {
  DayField,
  type Faults,
  missingAt,
  noFaults,
  SelectField,
  TextField,
  toFirstFault,
} from "./fields.js";
import { Sure } from "./roster_parts.js";
import { SharedCountsShown } from "./shared_counts.js";
import { Evidence } from "./shared_evidence.js";
import { SharedSharesShown } from "./shared_shares.js";
import { LessonLine, State, What } from "./shared_parts.js";

const keepers: readonly string[] = ["commissioner", "contractor"];

/** One course held together: for the host who takes part and the dates, for a guest what it is; the numbers
 * of each municipality after the lessons (CARD-2). */
export function SharedOnePage({ page, role = "" }: PageProps): VNode {
  const [asked, again] = useAsked("shared.series", undefined);
  return (
    <div class="page">
      <Back href="#/shared" word={words.toList} />
      <Shown asked={asked} again={again}>
        {({ items }) => {
          const of = items.find((one) => one.series === page.name);
          if (of === undefined) return <MissingNote />;
          const isBoard = role === "commissioner";
          return (
            <>
              <PageHead title={words.title} name={<Noted of={of.title} />} />
              <What of={of} />
              {of.is_host ? <Nodes of={of} role={role} again={again} /> : null}
              <Lessons of={of} mayChange={of.is_host && keepers.includes(role)} again={again} />
              <SharedCountsShown series={of.series} />
              {of.is_host && of.cost !== undefined && keepers.includes(role) ? (
                <SharedSharesShown series={of.series} />
              ) : null}
              {isBoard ? <Evidence lessons={of.lessons} /> : null}
              {isBoard && isGoing(of) ? <Ending of={of} again={again} /> : null}
            </>
          );
        }}
      </Shown>
    </div>
  );
}

interface NodesProps {
  readonly of: SharedSeries;
  readonly role: string;
  readonly again: () => void;
}

/** To whom it was offered and what they said. */
function Nodes({ of, role, again }: NodesProps): VNode {
  return (
    <section class="card stack" aria-labelledby="shared-nodes">
      <h2 id="shared-nodes">
        <Words of={words.nodes} />
      </h2>
      {of.nodes.length === 0 ? (
        <p class="note">
          <Words of={words.nodesNone} />
        </p>
      ) : null}
      <ul class="deeds">
        {of.nodes.map((one) => (
          <li class="stack-small" key={one.node}>
            <p class="tags">
              <b>
                <Given>{one.name}</Given>
              </b>
              {one.state === "ended" && of.state === "open" ? (
                <span class="pill">
                  <Words of={words.stateLeftOut} />
                </span>
              ) : (
                <State of={one.state} />
              )}
              <span class="fine">
                <Words of={words.placesOf} slots={{ n: one.places }} />
              </span>
              <span class="fine">
                {one.answered_at === undefined ? (
                  <Words of={words.offeredAt} slots={{ time: <Time utc={one.offered_at} /> }} />
                ) : (
                  <Words of={words.answeredAt} slots={{ time: <Time utc={one.answered_at} /> }} />
                )}
              </span>
            </p>
            {one.state === "refused" ? (
              <p class="fault">
                <Words
                  of={words.stateRefusedNext}
                  slots={{ code: <span class="mono">{one.code ?? ""}</span> }}
                />
              </p>
            ) : null}
            {role === "commissioner" && of.state === "open" && takesPart.includes(one.state) ? (
              <LeaveOut series={of.series} of={one} again={again} />
            ) : null}
          </li>
        ))}
      </ul>
      {of.nodes.length === 0 ? null : (
        <button type="button" class="quiet-button" onClick={again}>
          <Words of={words.look} />
        </button>
      )}
      {of.state !== "open" ? null : role === "commissioner" ? (
        <Help title={words.offer} open={of.nodes.length === 0}>
          <OfferForm of={of} again={again} />
        </Help>
      ) : (
        <p class="fine">
          <Words of={words.offerBoard} />
        </p>
      )}
    </section>
  );
}

const takesPart: readonly string[] = ["offered", "accepted"];

/** One municipality takes part no more, from now on; it is told. */
function LeaveOut({
  series,
  of,
  again,
}: {
  series: string;
  of: SharedNode;
  again: () => void;
}): VNode {
  const deed = useDeed();
  const { node, name } = of;
  const run = async (): Promise<void> => {
    const did = await deed.run((id) => ask("shared.leave_out", { series }, { id, node }));
    if (did !== undefined) again();
  };
  return (
    <div class="stack-small" data-leave-out>
      <Sure
        word={words.leaveOut}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.saving}
        isQuiet
        act={() => void run()}
      >
        <p>
          <Words of={words.leaveOutSure} slots={{ name: <Given>{name}</Given> }} />
        </p>
      </Sure>
      <Said of={deed.said} done={words.did} />
    </div>
  );
}

function OfferForm({ of, again }: { of: SharedSeries; again: () => void }): VNode {
  const { series } = of;
  const [asked, askAgain] = useAsked("shared.members", undefined);
  const isOut = (node: string): boolean =>
    of.nodes.some((one) => one.node === node && one.state === "ended");
  return (
    <Shown asked={asked} again={askAgain}>
      {({ items }) => {
        const members = items.filter((one) => one.in_contract && !isOut(one.node));
        return members.length === 0 ? (
          <p class="note">
            <Words of={words.noMembers} />
          </p>
        ) : (
          <OfferTo series={series} members={members} again={again} />
        );
      }}
    </Shown>
  );
}

interface OfferProps {
  readonly series: string;
  readonly members: readonly SharedMember[];
  readonly again: () => void;
}

function OfferTo({ series, members, again }: OfferProps): VNode {
  const deed = useDeed();
  const [draft, write] = useState({ node: "", places: "", until: "" });
  const [faults, tell] = useState<Faults>(noFaults);
  const chosen = members.find((one) => one.node === draft.node);
  const set = (change: Partial<typeof draft>): void => {
    deed.anew();
    write({ ...draft, ...change });
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLElement;
    const places = numberTyped(draft.places);
    const until = endOfDay(draft.until);
    const missing = [
      ...(draft.node === "" ? ["/node"] : []),
      ...(places === undefined ? ["/places"] : []),
    ];
    tell(missingAt(missing));
    if (missing.length > 0 || places === undefined) return toFirstFault(form);
    const node = draft.node;
    const did = await deed.run((id) =>
      ask(
        "shared.offer_to",
        { series },
        { id, node, places, ...(until === undefined ? {} : { until }) },
      ),
    );
    if (did === undefined) return;
    write({ node: "", places: "", until: "" });
    again();
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate>
      <p>
        <Words of={words.offerLead} />
      </p>
      <SelectField
        id="offer-node"
        word={words.offerTo}
        fault={faults.at["/node"]}
        value={draft.node}
        put={(node) => set({ node })}
        choices={members.map((one) => [one.node, one.name] as const)}
      />
      <TextField
        id="offer-places"
        word={words.offerPlaces}
        fault={faults.at["/places"]}
        value={draft.places}
        put={(places) => set({ places })}
      />
      {chosen === undefined ? null : (
        <p class="fine">
          <Words of={words.offerMost} slots={{ n: chosen.capacity }} />
        </p>
      )}
      <DayField
        id="offer-until"
        word={words.offerUntil}
        fault={undefined}
        value={draft.until}
        put={(until) => set({ until })}
      />
      <Said of={deed.said} done={words.offered} />
      <Send busy={deed.busy} word={words.offerDo} busyWord={words.saving} />
    </form>
  );
}

interface LessonsProps {
  readonly of: SharedSeries;
  readonly mayChange: boolean;
  readonly again: () => void;
}

function Lessons({ of, mayChange, again }: LessonsProps): VNode {
  return (
    <section class="card stack" aria-labelledby="shared-lessons">
      <h2 id="shared-lessons">
        <Words of={words.lessons} />
      </h2>
      <ol class="history">
        {of.lessons.map((one) => (
          <li class="stack-small" key={one.n}>
            <LessonLine of={one} />
            {mayChange && !one.over && of.state === "open" ? (
              <LessonActs series={of.series} of={one} again={again} />
            ) : null}
          </li>
        ))}
      </ol>
      {!of.is_host && of.state === "accepted" ? (
        <p class="note">
          <Words of={words.accepted} />
        </p>
      ) : null}
      <a class="quiet-button" href="#/plan">
        <Words of={words.toPlan} />
      </a>
    </section>
  );
}

interface ActsProps {
  readonly series: string;
  readonly of: SharedLesson;
  readonly again: () => void;
}

function LessonActs({ series, of, again }: ActsProps): VNode {
  const deed = useDeed();
  const move = useDeed();
  const [draft, write] = useState({ day: "", slot: "" });
  const [faults, tell] = useState<Faults>(noFaults);
  const n = String(of.n);
  const cancel = async (): Promise<void> => {
    const did = await deed.run((id) =>
      ask("shared.lesson", { series, n }, { id, cancelled: !of.cancelled }),
    );
    if (did !== undefined) again();
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLElement;
    const slot = numberTyped(draft.slot);
    const missing = [
      ...(draft.day === "" ? ["/day"] : []),
      ...(slot === undefined ? ["/slot"] : []),
    ];
    tell(missingAt(missing));
    if (missing.length > 0 || slot === undefined) return toFirstFault(form);
    const did = await move.run((id) =>
      ask("shared.lesson", { series, n }, { id, cancelled: false, day: draft.day, slot }),
    );
    if (did !== undefined) again();
  };
  const set = (change: Partial<typeof draft>): void => {
    move.anew();
    write({ ...draft, ...change });
  };
  return (
    <Help title={words.change}>
      <div class="stack">
        <form class="stack" onSubmit={(event) => void send(event)} noValidate>
          <DayField
            id={`move-day-${n}`}
            word={words.newDay}
            fault={faults.at["/day"]}
            value={draft.day}
            put={(day) => set({ day })}
          />
          <TextField
            id={`move-slot-${n}`}
            word={words.slot}
            fault={faults.at["/slot"]}
            value={draft.slot}
            put={(slot) => set({ slot })}
          />
          <Said of={move.said} done={words.did} />
          <Send busy={move.busy} word={words.moveDo} busyWord={words.saving} />
        </form>
        <Sure
          word={of.cancelled ? words.resume : words.cancel}
          yes={words.yes}
          no={words.no}
          busy={deed.busy}
          busyWord={words.saving}
          isQuiet
          act={() => void cancel()}
        >
          <p>
            <Words of={of.cancelled ? words.resumeSure : words.cancelSure} />
          </p>
        </Sure>
        <Said of={deed.said} done={words.did} />
      </div>
    </Help>
  );
}

/** The host ends it for all; a guest leaves it. */
function Ending({ of, again }: { of: SharedSeries; again: () => void }): VNode {
  const deed = useDeed();
  const { series } = of;
  const [word, sure]: readonly [Word, Word] = of.is_host
    ? [words.end, words.endSure]
    : [words.leave, words.leaveSure];
  const send = (id: string): Promise<Outcome<unknown>> =>
    of.is_host ? ask("shared.end", { series }, { id }) : ask("shared.decline", { series }, { id });
  const run = async (): Promise<void> => {
    if ((await deed.run(send)) !== undefined) again();
  };
  return (
    <section class="card stack">
      <Sure
        word={word}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.saving}
        isQuiet
        act={() => void run()}
      >
        <p>
          <Words of={sure} />
        </p>
      </Sure>
      <Said of={deed.said} done={words.did} />
    </section>
  );
}
