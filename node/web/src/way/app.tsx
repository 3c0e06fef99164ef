import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { qrFrom } from "../state/qr.js";
import { Help, Said, Send } from "../view/form.js";
import { useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { way } from "../words/way.js";
import type { TotpBegun } from "../wire.js";
import { type Refusal, refusalOf } from "./problem.js";
import { RefusalText } from "./said.js";

/** An authenticator app: the square to scan, the same as letters, and six digits to see that it works. */
export function AppSetUp({ begun, done }: { begun: TotpBegun; done: () => void }): VNode {
  const code = useRef<HTMLInputElement>(null);
  const [busy, work] = useState(false);
  const [said, say] = useState<Refusal | "need" | undefined>(undefined);
  useEffect(() => {
    if (said !== undefined && !busy) code.current?.focus();
  }, [said, busy]);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const digits = (code.current?.value ?? "").normalize("NFKC").replace(/\D/g, "");
    if (digits.length !== 6) return say("need");
    work(true);
    say(undefined);
    const answer = await ask("me.totp_confirm", undefined, { code: digits });
    work(false);
    if (answer.kind === "ok") return done();
    say(refusalOf(answer, ["/code"]));
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate autocomplete="off">
      <ol class="points">
        <li>
          <Words of={way.app1} />
        </li>
        <li>
          <Words of={way.app2} />
        </li>
        <li>
          <Words of={way.app3} />
        </li>
      </ol>
      <QrPicture svg={begun.qr_svg} />
      <Help title={way.typeKey}>
        <p>
          <Words of={way.typeKeyBody} />
        </p>
        <p class="mono secret">{begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}</p>
      </Help>
      <Said id="app-fault">
        {said === undefined ? null : said === "need" ? (
          <Words of={way.needCode} />
        ) : (
          <RefusalText said={said} wrong={way.wrongCode} />
        )}
      </Said>
      <div>
        <label for="app-code">
          <Words of={way.codeLabel} />
        </label>
        <input
          id="app-code"
          ref={code}
          class="code"
          type="text"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={12}
          aria-describedby={said === undefined ? undefined : "app-fault"}
          aria-invalid={said !== undefined}
        />
      </div>
      <Send busy={busy} word={way.appDo} busyWord={way.asking} />
    </form>
  );
}

function QrPicture({ svg }: { svg: string }): VNode | null {
  const line = useLine();
  const qr = qrFrom(svg);
  if (qr === undefined) return <p class="note">{line(first.brokenBody)}</p>;
  return (
    <svg
      class="qr"
      role="img"
      aria-label={line(way.qrOf)}
      viewBox={`0 0 ${qr.side} ${qr.side}`}
      shape-rendering="crispEdges"
    >
      <path class="qr-paper" d={`M0 0h${qr.side}v${qr.side}H0z`} />
      <path class="qr-ink" d={qr.path} />
    </svg>
  );
}
