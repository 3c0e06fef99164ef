import type { Word } from "./word.js";

/** What is mine here: password, devices, second check. A child may read it. */
export const me = {
  title: ["わたしのID", "わたしの ID", "My ID"],
  lead: [
    "パスワードや、使《つか》っている端末《たんまつ》のページです。",
    "パスワードや つかって いる きかいを みます。",
    "Your password, and the devices where you are signed in.",
  ],
  toMe: ["わたしのIDへもどる", "わたしの IDへ もどる", "Back to my ID"],
  sound: ["マイクと音《おと》をためす", "マイクと おとを ためす", "Try microphone and sound"],
  soundNote: [
    "自分《じぶん》の声《こえ》を、自分《じぶん》だけで聞《き》いてみます。",
    "じぶんの こえを、 じぶんだけで きいて みます。",
    "Hear your own voice, just by yourself.",
  ],
  practice: ["いばしょの練習《れんしゅう》", "いばしょの れんしゅう", "Practise being there"],
  practiceNote: [
    "だれもいない部屋《へや》で、うごきかたをためせます。何度《なんど》でもできます。",
    "だれも いない へやで、 なんどでも ためせます。",
    "Try how things work in a room of your own, as often as you like.",
  ],
  name: ["名前《なまえ》", "なまえ", "Name"],
  role: ["役割《やくわり》", "やくわり", "Role"],

  password: ["パスワードを変《か》える", "パスワードを かえる", "Change the password"],
  passwordNote: [
    "変《か》えると、ほかの端末《たんまつ》では終《お》わります。",
    "かえると、 ほかの きかいは おわります。",
    "When you change it, other devices have to sign in again.",
  ],
  oldPassword: ["いまのパスワード", "いまの パスワード", "Password now"],
  passwordDo: ["パスワードを変《か》える", "パスワードを かえる", "Change it"],
  passwordDone: [
    "パスワードを変《か》えました。ほかの端末《たんまつ》では終《お》わりました。",
    "パスワードを かえました。 ほかの きかいは おわりました。",
    "The password is changed. Other devices were signed out.",
  ],
  needOld: [
    "いまのパスワードを入《い》れてください。",
    "いまの パスワードを いれて ください。",
    "Please enter your password as it is now.",
  ],
  wrongOld: [
    "いまのパスワードがちがうようです。もう一度《いちど》入《い》れてください。",
    "いまの パスワードが ちがいます。 もう いちど いれて ください。",
    "The present password does not match. Please enter it once more.",
  ],

  devices: [
    "使《つか》っている端末《たんまつ》",
    "つかって いる きかい",
    "Where you are signed in",
  ],
  devicesNote: [
    "知《し》らない端末《たんまつ》があれば、ここで終《お》わらせられます。",
    "しらない きかいを おわらせます。",
    "If there is a device you do not know, you can sign it out here.",
  ],
  thisDevice: ["この端末《たんまつ》", "この きかい", "This device"],
  began: ["はいった時刻《じこく》", "はいった とき", "Signed in"],
  seen: ["最後《さいご》に使《つか》った時刻《じこく》", "さいごに つかった とき", "Last used"],
  someDevice: ["端末《たんまつ》", "きかい", "Device"],
  endOne: ["終《お》わらせる", "おわらせる", "Sign it out"],
  endedOne: ["終《お》わらせました。", "おわらせました。", "It is signed out."],
  onlyThis: [
    "ほかの端末《たんまつ》では使《つか》っていません。",
    "ほかの きかいは つかって いません。",
    "You are signed in nowhere else.",
  ],
  strange: [
    "知《し》らない端末《たんまつ》があったら、終《お》わらせてからパスワードを変《か》えて、先生《せんせい》かスタッフに伝《つた》えてください。",
    "しらない きかいが あったら、 おわらせて ください。 パスワードを かえて、 先生《せんせい》か スタッフに いって ください。",
    "If you do not know one of them, sign it out, change your password and tell your teacher or the staff.",
  ],

  strangeAtWork: [
    "知《し》らない端末《たんまつ》があったら、終《お》わらせてからパスワードを変《か》えて、教育委員会《きょういくいいんかい》か運営《うんえい》の担当《たんとう》に伝《つた》えてください。",
    "しらない きかいが あったら、 おわらせて ください。 パスワードを かえて、 教育《きょういく》 委員会《いいんかい》か スタッフに いって ください。",
    "If you do not know one of them, sign it out, change your password and tell the board of education or the operator.",
  ],

  passkeys: ["パスキー", "パスキー", "Passkeys"],
  passkeysNote: [
    "指紋《しもん》や顔《かお》ではいる端末《たんまつ》を増《ふ》やす、消《け》す。",
    "ゆびや かおで はいる きかいを ふやします。 けします。",
    "Add or remove devices that you come in with by fingerprint or face.",
  ],
  passkeysNone: [
    "パスキーはまだありません。",
    "パスキーは まだ ありません。",
    "There is no passkey yet.",
  ],
  passkeyAdd: ["パスキーを増《ふ》やす", "パスキーを ふやす", "Add a passkey"],
  passkeyAdded: ["パスキーができました。", "パスキーが できました。", "The passkey is made."],
  passkeyMade: ["作《つく》った日時《にちじ》", "つくった とき", "Made"],
  passkeyUsed: [
    "最後《さいご》に使《つか》った日時《にちじ》",
    "さいごに つかった とき",
    "Last used",
  ],
  passkeyNever: ["まだ使《つか》っていません", "まだ つかって いません", "Not used yet"],
  passkeyRemove: ["消《け》す", "けす", "Remove"],
  passkeyRemoveSure: ["本当《ほんとう》に消《け》す", "ほんとうに けす", "Really remove it"],
  passkeyRemoved: [
    "パスキーを消《け》しました。端末《たんまつ》の中《なか》のパスキーは、端末《たんまつ》の設定《せってい》から消《け》してください。",
    "パスキーを けしました。 きかいの なかの パスキーも けして ください。",
    "The passkey is removed here. Please remove it in the settings of the device, too.",
  ],
  lastFactor: [
    "最後《さいご》の1つは消《け》せません。先《さき》に、ほかのパスキーか認証《にんしょう》アプリを用意《ようい》してください。",
    "さいごの 1つは けせません。 さきに ほかの ものを つくって ください。",
    "The last one cannot be removed. Please set up another passkey or the app first.",
  ],
  keep: ["やめる", "やめる", "Keep it"],

  app: ["認証《にんしょう》アプリ", "たしかめる アプリ", "Authenticator app"],
  appNote: [
    "6けたの数字《すうじ》を出《だ》すアプリを、新《あたら》しいスマートフォンに移《うつ》します。",
    "すうじの アプリを あたらしい スマートフォンに うつします。",
    "Set up the app that shows 6 digits, for instance on a new phone.",
  ],
  appWarn: [
    "新《あたら》しく始《はじ》めて数字《すうじ》を確《たし》かめると、前《まえ》のアプリの数字《すうじ》は使《つか》えなくなります。",
    "あたらしく すると、 まえの アプリは つかえません。",
    "Once the new digits are checked, those of the app before no longer work.",
  ],
  appBegin: ["新《あたら》しく始《はじ》める", "あたらしく はじめる", "Set it up"],
  appDone: [
    "認証《にんしょう》アプリが使《つか》えるようになりました。",
    "アプリが つかえます。",
    "The authenticator app is ready.",
  ],

  step: ["もうひとつのかぎ", "もう ひとつの かぎ", "A second lock"],
  stepNote: [
    "パスワードのあとに、数字《すうじ》か絵《え》で確《たし》かめるようにできます。つけなくてもいいです。",
    "パスワードの あとに、 すうじか えで たしかめます。 なくても いいです。",
    "Add digits or pictures after the password. You need not.",
  ],
  stepNow: ["いまのかぎ", "いまの かぎ", "Now"],
  stepNone: ["つけていません", "ありません", "None"],
  stepPin: ["4けたの数字《すうじ》", "4この すうじ", "4 digits"],
  stepPicture: [
    "3つの絵《え》の順番《じゅんばん》",
    "3つの えの じゅんばん",
    "3 pictures in order",
  ],
  stepKind: ["どちらにしますか", "どちらに しますか", "Which one?"],
  stepNew: ["新《あたら》しいかぎ", "あたらしい かぎ", "The new one"],
  stepHint: [
    "おぼえやすくて、ほかの人《ひと》にはわからないものにしましょう。",
    "おぼえやすい ものに します。 ほかの 人《ひと》に おしえません。",
    "Choose what you remember easily and others do not guess.",
  ],
  stepSet: ["このかぎにする", "この かぎに する", "Use it"],
  stepDropNote: [
    "はずすと、パスワードだけではいれるようになります。",
    "はずすと、 パスワードだけで はいれます。",
    "Without it your password alone lets you in.",
  ],
  stepDrop: ["かぎをはずす", "かぎを はずす", "Take it off"],
  stepDone: [
    "つぎから、パスワードのあとにこのかぎで確《たし》かめます。",
    "つぎから、 パスワードの あとに たしかめます。",
    "From the next time on you are asked for it after the password.",
  ],
  stepDropped: ["かぎをはずしました。", "かぎを はずしました。", "It is taken off."],

  notDone: [
    "できませんでした。少《すこ》し待《ま》って、もう一度《いちど》ためしてください。",
    "できませんでした。 すこし まって、 もう いちど ためして ください。",
    "That did not work. Please wait a little and try again.",
  ],
} satisfies Record<string, Word>;
