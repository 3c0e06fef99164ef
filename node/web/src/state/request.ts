import type { PeopleRequest } from "../wire.js";

/** What a person fills in of somebody new: text as typed, until it is sent. */
export interface RequestDraft {
  readonly family: string;
  readonly given: string;
  readonly family_kana: string;
  readonly given_kana: string;
  readonly role: string;
  readonly school: string;
  readonly grade: string;
  readonly is_trial: boolean;
  readonly ends_on: string;
}

export function requestDraft(role: string): RequestDraft {
  return {
    family: "",
    given: "",
    family_kana: "",
    given_kana: "",
    role,
    school: "",
    grade: "",
    is_trial: false,
    ends_on: "",
  };
}

/** What the node may find wrong, by its pointers, in the order of the form. */
export const requestFields = [
  "/role",
  "/family",
  "/given",
  "/family_kana",
  "/given_kana",
  "/school",
  "/grade",
  "/ends_on",
] as const;

export function hasSchool(role: string): boolean {
  return role === "student" || role === "school_staff";
}

/** Fields that are needed and empty. School staff ask for their own school without naming it. */
export function missingOf(draft: RequestDraft, isOfSchool: boolean): string[] {
  const needed = ["role", "family", "given", "family_kana", "given_kana"] as const;
  return [
    ...needed.filter((name) => draft[name].trim() === "").map((name) => `/${name}`),
    ...(hasSchool(draft.role) && !isOfSchool && draft.school === "" ? ["/school"] : []),
  ];
}

/** What is sent; only what belongs to the role goes with it. */
export function requestOf(
  draft: RequestDraft,
  id: string,
  children: readonly string[],
): PeopleRequest {
  const ofSchool = hasSchool(draft.role);
  return {
    id,
    role: draft.role as PeopleRequest["role"],
    family: draft.family.trim(),
    given: draft.given.trim(),
    family_kana: draft.family_kana.trim(),
    given_kana: draft.given_kana.trim(),
    ...(ofSchool && draft.school !== "" ? { school: draft.school } : {}),
    ...(draft.role === "student" && draft.grade !== "" ? { grade: draft.grade } : {}),
    ...(draft.role === "guardian" && children.length > 0 ? { children } : {}),
    ...(draft.is_trial ? { is_trial: true } : {}),
    ...(draft.ends_on === "" ? {} : { ends_on: draft.ends_on }),
  };
}
