import type { Word } from "./word.js";

/** The doors of a grown-up's page, and what the values behind them are called. */
export const doors = {
  settings: ["設定《せってい》", "きまり", "Settings"],
  settingsNote: [
    "この自治体《じちたい》の決《き》まりを見《み》て、変《か》えて、元《もと》にもどせます。",
    "きまりを みます。 かえます。 もとに もどします。",
    "See, change and undo the rules of this municipality.",
  ],
  sheet: ["鍵《かぎ》の紙《かみ》を作《つく》る", "かぎの 紙《かみ》を つくる", "Make the key sheet"],
  sheetNote: [
    "この自治体《じちたい》だけが持《も》つ、鍵《かぎ》の半分《はんぶん》です。",
    "かぎの はんぶんを 紙《かみ》に します。",
    "The half of the key that only this municipality holds.",
  ],
  sheetCheck: ["鍵《かぎ》の紙《かみ》を確《たし》かめる", "かぎの 紙《かみ》を たしかめる", "Check the key sheet"],
  sheetCheckNote: [
    "しまってある紙《かみ》が、いまの鍵《かぎ》と合《あ》うか調《しら》べます。",
    "紙《かみ》が ただしいか しらべます。",
    "See whether the stored sheet still fits the key.",
  ],
} satisfies Record<string, Word>;
