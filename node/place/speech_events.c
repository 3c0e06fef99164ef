#include "node/place/speech_events.h"

#include <stddef.h>

#include "node/place/speech_rows.h"
#include "node/place/speech_store.h"

#define F(type_, struct_, member, name_, title_) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct struct_, member), \
        .title_ja = (title_) \
    }
#define F_MAY(type_, struct_, member, has_, name_, title_) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, member), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title_) \
    }
#define F_ENUM(struct_, member, choices_, name_, title_) \
    { \
        .name = (name_), .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct struct_, member), .title_ja = (title_) \
    }

static const struct jx_field down_fields[] = {
    F(JX_TEXT, speech_down, title, "title", "子どもに見せる文")};
static const struct jx_shape down_shape =
    JX_SHAPE("VoiceDown", struct speech_down, down_fields);

static const struct jx_field ready_fields[] = {
    F_ENUM(speech_ready, way, SPEECH_READY_WAYS, "way", "通り道")};
static const struct jx_shape ready_shape =
    JX_SHAPE("VoiceReady", struct speech_ready, ready_fields);

static const struct jx_field mic_fields[] = {
    F_ENUM(speech_mic, to, SPEECH_WAYS, "to", "どこへ"),
    F_ENUM(speech_mic, by, SPEECH_BYS, "by", "だれによるか"),
    F_ENUM(speech_mic, reason, SPEECH_REASONS, "reason", "なぜか"),
    F_MAY(JX_TEXT, speech_mic, title, has_title, "title", "子どもに見せる文"),
};
static const struct jx_shape mic_shape = JX_SHAPE("VoiceMic", struct speech_mic, mic_fields);

static const struct jx_field speaks_fields[] = {
    F(JX_INT, speech_speaks, number, "number", "声の番号"),
    F_MAY(JX_INT, speech_speaks, seat, has_seat, "seat", "席"),
    F(JX_TEXT, speech_speaks, name, "name", "名前"),
    F_ENUM(speech_speaks, to, SPEECH_WAYS, "to", "どこへ"),
    F(JX_BOOL, speech_speaks, is_on, "is_on", "話しはじめた（falseはおわった）"),
};
static const struct jx_shape speaks_shape =
    JX_SHAPE("VoiceSpeaks", struct speech_speaks, speaks_fields);

static const struct jx_field yes_fields[] = {
    F(JX_ID, speech_yes, talk, "talk", "会話"),
    F(JX_BOOL, speech_yes, mine, "mine", "自分が声でよいと言った"),
    F(JX_BOOL, speech_yes, theirs, "theirs", "相手が声でよいと言った"),
};
static const struct jx_shape yes_shape = JX_SHAPE("TalkVoice", struct speech_yes, yes_fields);

const struct live_event speech_events[SPEECH_EVENTS_N] = {
    {"voice.up", NULL, "声が使える。フロアに来たときにも届く"},
    {"voice.down", &down_shape, "声がとぎれた。マイクは切れ、また使えるときにvoice.upが届く"},
    {"voice.ready", &ready_shape, "音がながれる通り道ができた"},
    {"voice.gone", NULL, "自分の声の線だけが切れた"},
    {"voice.mic", &mic_shape, "自分のマイクの行き先がかわった"},
    {"voice.speaks", &speaks_shape, "だれの声が、いまきこえるか"},
    {"talk.voice", &yes_shape, "ふたりの会話で声を使うか。両方がよいときに使える"},
};
const struct live_event *const
    speech_event_up = &speech_events[0],
    *const speech_event_down = &speech_events[1], *const speech_event_ready = &speech_events[2],
    *const speech_event_gone = &speech_events[3], *const speech_event_mic = &speech_events[4],
    *const speech_event_speaks = &speech_events[5], *const speech_event_yes = &speech_events[6];

static const struct jx_field opened_fields[] = {
    F(JX_TEXT, speech_opened, answer, "answer", "SDPの答え"),
    F(JX_INT, speech_opened, number, "number", "自分の声の番号"),
};
const struct jx_shape speech_opened_shape =
    JX_SHAPE("VoiceOpened", struct speech_opened, opened_fields);
