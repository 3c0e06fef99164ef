import type { Word } from "./word.js";

/** Evidence of a lesson held with other towns, as the board reads it. */
export const sharedEvidence = {
  title: [
    "何《なに》かあったときの記録《きろく》",
    "なにか あった ときの きろく",
    "The record, should something have happened",
  ],
  lead: [
    "自治体《じちたい》のあいだを行《い》き来《き》した発言《はつげん》と、とめたことの記録《きろく》です。相手《あいて》の自治体《じちたい》の記録《きろく》と並《なら》べて確《たし》かめられます。見《み》たことは記録《きろく》に残《のこ》ります。",
    "まちの あいだを いききした ことばの きろくです。 みた ことも きろくに のこります。",
    "What was said between municipalities and what was stopped, to be laid beside the other board's record. Each look is written down.",
  ],
  look: [
    "{n}回目《かいめ》（{time}）を見《み》る",
    "{n}かいめ（{time}）を みる",
    "Look at no. {n} ({time})",
  ],
  closed: [
    "保存《ほぞん》の期限《きげん》がすぎたため、ほかの自治体《じちたい》の人《ひと》のことばは {time} に消《け》えました。照合《しょうごう》の印《しるし》は残《のこ》っています。",
    "{time}に ことばは きえました。 しるしは のこって います。",
    "Their term is over: words of other municipalities were destroyed at {time}. The marks remain.",
  ],
  more: [
    "最初《さいしょ》の1,000件《けん》だけを表示《ひょうじ》しています。",
    "はじめの 1,000だけ みえて います。",
    "Only the first 1,000 are shown.",
  ],
  acts: ["とめたこと", "とめた こと", "What was stopped"],
  actsNone: ["ありません。", "ありません。", "Nothing."],
  actStop: ["発言《はつげん》などをとめた", "とめた", "Stopped"],
  actResume: ["とめるのをやめた", "とめるのを やめた", "Allowed again"],
  actEject: ["退室《たいしつ》させた", "へやから だした", "Put out"],
  actHide: ["発言《はつげん》を見《み》えなくした", "ことばを かくした", "Hid a line"],
  actHeld: [
    "本人《ほんにん》の自治体《じちたい》でもとまった",
    "その まちでも とまった",
    "Holds in the home municipality, too",
  ],
  actLate: [
    "本人《ほんにん》の自治体《じちたい》の確認《かくにん》が1秒《びょう》以内《いない》に届《とど》かなかった",
    "その まちの へんじが おそかった",
    "The home municipality did not confirm within a second",
  ],
  actShared: [
    "本人《ほんにん》の自治体《じちたい》に知《し》らせた",
    "その まちに しらせた",
    "The home municipality was told",
  ],
  actWarn: ["注意《ちゅうい》を伝《つた》えた", "ちゅういを つたえた", "Warned"],
  lines: ["行《い》き来《き》した発言《はつげん》", "いききした ことば", "Lines that crossed"],
  linesNone: [
    "自治体《じちたい》のあいだを行《い》き来《き》した発言《はつげん》はありません。",
    "いききした ことばは ありません。",
    "No line crossed.",
  ],
  at: ["日時《にちじ》", "とき", "Time"],
  who: [
    "自治体《じちたい》と仮《かり》の番号《ばんごう》",
    "まちと かりの ばんごう",
    "Municipality and pseudonym",
  ],
  state: ["どうなったか", "どう なったか", "What became of it"],
  text: ["ことば", "ことば", "Words"],
  mark: ["照合《しょうごう》の印《しるし》", "しるし", "Mark"],
  lineSent: ["ここから送《おく》った", "ここから おくった", "Sent from here"],
  lineSaid: ["そのまま見《み》せた", "みせた", "Shown"],
  lineMasked: [
    "一部《いちぶ》をふせて見《み》せた",
    "すこし かくして みせた",
    "Shown with a part masked",
  ],
  lineBlocked: ["見《み》せなかった", "みせなかった", "Not shown"],
  lineAsked: [
    "先生《せんせい》への質問《しつもん》",
    "せんせいへの しつもん",
    "A question to the teacher",
  ],
  textOwn: [
    "この自治体《じちたい》のチャットの記録《きろく》にあります",
    "この まちの きろくに あります",
    "Stands in this municipality's own record of chat",
  ],
  textNone: ["もう読《よ》めません", "もう よめません", "Can no longer be read"],
  markWhat: ["照合《しょうごう》の印《しるし》とは", "しるしとは", "What the mark is"],
  markLead: [
    "発言《はつげん》ひとつごとの、番号《ばんごう》と印《しるし》です。二《ふた》つの自治体《じちたい》で番号《ばんごう》と印《しるし》が同《おな》じなら、同《おな》じことばです。ことばが消《け》えたあとも確《たし》かめられます。",
    "ばんごうと しるしが おなじなら、 おなじ ことばです。",
    "A number and a mark for each line. Equal in two municipalities, they stand for the same words, also after the words are gone.",
  ],
} satisfies Record<string, Word>;
