export interface Node {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly title_ja: string;
}
export interface Session {
  readonly display_name: string;
  readonly role: string;
}
