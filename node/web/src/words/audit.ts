import type { Word } from "./word.js";

/** The record of access, for those who watch over it. */
export const audit = {
  title: ["見《み》た・変《か》えた記録《きろく》", "みた・かえた きろく", "Record of access"],
  lead: [
    "だれが、いつ、何《なに》を見《み》て、何《なに》を変《か》えたかの記録《きろく》です。だれも書《か》きかえられません。",
    "だれが なにを みて、 なにを かえたかの きろくです。 だれも かえられません。",
    "Who saw or changed what, and when. Nobody can alter it.",
  ],
  checkpoint: [
    "記録《きろく》は{n}件《けん》まで、鍵《かぎ》でしるしがついています。",
    "きろくは {n}こまで しるしが あります。",
    "Entries up to no. {n} are under a signed checkpoint.",
  ],
  checkpointNone: [
    "まだしるしのついた記録《きろく》がありません。1分《ぷん》ほどでつきます。",
    "まだ しるしが ありません。 すこし まって ください。",
    "No signed checkpoint yet; one is made every minute.",
  ],
  notices: ["見守《みまも》りの知《し》らせ", "みまもりの しらせ", "Notices of watching"],
  noticesNone: [
    "たくさん見《み》すぎた人《ひと》の知《し》らせはありません。",
    "しらせは ありません。",
    "No one has read unusually many records.",
  ],
  burst: [
    "短《みじか》い時間《じかん》に{n}人《にん》分《ぶん》の記録《きろく》を見《み》ようとして、止《と》められました。",
    "みじかい あいだに {n}人《にん》ぶんを みようと して、 とまりました。",
    "Tried to read {n} people's records in a short time and was stopped.",
  ],
  day: [
    "一日《いちにち》に{n}人《にん》分《ぶん》の記録《きろく》を見《み》ようとして、止《と》められました。",
    "一日《いちにち》に {n}人《にん》ぶんを みようと して、 とまりました。",
    "Tried to read {n} people's records in one day and was stopped.",
  ],
  slow: [
    "何日《なんにち》もかけて{n}人《にん》分《ぶん》の記録《きろく》を見《み》ています。",
    "何日《なんにち》も かけて {n}人《にん》ぶんを みています。",
    "Has read {n} people's records over several days.",
  ],
  exported: [
    "名簿《めいぼ》を書《か》き出《だ》しました。{n}人《にん》分《ぶん》です。",
    "名簿《めいぼ》を かきだしました。 {n}人《にん》ぶんです。",
    "Exported the roster with {n} people.",
  ],
  exportedLogs: [
    "全員《ぜんいん》の、または長《なが》い期間《きかん》の記録《きろく》を書《か》き出《だ》しました。",
    "みんなの、または ながい あいだの きろくを かきだしました。",
    "Exported logs of everybody or of a long time.",
  ],
  searchedLogs: [
    "全員《ぜんいん》の、または長《なが》い期間《きかん》の発言《はつげん》を調《しら》べました。",
    "みんなの、または ながい あいだの はつげんを しらべました。",
    "Searched what was written by everybody or over a long time.",
  ],
  seen: ["確認《かくにん》した", "みました", "Seen"],
  seenAt: ["{time}に確認《かくにん》", "{time}に みました", "seen {time}"],
  filter: ["しぼりこむ", "さがす", "Filter"],
  action: ["したこと", "した こと", "What was done"],
  all: ["すべて", "ぜんぶ", "All"],
  read: ["見《み》た", "みた", "read"],
  change: ["変《か》えた", "かえた", "changed"],
  export: ["持《も》ち出《だ》した", "そとに だした", "exported"],
  refused: ["断《ことわ》られた", "とまった", "refused"],
  account: ["だれが（ID）", "だれが（ID）", "Who (ID)"],
  person: ["だれについて（ID）", "だれの こと（ID）", "About whom (ID)"],
  from: ["いつから", "いつから", "From"],
  until: ["いつまで", "いつまで", "Until"],
  search: ["さがす", "さがす", "Search"],
  none: ["当《あ》てはまる記録《きろく》がありません。", "みつかりません。", "No entry matches."],
  more: ["さらに前《まえ》を見《み》る", "もっと まえを みる", "Show older ones"],
  by: ["{who}（{id}）", "{who}（{id}）", "{who} ({id})"],
  about: ["{id}について", "{id}の こと", "about {id}"],
  shown: ["{n}人《にん》分《ぶん》", "{n}人《にん》ぶん", "{n} people"],
  outcome: ["結果《けっか》：{code}", "どうなったか： {code}", "Outcome: {code}"],
  operator: ["サーバーの管理者《かんりしゃ》", "サーバーの 人《ひと》", "Operator of the server"],
  nobody: [
    "ログイン前《まえ》の人《ひと》",
    "まだ 入《はい》っていない 人《ひと》",
    "Nobody signed in",
  ],
  onlyOf: ["この人《ひと》だけ", "この 人《ひと》だけ", "Only this one"],
} satisfies Record<string, Word>;
