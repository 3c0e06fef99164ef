/** People for the tests, made as the town makes them: asked for, approved, issued. */
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import type { Page } from "playwright-core";
import type { Login, Place, Visit } from "./engine.ts";

/** Asks the node as whoever is signed in on the page. */
export async function asked<T>(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  return (await page.evaluate(
    async ([method, path, body]) => {
      const answer = await fetch(`/api/v1${path ?? ""}`, {
        method: method ?? "",
        ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === "" ? undefined : (JSON.parse(text) as unknown);
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)],
  )) as T;
}

/** An account by the operator's own way: of a school, which the screen cannot say. */
export async function staffOf(at: Place, school: string, display_name: string): Promise<Made> {
  const id = randomUUID();
  const wanted = {
    ...{ id, role: "school_staff", display_name, school },
    ...{ login: `staff-${id.slice(0, 8)}`, password: "mori no naka 7" },
  };
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request(
      {
        socketPath: at.admin_socket,
        method: "POST",
        path: "/api/v1/admin/accounts",
        headers: { "content-type": "application/json", host: "localhost" },
      },
      (answer) => {
        let got = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => (got += part));
        answer.on("end", () =>
          answer.statusCode === 201
            ? resolve(got)
            : reject(new Error(`${answer.statusCode} ${got}`)),
        );
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify(wanted));
  });
  const { totp_secret } = JSON.parse(text) as { totp_secret: string };
  return { id, login: wanted.login, password: wanted.password, totp_secret, display_name };
}

export interface Made extends Login {
  readonly id: string;
}

export async function school(page: Page, name: string): Promise<string> {
  const id = randomUUID();
  await asked(page, "POST", "/schools", { id, name });
  return id;
}

export interface Child {
  readonly id: string;
  readonly family: string;
  readonly given: string;
}

/** Asks for IDs; nobody has approved them yet. */
export async function children(
  page: Page,
  ofSchool: string,
  names: readonly string[],
  familyKana = "ゴジュウ",
): Promise<Child[]> {
  const made: Child[] = [];
  for (const [i, name] of names.entries()) {
    const [family = "", given = ""] = name.split(" ");
    const id = randomUUID();
    await asked(page, "POST", "/people", {
      ...{ id, role: "student", family, given, school: ofSchool },
      ...{ family_kana: familyKana, given_kana: `バンメ${i + 1}`, grade: "J1" },
    });
    made.push({ id, family, given });
  }
  return made;
}

/** Asks the list of people; what is listed afterwards is what was asked for. */
export async function search(visit: Visit, q: string): Promise<void> {
  const { page } = visit;
  await page.fill("#people-q", q);
  const [answer] = await Promise.all([
    // An answer to a filter that was chosen just before is none to this.
    page.waitForResponse((answer) => {
      const url = new URL(answer.url());
      return url.pathname === "/api/v1/people" && (url.searchParams.get("q") ?? "") === q;
    }),
    page.press("#people-q", "Enter"),
  ]);
  if (!answer.ok()) throw new Error(`the list of people: ${answer.status()}`);
  await visit.settled();
}

/** Asks for the ID of somebody's guardian. */
export async function guardianOf(page: Page, child: string): Promise<string> {
  const id = randomUUID();
  await asked(page, "POST", "/people", {
    ...{ id, role: "guardian", family: "髙﨑", given: "親子" },
    ...{ family_kana: "ホゴシャ", given_kana: "オヤコ", children: [child] },
  });
  return id;
}

interface Shown {
  readonly here: string;
  readonly other: string;
  readonly guardian: string; // of the first, only asked for
}
let shown: Shown | undefined;

/** One child with an ID in use, another who was only asked for, and a guardian; the same however
 * often. */
export async function twoToLookAt(page: Page): Promise<Shown> {
  if (shown !== undefined) return shown;
  const at = await school(page, "あおぞら市立みはらし小学校");
  const names = ["髙﨑寿限無寿限無五劫のすりきれ海砂利水魚の水行末 葛󠄀之介", "髙﨑寿限無 葛󠄀之介"];
  const [here, other] = await children(page, at, names, "ミハラシ");
  await asked(page, "POST", "/people/approve", { ids: [here?.id] });
  await asked(page, "POST", "/people/issue", { ids: [here?.id], first: "sheet" });
  const guardian = await guardianOf(page, here?.id ?? "");
  shown = { here: here?.id ?? "", other: other?.id ?? "", guardian };
  return shown;
}
