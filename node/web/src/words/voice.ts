import type { Word } from "./word.js";

/** Voice in the place: the microphone, who hears, who is heard, and trying it out. Student-facing. */
export const voice = {
  title: ["声《こえ》", "こえ", "Voice"],
  mic: ["マイク", "マイク", "Microphone"],
  off: ["オフ", "オフ", "off"],
  on: ["オン", "オン", "on"],
  stopped: ["お休《やす》み", "おやすみ", "paused"],

  /* Before the first time. */
  askRoom: [
    "マイクをつけると、あなたの声《こえ》が、この部屋《へや》の人《ひと》に聞《き》こえます。",
    "マイクを つけると、 こえが この へやの 人《ひと》に きこえます。",
    "With the microphone on, those in this room hear you.",
  ],
  askFloor: [
    "マイクをつけると、あなたの声《こえ》が、いまいる場所《ばしょ》の人《ひと》に聞《き》こえます。",
    "マイクを つけると、 こえが、 いま ここに いる 人《ひと》に きこえます。",
    "With the microphone on, those in the same spot hear you.",
  ],
  askTwo: [
    "マイクをつけると、あなたの声《こえ》が、ふたりの話《はなし》の相手《あいて》だけに聞《き》こえます。",
    "マイクを つけると、 こえが あいてだけに きこえます。",
    "With the microphone on, only the one you talk with hears you.",
  ],
  askAll: [
    "声《こえ》が、このフロアのみんなに聞《き》こえます。相談《そうだん》の部屋《へや》には聞《き》こえません。",
    "こえが、 この フロアの みんなに きこえます。 そうだんの へやには きこえません。",
    "Everyone on this floor will hear you, but not those in counselling rooms.",
  ],
  askBrowser: [
    "つぎに、マイクを使《つか》ってよいかを、この端末《たんまつ》が聞《き》くことがあります。声《こえ》は、どこにものこしません。",
    "この きかいが、 マイクを つかって いいか きくことが あります。 こえは のこりません。",
    "This device may ask whether the microphone may be used. What is said is not kept anywhere.",
  ],
  turnOn: ["マイクをつける", "マイクを つける", "Turn it on"],
  turnOff: ["マイクをオフにする", "マイクを オフに する", "Turn the microphone off"],
  notNow: ["いまはやめる", "いまは やめる", "Not now"],
  turning: ["つけています…", "つけて います…", "Turning on…"],

  /* Where it goes now. */
  toRoom: [
    "この部屋《へや》の人《ひと》に聞《き》こえます",
    "この へやの 人《ひと》に きこえます",
    "Those in this room hear you",
  ],
  toFloor: [
    "いまいる場所《ばしょ》の人《ひと》に聞《き》こえます",
    "いま ここに いる 人《ひと》に きこえます",
    "Those in the same spot hear you",
  ],
  toTwo: [
    "ふたりの話《はなし》の相手《あいて》だけに聞《き》こえます",
    "あいてだけに きこえます",
    "Only the one you talk with hears you",
  ],
  toAll: [
    "みんなに放送《ほうそう》しています",
    "みんなに ほうそう しています",
    "You are speaking to everyone",
  ],
  speaks: ["話《はな》しています", "はなして います", "Speaking"],

  /* What has to be said. */
  connecting: [
    "声《こえ》をつないでいます。",
    "こえを つないで います。",
    "Voice is being connected.",
  ],
  down: [
    "いまは、声《こえ》が使《つか》えません。マイクはオフです。もどったら、自動《じどう》でつながります。",
    "いま、 こえが つかえません。 マイクは オフです。 もどると つながります。",
    "Voice does not work just now. Your microphone is off. It will connect again by itself.",
  ],
  wentOff: [
    "声《こえ》がとぎれたので、マイクをオフにしました。話《はな》すときは、もう一度《いちど》つけてください。",
    "こえが きれました。 マイクは オフです。 はなす ときは、 また つけて ください。",
    "Voice was cut, so your microphone is off. Turn it on again when you want to speak.",
  ],
  slow: [
    "声《こえ》のつながりがおそいようです。",
    "こえの つながりが おそいです。",
    "The connection for voice is slow.",
  ],
  byStaff: [
    "スタッフが、マイクをオフにしました。",
    "スタッフが マイクを オフに しました。",
    "Staff have turned your microphone off.",
  ],
  byPlace: [
    "マイクがオフになりました。",
    "マイクが オフに なりました。",
    "Your microphone is off now.",
  ],
  byMoved: [
    "場所《ばしょ》がかわったので、マイクをオフにしました。",
    "ばしょが かわりました。 マイクは オフです。",
    "You are somewhere else now, so your microphone is off.",
  ],
  bySilent: [
    "ここは、しずかにすごす場所《ばしょ》です。マイクをオフにしました。",
    "ここは しずかな ばしょです。 マイクは オフです。",
    "This is a quiet place, so your microphone is off.",
  ],
  byTalk: [
    "ふたりの声《こえ》の話《はなし》がおわったので、マイクをオフにしました。",
    "ふたりの こえの はなしは おわりました。 マイクは オフです。",
    "The voice talk of the two of you is over, so your microphone is off.",
  ],
  cannot: [
    "このブラウザーでは、声《こえ》が使《つか》えません。ほかのことは、みんなできます。",
    "この ブラウザーでは、 こえが つかえません。 ほかは ぜんぶ できます。",
    "Voice does not work in this browser. Everything else does.",
  ],
  press: [
    "声《こえ》を聞《き》くには、画面《がめん》を一度《いちど》おしてください。",
    "こえを きくときは、 がめんを いちど おして ください。",
    "Tap the page once to hear the voices.",
  ],
  hearThem: ["聞《き》く", "きく", "Listen"],

  /* No microphone. */
  denied: [
    "マイクを使《つか》うゆるしが、出《で》ていません。ブラウザーの設定《せってい》で、マイクをゆるすと使《つか》えます。声《こえ》がなくても、すごせます。",
    "マイクを つかう ゆるしが ありません。 ブラウザーの せっていで ゆるして ください。 こえが なくても すごせます。",
    "The microphone is not allowed. You can allow it in the settings of the browser. You are fine without voice, too.",
  ],
  missing: [
    "マイクが見《み》つかりません。つながっているか、見《み》てください。",
    "マイクが ありません。 つながって いるか みて ください。",
    "No microphone was found. Please see whether it is connected.",
  ],
  used: [
    "マイクを、ほかのアプリが使《つか》っているようです。そのアプリを閉《し》じて、もう一度《いちど》ためしてください。",
    "マイクを ほかの アプリが つかって います。 とじてから、 もう いちど ためして ください。",
    "Another program seems to use the microphone. Please close it and try again.",
  ],
  old: [
    "このブラウザーでは、マイクが使《つか》えません。",
    "この ブラウザーでは マイクが つかえません。",
    "The microphone does not work in this browser.",
  ],
  lost: [
    "マイクがはずれたので、オフにしました。",
    "マイクが はずれました。 オフに しました。",
    "The microphone was unplugged, so it is off.",
  ],

  /* Two alone. */
  askTalk: ["声《こえ》でも話《はな》す", "こえでも はなす", "Talk by voice, too"],
  talkWaits: [
    "声《こえ》でも話《はな》せるか、{name}さんの返事《へんじ》を待《ま》っています。",
    "こえでも はなせるか、 {name}さんの へんじを まって います。",
    "Waiting for {name} to say whether talking by voice is fine.",
  ],
  talkAsked: [
    "{name}さんが、声《こえ》でも話《はな》したいそうです。",
    "{name}さんが こえでも はなしたいです。",
    "{name} would like to talk by voice, too.",
  ],
  talkOpen: [
    "{name}さんと、ふたりだけで、声《こえ》で話《はな》せます。",
    "{name}さんと ふたりだけで こえで はなせます。",
    "You can talk with {name} by voice, just the two of you.",
  ],
  talkNo: ["いまは文字《もじ》だけ", "いまは もじだけ", "Only text for now"],
  talkEnd: ["声《こえ》をおわる", "こえを おわる", "End the voice"],
  talkMic: ["ふたりだけにマイク", "ふたりだけに マイク", "Microphone for the two of you"],
  toTalk: ["その話《はなし》へ", "その はなしへ", "To that talk"],

  /* To everyone. */
  announce: ["放送《ほうそう》マイク", "ほうそう マイク", "Announcement microphone"],
  announceDo: ["みんなに放送《ほうそう》する", "みんなに ほうそう する", "Speak to everyone"],
  announceEnd: ["放送《ほうそう》をおわる", "ほうそうを おわる", "End the announcement"],

  /* Of one person. */
  volume: ["この人《ひと》の声《こえ》", "この 人《ひと》の こえ", "This person's voice"],
  volume100: ["そのまま", "そのまま", "As it is"],
  volume50: ["半分《はんぶん》", "はんぶん", "Half"],
  volume25: ["小《ちい》さく", "ちいさく", "Low"],
  volume0: ["聞《き》かない", "きかない", "Do not hear"],

  /* Trying it out. */
  tryTitle: ["マイクと音《おと》をためす", "マイクと おとを ためす", "Try microphone and sound"],
  tryLead: [
    "ここでためした声《こえ》は、だれにも聞《き》こえません。どこにも送《おく》りません。",
    "ここの こえは、 だれにも きこえません。 どこにも おくりません。",
    "Nobody hears what you try here. It is sent nowhere.",
  ],
  tryMic: ["マイクをためす", "マイクを ためす", "Try the microphone"],
  tryEnd: ["マイクをとめる", "マイクを とめる", "Stop the microphone"],
  which: ["どのマイク？", "どの マイク？", "Which microphone?"],
  whichAny: ["この端末《たんまつ》のマイク", "この きかいの マイク", "The device's own"],
  loudness: ["声《こえ》の大《おお》きさ", "こえの おおきさ", "How loud you are"],
  loud0: ["まだ聞《き》こえません", "まだ きこえません", "Nothing heard yet"],
  loud1: ["少《すこ》し聞《き》こえます", "すこし きこえます", "A little is heard"],
  loud2: ["聞《き》こえます", "きこえます", "You are heard"],
  loud3: ["よく聞《き》こえます", "よく きこえます", "You are heard well"],
  loud4: ["大《おお》きく聞《き》こえます", "おおきく きこえます", "You are loud"],
  record: [
    "3秒《びょう》話《はな》して、聞《き》いてみる",
    "3びょう はなして、 きいて みる",
    "Speak for 3 seconds and hear it",
  ],
  recording: ["いま、話《はな》してください…", "いま はなして ください…", "Please speak now…"],
  playing: ["あなたの声《こえ》です…", "あなたの こえです…", "This is your voice…"],
  noRecord: [
    "このブラウザーでは、自分《じぶん》の声《こえ》を聞《き》けません。",
    "この ブラウザーでは、 じぶんの こえを きけません。",
    "This browser cannot play your voice back.",
  ],
  tone: ["音《おと》を出《だ》してみる", "おとを だして みる", "Play a sound"],
  toneNote: [
    "やさしい音《おと》が二回《にかい》鳴《な》ります。聞《き》こえないときは、端末《たんまつ》の音《おと》の大《おお》きさを見《み》てください。",
    "おとが 2かい なります。 きこえない ときは、 きかいの おとを おおきく して ください。",
    "Two soft tones. If you hear nothing, please look at the volume of the device.",
  ],

  /* Which ways work. */
  netTitle: [
    "声《こえ》の道《みち》を調《しら》べる",
    "こえの みちを しらべる",
    "Check the network",
  ],
  netLead: [
    "声《こえ》がどの道《みち》で届《とど》くかを調《しら》べます。30秒《びょう》ほどかかります。そのあいだ、声《こえ》は止《と》まり、マイクはオフになります。",
    "こえの みちを しらべます。 30びょう くらいです。 その あいだ、 こえは とまります。 マイクは オフです。",
    "This looks which ways voice can take here. It takes about 30 seconds. Meanwhile voice stops and your microphone is off.",
  ],
  netInside: [
    "声《こえ》の道《みち》は、フロアにはいってから調《しら》べられます。",
    "こえの みちは、 フロアに はいると しらべられます。",
    "You can check the network once you are on a floor.",
  ],
  netDo: ["調《しら》べる", "しらべる", "Check"],
  netBusy: ["調《しら》べています…", "しらべて います…", "Checking…"],
  netUdp: [
    "いちばん速《はや》い道《みち》（UDP）",
    "いちばん はやい みち（UDP）",
    "The quickest way (UDP)",
  ],
  netTcp: ["つぎの道《みち》（TCP）", "つぎの みち（TCP）", "The next way (TCP)"],
  netWs: [
    "画面《がめん》と同《おな》じ道《みち》（WebSocket）",
    "がめんと おなじ みち（WebSocket）",
    "The way of the page itself (WebSocket)",
  ],
  netYes: ["使《つか》えます", "つかえます", "Works"],
  netNo: ["使《つか》えません", "つかえません", "Does not work"],
  netNotYet: ["まだ、ありません", "まだ ありません", "Not there yet"],
  netAsked: ["これから", "これから", "To come"],
  netGood: ["声《こえ》が使《つか》えます。", "こえが つかえます。", "Voice works here."],
  netOk: [
    "声《こえ》が使《つか》えます。少《すこ》しおくれることがあります。",
    "こえが つかえます。 すこし おくれる ことが あります。",
    "Voice works here. It may lag a little.",
  ],
  netBad: [
    "このネットワークでは、声《こえ》が届《とど》きません。学校《がっこう》の先生《せんせい》やスタッフに、この画面《がめん》を見《み》せてください。文字《もじ》とリアクションは使《つか》えます。",
    "この ネットワークでは、 こえが とどきません。 先生《せんせい》や スタッフに みせて ください。 もじと リアクションは つかえます。",
    "Voice does not get through this network. Please show this page to your school or the staff. Text and reactions work.",
  ],
  settings: ["マイクと音《おと》", "マイクと おと", "Microphone and sound"],
  close: ["閉《と》じる", "とじる", "Close"],
} satisfies Record<string, Word>;
