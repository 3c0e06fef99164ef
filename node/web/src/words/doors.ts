import type { Word } from "./word.js";

/** The doors of a grown-up's page, and what the values behind them are called. */
export const doors = {
  settings: ["設定《せってい》", "きまり", "Settings"],
  settingsNote: [
    "この自治体《じちたい》の決《き》まりを見《み》て、変《か》えて、元《もと》にもどせます。",
    "きまりを みます。 かえます。 もとに もどします。",
    "See, change and undo the rules of this municipality.",
  ],
  keys: ["鍵《かぎ》", "かぎ", "Keys"],
  keysNote: [
    "記録《きろく》を守《まも》る鍵《かぎ》のようすと、鍵《かぎ》の紙《かみ》です。",
    "きろくを まもる かぎと、 かぎの 紙《かみ》です。",
    "How the key of the records stands, and its sheet.",
  ],
  roles: ["役割《やくわり》の表《ひょう》", "だれが なにを できるか", "Roles"],
  rolesNote: [
    "だれが何《なに》を見《み》て、何《なに》をできるかの一覧《いちらん》です。",
    "だれが なにを みるか、 できるかの リストです。",
    "Who may see and do what.",
  ],
} satisfies Record<string, Word>;
