import type { Word } from "./word.js";

/** What anyone may read before and just after coming in. Student-facing: see check-words. */
export const first = {
  place: ["いばしょ", "いばしょ", "Ibasho"],
  toContent: ["本文《ほんぶん》へ進《すす》む", "なかみへ すすむ", "Skip to the content"],
  starting: ["ひらいています。", "ひらいています。", "Opening."],

  welcome: ["いらっしゃい。", "いらっしゃい。", "Welcome."],
  welcomeGlad: [
    "来《き》てくれて、うれしいです。",
    "きてくれて、 うれしいです。",
    "It is good that you came.",
  ],
  welcomeFree: [
    "話《はな》しても、話《はな》さなくても、だいじょうぶ。見《み》ているだけの日《ひ》があっても、いいんです。",
    "はなしても いいです。 はなさなくても いいです。 見《み》るだけの 日《ひ》も いいです。",
    "Talk, or stay quiet. Just looking around is fine, too.",
  ],

  signInTitle: ["ここからはいる", "ここから はいる", "Come in here"],
  signIn: ["はいる", "はいる", "Come in"],
  signInBusy: ["ドアをあけています…", "ドアを あけています…", "Opening the door…"],
  login: ["ログインの名前《なまえ》", "ログインの なまえ", "Login name"],
  password: ["パスワード", "パスワード", "Password"],
  passwordShow: ["文字《もじ》を見《み》せる", "もじを みせる", "Show the password"],
  stuck: ["はいれないときは", "はいれない とき", "If you cannot come in"],
  stuckBody: [
    "学校《がっこう》の先生《せんせい》か、いばしょのスタッフに伝《つた》えてください。新《あたら》しいパスワードを用意《ようい》します。",
    "学校《がっこう》の 先生《せんせい》か、 いばしょの スタッフに いって ください。 あたらしい パスワードを つくります。",
    "Tell your teacher or someone of the staff here. They will make you a new password.",
  ],

  passkeyFor: [
    "先生《せんせい》・保護者《ほごしゃ》・スタッフのかた",
    "おとなの 人《ひと》",
    "For grown-ups",
  ],
  passkey: ["パスキーではいる", "パスキーで はいる", "Come in with a passkey"],
  passkeyStopped: [
    "パスキーの確認《かくにん》が止《と》まりました。もう一度《いちど》ためすか、パスワードではいってください。",
    "パスキーが とまりました。 もう いちど ためすか、 パスワードで はいって ください。",
    "The passkey check was stopped. Try again, or come in with your password.",
  ],
  wrongPasskey: [
    "このパスキーでは、はいれませんでした。名前《なまえ》とパスワードではいってください。",
    "この パスキーでは はいれません。 なまえと パスワードで はいって ください。",
    "This passkey does not open the door. Please come in with name and password.",
  ],

  needLogin: [
    "ログインの名前《なまえ》を入《い》れてください。",
    "ログインの なまえを いれて ください。",
    "Please enter your login name.",
  ],
  needPassword: [
    "パスワードを入《い》れてください。",
    "パスワードを いれて ください。",
    "Please enter your password.",
  ],
  wrongSignIn: [
    "名前《なまえ》かパスワードがちがうようです。ゆっくりでいいので、もう一度《いちど》入《い》れてみてください。",
    "なまえか パスワードが ちがいます。 ゆっくり、 もう いちど いれて ください。",
    "The name or the password does not match. Take your time and try once more.",
  ],
  contractEnded: [
    "受託者《じゅたくしゃ》の契約《けいやく》が終《お》わったため、このIDは使《つか》えません。つづける人《ひと》は、次《つぎ》の契約《けいやく》の受託者《じゅたくしゃ》から教育委員会《きょういくいいんかい》に申《もう》し出《で》てもらってください。",
    "けいやくが おわったので、 この IDは つかえません。 きょういくいいんかいに きいて ください。",
    "This ID ended with the contractor's contract. If you go on working here, have the contractor of the next contract ask the board of education.",
  ],
  draining: [
    "いまは、はいれません。いばしょは、おわりの準備《じゅんび》をしています。みんなの記録《きろく》は、大切《たいせつ》に返《かえ》されます。こまったことがあるときは、学校《がっこう》や教育委員会《きょういくいいんかい》に話《はな》してください。",
    "いまは はいれません。 いばしょは、 おわりの じゅんびを しています。 こまった ときは、 がっこうの ひとに はなして ください。",
    "You cannot come in now: this place is getting ready to close. What everybody did is given back with care. If something troubles you, talk to your school or the board of education.",
  ],
  wait: [
    "少《すこ》し休《やす》んでから、もう一度《いちど》ためしてください。",
    "すこし まって ください。 それから もう いちど いれて ください。",
    "Please take a short break and try again.",
  ],
  notNow: [
    "いまは、はいれません。少《すこ》し待《ま》って、もう一度《いちど》ためしてください。",
    "いまは はいれません。 すこし まって、 もう いちど ためして ください。",
    "You cannot come in right now. Please wait a little and try again.",
  ],
  over: [
    "時間《じかん》がたったか、何回《なんかい》かちがったので、はじめにもどりました。名前《なまえ》とパスワードからどうぞ。",
    "じかんが たったか、 なんかいか ちがいました。 なまえと パスワードを もう いちど いれて ください。",
    "Time ran out, or it did not match a few times. Please start again with name and password.",
  ],
  rest: [
    "いまは、おやすみの時間《じかん》です。もう一度《いちど》はいると、いつまでかが見《み》られて、「SOS」もおせます。",
    "いま、 おやすみの じかんです。 もう いちど はいると、 いつまでか みられます。 「SOS」も おせます。",
    "This is a time to rest. Come in again to see until when; you can press “SOS” there, too.",
  ],
  ended: [
    "時間《じかん》がたったので、ページを閉《と》じました。いつでも、もう一度《いちど》はいれます。",
    "じかんが たったので、 ページを とじました。 もう いちど はいれます。",
    "The page was closed after a while. You can come in again at any time.",
  ],
  bye: [
    "またね。来《き》たくなったら、いつでもどうぞ。",
    "またね。 いつでも きて ください。",
    "See you. Come again whenever you like.",
  ],

  offline: [
    "いま、インターネットにつながっていません",
    "いま、 インターネットが つかえません",
    "There is no connection right now",
  ],
  offlineBody: [
    "Wi-Fiがつながると、自動《じどう》でつづきます。このまま待《ま》っていてだいじょうぶです。",
    "Wi-Fiが つながると、 また つかえます。 このまま まって ください。",
    "It goes on by itself when the connection is back. You can just wait here.",
  ],
  noAnswer: [
    "インターネットにつながっていないようです。つながったら、もう一度《いちど》ためしてください。",
    "インターネットが つかえません。 つながったら、 もう いちど ためして ください。",
    "There seems to be no connection. Please try again when it is back.",
  ],
  locked: [
    "ただいま準備中《じゅんびちゅう》です",
    "いま、 じゅんびを しています",
    "We are getting ready",
  ],
  lockedBody: [
    "スタッフがドアのかぎをあけています。あいたら、自動《じどう》でつづきます。",
    "スタッフが ドアの かぎを あけます。 すこし まって ください。",
    "The staff is unlocking the door. It goes on by itself once it is open.",
  ],
  unlockHere: ["スタッフのかたはこちら", "スタッフの 人《ひと》は こちら", "For the staff"],
  busy: ["いま、こみあっています", "いま、 人《ひと》が おおいです", "It is crowded right now"],
  busyBody: [
    "少《すこ》し待《ま》つと、自動《じどう》でもう一度《いちど》ためします。",
    "すこし まって ください。 じどうで もう いちど ためします。",
    "Please wait a little. It tries again by itself.",
  ],
  broken: ["うまくいきませんでした", "うまく いきませんでした", "That did not work"],
  brokenBody: [
    "あなたのせいではありません。少《すこ》し待《ま》ってから、もう一度《いちど》ためしてください。",
    "あなたは わるくないです。 すこし まって、 もう いちど ためして ください。",
    "It is not your fault. Please wait a little and try again.",
  ],
  missing: [
    "このページは見《み》つかりません",
    "この ページは ありません",
    "This page is not here",
  ],
  missingBody: [
    "はじめのページからえらびなおしてください。",
    "はじめの ページから えらんで ください。",
    "Please choose again from the first page.",
  ],
  again: ["もう一度《いちど》ためす", "もう いちど ためす", "Try again"],
  toHome: ["はじめのページへ", "はじめの ページへ", "To the first page"],

  display: ["ことばと色《いろ》", "ことばと いろ", "Words and colours"],
  forms: ["ことば", "ことば", "Words"],
  // A reader who strays into another form finds the way back: each is named in its own.
  plain: ["ふつう", "ふつう", "ふつう (standard)"],
  ruby: ["ふりがな", "ふりがな", "ふりがな (furigana)"],
  easy: ["やさしい", "やさしい", "やさしい (easy)"],
  english: ["English", "English", "English"],
  themes: ["色《いろ》", "いろ", "Colours"],
  light: ["あかるい", "あかるい", "Light"],
  dark: ["くらい", "くらい", "Dark"],
  quiet: ["しずか", "しずか", "Quiet"],
  close: ["とじる", "とじる", "Close"],
  displayNote: [
    "えらんだことばと色《いろ》だけを、この端末《たんまつ》がおぼえます。",
    "えらんだ ことばと いろだけを、 この きかいが おぼえます。",
    "This device remembers only your choice of words and colours.",
  ],
} satisfies Record<string, Word>;
