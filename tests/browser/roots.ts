/** The three root keys of a federation and what they sign: invitations and lists of members, written here
 * once more, from the protocol alone (federation/fed_doc.h). */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";

const federation = "momiji";
export const federationName = "もみじ地方の連合";

interface Root {
  readonly kid: string;
  readonly key: KeyObject;
  readonly ed25519: string;
}

/** Keys in order, no spaces, a line each. */
function line(value: unknown): string {
  return `${JSON.stringify(ordered(value))}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, ordered(one)]));
}

/** An instant, `seconds` from now, with six digits. */
function when(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace("Z", "000Z");
}

const day = 86_400;

export class Roots {
  private readonly keys: readonly Root[] = [1, 2, 3].map((n) => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
    return { kid: `root-${n}`, key: privateKey, ed25519: raw.toString("base64url") };
  });
  private readonly members: object[] = [];

  private signed(kind: string, rows: readonly unknown[], nKeys: number): Buffer {
    const bytes = Buffer.from([{ doc: kind, v: 1 }, ...rows].map(line).join(""));
    const head = Buffer.from(`ibasho-sig/1\n${kind}\n${bytes.length}\n`);
    const lines = this.keys.slice(0, nKeys).map(({ kid, key }) => {
      const signature = sign(null, Buffer.concat([head, bytes]), key).toString("base64");
      return `${kid} ${signature}\n`;
    });
    return Buffer.concat([bytes, Buffer.from(`\n${lines.join("")}`)]);
  }

  private get listed(): readonly object[] {
    return this.keys.map(({ kid, ed25519 }) => ({ kid, ed25519 }));
  }

  /** What is read out over the telephone. */
  get code(): string {
    const hash = createHash("sha256").update(`ibasho-roots/1\n${federation}`);
    for (const { ed25519 } of this.keys) hash.update(Buffer.from(ed25519, "base64url"));
    return (hash.digest("hex").slice(0, 16).match(/..../g) ?? []).join("-");
  }

  invitation(guest: string): Buffer {
    const row = {
      id: randomUUID(),
      federation,
      name_ja: federationName,
      guest_ja: guest,
      seq: 1,
      issued: when(-60),
      until: when(3600),
      roots: this.listed,
    };
    return this.signed("invitation", [row], 1);
  }

  /** Takes in whoever asked by this application. */
  admit(application: Buffer): void {
    const rows = application.toString().split("\n\n")[0]?.split("\n") ?? [];
    const asked = JSON.parse(rows[1] ?? "") as {
      readonly node: string;
      readonly name_ja: string;
      readonly endpoint: string;
      readonly spki: readonly object[];
      readonly keys: readonly object[];
    };
    this.members.push({
      ...this.member(asked.node, asked.name_ja, asked.endpoint),
      spki: asked.spki,
      keys: asked.keys.map((key) => ({
        ...key,
        not_before: when(-3600),
        not_after: when(60 * day),
        use: "request",
      })),
    });
  }

  /** Somebody who is in it and does not answer. */
  stranger(name: string): void {
    const raw = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
    const kid = `away-${this.members.length}`;
    this.members.push({
      ...this.member(randomUUID(), name, `${kid}.example:443`),
      spki: [{ sha256: createHash("sha256").update(kid).digest("base64url") }],
      keys: [
        {
          kid,
          ed25519: raw.subarray(-32).toString("base64url"),
          not_before: when(-3600),
          not_after: when(60 * day),
          use: "request",
        },
      ],
    });
  }

  private member(node: string, name_ja: string, endpoint: string): object {
    const contract = { id: "keiyaku-1", from: when(-day), to: when(200 * day) };
    const roles = ["host", "guest"];
    return { node, name_ja, endpoint, tier: 0, capacity: 10, roles, contract };
  }

  list(): Buffer {
    const head = {
      federation,
      name_ja: federationName,
      seq: 1,
      issued: when(-5),
      expires: when(6 * day),
      threshold: 2,
      min_client: 1,
      n_members: this.members.length,
      n_revoked: 0,
      roots: this.keys.map(({ kid, ed25519 }, n) => ({ kid, ed25519, holder_ja: `持ち主${n}` })),
      thresholds: {
        coordinator_k: 5,
        round_to: 5,
        tiers: [
          { population_under: 2000, hide_under: 0 },
          { population_under: 25_000, hide_under: 20 },
          { population_under: 0, hide_under: 10 },
        ],
      },
    };
    const members = [...this.members].sort((a, b) =>
      (a as { node: string }).node < (b as { node: string }).node ? -1 : 1,
    );
    return this.signed("registry", [head, ...members], 2);
  }
}
