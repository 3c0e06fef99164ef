import type { Registration, RegistrationRecord } from "../wire.js";

/** The codes of the facts, in the order in which they are offered. */
export const codes = {
  target: ["unsupported", "not_settled", "other"],
  route: ["hot_school", "desk", "wish", "school", "other"],
  wish: ["yes", "no", "not_asked"],
  wish_by: ["child", "guardian", "staff"], // "nobody" goes with "not_asked" alone
  support: ["none", "in_school", "outside", "both"],
  admission: ["resident", "partner", "invited"],
  consent_by: ["guardian", "child", "both"],
} as const;

/** What a person fills in: text as chosen, until it is sent. */
export interface FactsDraft {
  readonly school_year: string;
  readonly target: string;
  readonly target_since: string;
  readonly route: string;
  readonly wish: string;
  readonly wish_by: string;
  readonly support: string;
  readonly admission: string;
  readonly hasConsent: boolean;
  readonly consent_on: string;
  readonly consent_by: string;
  readonly items: readonly string[];
  readonly note: string;
}

/** Begins with the last record: what is still true need not be chosen again. A consent to the version
 * in force stays one; an older one has to be asked for anew. */
export function factsDraftOf(now: Registration): FactsDraft {
  const { facts } = now;
  const admissions = admissionsOf(now.policy);
  const isConsented = facts?.is_consent_current === true && now.consent_version !== "";
  return {
    school_year: String(now.school_year),
    target: facts?.target ?? "",
    target_since: facts?.target_since ?? "",
    route: facts?.route ?? "",
    wish: facts?.wish ?? "",
    wish_by: facts?.wish_by === "nobody" ? "" : (facts?.wish_by ?? ""),
    support: facts?.support ?? "",
    admission: facts?.admission ?? (admissions.length === 1 ? (admissions[0] ?? "") : ""),
    hasConsent: isConsented,
    consent_on: isConsented ? (facts.consent_on ?? "") : "",
    consent_by: isConsented ? (facts.consent_by ?? "") : "",
    items: isConsented ? now.consent_items : [],
    note: facts?.note ?? "",
  };
}

export function admissionsOf(policy: string): readonly string[] {
  const at = (codes.admission as readonly string[]).indexOf(policy);
  return codes.admission.slice(0, at < 0 ? 1 : at + 1);
}

/** Fields that are needed and empty, by the pointers the node uses. */
export function missingFacts(draft: FactsDraft): string[] {
  const needed = ["target", "target_since", "route", "wish", "support", "admission"] as const;
  return [
    ...needed.filter((name) => draft[name] === "").map((name) => `/${name}`),
    ...(draft.wish !== "" && draft.wish !== "not_asked" && draft.wish_by === ""
      ? ["/wish_by"]
      : []),
    ...(draft.hasConsent && draft.consent_on === "" ? ["/consent/on"] : []),
    ...(draft.hasConsent && draft.consent_by === "" ? ["/consent/by"] : []),
  ];
}

/** What is sent of a draft in which nothing is missing. */
export function recordOf(draft: FactsDraft, id: string, version: string): RegistrationRecord {
  const facts = {
    target: draft.target,
    target_since: draft.target_since,
    route: draft.route,
    wish: draft.wish,
    wish_by: draft.wish === "not_asked" ? "nobody" : draft.wish_by,
    support: draft.support,
    admission: draft.admission,
  } as Pick<
    RegistrationRecord,
    "target" | "target_since" | "route" | "wish" | "wish_by" | "support" | "admission"
  >;
  const by = draft.consent_by as "guardian" | "child" | "both";
  return {
    id,
    school_year: Number(draft.school_year),
    ...facts,
    ...(draft.hasConsent
      ? { consent: { version, on: draft.consent_on, by, items: draft.items } }
      : {}),
    ...(draft.note.trim() === "" ? {} : { note: draft.note.trim() }),
  };
}
