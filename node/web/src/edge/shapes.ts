/** Hand-made stand-in with the form of the generated wire.ts. */
export type Id = string;
export type Time = string;
export type Base64Url = string;

export interface Node {
  readonly id: Id;
  readonly name: string;
  readonly role: "municipality" | "coordinator";
  readonly title_ja: string;
  readonly status: "starting" | "locked" | "ok";
  readonly message: string;
  readonly words: "plain" | "ruby" | "easy" | "english";
}
export interface Session {
  readonly display_name: string;
  readonly role: string;
}
export interface SessionOpen {
  readonly login: string;
  readonly password: string;
  readonly code?: string;
}
export interface SettingState {
  readonly name: string;
  readonly type: "int" | "bool" | "enum" | "text" | "time";
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  readonly choices: readonly string[];
  readonly initial: string;
  readonly title_ja: string;
  readonly title_en: string;
  readonly help_ja: string;
  readonly requirement: string;
  readonly value: string;
  readonly is_default: boolean;
  readonly since?: Time;
  readonly pending_value?: string;
  readonly pending_from?: Time;
  readonly version: number;
  readonly may_change: boolean;
}
export interface Settings {
  readonly items: readonly SettingState[];
}
export interface SettingChange {
  readonly id: Id;
  readonly value?: string;
  readonly effective_from?: Time;
  readonly expected_version: number;
}
export interface SettingUndo {
  readonly id: Id;
  readonly version: number;
  readonly expected_version: number;
}
export interface SettingPast {
  readonly version: number;
  readonly undoes?: number;
  readonly value?: string;
  readonly value_before?: string;
  readonly effective_from: Time;
  readonly decided: Time;
  readonly role: string;
}
export interface SettingHistory {
  readonly items: readonly SettingPast[];
}
export interface KeyHalf {
  readonly half: Base64Url;
}

export interface Routes {
  "node.show": { params: undefined; input: undefined; output: Node };
  "session.show": { params: undefined; input: undefined; output: Session };
  "session.open": { params: undefined; input: SessionOpen; output: Session };
  "session.close": { params: undefined; input: undefined; output: undefined };
  "settings.list": { params: undefined; input: undefined; output: Settings };
  "settings.show": { params: { readonly name: string }; input: undefined; output: SettingState };
  "settings.change": { params: { readonly name: string }; input: SettingChange; output: SettingState };
  "settings.history": { params: { readonly name: string }; input: undefined; output: SettingHistory };
  "settings.undo": { params: { readonly name: string }; input: SettingUndo; output: SettingState };
  "keys.init": { params: undefined; input: KeyHalf; output: undefined };
  "keys.check": { params: undefined; input: KeyHalf; output: undefined };
  "keys.unlock": { params: undefined; input: KeyHalf; output: undefined };
}
export type RouteName = keyof Routes;

export const routes: {
  readonly [N in RouteName]: { readonly method: "GET" | "POST" | "PUT" | "DELETE"; readonly path: string };
} = {
  "node.show": { method: "GET", path: "/api/v1/node" },
  "session.show": { method: "GET", path: "/api/v1/session" },
  "session.open": { method: "POST", path: "/api/v1/session" },
  "session.close": { method: "DELETE", path: "/api/v1/session" },
  "settings.list": { method: "GET", path: "/api/v1/settings" },
  "settings.show": { method: "GET", path: "/api/v1/settings/{name}" },
  "settings.change": { method: "PUT", path: "/api/v1/settings/{name}" },
  "settings.history": { method: "GET", path: "/api/v1/settings/{name}/history" },
  "settings.undo": { method: "POST", path: "/api/v1/settings/{name}/undo" },
  "keys.init": { method: "POST", path: "/api/v1/keys/sheet" },
  "keys.check": { method: "POST", path: "/api/v1/keys/sheet/check" },
  "keys.unlock": { method: "POST", path: "/api/v1/keys/unlock" },
};
