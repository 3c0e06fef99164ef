import type { Word } from "./word.js";

/** What the choices of settings are called. A setting whose choices are not here shows its codes: the test
 * choices_have_names_people_can_read finds it. */
export const choices = {
  person: ["担当者《たんとうしゃ》が渡《わた》す", "人《ひと》が わたす", "By a person"],
  auto: ["自動《じどう》で渡《わた》す", "じどうで わたす", "By itself"],
  monday: ["月曜日《げつようび》", "げつようび", "Monday"],
  tuesday: ["火曜日《かようび》", "かようび", "Tuesday"],
  wednesday: ["水曜日《すいようび》", "すいようび", "Wednesday"],
  thursday: ["木曜日《もくようび》", "もくようび", "Thursday"],
  friday: ["金曜日《きんようび》", "きんようび", "Friday"],
  saturday: ["土曜日《どようび》", "どようび", "Saturday"],
  sunday: ["日曜日《にちようび》", "にちようび", "Sunday"],
  newer: [
    "あとから入《はい》った端末《たんまつ》にうつる",
    "あとの きかいに うつる",
    "The later device takes over",
  ],
  refuse: [
    "先《さき》に入《はい》った端末《たんまつ》のまま",
    "さきの きかいの まま",
    "The first device stays",
  ],
  watch: ["見《み》るだけ", "みるだけ", "Watching only"],
  react: ["リアクションまで", "リアクションまで", "Up to reactions"],
  text: ["文字《もじ》まで", "もじまで", "Up to text"],
  voice: ["声《こえ》まで", "こえまで", "Up to voice"],
  voiceAll: ["児童生徒《じどうせいと》どうしも", "こどもどうしも", "Pupils with each other, too"],
  voiceStaff: ["職員《しょくいん》とだけ", "スタッフとだけ", "With staff only"],
  camera: ["カメラまで", "カメラまで", "Up to the camera"],
  off: ["使《つか》わない", "つかわない", "Off"],
  pin: ["数字《すうじ》", "すうじ", "Digits"],
  picture: ["絵《え》の順番《じゅんばん》", "えの じゅんばん", "Pictures in order"],
  choose: ["本人《ほんにん》がえらぶ", "こどもが えらぶ", "The child chooses"],
  resident: [
    "自治体《じちたい》の中《なか》の人《ひと》",
    "この 町《まち》の 人《ひと》",
    "People of this municipality",
  ],
  partner: [
    "連携《れんけい》する自治体《じちたい》の人《ひと》も",
    "となりの 町《まち》の 人《ひと》も",
    "Partner municipalities, too",
  ],
  invited: ["招待《しょうたい》した人《ひと》も", "よんだ 人《ひと》も", "Invited people, too"],
  lastJ3: [
    "中学《ちゅうがく》3年《ねん》",
    "中学《ちゅうがく》 3年《ねん》",
    "Junior high, third year",
  ],
  lastH3: [
    "高校《こうこう》3年《ねん》",
    "高校《こうこう》 3年《ねん》",
    "High school, third year",
  ],
  ignore: ["気《き》にしない", "なにも いわない", "Ignore"],
  warning: ["知《し》らせて、受《う》け取《と》る", "いうけれど うけとる", "Tell, and take it"],
  error: ["受《う》け取《と》らない", "うけとらない", "Refuse"],
} satisfies Record<string, Word>;
