import type { Word } from "./word.js";

/** What the node says of an act that is not to be, by its code; it knows no child's form of words, so the
 * sentence is ours (node/place/place_commands.c, visit_enter.c). Student-facing. */
export const placeSaid = {
  "watch-walk": [
    "「みてるだけ」の間《あいだ》は、歩《ある》けません。",
    "「みるだけ」の とき、 あるけません。",
    "While just looking, you cannot walk.",
  ],
  "watch-stick": [
    "「みてるだけ」の間《あいだ》は、歩《ある》けません。",
    "「みるだけ」の とき、 あるけません。",
    "While just looking, you cannot walk.",
  ],
  "watch-wave": [
    "「みてるだけ」の間《あいだ》は、手《て》をふれません。",
    "「みるだけ」の とき、 手《て》を ふれません。",
    "While just looking, you cannot wave.",
  ],
  "watch-knock": [
    "「みてるだけ」の間《あいだ》は、ノックできません。",
    "「みるだけ」の とき、 ノックできません。",
    "While just looking, you cannot knock.",
  ],
  "watch-invite": [
    "「みてるだけ」の間《あいだ》は、さそえません。",
    "「みるだけ」の とき、 さそえません。",
    "While just looking, you cannot invite anyone.",
  ],
  "watch-chat": [
    "「みてるだけ」の間《あいだ》は、書《か》けません。",
    "「みるだけ」の とき、 かけません。",
    "While just looking, you cannot write.",
  ],
  "watch-react": [
    "「みてるだけ」の間《あいだ》は、リアクションを出《だ》せません。",
    "「みるだけ」の とき、 リアクションは だせません。",
    "While just looking, you cannot show reactions.",
  ],
  stopped: [
    "いまは、お休《やす》みしています。わからないことは、スタッフに聞《き》いてください。",
    "いま、 おやすみして います。 スタッフに きいて ください。",
    "This is paused for you just now. You can ask the staff why.",
  ],
  "chat-stopped": [
    "いまは、書《か》くのをお休《やす》みしています。リアクションと、SOSは使《つか》えます。",
    "いま、 かくのを おやすみして います。 リアクションと SOSは つかえます。",
    "Writing is paused just now. Reactions and SOS work.",
  ],
  "react-stopped": [
    "いまは、リアクションをお休《やす》みしています。",
    "いま、 リアクションを おやすみして います。",
    "Reactions are paused just now.",
  ],
  ejected: [
    "いまは、いばしょをお休《やす》みする時間《じかん》です。わからないことは、先生《せんせい》やスタッフに聞《き》けます。「SOS」もおせます。",
    "いま、 おやすみする じかんです。 先生《せんせい》や スタッフに きいて ください。 「SOS」も おせます。",
    "This is a time to rest from the place. You can ask your teacher or the staff, and press “SOS”, too.",
  ],
  "mute-stopped": [
    "いまは、声《こえ》をお休《やす》みしています。文字《もじ》とリアクションと、SOSは使《つか》えます。",
    "いま、 こえを おやすみして います。 もじと リアクションと SOSは つかえます。",
    "Your voice is paused just now. Text, reactions and SOS work.",
  ],
  "voice-off": [
    "いまは、声《こえ》が使《つか》えません。",
    "いま、 こえが つかえません。",
    "Voice does not work just now.",
  ],
  "voice-full": [
    "声《こえ》をつかう人《ひと》が、いっぱいです。すこし待《ま》って、もう一度《いちど》ためしてください。",
    "こえを つかう ひとが いっぱいです。 すこし まって ください。",
    "Too many people are using voice. Please wait a little and try again.",
  ],
  "voice-watch": [
    "声《こえ》を出《だ》すときは、先《さき》に「声《こえ》もいい」をえらんでください。",
    "こえを だす ときは、 さきに「こえも いい」を えらんで ください。",
    "To speak, first choose “Voice is fine, too”.",
  ],
  "voice-offer": [
    "このブラウザーでは、声《こえ》が使《つか》えません。",
    "この ブラウザーでは、 こえが つかえません。",
    "Voice does not work in this browser.",
  ],
  "voice-closed": [
    "声《こえ》をつないでいます。少《すこ》し待《ま》って、もう一度《いちど》おしてください。",
    "こえを つないで います。 すこし まって、 もう いちど おして ください。",
    "Voice is being connected. Please wait a little and press again.",
  ],
  "voice-silent": [
    "ここは、しずかな場所《ばしょ》です。話《はな》すときは、ほかの場所《ばしょ》に行《い》きましょう。",
    "ここは しずかな ところです。 はなす ときは、 ほかに いきましょう。",
    "This is a quiet spot. Go elsewhere to speak.",
  ],
  "voice-quiet": [
    "「ひとりでいたい」や「きゅうけい」の間《あいだ》は、マイクは使《つか》えません。",
    "「ひとり」や「やすみ」の とき、 マイクは つかえません。",
    "While you are alone or on a break, the microphone stays off.",
  ],
  "voice-no-talk": [
    "ふたりとも「声《こえ》でも話《はな》す」をおすと、話《はな》せます。",
    "ふたりが 「こえでも はなす」を おすと、 はなせます。",
    "You can speak once both of you have pressed “Talk by voice, too”.",
  ],
  "voice-no-announce": [
    "放送《ほうそう》マイクは、スタッフと先生《せんせい》が使《つか》えます。",
    "ほうそう マイクは、 スタッフと 先生《せんせい》が つかえます。",
    "The announcement microphone is for staff and instructors.",
  ],
  slow: [
    "いまは、ゆっくり話《はな》す時間《じかん》です。少《すこ》し待《ま》ってから、おくってください。",
    "いま、 ゆっくり はなす じかんです。 すこし まって ください。",
    "This is a time to talk slowly. Please wait a little, then send it.",
  ],
  "no-talk": [
    "この町《まち》では、ふたりだけの話《はな》しは、スタッフとできます。",
    "この まちでは、 ふたりの はなしは スタッフと できます。",
    "In this town, talks of two are with the staff.",
  ],
  staff: [
    "スタッフとは、いつでも話《はな》せます。",
    "スタッフと いつでも はなせます。",
    "You can always talk with the staff.",
  ],
  blank: [
    "まだ、何《なに》も書《か》いていません。",
    "まだ かいて いません。",
    "Nothing is written yet.",
  ],
  "too-long": [
    "長《なが》すぎて、おくれません。みじかくしてください。",
    "ながいです。 みじかく して ください。",
    "It is too long to send. Please make it shorter.",
  ],
  "area-locked": [
    "この部屋《へや》は、いま閉《し》まっています。",
    "この へやは いま しまって います。",
    "This room is closed just now.",
  ],
  "area-who": [
    "この部屋《へや》には、いまははいれません。",
    "この へやには いま はいれません。",
    "You cannot go into this room just now.",
  ],
  "area-room": [
    "部屋《へや》の中《なか》と外《そと》の間《あいだ》では、できません。",
    "へやの なかと そとでは できません。",
    "That does not work between the inside and the outside of a room.",
  ],
  "area-full": [
    "いまは、いっぱいです。少《すこ》し待《ま》って、もう一度《いちど》ためしてください。",
    "いまは いっぱいです。 すこし まって ください。",
    "It is full just now. Please try again in a little while.",
  ],
  "area-open": [
    "ここには、とびらがありません。そのままはいれます。",
    "ここに とびらは ありません。 すぐ はいれます。",
    "There is no door here. You can just go in.",
  ],
  "area-wait": [
    "いまは、はいれません。少《すこ》し待《ま》って、もう一度《いちど》ためしてください。",
    "いまは はいれません。 すこし まって ください。",
    "You cannot go in just now. Please try again in a little while.",
  ],
  "in-use": [
    "いま、使《つか》っている人《ひと》がいます。ノックしてみましょう。",
    "いま つかって います。 ノックして ください。",
    "Somebody is using it just now. You could knock.",
  ],
  distance: [
    "いまは、近《ちか》づいてほしくない人《ひと》です。そっとしておきましょう。",
    "いま、 ちかくに きて ほしくない 人《ひと》です。 はなれて いましょう。",
    "This person would like to keep some distance just now.",
  ],
  "no-waves": [
    "いまは、そっとしておいてほしい人《ひと》です。手《て》をふるのは、またあとにしましょう。",
    "いま、 ひとりで いたい 人《ひと》です。 また あとで。",
    "This person would like to be left in peace just now. Wave another time.",
  ],
  break: [
    "いまは、きゅうけい中《ちゅう》の人《ひと》です。またあとにしましょう。",
    "いま、 やすんで いる 人《ひと》です。 また あとで。",
    "This person is taking a break. Another time.",
  ],
  seat: [
    "その人《ひと》には、いまはできません。",
    "その 人《ひと》には いま できません。",
    "That does not work with this person just now.",
  ],
  id: [
    "いまは、そこに行《い》けません。",
    "いまは そこに いけません。",
    "You cannot go there just now.",
  ],
  "not-in-lesson": [
    "いまは、この授業《じゅぎょう》に出《で》ていません。",
    "いまは この じゅぎょうに いません。",
    "You are not in this lesson just now.",
  ],
  "not-yet": [
    "まだ、始《はじ》まっていません。始《はじ》まるまで、待《ま》ってください。",
    "まだです。 すこし まって ください。",
    "It has not begun yet. Please wait a little.",
  ],
  over: [
    "この授業《じゅぎょう》は、おわりました。",
    "この じゅぎょうは おわりました。",
    "This lesson is over.",
  ],
  full: [
    "いまは、いっぱいです。ほかの授業《じゅぎょう》もえらべます。",
    "いまは いっぱいです。 ほかの じゅぎょうも えらべます。",
    "It is full just now. You can choose another one.",
  ],
  "other-floor": [
    "この授業《じゅぎょう》は、ほかのフロアでしています。",
    "この じゅぎょうは ほかの フロアです。",
    "This lesson is on another floor.",
  ],
  gone: [
    "その人《ひと》は、もうこの授業《じゅぎょう》にいません。",
    "その 人《ひと》は もう いません。",
    "That person is no longer in this lesson.",
  ],
  "lesson-teach": [
    "これは、先生《せんせい》だけができます。",
    "これは 先生《せんせい》だけが できます。",
    "Only the instructor can do this.",
  ],
  "lesson-hand": [
    "ほかの人《ひと》の手《て》は、スタッフだけがおろせます。",
    "ほかの 人《ひと》の 手《て》は、 スタッフだけが おろせます。",
    "Only staff can lower somebody else's hand.",
  ],
  "lesson-means": [
    "この授業《じゅぎょう》では、つかいません。",
    "この じゅぎょうでは つかいません。",
    "This is not used in this lesson.",
  ],
  "at-host": [
    "ほかの町《まち》の人《ひと》の手《て》は、授業《じゅぎょう》をひらいた町《まち》のスタッフがおろします。",
    "ほかの 町《まち》の 人《ひと》の 手《て》は、 おろせません。",
    "Only staff of the town that holds the lesson can lower a hand of another town.",
  ],
  "lesson-answered": [
    "これは、先生《せんせい》とスタッフだけができます。",
    "これは 先生《せんせい》と スタッフだけが できます。",
    "Only the teacher and the staff can do this.",
  ],
  "rung-most": [
    "この町《まち》では、まだ使《つか》えません。",
    "この まちでは まだ つかえません。",
    "This cannot be used in this town yet.",
  ],
  "not-here": [
    "まだ、フロアにはいっていません。",
    "まだ フロアに はいって いません。",
    "You are not on a floor yet.",
  ],
  "hours-closed": [
    "いまは、お休《やす》みの時間《じかん》です。",
    "いまは おやすみの じかんです。",
    "The place is closed just now.",
  ],
  "no-access": [
    "このフロアには、いまははいれません。ほかのフロアをえらんでください。",
    "この フロアには いま はいれません。 ほかの フロアを えらんで ください。",
    "You cannot go to this floor just now. Please choose another one.",
  ],
  elsewhere: [
    "ほかの端末《たんまつ》で、もうはいっています。そちらを出《で》てから、もう一度《いちど》ためしてください。",
    "ほかの きかいで はいって います。 そちらを でて ください。",
    "You are in on another device. Leave there first, then try again.",
  ],
  "too-many": [
    "少《すこ》し待《ま》って、もう一度《いちど》ためしてください。",
    "すこし まって ください。",
    "Please wait a little and try again.",
  ],
  "other-town": [
    "ほかの町《まち》の人《ひと》です。文字《もじ》やリアクションで、声《こえ》をかけられます。",
    "ほかの まちの 人《ひと》です。 もじや リアクションで はなせます。",
    "They are in another town. You can speak to them by text or reactions.",
  ],
  floor: [
    "このフロアは、いま使《つか》えません。ほかのフロアをえらんでください。",
    "この フロアは いま つかえません。 ほかの フロアを えらんで ください。",
    "This floor cannot be used just now. Please choose another one.",
  ],
} satisfies Record<string, Word>;

/** Why the reader stands at the entrance again. Student-facing. */
export const placeOut = {
  ejected: [
    "いまは、いばしょをお休《やす》みする時間《じかん》です。わからないことは、先生《せんせい》やスタッフに聞《き》けます。「SOS」もおせます。",
    "いま、 おやすみする じかんです。 先生《せんせい》や スタッフに きいて ください。 「SOS」も おせます。",
    "This is a time to rest from the place. You can ask your teacher or the staff, and press “SOS”, too.",
  ],
  closing: [
    "きょうは、ここまでです。来《き》てくれて、ありがとう。",
    "きょうは おわりです。 きて くれて ありがとう。",
    "That is all for today. Thank you for coming.",
  ],
  access: [
    "あのフロアには、いまははいれません。ほかのフロアをえらべます。",
    "あの フロアには いま はいれません。 ほかの フロアを えらべます。",
    "You cannot be on that floor just now. You can choose another one.",
  ],
  elsewhere: [
    "ほかの端末《たんまつ》ではいりました。こちらは出《で》ています。",
    "ほかの きかいで はいりました。 ここは おわりです。",
    "You came in on another device, so you are out on this one.",
  ],
  ended: [
    "会《かい》が終《お》わりました。来《き》てくれて、ありがとう。",
    "かいが おわりました。 きて くれて ありがとう。",
    "The session has ended. Thank you for coming.",
  ],
  hides: [
    "これから、名前《なまえ》をかくしてすごす会《かい》がはじまります。よければ、もう一度《いちど》はいってください。",
    "いまから なまえを かくす かいです。 よければ、 また はいって ください。",
    "A session begins in which names are hidden. Come in again if you like.",
  ],
  signin: [
    "ログインが終《お》わりました。もう一度《いちど》ログインしてください。",
    "ログインが おわりました。 もう いちど ログイン してください。",
    "You are signed out. Please sign in again.",
  ],
  floor: [
    "あのフロアは、いま使《つか》えません。ほかのフロアをえらべます。",
    "あの フロアは いま つかえません。 ほかの フロアを えらべます。",
    "That floor cannot be used just now. You can choose another one.",
  ],
  away: [
    "しばらくうごかなかったので、入《い》り口《ぐち》にもどりました。いつでも、またはいれます。",
    "しばらく うごきませんでした。 いりぐちに もどりました。 いつでも はいれます。",
    "It was quiet for a while, so you are at the entrance again. Come in whenever you like.",
  ],
  restart: [
    "いばしょが新《あたら》しくなりました。もう一度《いちど》はいってください。",
    "いばしょが あたらしく なりました。 もう いちど はいって ください。",
    "The place was started anew. Please come in again.",
  ],
} satisfies Record<string, Word>;
