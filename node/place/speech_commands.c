/* Commands of speech (AI-2.4-ア, イ, ウ). */
#include <stddef.h>

#include "node/place/speech_frame.h"
#include "node/place/speech_priv.h"
#include "node/place/speech_rows.h"

static const char here_ja[] = "まだフロアに入っていません。";
static const char offer_ja[] = "このブラウザでは、声の線をつくれませんでした。";
static const char over_ja[] = "この会話は、もう終わっています。";

/* On a floor; NULL: told that he is not. */
static struct visit *visit_here(struct command_call *call)
{
    struct visit *visit = place_acted(call)->visit;

    if (visit != NULL && visit->person != NULL)
        return visit;
    command_refuse(call, "not-here", here_ja);
    return NULL;
}

/* ---- voice.open, voice.close ---- */

enum open_way { OPEN_RTC, OPEN_WS };
#define OPEN_WAYS "rtc|ws"

struct open_input {
    struct span offer;
    int way;
    bool has_offer, has_way, thin, has_thin;
};

static void open_session(struct command_call *call)
{
    const struct open_input *input = call->input;
    struct visit *visit = visit_here(call);
    struct sdp_offer offer;
    struct fail fail = {.code = ERR_INTERNAL};

    if (visit == NULL)
        return;
    if (input->has_way && input->way == OPEN_WS)
        speech_session_open(call, visit, NULL, true);
    else if (!input->has_offer || sdp_read_offer(input->offer, &offer, &fail) != ERR_OK)
        command_refuse(call, "voice-offer", offer_ja);
    else
        speech_session_open(call, visit, &offer, input->has_thin && input->thin);
}

static void close_session(struct command_call *call)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    struct visit *visit = place_acted(call)->visit;

    if (visit != NULL && visit->speech != NULL) {
        speech_mic_off(visit->place->speech, visit->speech, SPEECH_BY_SELF, SPEECH_TAP, now);
        speech_leave(visit, false, now);
    }
    command_ok(call, NULL);
}

/* Of a binary message nothing is answered; sound is no sign that somebody acts. */
static void packet(struct command_call *call)
{
    const struct guest *guest = call->visitor;

    speech_sound_in(call, guest->visit == NULL ? NULL : guest->visit->speech);
}

/* ---- voice.mic, voice.thin ---- */

struct mic_input {
    int to;
};

static void mic(struct command_call *call)
{
    const struct mic_input *input = call->input;
    struct visit *visit = visit_here(call);

    if (visit != NULL)
        speech_mic_ask(call, visit->speech, (enum hub_mic)input->to);
}

struct thin_input {
    bool is_on;
};

static void thin(struct command_call *call)
{
    const struct thin_input *input = call->input;
    struct visit *visit = visit_here(call);

    if (visit == NULL)
        return;
    if (visit->speech == NULL) {
        speech_refuse_closed(call);
        return;
    }
    visit->speech->is_thin = input->is_on;
    command_ok(call, NULL);
}

/* ---- voice.hush ---- */

struct hush_input {
    struct jx_list seats; /* struct hush_seat */
};
struct hush_seat {
    int64_t seat;
};

static void hush(struct command_call *call)
{
    const struct hush_input *input = call->input;
    struct visit *visit = visit_here(call);
    struct speech_one *one = visit == NULL ? NULL : visit->speech;
    const struct hush_seat *seats = input->seats.at;

    if (visit == NULL)
        return;
    if (one == NULL) {
        speech_refuse_closed(call);
        return;
    }
    one->n_hush = one->n_hush_far = 0;
    for (size_t i = 0; i < input->seats.n && i < HUB_HUSH_MAX; i++) {
        const struct mirror_figure *figure = mirror_at(visit, (uint16_t)seats[i].seat);
        void *owner = NULL;

        if (figure != NULL)
            one->hush_far[one->n_hush_far++] = figure->number;
        else if (world_seat_owner(visit->person, (uint16_t)seats[i].seat, &owner, NULL) ==
                 ERR_OK)
            one->hush[one->n_hush++] = ((const struct visit *)owner)->account;
    }
    one->is_hush_due = true;
    command_ok(call, NULL);
}

/* ---- talk.voice ---- */

struct yes_input {
    struct id talk;
    bool is_on;
};

static void yes(struct command_call *call)
{
    const struct yes_input *input = call->input;
    struct visit *visit = visit_here(call);
    struct talk *talk = visit == NULL ? NULL : talk_find(visit->place->chat, input->talk);

    if (visit == NULL)
        return;
    if (talk == NULL || !talk_has(talk, visit->account) || talk->state != TALK_IS_OPEN)
        command_refuse(call, err_code(ERR_NOT_FOUND), over_ja);
    else
        speech_yes(call, visit, talk, input->is_on);
}

/* ---- shapes, rows ---- */

#define FIELD(struct_, member, name_, type_, title_) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct struct_, member), \
        .title_ja = (title_) \
    }
static const struct jx_field open_fields[] = {
    {.name = "offer",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT | JX_OPTIONAL,
     .least = 1,
     .most = SDP_OFFER_MAX,
     .offset = offsetof(struct open_input, offer),
     .has_offset = offsetof(struct open_input, has_offer),
     .title_ja = "SDPの申し出（wayがwsのときは、いらない）"},
    {.name = "way",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = OPEN_WAYS,
     .offset = offsetof(struct open_input, way),
     .has_offset = offsetof(struct open_input, has_way),
     .title_ja = "つなぎ方（wsは、この線そのもの。なければrtc）"},
    {.name = "thin",
     .type = JX_BOOL,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct open_input, thin),
     .has_offset = offsetof(struct open_input, has_thin),
     .title_ja = "細い回線"},
};
static const struct jx_shape open_shape = JX_SHAPE("VoiceOpen", struct open_input, open_fields);
static const struct jx_field mic_fields[] = {{.name = "to",
                                              .type = JX_ENUM,
                                              .choices = SPEECH_WAYS,
                                              .offset = offsetof(struct mic_input, to),
                                              .title_ja = "どこへ"}};
static const struct jx_shape mic_shape = JX_SHAPE("VoiceMicAsk", struct mic_input, mic_fields);
static const struct jx_field thin_fields[] = {
    FIELD(thin_input, is_on, "is_on", JX_BOOL, "細い回線か")};
static const struct jx_shape thin_shape = JX_SHAPE("VoiceThin", struct thin_input, thin_fields);
static const struct jx_field yes_fields[] = {
    FIELD(yes_input, talk, "talk", JX_ID, "会話"),
    FIELD(yes_input, is_on, "is_on", JX_BOOL, "声でも話す"),
};
static const struct jx_shape yes_shape = JX_SHAPE("TalkVoiceAsk", struct yes_input, yes_fields);

static const struct jx_field seat_fields[] = {{.name = "seat",
                                               .type = JX_INT,
                                               .least = 1,
                                               .most = WORLD_SEATS,
                                               .offset = offsetof(struct hush_seat, seat),
                                               .title_ja = "席"}};
static const struct jx_shape seat_shape =
    JX_SHAPE("VoiceHushSeat", struct hush_seat, seat_fields);
static const struct jx_field hush_fields[] = {{.name = "seats",
                                               .type = JX_LIST,
                                               .most = HUB_HUSH_MAX,
                                               .offset = offsetof(struct hush_input, seats),
                                               .shape = &seat_shape,
                                               .title_ja = "ききたくない人"}};
static const struct jx_shape hush_shape = JX_SHAPE("VoiceHush", struct hush_input, hush_fields);

#define ROW(name_, input_, output_, handle_, summary_) \
    { \
        .name = (name_), .roles = CHAT_ROLES, .object = OBJECT_OWN, .audit = AUDIT_NONE, \
        .input = (input_), .output = (output_), .summary_ja = (summary_), .handle = (handle_) \
    }

const struct command speech_commands[SPEECH_COMMANDS_N] = {
    {.name = "voice.open",
     .n_json_most = 2 * SDP_OFFER_MAX,
     .roles = CHAT_ROLES,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .input = &open_shape,
     .output = &speech_opened_shape,
     .summary_ja = "声の線をつなぐ",
     .handle = open_session},
    {.name = "voice.packet",
     .code = SPEECH_FRAME_CODE,
     .n_bytes = SPEECH_FRAME_HEAD + 1,
     .n_bytes_most = SPEECH_FRAME_MOST,
     .roles = CHAT_ROLES,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .summary_ja = "声をひとくぎり送る（wsでつないだとき）",
     .handle = packet},
    ROW("voice.close", NULL, NULL, close_session, "声の線を切る"),
    ROW("voice.mic", &mic_shape, NULL, mic, "マイクをつける、切る"),
    ROW("voice.thin", &thin_shape, NULL, thin, "細い回線としてきく"),
    ROW("voice.hush", &hush_shape, NULL, hush, "この人たちの声をきかない"),
    ROW("talk.voice", &yes_shape, NULL, yes, "ふたりの会話で声も使うかを言う"),
};
