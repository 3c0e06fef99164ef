#include "node/support/support_say.h"

#include <stddef.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/io/live.h"
#include "node/place/place_tell.h"
#include "node/support/incident_kinds.h"
#include "node/support/support_rows.h"

#define TEXT_MOST 8192 /* of all texts of one word */

/* ---- shapes ---- */

struct sos_new {
    struct id sos, account;
    struct span kind, name, login;
    bool has_kind, has_name, has_login, is_open_hours;
    int64_t at, undo_until;
    int state;
};
struct sos_changed {
    struct id sos;
    int state;
};
struct sos_said {
    struct id sos;
    int state;
    struct span title;
};
struct incident_new {
    struct id incident, account;
    bool has_account;
    int64_t at, urgency, severity;
    int kind;
};
struct warned {
    struct id incident;
    struct span title, text, quoted;
    bool has_quoted;
};
struct card {
    int kind;
    struct span title;
};

#define F(struct_, type_, name_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_) \
    }
#define F_MAY(struct_, type_, name_) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_##name_) \
    }
#define F_ENUM(struct_, name_, choices_) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct struct_, name_) \
    }

static const struct jx_field sos_new_fields[] = {
    F(sos_new, JX_ID, sos),
    F(sos_new, JX_ID, account),
    F(sos_new, JX_TIME, at),
    F(sos_new, JX_TIME, undo_until),
    F_MAY(sos_new, JX_TEXT, kind),
    F_MAY(sos_new, JX_TEXT, name),
    F_MAY(sos_new, JX_TEXT, login),
    F(sos_new, JX_BOOL, is_open_hours),
    F_ENUM(sos_new, state, SOS_STATES),
};
static const struct jx_shape sos_new_shape = JX_SHAPE("SosNew", struct sos_new, sos_new_fields);
static const struct jx_field sos_changed_fields[] = {
    F(sos_changed, JX_ID, sos),
    F_ENUM(sos_changed, state, SOS_STATES),
};
static const struct jx_shape sos_changed_shape =
    JX_SHAPE("SosChanged", struct sos_changed, sos_changed_fields);
static const struct jx_field sos_said_fields[] = {
    F(sos_said, JX_ID, sos),
    F_ENUM(sos_said, state, SOS_STATES),
    F(sos_said, JX_TEXT, title),
};
static const struct jx_shape sos_said_shape =
    JX_SHAPE("SosSaid", struct sos_said, sos_said_fields);
static const struct jx_field incident_new_fields[] = {
    F(incident_new, JX_ID, incident), F_MAY(incident_new, JX_ID, account),
    F(incident_new, JX_TIME, at),     F_ENUM(incident_new, kind, INCIDENT_KINDS),
    F(incident_new, JX_INT, urgency), F(incident_new, JX_INT, severity),
};
static const struct jx_shape incident_new_shape =
    JX_SHAPE("IncidentNew", struct incident_new, incident_new_fields);
static const struct jx_field warned_fields[] = {
    F(warned, JX_ID, incident),
    F(warned, JX_TEXT, title),
    F(warned, JX_TEXT, text),
    F_MAY(warned, JX_TEXT, quoted),
};
static const struct jx_shape warned_shape = JX_SHAPE("Warned", struct warned, warned_fields);
static const struct jx_field card_fields[] = {
    F_ENUM(card, kind, "helpline"),
    F(card, JX_TEXT, title),
};
static const struct jx_shape card_shape = JX_SHAPE("CareCard", struct card, card_fields);

const struct live_event support_events[SUPPORT_EVENTS_N] = {
    [SUPPORT_SOS_NEW] = {"sos.new", &sos_new_shape, "SOSが押された（職員へ）"},
    [SUPPORT_SOS_CHANGED] = {"sos.changed", &sos_changed_shape, "SOSに動きがあった（職員へ）"},
    [SUPPORT_SOS_STATE] = {"sos.state", &sos_said_shape, "自分のSOSがどうなったか"},
    [SUPPORT_INCIDENT_NEW] = {"incident.new", &incident_new_shape, "新しい報告（職員へ）"},
    [SUPPORT_WARNED] = {"warned", &warned_shape, "職員からの注意"},
    [SUPPORT_CARD] = {"card", &card_shape, "相談先のカード"},
};
_Static_assert(SUPPORT_EVENT_N == SUPPORT_EVENTS_N, "a row for each");

/* ---- saying ---- */

struct saying {
    const struct services *services;
    struct support_word word; /* its texts stand behind */
    uint8_t texts[];
};

static void say(struct place *place, const struct support_word *w, const void *of)
{
    const struct live_event *event = &support_events[w->event];

    switch (w->event) {
    case SUPPORT_SOS_NEW:
    case SUPPORT_SOS_CHANGED:
        place_tell_staff(place, event, of);
        return;
    case SUPPORT_INCIDENT_NEW: /* a report of somebody is not for him */
        place_tell_other_staff(place, w->to, event, of);
        return;
    case SUPPORT_SOS_STATE:
    case SUPPORT_WARNED:
    case SUPPORT_CARD:
        place_tell_account(place, w->to, event, of);
        return;
    case SUPPORT_EVENT_N:
        break;
    }
}

/* On the live thread. */
static void say_it(void *arg)
{
    struct saying *s = arg;
    const struct support_word *w = &s->word;
    const union {
        struct sos_new sos_new;
        struct sos_changed sos_changed;
        struct sos_said sos_said;
        struct incident_new incident_new;
        struct warned warned;
        struct card card;
    } of[SUPPORT_EVENT_N] = {
        [SUPPORT_SOS_NEW].sos_new = {.sos = w->subject,
                                     .account = w->to,
                                     .kind = w->kind,
                                     .has_kind = w->kind.len > 0,
                                     .name = w->name,
                                     .has_name = w->name.len > 0,
                                     .login = w->login,
                                     .has_login = w->login.len > 0,
                                     .is_open_hours = w->is_open_hours,
                                     .at = w->at_utc_us,
                                     .undo_until = w->undo_until_utc_us,
                                     .state = w->state},
        [SUPPORT_SOS_CHANGED].sos_changed = {w->subject, w->state},
        [SUPPORT_SOS_STATE].sos_said = {w->subject, w->state, w->title},
        [SUPPORT_INCIDENT_NEW].incident_new = {.incident = w->subject,
                                               .account = w->to,
                                               .has_account = !id_is_none(w->to),
                                               .at = w->at_utc_us,
                                               .kind = w->state,
                                               .urgency = w->urgency,
                                               .severity = w->severity},
        [SUPPORT_WARNED].warned = {.incident = w->subject,
                                   .title = w->title,
                                   .text = w->text,
                                   .quoted = w->quoted,
                                   .has_quoted = w->quoted.len > 0},
        [SUPPORT_CARD].card = {0, w->title},
    };

    if (s->services->place != NULL)
        say(s->services->place, w, &of[w->event]);
    free(s);
}

static uint8_t *keep(uint8_t *at, struct span *text)
{
    if (text->len > 0)
        memcpy(at, text->p, text->len);
    text->p = at;
    return at + text->len;
}

void support_say(const struct services *services, const struct support_word *word)
{
    struct saying *s;
    uint8_t *at;
    size_t n = word->kind.len + word->name.len + word->login.len + word->title.len +
               word->text.len + word->quoted.len;
    struct fail why = {.code = ERR_NOMEM};

    if (services->live == NULL)
        return;
    s = n > TEXT_MOST ? NULL : calloc(1, sizeof *s + n + 1);
    if (s != NULL) {
        s->services = services;
        s->word = *word;
        at = keep(s->texts, &s->word.kind);
        at = keep(at, &s->word.name);
        at = keep(at, &s->word.login);
        at = keep(at, &s->word.title);
        at = keep(at, &s->word.text);
        keep(at, &s->word.quoted);
        if (live_post(services->live, say_it, s, &why) == ERR_OK)
            return;
    }
    free(s);
    log_warn("support.unsaid", L_TEXT("event", support_events[word->event].name),
             L_ID("subject", word->subject), L_FAIL(&why));
}

const char *support_sos_title_ja(const struct sos_facts *facts)
{
    switch (sos_state_of(facts)) {
    case SOS_IS_WAITING:
        return facts->n_told > 0
                   ? "当番の人に知らせました。まだだれも見ていません。まっているあいだも、"
                     "電話でそうだんできます。"
                   : "とどきました。まだだれも見ていません。まっているあいだも、電話で"
                     "そうだんできます。";
    case SOS_IS_SEEN:
        return "職員が見ています。返事をまっていてください。";
    case SOS_IS_ANSWERED:
        return "職員がうけとりました。あなたのところへ行くか、れんらくします。";
    case SOS_IS_CLOSED:
        return "このSOSはおわりました。またこまったら、いつでも押してください。";
    case SOS_IS_UNDONE:
        return "取り消しました。またこまったら、いつでも押してください。";
    }
    return "";
}

void support_say_sos(const struct services *services, const struct sos_listed *sos)
{
    struct support_word word = {
        .event = SUPPORT_SOS_CHANGED,
        .to = sos->row.account,
        .subject = sos->row.id,
        .state = (int)sos_state_of(&sos->facts),
        .title = span_text(support_sos_title_ja(&sos->facts)),
    };

    support_say(services, &word);
    word.event = SUPPORT_SOS_STATE;
    support_say(services, &word);
}
