/* One line: what may stand against it, the safe words, its row, and then the answer and the
 * telling, in the order of commits. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/db/seal.h"
#include "node/db/settings.h"
#include "node/io/care.h"
#include "node/place/chat_priv.h"
#include "node/place/chat_rows.h"
#include "node/place/measure.h"
#include "node/place/mirror_priv.h"
#include "node/place/place_tell.h"
#include "tenants/words/words_now.h"

#define UNCERTAIN_TRIES 3
#define TEXT_BOUND      1000      /* graphemes, of the shape; the setting says less */
#define PACE_US         SECOND_US /* a line a second for long, */
#define PACE_BURST      10        /* so many at once */

static const char stopped_ja[] = "いまは、文字で話すことがとめられています。";

/* ---- a line on its way ---- */

struct saying {
    const struct services *services;
    struct chat *chat; /* the live thread's */
    struct command_later later;
    struct chat_line_row row; /* its texts point below */
    char floor[PLACE_FLOOR_CAP], room[PLACE_FLOOR_CAP], role[32];
    char *heard;
    struct chat_where where;
    struct id talk; /* ID_NONE: openly */
    void (*told)(const struct services *services,
                 const struct chat_asked *asked); /* of a question */
    struct chat_line *line;
    bool is_watched; /* crisis words or a contact detail of a child */
    bool looks_up;   /* there may be one with this id */
    bool is_again;   /* there is; what was answered then is answered now */
    bool is_same;    /* and it was said just there, in these words */
    int64_t at_utc_us;
    enum chat_state state;
    char *text_again; /* as others read that one */
    int n_tries;
    struct fail fail;
};

static void saying_free(struct saying *s)
{
    free(s->line);
    free(s->heard);
    free(s->text_again);
    free(s);
}

/* ---- writer's thread ---- */

static enum err seal_one(const struct saying *s, struct id key, const char *column,
                         struct span text, struct tx *tx, struct span *out, struct fail *why)
{
    const struct seal_place place = {"chat_line", column, s->row.id};

    return seal(s->services->keyring, key, &place, text, tx_arena(tx), out, why);
}

static enum err seal_all(const struct saying *s, struct tx *tx, struct chat_line_row *row,
                         struct fail *why)
{
    const struct chat_line *line = s->line;
    struct id key;
    enum err rc =
        keyring_find_key(s->services->keyring, KEY_PERSON, row->account, NULL, &key, why);

    if (rc == ERR_OK)
        rc = seal_one(s, key, "name_sealed", line->name, tx, &row->name_sealed, why);
    if (rc == ERR_OK)
        rc = seal_one(s, key, "text_sealed", line->original, tx, &row->text_sealed, why);
    if (rc == ERR_OK && !span_eq(line->original, line->text))
        rc = seal_one(s, key, "masked_sealed", line->text, tx, &row->masked_sealed, why);
    return rc;
}

static struct care_line care_of(const struct saying *s)
{
    return (struct care_line){.line = s->row.id,
                              .author = s->row.account,
                              .at_utc_us = s->row.at_utc_us,
                              .kinds = s->row.kinds,
                              .categories = s->row.categories,
                              .text = s->line->original};
}

static enum err add(struct saying *s, struct tx *tx, struct fail *why)
{
    const struct care_line care = care_of(s);
    struct chat_line_row row = s->row;
    enum err rc = seal_all(s, tx, &row, why);

    if (rc == ERR_OK)
        rc = chat_store_add(tx, &row, why);
    return rc == ERR_OK && s->is_watched ? care_line_put(s->services, tx, &care, why) : rc;
}

static bool is_same(const struct saying *s, const struct chat_line_row *row,
                    const struct chat_text *text)
{
    const struct chat_where where = chat_where_of_row(row);

    return id_eq(row->talk, s->talk) && span_eq(text->text, s->line->original) &&
           (!id_is_none(s->talk) || chat_where_key(&where) == chat_where_key(&s->where));
}

/* A line of another author is no line to him. */
static enum err look_up(struct saying *s, struct tx *tx, struct fail *why)
{
    struct chat_line_row row;
    struct chat_text text;
    enum err rc = chat_line_read(tx, NULL, s->row.id, tx_arena(tx), &row, why);

    s->is_again = false;
    if (rc == ERR_NOT_FOUND)
        return add(s, tx, why);
    if (rc == ERR_OK && !id_eq(row.account, s->row.account))
        return fail_field(why, ERR_NOT_FOUND, "line", "of somebody else");
    if (rc == ERR_OK)
        rc = chat_line_open(s->services->keyring, &row, tx_arena(tx), &text, why);
    if (rc != ERR_OK)
        return rc;
    free(s->text_again);
    s->text_again = strndup((const char *)text.masked.p, text.masked.len);
    s->is_again = true;
    s->is_same = is_same(s, &row, &text);
    s->at_utc_us = row.at_utc_us;
    s->state = row.was_held && row.state != CHAT_SAID ? CHAT_HELD : CHAT_SAID;
    return s->text_again == NULL ? fail_set(why, ERR_NOMEM, "a line") : ERR_OK;
}

static enum err say_run(struct tx *tx, void *arg, struct fail *why)
{
    struct saying *s = arg;

    return s->looks_up ? look_up(s, tx, why) : add(s, tx, why);
}

static void say_done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct saying *s, struct fail *why)
{
    const struct writer_op op = {say_run, say_done, s};

    s->n_tries++;
    return writer_post(s->services->writer, &op, why);
}

static void say_told(void *arg);

/* The same id twice, or nobody knows whether it was committed: looked up, then added if it is
 * not there. */
static void say_done(void *arg, enum err rc, const struct fail *why)
{
    struct saying *s = arg;
    bool is_open = rc == ERR_UNCERTAIN || (rc == ERR_CONFLICT && !s->looks_up);

    if (is_open && s->n_tries < UNCERTAIN_TRIES) {
        s->looks_up = true;
        if (post(s, NULL) == ERR_OK)
            return;
    }
    s->fail = *why;
    s->fail.code = rc;
    if (live_post(s->services->live, say_told, s, NULL) != ERR_OK)
        saying_free(s); /* the node ends: who was not answered asks again */
}

/* ---- live thread: it is committed ---- */

static void keep(struct saying *s, struct talk *talk)
{
    struct chat_line *line = s->line;
    struct chat_spot *spot = talk == NULL ? chat_spot_need(s->chat, &s->where) : NULL;
    struct chat_lines *lines;

    if (talk == NULL && spot == NULL) {
        log_warn("chat.unkept", L_ID("line", line->id));
        return;
    }
    lines = talk != NULL ? &talk->lines : &spot->lines;
    if (chat_lines_find(lines, line->id) != NULL)
        return; /* read with those of before a moment ago */
    s->line = NULL;
    chat_lines_put(lines, line);
}

static void tell_question(const struct saying *s)
{
    const struct chat_asked asked = {.line = s->line->id,
                                     .lesson = s->talk,
                                     .author = s->line->author,
                                     .at_utc_us = s->line->at_utc_us,
                                     .is_held = s->line->state == CHAT_HELD,
                                     .name = s->line->name,
                                     .text = s->line->text};

    s->told(s->services, &asked);
}

/* What was answered is told, also when its talk ended while it was on its way. */
static void tell(struct saying *s, struct place_now now)
{
    struct chat *chat = s->chat;
    struct talk *talk = id_is_none(s->talk) ? NULL : talk_find(chat, s->talk);
    const struct talk over = {.id = s->talk, .members = {s->row.account, s->row.to}};
    const struct talk *told = talk != NULL || id_is_none(s->talk) ? talk : &over;
    const struct chat_one one = {s->row.id};
    const struct care_line care = care_of(s);

    if (s->told != NULL)
        tell_question(s);
    else
        chat_line_send(chat, &s->where, told, s->line, now);
    if (s->line->state == CHAT_HELD)
        place_tell_staff(chat->place, chat_event_held_new, &one);
    if (s->is_watched)
        care_line_told(s->services, &care);
    if (!id_is_none(s->row.to) && s->line->state == CHAT_SAID)
        care_heard(s->services, s->row.account, s->row.to, s->row.at_utc_us,
                   id_is_none(s->talk) ? CARE_ADDRESSED : CARE_PRIVATE);
    if (id_is_none(s->talk) || talk != NULL)
        keep(s, talk);
}

/* Committed, but the answer to that was lost: nobody was told of it yet. */
static bool is_untold(struct saying *s)
{
    const struct talk *talk = id_is_none(s->talk) ? NULL : talk_find(s->chat, s->talk);
    const struct chat_spot *spot =
        id_is_none(s->talk) ? chat_spot_find(s->chat, &s->where) : NULL;
    const struct chat_lines *lines = talk != NULL   ? &talk->lines
                                     : spot != NULL ? &spot->lines
                                                    : NULL;

    if (!s->is_same || (lines == NULL && !id_is_none(s->talk)))
        return false; /* or the talk is over */
    s->line->at_utc_us = s->at_utc_us;
    s->line->state = s->state;
    if (lines == NULL)
        return true;
    return chat_lines_find(lines, s->row.id) == NULL &&
           (lines->n < CHAT_LINES_KEPT || lines->first->at_utc_us < s->at_utc_us);
}

static void say_told(void *arg)
{
    struct saying *s = arg;
    struct place *place = s->chat->place;
    const struct chat_answer ok = {
        .line = s->row.id,
        .at_utc_us = s->is_again ? s->at_utc_us : s->row.at_utc_us,
        .state = (int)(s->is_again ? s->state : s->line->state),
        .text = s->is_again ? span_text(s->text_again) : s->line->text,
    };

    if (s->fail.code == ERR_OK) {
        command_later_ok(place->live, &s->later, &ok);
        if (!s->is_again || is_untold(s))
            tell(s, place_now());
    } else {
        if (s->fail.code != ERR_NOT_FOUND) /* a line of somebody else */
            log_warn("chat.unwritten", L_ID("line", s->row.id), L_FAIL(&s->fail));
        command_later_fail(place->live, &s->later, &s->fail);
    }
    saying_free(s);
    arena_reset(place->arena);
}

/* ---- what may stand against it ---- */

static bool is_blank(struct span text)
{
    static const char *const blanks[] = {" ",        "\t",           "\n",
                                         "\xc2\xa0", "\xe3\x80\x80", "\xe2\xa0\x80"};
    size_t at = 0;

    while (at < text.len) {
        size_t i = 0, n = sizeof blanks / sizeof blanks[0];

        while (i < n && !span_has_prefix(span_from(text, at), span_text(blanks[i])))
            i++;
        if (i == n)
            return false;
        at += strlen(blanks[i]);
    }
    return true;
}

/* False: refused. */
static bool check_text(struct command_call *call, struct span text)
{
    int64_t most = settings_int(call->services->settings, &setting_chat_text_most);
    size_t n = 0;
    struct fail fail = {.code = ERR_INTERNAL};
    const char *title;

    if (is_blank(text)) {
        command_refuse(call, "blank", "なにも書かれていません。");
        return false;
    }
    if (utf_n_graphemes(text, &n, &fail) != ERR_OK) {
        command_fail(call, &fail);
        return false;
    }
    if ((int64_t)n <= most)
        return true;
    title = arena_printf(
        call->arena,
        "一回に送れるのは%lld文字までです（いまは%zu文字）。わけて送ってください。",
        (long long)most, n);
    command_refuse(call, "too-long", title != NULL ? title : "長すぎます。");
    return false;
}

bool chat_is_stopped(struct command_call *call, const struct visit *visit)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};

    if (!measure_stops(visit->place, visit, MEASURE_CHAT, now, NULL))
        return false;
    command_refuse(call, "stopped", stopped_ja);
    return true;
}

struct visit *chat_acted(struct command_call *call)
{
    const struct guest *guest = place_acted(call);
    struct visit *visit = guest->visit;
    struct world_where where;

    if (visit == NULL || visit->person == NULL) {
        command_refuse(call, "not-here", "まだフロアに入っていません。");
        return NULL;
    }
    world_where(visit->person, &where);
    if (where.rung < RUNG_TEXT) {
        command_breach(call, "watch-chat",
                       "いまの参加のしかたでは、書けません。「文字」にすると書けます。");
        return NULL;
    }
    return visit;
}

/* Slow mode holds in the open alone: nobody is kept from talking to staff. */
static bool is_slowed(struct command_call *call, const struct visit *visit,
                      const struct chat_person *person)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    int64_t slow_us = measure_slow_ms(visit->place, visit, now) * 1000;
    int64_t left_us = person->said_mono_us + slow_us - now.mono_us;
    const char *title;

    if (slow_us == 0 || person->said_mono_us == 0 || left_us <= 0)
        return false;
    title =
        arena_printf(call->arena, "ゆっくり話す時間です。あと%lld秒まってから送ってください。",
                     (long long)((left_us + SECOND_US - 1) / SECOND_US));
    command_refuse(call, "slow", title != NULL ? title : "すこし待ってください。");
    return true;
}

static bool is_too_fast(struct command_call *call, struct chat_person *person)
{
    int64_t now = call->now_mono_us, ahead = person->paced_mono_us - now;

    if (ahead > (PACE_BURST - 1) * PACE_US) {
        command_refuse(call, "too-many",
                       "つづけてたくさん送っています。すこし待ってください。");
        return true;
    }
    person->paced_mono_us = (ahead > 0 ? person->paced_mono_us : now) + PACE_US;
    return false;
}

/* Sent again, and it is there: the answer of then. True: answered. */
static bool is_known(struct command_call *call, struct chat *chat,
                     const struct chat_target *target, struct id id)
{
    const struct chat_spot *spot =
        target->talk == NULL ? chat_spot_find(chat, target->where) : NULL;
    const struct chat_lines *lines = target->talk != NULL ? &target->talk->lines
                                     : spot != NULL       ? &spot->lines
                                                          : NULL;
    const struct chat_line *line = lines == NULL ? NULL : chat_lines_find(lines, id);
    struct chat_answer ok;

    if (line == NULL || !id_eq(line->author, call->caller->account))
        return false; /* another's: the writer says so, as of every line */
    ok = (struct chat_answer){
        .line = id,
        .at_utc_us = line->at_utc_us,
        .state = line->state == CHAT_SAID || line->state == CHAT_HIDDEN ? CHAT_SAID : CHAT_HELD,
        .text = line->text};
    command_ok(call, &ok);
    return true;
}

/* ---- making one ---- */

/* Who is inside now, ids parted by blanks, and in the line. */
static enum err fill_heard(struct saying *s, const struct visit *author, struct chat_line *line,
                           struct arena *arena, struct fail *why)
{
    const struct place *place = author->place;
    struct id *ids = arena_alloc(arena, ((size_t)place->n_visits + 1) * sizeof *ids);
    size_t n = 0;

    for (const struct visit *v = place->visits; v != NULL && ids != NULL; v = v->next)
        if (chat_is_there(v, &s->where))
            ids[n++] = v->account;
    s->heard = ids == NULL ? NULL : malloc(n * ID_TEXT_CAP + 1);
    if (s->heard == NULL)
        return fail_set(why, ERR_NOMEM, "a line");
    for (size_t i = 0; i < n; i++) {
        id_text(ids[i], s->heard + i * ID_TEXT_CAP);
        s->heard[i * ID_TEXT_CAP + ID_TEXT_CAP - 1] = ' ';
    }
    s->row.heard = span_of(s->heard, n > 0 ? n * ID_TEXT_CAP - 1 : 0);
    line->heard = ids;
    line->n_heard = n;
    return ERR_OK;
}

static enum err look(struct chat *chat, struct chat_person *person, uint64_t key,
                     struct span text, struct command_call *call, struct words_verdict *verdict,
                     struct fail *why)
{
    struct words_window *window = chat_window_of(person, key);
    struct words *words;
    enum err rc;

    (void)chat;
    if (window == NULL)
        return fail_set(why, ERR_NOMEM, "a line");
    words = words_now(call->services->words);
    rc = words_window_put(window, words, WORDS_SURFACE_CHAT, text, call->now_mono_us / 1000,
                          call->arena, verdict, why);
    words_unref(&words);
    return rc;
}

static uint64_t key_of(const struct chat_target *target)
{
    uint64_t key = 0;

    if (target->talk == NULL)
        return chat_where_key(target->where);
    memcpy(&key, target->talk->id.b + 8, sizeof key); /* what is random of it */
    return key;
}

static void fill_row(struct saying *s, const struct command_call *call,
                     const struct visit *visit, const struct chat_target *target)
{
    struct span room = span_text(target->where->room);

    s->where = *target->where;
    s->talk = target->talk == NULL ? ID_NONE : target->talk->id;
    s->told = target->told;
    snprintf(s->floor, sizeof s->floor, "%s", target->where->floor);
    snprintf(s->room, sizeof s->room, "%s", target->where->room);
    snprintf(s->role, sizeof s->role, "%s", role_id(call->caller->role));
    s->row.account = visit->account;
    s->row.role = span_text(s->role);
    s->row.visit = visit->id;
    s->row.channel = target->talk != NULL ? CHAT_TALK : room.len > 0 ? CHAT_ROOM : CHAT_FLOOR;
    s->row.floor = span_text(s->floor);
    s->row.room = span_text(s->room);
    s->row.copy = visit->copy;
    s->row.session = visit->floor->session;
    s->row.is_anonymous = visit->floor->is_anonymous;
    s->row.talk = s->talk;
    s->row.to = target->to != NULL     ? target->to->account
                : target->talk != NULL ? talk_other(target->talk, visit->account)
                                       : ID_NONE;
}

/* What staff write is looked at, too, but waits for nobody and is no cry for help. */
static void judge(struct saying *s, const struct visit *visit,
                  const struct words_verdict *verdict, struct chat_line *line)
{
    bool is_staff = visit->pass.look.is_staff;

    s->row.kinds = verdict->kinds;
    s->row.categories = verdict->categories;
    s->row.was_held = words_has(verdict, WORDS_CONTACT) && !is_staff;
    s->is_watched = !is_staff && (words_has(verdict, WORDS_CRISIS) || s->row.was_held);
    line->categories = verdict->categories;
    line->state = s->row.was_held ? CHAT_HELD : CHAT_SAID;
    line->text = verdict->masked;
}

static enum err make(struct saying *s, struct command_call *call, const struct visit *visit,
                     const struct chat_target *target, struct span text,
                     struct chat_person *person, struct fail *why)
{
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    const struct world_look *me = &visit->pass.look;
    struct words_verdict verdict;
    struct world_where at;
    struct chat_line line = {.id = s->row.id, .author = visit->account, .original = text};
    enum err rc = look(s->chat, person, key_of(target), text, call, &verdict, why);

    if (rc != ERR_OK)
        return rc;
    world_where(visit->person, &at);
    fill_row(s, call, visit, target);
    judge(s, visit, &verdict, &line);
    line.is_staff = me->is_staff;
    line.is_teacher = me->is_teacher;
    line.seat = target->talk == NULL ? at.seat : 0; /* the other need not see him */
    line.name = world_name(visit->person, false);
    line.display = span_text(me->name);
    line.login = span_text(me->login);
    if (target->to != NULL) {
        line.to = target->to->account;
        line.to_seat = target->to_seat;
        line.to_name = world_name(target->to->person, false);
        line.to_real = span_text(target->to->pass.look.name);
    } else if (target->to_figure != NULL) {
        line.to_figure = target->to_figure->number;
        line.to_seat = target->to_seat;
        line.to_name = line.to_real = world_name(target->to_figure->person, false);
    }
    if (s->row.channel == CHAT_ROOM)
        rc = fill_heard(s, visit, &line, call->arena, why);
    if (rc != ERR_OK)
        return rc;
    s->row.at_utc_us = line.at_utc_us = chat_at(s->chat, now);
    s->line = chat_line_create(&line);
    return s->line == NULL ? fail_set(why, ERR_NOMEM, "a line") : ERR_OK;
}

void chat_put(struct command_call *call, struct visit *visit, const struct chat_target *target,
              struct id id, struct span text)
{
    struct chat *chat = visit->place->chat;
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    struct chat_person *person = chat_person_of(chat, visit->account, now);
    struct saying *s = calloc(1, sizeof *s);
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    if (person == NULL || s == NULL || id_is_none(id)) {
        if (id_is_none(id))
            (void)fail_field(&fail, ERR_INVALID, "line", "no id");
        else
            (void)fail_set(&fail, ERR_NOMEM, "a line");
        command_fail(call, &fail);
        free(s);
        return;
    }
    if (is_known(call, chat, target, id) || !check_text(call, text) ||
        (target->talk == NULL && is_slowed(call, visit, person)) || is_too_fast(call, person)) {
        free(s);
        return;
    }
    s->services = call->services;
    s->chat = chat;
    s->row.id = id;
    rc = make(s, call, visit, target, text, person, &fail);
    call->object = id;
    s->later = command_later(call);
    if (rc == ERR_OK)
        rc = post(s, &fail);
    if (rc != ERR_OK) {
        command_later_fail(visit->place->live, &s->later, &fail);
        saying_free(s);
    } else if (target->talk == NULL) {
        person->said_mono_us = now.mono_us;
    }
}

/* ---- chat.say ---- */

struct say_input {
    struct id line;
    struct span text;
    bool has_to;
    int64_t to;
};

static void say(struct command_call *call)
{
    const struct say_input *input = call->input;
    struct visit *visit = chat_acted(call);
    struct chat_target target = {.to_seat = (uint16_t)input->to};
    struct fail fail = {.code = ERR_INTERNAL};
    struct chat_where where;
    void *owner = NULL;

    if (visit == NULL || chat_is_stopped(call, visit) ||
        mirror_refuses(call, visit, MIRROR_CHAT))
        return;
    where = chat_where_of(visit);
    target.where = &where;
    target.to_figure = input->has_to ? mirror_at(visit, (uint16_t)input->to) : NULL;
    if (input->has_to && target.to_figure == NULL &&
        world_seat_owner(visit->person, (uint16_t)input->to, &owner, &fail) != ERR_OK) {
        command_refuse(call, err_code(ERR_NOT_FOUND), "その人は、いまはいません。");
        return;
    }
    target.to = owner;
    if ((target.to != NULL && !chat_is_there(target.to, &where)) ||
        (target.to_figure != NULL && where.room[0] != '\0')) {
        command_refuse(call, err_code(ERR_NOT_FOUND), "その人には、ここからは聞こえません。");
        return;
    }
    chat_put(call, visit, &target, input->line, input->text);
}

static const struct jx_field say_fields[] = {
    {.name = "line",
     .type = JX_ID,
     .offset = offsetof(struct say_input, line),
     .title_ja = "文の番号"},
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_EXACT | JX_PICTURES,
     .least = 1,
     .most = TEXT_BOUND,
     .offset = offsetof(struct say_input, text),
     .title_ja = "文"},
    {.name = "to",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = WORLD_SEATS,
     .offset = offsetof(struct say_input, to),
     .has_offset = offsetof(struct say_input, has_to),
     .title_ja = "相手"},
};
static const struct jx_shape say_shape = JX_SHAPE("ChatSay", struct say_input, say_fields);

const struct command chat_commands[CHAT_COMMANDS_N] = {
    {.name = "chat.say",
     .roles = CHAT_ROLES,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .input = &say_shape,
     .output = &chat_answer_shape,
     .summary_ja = "みんなに読める文を書く",
     .handle = say},
};
