/** Where in the client a reader is, as the part of the address after `#`. */
export type Page =
  | { readonly at: "home" }
  | { readonly at: "settings" }
  | { readonly at: "setting"; readonly name: string }
  | { readonly at: "keys" }
  | { readonly at: "sheet" }
  | { readonly at: "sheet-check" }
  | { readonly at: "sheet-approve" }
  | { readonly at: "first-sheet" }
  | { readonly at: "unlock" }
  | { readonly at: "missing" };

export function pageFrom(hash: string): Page {
  const parts = hash.replace(/^#\/?/, "").split("/");
  const [head = "", name = ""] = parts;
  if (parts.length === 1) {
    switch (head) {
      case "":
        return { at: "home" };
      case "settings":
      case "keys":
      case "sheet":
      case "sheet-check":
      case "sheet-approve":
      case "first-sheet":
      case "unlock":
        return { at: head };
    }
  }
  if (parts.length === 2 && head === "settings" && /^[a-z0-9_.]{1,100}$/.test(name))
    return { at: "setting", name };
  return { at: "missing" };
}

export function hashOf(page: Page): string {
  switch (page.at) {
    case "home":
      return "#/";
    case "setting":
      return `#/settings/${page.name}`;
    case "missing":
      return "#/missing";
    default:
      return `#/${page.at}`;
  }
}

/** Who may open a page; the code of the last two comes when one of theirs is opened. The node decides
 * what anyone may do there. */
export type PageOf = "anyone" | "adult" | "office";

export function pageOf(page: Page): PageOf {
  switch (page.at) {
    case "home":
    case "missing":
      return "anyone";
    case "settings":
    case "setting":
    case "keys":
    case "sheet":
    case "sheet-check":
    case "sheet-approve":
      return "adult";
    case "first-sheet": // before these two, nobody can sign in
    case "unlock":
      return "office";
  }
}
