import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, askFile } from "../edge/api.js";
import { saveFile } from "../edge/save.js";
import { isSoon, type Standing, standingOf } from "../state/federation.js";
import { momentOf } from "../state/hours.js";
import { dayAfter } from "../state/logs.js";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Said as FormSaid, Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { federation as words } from "../words/federation.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import type { FederationDesk, FederationMember, FederationStatus } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Escrow } from "./escrow.js";
import { refusalOf } from "./fields.js";
import { Sure } from "./roster_parts.js";
import { Witnesses } from "./witnesses.js";

/** The ties to other municipalities: how they stand and what to do, who is in, what waits, the half of the
 * key in keeping (CARD-11, CARD-12). */
export function FederationPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("federation.desk", undefined);
  const isBoard = role === "commissioner";
  // The coordinator looks; joining, keys and lists are the work of those who run the node.
  const isKeeper = role !== "coordinator";
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {(desk) => (
          <>
            <Now of={desk} isBoard={isBoard} />
            {isKeeper && desk.status.has_roots && !desk.status.has_registry ? (
              <HandIn again={again} />
            ) : null}
            {desk.status.has_registry ? (
              <>
                <Members of={desk.members} />
                <Facts of={desk} />
                <Witnesses />
                {isKeeper ? <OwnKey of={desk.status} isBoard={isBoard} again={again} /> : null}
              </>
            ) : null}
            {isKeeper ? <Escrow members={desk.members} isBoard={isBoard} /> : null}
            {isKeeper && desk.status.has_registry ? <HandIn again={again} /> : null}
          </>
        )}
      </Shown>
    </div>
  );
}

const said: Readonly<Record<Standing, readonly [is: Word, next: Word]>> = {
  alone: [words.isAlone, words.isAloneNext],
  asked: [words.isAsked, words.isAskedNext],
  spoilt: [words.isSpoilt, words.isSpoiltNext],
  split: [words.isSplit, words.isSplitNext],
  unlisted: [words.isUnlisted, words.isUnlistedNext],
  stale: [words.isStale, words.isStaleNext],
  ending: [words.isEnding, words.isEndingNext],
  good: [words.isGood, words.isGoodNext],
};
/** Who keeps the list cannot ask anybody for a new one. */
const own: Readonly<Partial<Record<Standing, Word>>> = {
  stale: words.isOwnNext,
  ending: words.isOwnNext,
};
const grave: readonly Standing[] = ["spoilt", "split", "unlisted", "stale"];

/** The end of a contract as people say it: midnight is the day before. */
function Last({ utc }: { utc: string }): VNode {
  const { day, time } = momentOf(utc);
  return time === "00:00" ? <Day of={dayAfter(day, -1)} /> : <Time utc={utc} />;
}

/** What a tired reader must see first: is it well, and if not, what is to be done. */
function Now({ of, isBoard }: { of: FederationDesk; isBoard: boolean }): VNode {
  const standing = standingOf(of.status, Date.now());
  const [is, others] = said[standing];
  const isCoordinator = of.members.some((one) => one.is_self && one.is_coordinator);
  const next = isCoordinator ? (own[standing] ?? others) : others;
  const { contract_to } = of.status;
  return (
    <section class="card stack" aria-labelledby="federation-now">
      <h2 id="federation-now">
        <Words of={words.now} />
      </h2>
      <p class={grave.includes(standing) ? "fault" : "note"} role="status">
        <Words
          of={is}
          slots={contract_to === undefined ? {} : { time: <Last utc={contract_to} /> }}
        />
      </p>
      {standing === "good" ? null : (
        <>
          <h3>
            <Words of={words.next} />
          </h3>
          <p>
            <Words of={next} slots={{ n: of.status.split_seq }} />
          </p>
        </>
      )}
      {standing === "alone" || standing === "asked" ? (
        isBoard ? (
          <a class={standing === "alone" ? "button" : "quiet-button"} href="#/federation/join">
            <Words of={standing === "alone" ? words.join : words.joinAgain} />
          </a>
        ) : (
          <p class="fine">
            <Words of={words.boardOnly} />
          </p>
        )
      ) : null}
    </section>
  );
}

function Members({ of }: { of: readonly FederationMember[] }): VNode {
  return (
    <section class="card stack" aria-labelledby="federation-members">
      <h2 id="federation-members">
        <Words of={words.members} />
      </h2>
      {of.length === 0 ? (
        <p>
          <Words of={words.membersNone} />
        </p>
      ) : null}
      <ul class="deeds">
        {[...of]
          .sort((a, b) => Number(b.is_self) - Number(a.is_self))
          .map((one) => (
            <li class="stack-small" key={one.node}>
              <Member of={one} />
            </li>
          ))}
      </ul>
    </section>
  );
}

function Member({ of }: { of: FederationMember }): VNode {
  const marks: readonly (readonly [boolean, Word])[] = [
    [of.is_self, words.self],
    [of.is_coordinator, words.coordinator],
    [of.is_host, words.host],
    [of.is_guest, words.guest],
  ];
  return (
    <>
      <h3>
        <Given>{of.name}</Given>
      </h3>
      <p class="tags">
        {marks
          .filter(([is]) => is)
          .map(([, word]) => (
            <span class="pill" key={word[2]}>
              <Words of={word} />
            </span>
          ))}
        {of.in_contract ? null : (
          <span class="pill pill-alert">
            <Words of={words.outside} />
          </span>
        )}
        <span class="fine">
          <Words
            of={words.contract}
            slots={{ from: <Time utc={of.contract_from} />, to: <Last utc={of.contract_to} /> }}
          />
        </span>
      </p>
      {of.is_self ? null : (
        <>
          <Link of={of} />
          <Owed of={of} />
        </>
      )}
    </>
  );
}

/** While a lesson is held together: does it get through? */
function Link({ of }: { of: FederationMember }): VNode | null {
  if (!of.has_link) return null;
  if (of.is_link_up || of.link_since === undefined)
    return (
      <p class="fine">
        <Words of={of.is_link_up ? words.linkUp : words.linkComing} />
      </p>
    );
  return (
    <p class="fault">
      <Words of={words.linkCut} slots={{ time: <Time utc={of.link_since} /> }} />
    </p>
  );
}

/** What has not reached them yet. */
function Owed({ of }: { of: FederationMember }): VNode {
  if (of.n_waiting === 0 && of.n_ended === 0)
    return (
      <p class="fine">
        <Words of={words.nothingWaits} />
      </p>
    );
  return (
    <>
      {of.n_waiting === 0 || of.oldest_at === undefined ? null : (
        <p class="note">
          <Words
            of={words.waiting}
            slots={{ n: of.n_waiting, time: <Time utc={of.oldest_at} /> }}
          />
        </p>
      )}
      {of.last_code === "" ? null : (
        <p class="fine">
          {of.last_text === "" ? <Words of={words.noAnswer} /> : <Given>{of.last_text}</Given>}
        </p>
      )}
      {of.n_ended === 0 ? null : (
        <p class="fault">
          <Words of={words.ended} slots={{ n: of.n_ended }} />
        </p>
      )}
    </>
  );
}

function Facts({ of }: { of: FederationDesk }): VNode {
  const { status } = of;
  const rows: readonly (readonly [Word, VNode])[] = [
    [words.federation, <Given>{of.name}</Given>],
    [
      words.list,
      status.taken === undefined || status.expires === undefined ? (
        <Words of={words.none} />
      ) : (
        <Words
          of={words.listOf}
          slots={{
            n: status.seq,
            taken: <Time utc={status.taken} />,
            until: <Time utc={status.expires} />,
          }}
        />
      ),
    ],
    [words.rootsCode, <b class="mono">{status.roots_code}</b>],
    ...(of.endpoint === ""
      ? []
      : [[words.endpoint, <span class="mono">{of.endpoint}</span>] as const]),
    ...(status.contract_to === undefined
      ? []
      : [
          [
            words.contractTo,
            <Words of={words.until} slots={{ time: <Last utc={status.contract_to} /> }} />,
          ] as const,
        ]),
  ];
  return (
    <section class="card stack">
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div class="fact" key={name[2]}>
            <dt>
              <Words of={name} />
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="fine">
        <Words of={words.rootsCodeNote} />
      </p>
    </section>
  );
}

interface KeyProps {
  readonly of: FederationStatus;
  readonly isBoard: boolean;
  readonly again: () => void;
}

function OwnKey({ of, isBoard, again }: KeyProps): VNode {
  const deed = useDeed();
  const rotate = async (): Promise<void> => {
    const file = await deed.run(() => askFile("federation.key", undefined, undefined));
    if (file === undefined) return;
    saveFile(file, "ibasho-kagi.txt");
    again();
  };
  return (
    <section class="card stack" aria-labelledby="federation-key">
      <h2 id="federation-key">
        <Words of={words.key} />
      </h2>
      <p>
        <Words of={words.keyLead} />
      </p>
      {of.own_kid === "" || of.own_not_after === undefined ? null : (
        <p>
          <Words
            of={words.keyNow}
            slots={{
              kid: <b class="mono">{of.own_kid}</b>,
              time: <Time utc={of.own_not_after} />,
            }}
          />
        </p>
      )}
      {of.waiting_kid === "" ? null : (
        <p class="note">
          <Words of={words.keyWaiting} slots={{ kid: <b class="mono">{of.waiting_kid}</b> }} />
        </p>
      )}
      {of.waiting_kid === "" && isSoon(of.own_not_after, Date.now()) ? (
        <p class="fault">
          <Words of={words.keySoon} />
        </p>
      ) : null}
      {isBoard && of.own_kid !== "" ? (
        <Sure
          word={words.keyAsk}
          yes={words.yes}
          no={words.no}
          busy={deed.busy}
          busyWord={words.working}
          isQuiet
          act={() => void rotate()}
        >
          <p>
            <Words of={words.keySure} />
          </p>
        </Sure>
      ) : null}
      <Said of={deed.said} done={words.keyAsked} />
    </section>
  );
}

type Handed = "nothing" | "needFile" | { readonly seq: number } | { readonly text: string };

/** A list that came as a file. */
function HandIn({ again }: { again: () => void }): VNode {
  const file = useRef<HTMLInputElement>(null);
  const [busy, work] = useState(false);
  const [handed, tell] = useState<Handed>("nothing");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const chosen = file.current?.files?.[0];
    if (chosen === undefined) {
      tell("needFile");
      return file.current?.focus();
    }
    tell("nothing");
    work(true);
    const outcome = await ask("federation.hand_in", undefined, chosen);
    work(false);
    if (outcome.kind === "ok") {
      tell({ seq: outcome.value.seq });
      again();
    } else tell({ text: refusalOf(outcome) ?? "" });
  };
  const isFault = handed === "needFile" || (typeof handed === "object" && "text" in handed);
  return (
    <section class="card stack" aria-labelledby="federation-hand">
      <h2 id="federation-hand">
        <Words of={words.hand} />
      </h2>
      <p>
        <Words of={words.handLead} />
      </p>
      <form class="stack" onSubmit={(event) => void send(event)} noValidate>
        <FormSaid id="federation-hand-fault">
          {handed === "needFile" ? (
            <Words of={words.needFile} />
          ) : typeof handed === "object" && "text" in handed ? (
            handed.text === "" ? (
              <Words of={first.noAnswer} />
            ) : (
              <Given>{handed.text}</Given>
            )
          ) : null}
        </FormSaid>
        <div>
          <label for="federation-file">
            <Words of={words.handFile} />
          </label>
          <input
            id="federation-file"
            ref={file}
            type="file"
            aria-invalid={isFault}
            aria-describedby="federation-hand-fault"
          />
        </div>
        <Send busy={busy} word={words.handDo} busyWord={words.sending} />
      </form>
      <div role="status">
        {typeof handed === "object" && "seq" in handed ? (
          <p class="note">
            <Words of={words.handed} slots={{ n: handed.seq }} />
          </p>
        ) : null}
      </div>
    </section>
  );
}
