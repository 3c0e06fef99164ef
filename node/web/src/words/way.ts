import type { Word } from "./word.js";

/** What comes after the password: the second check, and the first steps of a new ID. Student-facing. */
export const way = {
  second: ["もうひとつ、確《たし》かめます", "もう ひとつ、 たしかめます", "One more check"],
  startOver: ["はじめにもどる", "はじめに もどる", "Back to the start"],
  goOn: ["つづける", "つづける", "Continue"],
  asking: ["確《たし》かめています…", "たしかめて います…", "Checking…"],
  other: ["ほかの方法《ほうほう》", "ほかの やりかた", "Another way"],

  codeLead: [
    "スマートフォンの認証《にんしょう》アプリに出《で》ている、6けたの数字《すうじ》を入《い》れてください。",
    "スマートフォンの アプリに 出《で》て いる 6この すうじを いれて ください。",
    "Enter the 6 digits that the authenticator app on your phone shows.",
  ],
  codeLabel: ["6けたの数字《すうじ》", "6この すうじ", "6 digits"],
  byCode: [
    "認証《にんしょう》アプリの数字《すうじ》で確《たし》かめる",
    "アプリの すうじで たしかめる",
    "Use the digits of the app",
  ],
  needCode: [
    "6けたの数字《すうじ》を入《い》れてください。",
    "6この すうじを いれて ください。",
    "Please enter the 6 digits.",
  ],
  wrongCode: [
    "数字《すうじ》がちがうようです。アプリの新《あたら》しい数字《すうじ》で、もう一度《いちど》ためしてください。",
    "すうじが ちがいます。 アプリの あたらしい すうじを いれて ください。",
    "The digits do not match. Please try again with the newest digits in the app.",
  ],

  passkeyLead: [
    "パスキーは、この端末《たんまつ》やスマートフォンの指紋《しもん》・顔《かお》・画面《がめん》の暗証番号《あんしょうばんごう》で確《たし》かめる方法《ほうほう》です。",
    "ゆびや かおや がめんの ばんごうで、 たしかめます。",
    "A passkey checks with the fingerprint, face or screen lock of this device or of your phone.",
  ],
  byPasskey: ["パスキーで確《たし》かめる", "パスキーで たしかめる", "Use a passkey"],
  stopped: [
    "確認《かくにん》が途中《とちゅう》で止《と》まりました。もう一度《いちど》おすと、つづけられます。",
    "とちゅうで とまりました。 もう いちど おして ください。",
    "The check was stopped. Press once more to go on.",
  ],
  wrongPasskey: [
    "このパスキーは使《つか》えませんでした。ほかのパスキーか、ほかの方法《ほうほう》をためしてください。",
    "この パスキーは つかえません。 ほかの やりかたを つかって ください。",
    "This passkey did not work. Please try another one, or another way.",
  ],
  noPasskeys: [
    "この端末《たんまつ》のブラウザでは、パスキーが使《つか》えません。パスキーを作《つく》った端末《たんまつ》ではいってください。",
    "この きかいでは パスキーが つかえません。 パスキーを つくった きかいを つかって ください。",
    "This browser cannot use passkeys. Please come in on the device where you made yours.",
  ],
  lost: [
    "スマートフォンをなくしたとき、替《か》えたとき",
    "スマートフォンを なくした とき",
    "If your phone is lost or new",
  ],
  lostBody: [
    "教育委員会《きょういくいいんかい》か運営《うんえい》の担当《たんとう》に「二《ふた》つ目《め》の確認《かくにん》をやり直《なお》したい」と伝《つた》えてください。担当《たんとう》が二人《ふたり》で確《たし》かめて、一度《いちど》だけ使《つか》えるパスワードを出《だ》します。",
    "教育《きょういく》 委員会《いいんかい》か スタッフに いって ください。 あたらしい パスワードを つくります。",
    "Tell the board of education or the operator that you need to renew your second check. Two of them confirm it and give you a password that works once.",
  ],

  pinLead: [
    "自分《じぶん》できめた4けたの数字《すうじ》をおしてください。",
    "じぶんで きめた 4この すうじを おして ください。",
    "Press your own 4 digits.",
  ],
  pinCount: ["{n}けた、おしました", "{n}こ おしました", "{n} digits pressed"],
  pinPad: ["数字《すうじ》のボタン", "すうじの ボタン", "Digit buttons"],
  eraseOne: ["ひとつ消《け》す", "ひとつ けす", "Erase one"],
  needPin: [
    "数字《すうじ》を4つおしてください。",
    "すうじを 4つ おして ください。",
    "Please press 4 digits.",
  ],
  pictureLead: [
    "自分《じぶん》できめた絵《え》を、きめた順番《じゅんばん》で3つおしてください。",
    "じぶんで きめた えを、 じゅんばんに 3つ おして ください。",
    "Press your 3 pictures in your own order.",
  ],
  pictureCount: ["{n}まい、えらびました", "{n}まい えらびました", "{n} pictures chosen"],
  pictures: ["絵《え》のボタン", "えの ボタン", "Picture buttons"],
  needPictures: [
    "絵《え》を3つおしてください。",
    "えを 3つ おして ください。",
    "Please press 3 pictures.",
  ],
  wrongStep: [
    "ちがうようです。だいじょうぶ、もう一度《いちど》ゆっくりおしてみてください。",
    "ちがいます。 だいじょうぶです。 もう いちど ゆっくり おして ください。",
    "That does not match. No worries: take your time and try once more.",
  ],
  forgot: ["わすれたときは", "わすれた とき", "If you forgot"],
  forgotBody: [
    "学校《がっこう》の先生《せんせい》か、いばしょのスタッフに伝《つた》えてください。またはいれるようにします。",
    "学校《がっこう》の 先生《せんせい》か、 いばしょの スタッフに いって ください。 また はいれます。",
    "Tell your teacher or someone of the staff here. They will help you come in again.",
  ],

  // The twelve pictures, by the number that the node knows them by.
  p1: ["ねこ", "ねこ", "Cat"],
  p2: ["さかな", "さかな", "Fish"],
  p3: ["はな", "はな", "Flower"],
  p4: ["き", "き", "Tree"],
  p5: ["いえ", "いえ", "House"],
  p6: ["ほし", "ほし", "Star"],
  p7: ["つき", "つき", "Moon"],
  p8: ["かさ", "かさ", "Umbrella"],
  p9: ["りんご", "りんご", "Apple"],
  p10: ["ふね", "ふね", "Boat"],
  p11: ["ほん", "ほん", "Book"],
  p12: ["かぎ", "かぎ", "Key"],

  enrol: ["はじめの準備《じゅんび》", "はじめの じゅんび", "First steps"],
  enrolLead: [
    "これから使《つか》うパスワードをきめます。2分《ふん》ほどです。終《お》わるまで、この画面《がめん》をとじないでください。",
    "これから つかう パスワードを きめます。 おわるまで とじないで ください。",
    "You choose the password you will use from now on. It takes about two minutes; please keep this page open until it is done.",
  ],
  enrolOf: ["{n}つ目《め》／ぜんぶで{all}つ", "{n}つめ／ ぜんぶで {all}つ", "Step {n} of {all}"],
  newPassword: ["新《あたら》しいパスワード", "あたらしい パスワード", "New password"],
  rules: ["パスワードのきまり", "パスワードの きまり", "What a password needs"],
  ruleLength: [
    "{least}文字《もじ》以上《いじょう》にします。短《みじか》い言葉《ことば》をローマ字《じ》で3つならべると、おぼえやすいです。",
    "{least}もじか、 もっと ながく します。 みじかい ことばを ローマじで 3つ ならべます。",
    "Make it {least} characters or more. Three short words in a row are easy to remember.",
  ],
  ruleNot: [
    "名前《なまえ》や誕生日《たんじょうび》、「12345678」のように、すぐわかるものは使《つか》えません。",
    "なまえや たんじょうびは だめです。 「12345678」も だめです。",
    "Nothing that is easily guessed: no names, birthdays or “12345678”.",
  ],
  ruleOwn: [
    "ほかの人《ひと》には教《おし》えません。ほかの場所《ばしょ》と同《おな》じものは使《つか》いません。",
    "ほかの 人《ひと》に おしえません。 ほかと おなじ ものは つかいません。",
    "Keep it to yourself, and do not use it anywhere else.",
  ],
  passwordAgain: [
    "もう一度《いちど》、同《おな》じパスワード",
    "もう いちど、 おなじ パスワード",
    "The same password again",
  ],
  passwordSet: ["このパスワードにする", "この パスワードに する", "Use this password"],
  saving: ["しまっています…", "しまって います…", "Saving…"],
  needNew: [
    "新《あたら》しいパスワードを入《い》れてください。",
    "あたらしい パスワードを いれて ください。",
    "Please enter a new password.",
  ],
  short: [
    "もう少《すこ》し長《なが》くしてください。{least}文字《もじ》いります。いまは{n}文字《もじ》です。",
    "もう すこし ながく して ください。 {least}もじ いります。 いまは {n}もじです。",
    "A little longer, please: {least} characters are needed, there are {n} now.",
  ],
  wide: [
    "ひらがなや全角《ぜんかく》の文字《もじ》は、次《つぎ》にはいるとき打《う》てないことがあります。半角《はんかく》の英字《えいじ》・数字《すうじ》・記号《きごう》にしてください。",
    "ひらがなは つかえません。 ABCや 123に して ください。",
    "Kana and wide letters often cannot be typed at the next sign-in. Please use plain letters, digits and signs.",
  ],
  loginInside: [
    "パスワードに、ログインの名前《なまえ》は入《い》れられません。",
    "ログインの なまえを いれないで ください。",
    "The password must not contain your login name.",
  ],
  trivial: [
    "同《おな》じ文字《もじ》のくり返《かえ》しや、順番《じゅんばん》にならんだ文字《もじ》は、すぐにあてられてしまいます。",
    "おなじ もじや じゅんばんの もじは、 すぐ わかります。 ほかの ものに して ください。",
    "Repeated or consecutive characters are guessed at once. Please choose something else.",
  ],
  common: [
    "よく使《つか》われるパスワードなので、あてられやすいです。べつのものにしてください。",
    "みんなが つかう パスワードです。 ほかの ものに して ください。",
    "This password is used by many and easily guessed. Please choose another one.",
  ],
  sameAsBefore: [
    "いまとちがうパスワードにしてください。",
    "いまと ちがう パスワードに して ください。",
    "Please choose one that differs from the present one.",
  ],
  weakStep: [
    "「1111」や「1234」のような数字《すうじ》は、すぐにあてられてしまいます。べつの数字《すうじ》にしてください。",
    "「1111」や 「1234」は すぐ わかります。 ほかの すうじに して ください。",
    "Digits such as 1111 or 1234 are guessed at once. Please choose others.",
  ],
  differ: [
    "2つのパスワードがちがいます。もう一度《いちど》入《い》れてください。",
    "2つの パスワードが ちがいます。 もう いちど いれて ください。",
    "The two passwords differ. Please enter them again.",
  ],

  choose: [
    "二《ふた》つ目《め》の確認《かくにん》をえらぶ",
    "2つめの たしかめかたを えらぶ",
    "Choose your second check",
  ],
  chooseLead: [
    "パスワードが知《し》られても、ほかの人《ひと》がはいれないようにします。どちらか1つで足《た》ります。あとから増《ふ》やせます。",
    "パスワードを しられても、 ほかの 人《ひと》は はいれません。 どちらか 1つを えらんで ください。",
    "So that nobody else comes in, even with your password. One of them is enough; you can add the other later.",
  ],
  passkeyTitle: [
    "パスキー（この端末《たんまつ》かスマートフォン）",
    "パスキー （この きかい）",
    "Passkey (this device or your phone)",
  ],
  passkeyNote: [
    "指紋《しもん》や顔《かお》、画面《がめん》の暗証番号《あんしょうばんごう》ではいります。数字《すうじ》を打《う》たなくてよく、いちばん手軽《てがる》です。",
    "ゆびや かおで はいります。 いちばん かんたんです。",
    "Come in with fingerprint, face or screen lock. Nothing to type: the easiest way.",
  ],
  appTitle: [
    "認証《にんしょう》アプリ（スマートフォン）",
    "アプリ （スマートフォン）",
    "Authenticator app (on a phone)",
  ],
  appNote: [
    "アプリに出《で》る6けたの数字《すうじ》を入《い》れます。共用《きょうよう》のパソコンを使《つか》う人《ひと》に向《む》いています。",
    "アプリの すうじを いれます。 みんなで つかう きかいでも つかえます。",
    "You type 6 digits that the app shows. Good if you work at shared computers.",
  ],
  back: ["えらびなおす", "えらびなおす", "Choose again"],
  makePasskey: ["パスキーを作《つく》る", "パスキーを つくる", "Make a passkey"],
  makeStep1: [
    "下《した》のボタンをおします。",
    "したの ボタンを おします。",
    "Press the button below.",
  ],
  makeStep2: [
    "端末《たんまつ》が出《だ》す案内《あんない》のとおりに、指紋《しもん》・顔《かお》・暗証番号《あんしょうばんごう》のどれかで確《たし》かめます。",
    "がめんの とおりに、 ゆびか かおか ばんごうで たしかめます。",
    "Follow what the device says: fingerprint, face or its own PIN.",
  ],
  makeStep3: [
    "次《つぎ》からは「パスキーではいる」をおすだけです。",
    "つぎから 「パスキーで はいる」を おします。",
    "From then on “Come in with a passkey” is all you press.",
  ],
  sharedNote: [
    "ほかの人《ひと》と使《つか》う端末《たんまつ》には作《つく》らないでください。",
    "みんなで つかう きかいには つくらないで ください。",
    "Do not make one on a device that others use, too.",
  ],
  passkeyName: ["このパスキーの名前《なまえ》", "この パスキーの なまえ", "Name of this passkey"],
  passkeyNameNote: [
    "どの端末《たんまつ》のものか、あとでわかる名前《なまえ》にします（例《れい》 職員室《しょくいんしつ》のノートPC）。",
    "どの きかいか わかる なまえに します。",
    "A name that tells you later which device it is on.",
  ],
  passkeyNameFirst: ["わたしのパスキー", "わたしの パスキー", "My passkey"],
  already: [
    "この端末《たんまつ》には、もうパスキーがあります。そのまま使《つか》えます。",
    "この きかいには もう パスキーが あります。",
    "This device already has a passkey of yours. You can use that one.",
  ],
  notMade: [
    "この端末《たんまつ》ではパスキーを作《つく》れませんでした。認証《にんしょう》アプリをえらんでください。",
    "この きかいでは つくれません。 アプリを えらんで ください。",
    "A passkey could not be made on this device. Please choose the authenticator app.",
  ],
  notHere: [
    "この端末《たんまつ》のブラウザでは使《つか》えません。",
    "この きかいでは つかえません。",
    "This browser cannot do it.",
  ],

  app1: [
    "スマートフォンに認証《にんしょう》アプリを入《い》れます（Google Authenticator、Microsoft Authenticator、iPhoneの「パスワード」など。どれでも使《つか》えます）。",
    "スマートフォンに アプリを いれます。 （Google Authenticator、 Microsoft Authenticator など）",
    "Put an authenticator app on your phone (Google Authenticator, Microsoft Authenticator, Passwords on an iPhone: any will do).",
  ],
  app2: [
    "アプリで「追加《ついか》」をえらび、この四角《しかく》い模様《もよう》を写《うつ》します。",
    "アプリで 「ついか」を えらびます。 この しかくい えを うつします。",
    "Choose “add” in the app and point the camera at this square.",
  ],
  app3: [
    "アプリに出《で》た6けたの数字《すうじ》を、下《した》に入《い》れます。",
    "アプリの 6この すうじを、 したに いれます。",
    "Type the 6 digits that the app now shows.",
  ],
  qrOf: [
    "認証《にんしょう》アプリで写《うつ》す四角《しかく》い模様《もよう》",
    "アプリで うつす しかくい え",
    "The square to scan with the authenticator app",
  ],
  typeKey: ["写《うつ》せないときは", "うつせない とき", "If you cannot scan it"],
  typeKeyBody: [
    "アプリで「キーを入力《にゅうりょく》」をえらび、次《つぎ》の文字《もじ》を入《い》れてください。スペースはいりません。",
    "アプリで 「キーを いれる」を えらびます。 つぎの もじを いれて ください。",
    "Choose “enter a key” in the app and type these characters. No spaces are needed.",
  ],
  appDo: ["確《たし》かめて終《お》わる", "たしかめて おわる", "Check and finish"],
  wait: [
    "少《すこ》し休《やす》んでから、もう一度《いちど》ためしてください。",
    "すこし まって ください。 それから もう いちど ためして ください。",
    "Please take a short break and try again.",
  ],
} satisfies Record<string, Word>;
