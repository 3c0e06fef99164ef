import type { RoleGroup, RoleTable } from "../wire.js";

/** The groups with the rows of one role; "" for every row. Groups without any go. */
export function rowsOf(table: RoleTable, role: string): RoleGroup[] {
  if (role === "") return [...table.groups];
  return table.groups
    .map((group) => ({ ...group, rows: group.rows.filter((row) => row.roles.includes(role)) }))
    .filter((group) => group.rows.length > 0);
}

/** Whether every role of people may do it; then the names of all of them say less than one word. */
export function isForEveryone(table: RoleTable, roles: readonly string[]): boolean {
  const people = table.roles.filter((one) => one.id !== "anonymous" && one.id !== "operator");
  return people.length > 1 && people.every((one) => roles.includes(one.id));
}
