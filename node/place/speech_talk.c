/* Two who talk, aloud: each says yes for himself, and may take it back (AI-2.4-イ). */
#include "node/db/settings.h"
#include "node/place/speech_priv.h"
#include "node/place/speech_rows.h"

enum private_rule { PRIVATE_ALL, PRIVATE_STAFF, PRIVATE_OFF };

const struct setting setting_voice_private = {
    .name = "voice.private",
    .type = SETTING_ENUM,
    .choices = "all|staff|off",
    .initial = "staff",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-2.4-イ",
    .title_ja = "ふたりだけの声の会話",
    .title_en = "Private voice of two",
    .help_ja =
        "allは、児童生徒どうしでも、ふたりがよいと言ったときに使えます。staffは、職員との"
        "会話だけ。offは、だれも使えません。どれも、だれとだれがいつ話したかが記録されます。",
};
const struct setting *const speech_settings[SPEECH_SETTINGS_N] = {&setting_voice_days,
                                                                  &setting_voice_private};

static int place_of(const struct talk *talk, struct id account)
{
    return id_eq(talk->members[0], account) ? 0 : 1;
}

bool speech_talk_is_allowed(const struct place *place, const struct talk *talk)
{
    int64_t rule = settings_int(place->conf.services->settings, &setting_voice_private);

    return rule == PRIVATE_ALL || (rule == PRIVATE_STAFF && talk->kind == TALK_STAFF);
}

struct talk *speech_talk_of(const struct visit *visit)
{
    struct chat *chat = visit->place->chat;

    for (struct talk *talk = chat == NULL ? NULL : chat->talks; talk != NULL; talk = talk->next)
        if (talk->state == TALK_IS_OPEN && talk->voice != 0 && talk->is_aloud[0] &&
            talk->is_aloud[1] && talk_has(talk, visit->account) &&
            speech_talk_is_allowed(visit->place, talk))
            return talk;
    return NULL;
}

static void tell(struct place *place, const struct talk *talk)
{
    for (int i = 0; i < TALK_MEMBERS; i++) {
        const struct visit *visit = visit_find(place, talk->members[i]);
        const struct speech_yes yes = {talk->id, talk->is_aloud[i], talk->is_aloud[1 - i]};

        if (visit != NULL)
            speech_tell_to(visit, speech_event_yes, &yes);
    }
}

/* Both their sessions hear of it at once. */
static void sync_both(struct place *place, const struct talk *talk, struct place_now now)
{
    for (int i = 0; i < TALK_MEMBERS; i++) {
        const struct visit *visit = visit_find(place, talk->members[i]);

        if (visit != NULL && visit->speech != NULL)
            speech_sync(place->speech, visit->speech, now);
    }
}

void speech_yes_back(struct place *place, const struct talk *but, struct id account,
                     struct place_now now)
{
    for (struct talk *talk = place->chat->talks; talk != NULL; talk = talk->next) {
        int i = place_of(talk, account);

        if (talk == but || !talk_has(talk, account) || !talk->is_aloud[i])
            continue;
        talk->is_aloud[i] = false;
        talk->voice = 0;
        tell(place, talk);
        sync_both(place, talk, now);
    }
}

void speech_yes(struct command_call *call, struct visit *visit, struct talk *talk, bool is_on)
{
    struct place *place = visit->place;
    const struct place_now now = {call->now_mono_us, call->now_utc_us};

    if (is_on && !speech_talk_is_allowed(place, talk)) {
        command_refuse(call, "no-talk",
                       "このまちでは、この人とふたりだけの声の会話は使えません。");
        return;
    }
    if (talk->is_aloud[place_of(talk, visit->account)] == is_on) {
        command_ok(call, NULL);
        return;
    }
    if (is_on) /* one talks aloud with one other at a time */
        speech_yes_back(place, talk, visit->account, now);
    talk->is_aloud[place_of(talk, visit->account)] = is_on;
    if (!talk->is_aloud[0] || !talk->is_aloud[1])
        talk->voice = 0;
    else if (talk->voice == 0)
        talk->voice = ++place->speech->last_talk;
    command_ok(call, NULL);
    tell(place, talk);
    sync_both(place, talk, now);
}

void speech_talk_over(struct chat *chat, const struct talk *talk, struct place_now now)
{
    if (chat->place->speech != NULL && talk->voice != 0)
        sync_both(chat->place, talk, now);
}
