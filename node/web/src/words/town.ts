import type { Word } from "./word.js";

/** Of a floor on which several towns stand at once. Student-facing. */
export const town = {
  from: ["ほかの町《まち》から：", "ほかの まちから：", "From another town:"],
  cut: [
    "ほかの町《まち》との接続《せつぞく》が切《き》れています。ここにいる人《ひと》とは、このまま話《はな》せます。",
    "ほかの まちとの せつぞくが きれて います。 ここの 人《ひと》とは はなせます。",
    "The connection to the other towns is cut. You can go on with the people here.",
  ],
  cutSince: [
    "ほかの町《まち》との接続《せつぞく》が切《き》れています（{time}から）。ここにいる人《ひと》とは、このまま話《はな》せます。",
    "ほかの まちとの せつぞくが きれて います（{time}から）。 ここの 人《ひと》とは はなせます。",
    "The connection to the other towns is cut (since {time}). You can go on with the people here.",
  ],
} satisfies Record<string, Word>;

/** What staff see besides. */
export const townStaff = {
  stopText: ["文字《もじ》を止《と》める", "もじを とめる", "Stop their text"],
  stopSigns: ["リアクションを止《と》める", "リアクションを とめる", "Stop their reactions"],
  stopVoice: ["声《こえ》を止《と》める", "こえを とめる", "Stop their voice"],
  isVoiceStopped: ["声《こえ》を止《と》めています", "こえを とめて います", "Voice is stopped"],
  giveVoice: ["声《こえ》をもどす", "こえを もどす", "Let them speak again"],
  isTextStopped: ["文字《もじ》を止《と》めています", "もじを とめて います", "Text is stopped"],
  areSignsStopped: [
    "リアクションを止《と》めています",
    "リアクションを とめて います",
    "Reactions are stopped",
  ],
  giveText: ["文字《もじ》をもどす", "もじを もどす", "Let them write again"],
  giveSigns: ["リアクションをもどす", "リアクションを もどす", "Let them react again"],
  outTitle: [
    "この教室《きょうしつ》から出《だ》した人《ひと》",
    "この きょうしつから だした 人《ひと》",
    "Put out of this lesson",
  ],
  letIn: ["また入《はい》れるようにする", "また はいれるように する", "Let them in again"],
  putOut: ["この教室《きょうしつ》から出《だ》す", "この きょうしつから だす", "Put them out"],
  putOutSure: [
    "もどすまで、この授業《じゅぎょう》には入《はい》れなくなります。出《だ》す（もう一度《いちど》おす）",
    "もどすまで、 この じゅぎょうには はいれません。 だす（もう いちど おす）",
    "They cannot come back into this lesson until you let them. Put them out (press again)",
  ],
  warn: ["注意《ちゅうい》を伝《つた》える", "ちゅういを つたえる", "Warn them"],
  warnLine: [
    "この文《ぶん》について注意《ちゅうい》を伝《つた》える",
    "この ぶんの ことを つたえる",
    "Warn them about this line",
  ],
  warnLead: [
    "押《お》した文《ぶん》が、その人《ひと》の町《まち》から本人《ほんにん》だけに届《とど》きます。その町《まち》の担当者《たんとうしゃ》にも知《し》らせます。",
    "おした ぶんが、その 人《ひと》の まちから、その 人《ひと》だけに とどきます。",
    "The text you press reaches that person alone, from their own town, whose staff are told, too.",
  ],
  warned: [
    "注意《ちゅうい》を伝《つた》えました。",
    "ちゅういを つたえました。",
    "The warning was given.",
  ],
  warnNot: ["やめる", "やめる", "Not now"],
  hide: ["この文《ぶん》をかくす", "この ぶんを かくす", "Hide this line"],
} satisfies Record<string, Word>;
