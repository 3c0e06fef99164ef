import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { fieldOfUtc, utcOfField } from "../state/time.js";
import { useAsked } from "../view/asked.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { floors as words } from "../words/floors.js";
import { person as personWords } from "../words/person.js";
import type { FloorInfo, PlaceSession } from "../wire.js";
import { type Choice, ChoiceField, missingAt, TextField, toFirstFault } from "./fields.js";
import { Decisions, DraftForm, FloorField, SpanFields, useDraft } from "./floor_forms.js";
import { DeedFaults, FloorOf, useDeed } from "./floor_parts.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly floors: readonly FloorInfo[];
  readonly mayDecide: boolean;
  readonly said: () => void;
}

/** Sessions of today and to come, and a form for a new one (SE-4.1-イ-1, SE-4.1-イ-2, SE-4.1-イ-3). */
export function PlaceSessions({ floors, mayDecide, said }: Props): VNode {
  const [asked, again] = useAsked("place_sessions.list", undefined);
  const done = (): void => {
    said();
    again();
  };
  return (
    <Decisions
      id="sessions-title"
      title={words.sessions}
      lead={words.sessionsLead}
      none={words.sessionsNone}
      add={words.addSession}
      asked={asked}
      again={again}
      keyOf={(one: PlaceSession) => `${one.session} ${String(one.version)}`}
      row={(one) => <Session session={one} floors={floors} mayDecide={mayDecide} said={done} />}
      form={mayDecide ? <SessionForm floors={floors} done={done} /> : undefined}
    />
  );
}

function Session({ session, floors, mayDecide, said }: Props & { session: PlaceSession }): VNode {
  const [isChanging, change] = useState(false);
  const deed = useDeed();
  const isRunning =
    !session.is_cancelled &&
    Date.parse(session.from) <= Date.now() &&
    Date.now() < Date.parse(session.until);
  const isOver = Date.parse(session.until) <= Date.now();
  const cancel = (): void => {
    void deed
      .send(undefined, (id) =>
        ask(
          "place_sessions.cancel",
          { id: session.session },
          { id, expected_version: session.version },
        ),
      )
      .then((isDone) => isDone && said());
  };
  return (
    <>
      <p class="tags">
        <span class="deed">
          <Given>{session.title}</Given>
        </span>
        {session.is_cancelled ? (
          <span class="pill pill-alert">
            <Words of={words.cancelled} />
          </span>
        ) : null}
        {isRunning ? (
          <span class="pill">
            <Words of={words.running} />
          </span>
        ) : null}
        {session.is_anonymous ? (
          <span class="pill">
            <Words of={words.anonymous} />
          </span>
        ) : null}
        <FloorOf id={session.floor} all={floors} />
      </p>
      <p class="tags fine">
        <Words
          of={words.span}
          slots={{ from: <Time utc={session.from} />, until: <Time utc={session.until} /> }}
        />
        {session.capacity === undefined ? null : (
          <Words of={words.capacity} slots={{ n: session.capacity }} />
        )}
      </p>
      {mayDecide && !session.is_cancelled && !isOver ? (
        <div class="row">
          <button type="button" class="quiet-button" onClick={() => change(!isChanging)}>
            <Words of={isChanging ? words.no : words.changeSession} />
          </button>
          <Sure
            word={words.cancelSession}
            yes={words.yes}
            no={words.no}
            busy={deed.busy}
            busyWord={words.saving}
            isQuiet
            act={cancel}
          >
            <p>
              <Words of={words.cancelSure} slots={{ title: <Given>{session.title}</Given> }} />
            </p>
          </Sure>
        </div>
      ) : null}
      <DeedFaults of={deed} />
      {isChanging ? <SessionForm floors={floors} session={session} done={said} /> : null}
    </>
  );
}

const names: readonly Choice[] = [
  ["named", words.named],
  ["unnamed", words.unnamed],
];
const fields = ["/floor", "/title", "/from", "/until", "/capacity"];

function draftOf(session: PlaceSession | undefined): Draft {
  if (session === undefined) return blank;
  return {
    floor: session.floor,
    title: session.title,
    from: fieldOfUtc(new Date(session.from)),
    until: fieldOfUtc(new Date(session.until)),
    capacity: String(session.capacity ?? ""),
    names: session.is_anonymous ? "unnamed" : "named",
  };
}
const blank = { floor: "", title: "", from: "", until: "", capacity: "", names: "named" };
type Draft = typeof blank;

function SessionForm({
  floors,
  session,
  done,
}: {
  floors: readonly FloorInfo[];
  session?: PlaceSession;
  done: () => void;
}): VNode {
  const drafted = useDraft<Draft>(() => draftOf(session), fields);
  const { draft, write, set, deed, fault } = drafted;
  const key = session?.session ?? "new";
  const send = async (form: HTMLElement): Promise<void> => {
    const [from, until] = [utcOfField(draft.from), utcOfField(draft.until)];
    const title = draft.title.trim();
    if (from === undefined || until === undefined || draft.floor === "" || title === "") {
      deed.tell(
        missingAt([
          ...(draft.floor === "" ? ["/floor"] : []),
          ...(title === "" ? ["/title"] : []),
          ...(from === undefined ? ["/from"] : []),
          ...(until === undefined ? ["/until"] : []),
        ]),
      );
      return toFirstFault(form);
    }
    const typed = draft.capacity.normalize("NFKC").trim();
    const body = {
      floor: draft.floor,
      title,
      from,
      until,
      is_anonymous: draft.names === "unnamed",
      ...(typed === "" ? {} : { capacity: Number(typed) }),
    };
    const isDone = await deed.send(form, (id) =>
      session === undefined
        ? ask("place_sessions.make", undefined, { id, ...body })
        : ask(
            "place_sessions.change",
            { id: session.session },
            { id, ...body, expected_version: session.version },
          ),
    );
    if (!isDone) return;
    write(draftOf(session));
    done();
  };
  return (
    <DraftForm deed={deed} send={send}>
      <FloorField
        id={`session-floor-${key}`}
        word={words.ruleFloor}
        fault={fault("/floor")}
        value={draft.floor}
        put={(floor) => set({ floor })}
        floors={floors}
        none={personWords.chooseOne}
      />
      <TextField
        id={`session-title-${key}`}
        word={words.sessionTitle}
        hint={words.sessionTitleHint}
        fault={fault("/title")}
        value={draft.title}
        put={(title) => set({ title })}
      />
      <SpanFields
        of={drafted}
        id={(name) => `session-${name}-${key}`}
        from={words.sessionFrom}
        until={words.sessionUntil}
      />
      <TextField
        id={`session-capacity-${key}`}
        word={words.capacityField}
        fault={fault("/capacity")}
        value={draft.capacity}
        put={(capacity) => set({ capacity })}
      />
      <ChoiceField
        id={`session-names-${key}`}
        word={words.sessionNames}
        fault={undefined}
        value={draft.names}
        put={(one) => set({ names: one })}
        choices={names}
      />
    </DraftForm>
  );
}
