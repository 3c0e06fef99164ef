#include "node/place/place_commands.h"

#include <stddef.h>

#include "node/base/log.h"
#include "node/io/live.h"
#include "node/place/place_priv.h"
#include "node/place/place_settings.h"

#define ALL \
    (ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_SUPPORTER) | \
     ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | \
     ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define STAFF \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | \
     ROLE_BIT(ROLE_CONTRACTOR))
#define ID_MOST 32 /* of floors, areas, boards, spawns */

/* ---- what is said when it is not to be ---- */

/* The rules of world.h. A breach is what an unaltered client never does; the rest happens. */
static const struct {
    const char *rule, *title_ja;
} sentences[] = {
    {"watch-walk", "「みてるだけ」のあいだは、あるけません。"},
    {"watch-stick", "「みてるだけ」のあいだは、あるけません。"},
    {"watch-wave", "「みてるだけ」のあいだは、手をふることができません。"},
    {"watch-knock", "「みてるだけ」のあいだは、ノックできません。"},
    {"watch-invite", "「みてるだけ」のあいだは、さそえません。"},
    {"area-locked", "このへやは、いまはしまっています。"},
    {"area-who", "このへやには、入れません。"},
    {"area-room", "へやの中と外のあいだでは、できません。"},
    {"area-full", "いま、いっぱいです。すこし待って、もう一度ためしてください。"},
    {"area-open", "このばしょにはとびらがありません。そのまま入れます。"},
    {"in-use", "いま、つかっている人がいます。"},
    {"area-wait", "いまは、入れません。すこし待って、もう一度ためしてください。"},
    {"distance", "いまは、ちかづいてほしくない人です。そっとしておきましょう。"},
    {"no-waves", "手をふらずに、そっとしておいてほしい人です。"},
    {"break", "いまは、きゅうけい中の人です。またあとにしましょう。"},
    {"seat", "その人には、いまはできません。"},
    {"other-town", "ほかのまちの人です。文字やリアクションで、こえをかけられます。"},
    {"id", "いま、そこには立てる場所がありません。"},
    {"rung-most", "このまちでは、まだ使えません。"},
    {"not-here", "まだフロアに入っていません。"},
};

static int sentence_find(const char *rule)
{
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
        if (strcmp(sentences[i].rule, rule) == 0)
            return (int)i;
    return -1;
}

static void refuse(struct command_call *call, const char *rule)
{
    int i = sentence_find(rule);

    invariant(i >= 0, "%s", rule);
    command_refuse(call, sentences[i].rule, sentences[i].title_ja);
}

/* Whoever is not there, is told so kindly; that one may not do something to oneself, or with a
 * value that is none, is said as of any field. */
static void say_no(struct command_call *call, enum err rc, const struct fail *why)
{
    int i = sentence_find(why->field);

    if (i < 0 || rc == ERR_INVALID)
        command_fail(call, why);
    else if (rc == ERR_DENIED)
        command_breach(call, sentences[i].rule, sentences[i].title_ja);
    else
        command_refuse(call, rc == ERR_NOT_FOUND ? err_code(rc) : sentences[i].rule,
                       sentences[i].title_ja);
}

static void answer(struct command_call *call, enum err rc, const struct fail *why)
{
    bool is_text = call->number != 0; /* of a binary message nothing is answered */

    if (rc == ERR_OK && is_text)
        command_ok(call, NULL);
    else if (rc != ERR_OK && (is_text || rc == ERR_DENIED))
        say_no(call, rc, why);
}

static struct place_now now_of(const struct command_call *call)
{
    return (struct place_now){call->now_mono_us, call->now_utc_us};
}

/* Somebody did something: who sat down because he did not, stands up. */
struct guest *place_acted(struct command_call *call)
{
    struct guest *guest = call->visitor;
    struct visit *visit = guest->visit;

    guest->acted_mono_us = call->now_mono_us;
    guest->acted_utc_us = call->now_utc_us;
    if (visit != NULL && visit->is_away_ours && visit->person != NULL) {
        visit->is_away_ours = false;
        world_away_set(visit->person, false, call->now_mono_us / 1000);
    }
    return guest;
}

/* NULL: he is on no floor, and was told so. */
static struct world_person *person_of(struct command_call *call)
{
    const struct guest *guest = place_acted(call);
    struct world_person *person = guest->visit == NULL ? NULL : guest->visit->person;

    if (person == NULL && call->number != 0)
        refuse(call, "not-here");
    return person;
}

/* ---- place.* ---- */

static void answer_entered(struct command_call *call, enum err rc,
                           const struct place_entered *entered,
                           const struct place_refusal *refusal, const struct fail *why)
{
    if (rc == ERR_OK)
        command_ok(call, entered);
    else if (refusal->code != NULL && refusal->title_ja != NULL)
        command_refuse(call, refusal->code, refusal->title_ja);
    else
        command_fail(call, why);
}

static void enter(struct command_call *call)
{
    struct place_entered entered;
    struct place_refusal refusal = {0};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc = place_enter(place_acted(call), call->input, now_of(call), call->arena,
                              &entered, &refusal, &fail);

    answer_entered(call, rc, &entered, &refusal, &fail);
}

static void resume(struct command_call *call)
{
    struct place_entered entered;
    struct place_refusal refusal = {0};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc = place_resume(place_acted(call), call->input, now_of(call), call->arena,
                               &entered, &refusal, &fail);

    answer_entered(call, rc, &entered, &refusal, &fail);
}

static void leave(struct command_call *call)
{
    place_leave(place_acted(call), now_of(call));
    command_ok(call, NULL);
}

/* ---- floor.* ---- */

struct walk_input {
    int64_t x, y;
};

static void walk(struct command_call *call)
{
    const struct walk_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call,
               world_walk(person, (int32_t)input->x, (int32_t)input->y,
                          call->now_mono_us / 1000, &fail),
               &fail);
}

#define GO_TARGETS "person|area|board|spawn"
static const char kinds[] = "pabs"; /* of world_go; a person has a function of his own */

struct go_input {
    int to;
    bool has_seat, has_id;
    int64_t seat;
    struct span id;
};

static void go(struct command_call *call)
{
    const struct go_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};
    bool is_person = input->to == 0;
    enum err rc;

    if (person == NULL)
        return;
    if (is_person ? !input->has_seat : !input->has_id)
        rc = fail_field(&fail, ERR_INVALID, is_person ? "/seat" : "/id", "missing");
    else if (is_person)
        rc = world_go_seat(person, (uint16_t)input->seat, call->now_mono_us / 1000, &fail);
    else
        rc = world_go(person, kinds[input->to], input->id, call->now_mono_us / 1000, &fail);
    answer(call, rc, &fail);
}

static void stop(struct command_call *call)
{
    struct world_person *person = person_of(call);

    if (person == NULL)
        return;
    world_stop(person, call->now_mono_us / 1000);
    command_ok(call, NULL);
}

static void stick(struct command_call *call)
{
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call,
               world_stick(person, (int8_t)call->bytes.p[1], (int8_t)call->bytes.p[2],
                           call->now_mono_us / 1000, &fail),
               &fail);
}

/* ---- area.* ---- */

struct area_input {
    struct span area;
};

static void area_enter(struct command_call *call)
{
    const struct area_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call, world_area_enter(person, input->area, call->now_mono_us / 1000, &fail),
               &fail);
}

static void area_leave(struct command_call *call)
{
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call, world_area_leave(person, call->now_mono_us / 1000, &fail), &fail);
}

static void area_knock(struct command_call *call)
{
    const struct area_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call, world_area_knock(person, input->area, call->now_mono_us / 1000, &fail),
               &fail);
}

struct knock_answer_input {
    int64_t seat;
    bool welcome;
};

static void area_answer(struct command_call *call)
{
    const struct knock_answer_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call,
               world_area_answer(person, (uint16_t)input->seat, input->welcome,
                                 call->now_mono_us / 1000, &fail),
               &fail);
}

struct seat_input {
    int64_t seat;
};

static void area_invite(struct command_call *call)
{
    const struct seat_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(
            call,
            world_area_invite(person, (uint16_t)input->seat, call->now_mono_us / 1000, &fail),
            &fail);
}

struct lock_input {
    struct span area;
    int lock; /* enum floor_lock */
};

static void area_lock(struct command_call *call)
{
    const struct lock_input *input = call->input;
    struct world_person *person = person_of(call);

    if (person != NULL)
        place_lock_ask(call, person, input->area, (enum floor_lock)input->lock);
}

/* ---- me.*, person.* ---- */

struct state_input {
    int state; /* enum world_state */
};

static void me_state(struct command_call *call)
{
    const struct state_input *input = call->input;
    const struct guest *guest = call->visitor;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person == NULL)
        return;
    /* Every state but one is more than watching. */
    if (input->state != WORLD_WATCH &&
        place_setting(guest->place, &setting_place_rung_most) == RUNG_WATCH)
        refuse(call, "rung-most");
    else
        answer(call,
               world_state_change(person, (enum world_state)input->state,
                                  call->now_mono_us / 1000, &fail),
               &fail);
}

struct rung_input {
    int rung; /* enum world_rung */
};

static void me_rung(struct command_call *call)
{
    const struct rung_input *input = call->input;
    const struct guest *guest = call->visitor;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person == NULL)
        return;
    if (input->rung > place_setting(guest->place, &setting_place_rung_most))
        refuse(call, "rung-most");
    else
        answer(call,
               world_rung_change(person, (enum world_rung)input->rung, call->now_mono_us / 1000,
                                 &fail),
               &fail);
}

struct on_input {
    bool on;
};

static void me_distance(struct command_call *call)
{
    const struct on_input *input = call->input;
    struct world_person *person = person_of(call);

    if (person == NULL)
        return;
    world_distance_set(person, input->on, call->now_mono_us / 1000);
    command_ok(call, NULL);
}

static void me_away(struct command_call *call)
{
    const struct on_input *input = call->input;
    struct world_person *person = person_of(call);

    if (person == NULL)
        return;
    world_away_set(person, input->on, call->now_mono_us / 1000);
    command_ok(call, NULL);
}

static void wave(struct command_call *call)
{
    const struct seat_input *input = call->input;
    struct world_person *person = person_of(call);
    struct fail fail = {.code = ERR_INTERNAL};

    if (person != NULL)
        answer(call, world_wave(person, (uint16_t)input->seat, call->now_mono_us / 1000, &fail),
               &fail);
}

/* ---- shapes ---- */

#define TEXT_ID(struct_, member, title_) \
    { \
        .name = #member, .type = JX_TEXT, .least = 1, .most = ID_MOST, \
        .offset = offsetof(struct struct_, member), .title_ja = (title_) \
    }
#define SEAT(struct_) \
    { \
        .name = "seat", .type = JX_INT, .least = 1, .most = WORLD_SEATS, \
        .offset = offsetof(struct struct_, seat), .title_ja = "相手" \
    }
#define CHOICE(struct_, member, choices_, title_) \
    { \
        .name = #member, .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct struct_, member), .title_ja = (title_) \
    }
#define YES_NO(struct_, member, title_) \
    { \
        .name = #member, .type = JX_BOOL, .offset = offsetof(struct struct_, member), \
        .title_ja = (title_) \
    }

static const struct jx_field enter_fields[] = {
    TEXT_ID(place_enter, floor, "フロア"),
    {.name = "spawn",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = ID_MOST,
     .offset = offsetof(struct place_enter, spawn),
     .has_offset = offsetof(struct place_enter, has_spawn),
     .title_ja = "はじめに立つ場所"},
    CHOICE(place_enter, rung, PLACE_ENTER_RUNGS, "参加のしかた"),
    {.name = "state",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = PLACE_ENTER_STATES,
     .offset = offsetof(struct place_enter, state),
     .has_offset = offsetof(struct place_enter, has_state),
     .title_ja = "いまの気もち"},
};
static const struct jx_shape enter_shape =
    JX_SHAPE("PlaceEnter", struct place_enter, enter_fields);

static const struct jx_field entered_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = PLACE_ENTERED_KINDS,
     .offset = offsetof(struct place_entered, kind)},
    {.name = "position",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct place_entered, position),
     .has_offset = offsetof(struct place_entered, has_position)},
    {.name = "visit", .type = JX_ID, .offset = offsetof(struct place_entered, visit)},
    {.name = "token", .type = JX_BYTES, .offset = offsetof(struct place_entered, token)},
};
static const struct jx_shape entered_shape =
    JX_SHAPE("EnterAnswer", struct place_entered, entered_fields);

static const struct jx_field resume_fields[] = {
    {.name = "visit",
     .type = JX_ID,
     .offset = offsetof(struct place_resume, visit),
     .title_ja = "つづきの番号"},
    {.name = "token",
     .type = JX_BYTES,
     .least = PLACE_TOKEN_BYTES,
     .most = PLACE_TOKEN_BYTES,
     .offset = offsetof(struct place_resume, token),
     .title_ja = "つづきのしるし"},
    {.name = "last_n",
     .type = JX_INT,
     .least = 0,
     .most = UINT32_MAX,
     .offset = offsetof(struct place_resume, last_n),
     .title_ja = "最後に聞いた番号"},
};
static const struct jx_shape resume_shape =
    JX_SHAPE("PlaceResume", struct place_resume, resume_fields);

static const struct jx_field walk_fields[] = {
    {.name = "x",
     .type = JX_INT,
     .least = 0,
     .most = FLOOR_MAX_CM,
     .offset = offsetof(struct walk_input, x),
     .title_ja = "横の位置"},
    {.name = "y",
     .type = JX_INT,
     .least = 0,
     .most = FLOOR_MAX_CM,
     .offset = offsetof(struct walk_input, y),
     .title_ja = "縦の位置"},
};
static const struct jx_shape walk_shape = JX_SHAPE("FloorWalk", struct walk_input, walk_fields);

static const struct jx_field go_fields[] = {
    CHOICE(go_input, to, GO_TARGETS, "行き先"),
    {.name = "seat",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = WORLD_SEATS,
     .offset = offsetof(struct go_input, seat),
     .has_offset = offsetof(struct go_input, has_seat),
     .title_ja = "相手"},
    {.name = "id",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = ID_MOST,
     .offset = offsetof(struct go_input, id),
     .has_offset = offsetof(struct go_input, has_id),
     .title_ja = "場所"},
};
static const struct jx_shape go_shape = JX_SHAPE("FloorGo", struct go_input, go_fields);

static const struct jx_field area_fields[] = {TEXT_ID(area_input, area, "へや")};
static const struct jx_shape area_shape = JX_SHAPE("AreaOf", struct area_input, area_fields);

static const struct jx_field knock_answer_fields[] = {
    SEAT(knock_answer_input), YES_NO(knock_answer_input, welcome, "返事")};
static const struct jx_shape knock_answer_shape =
    JX_SHAPE("AreaAnswer", struct knock_answer_input, knock_answer_fields);

static const struct jx_field seat_fields[] = {SEAT(seat_input)};
static const struct jx_shape seat_shape = JX_SHAPE("SeatOf", struct seat_input, seat_fields);

static const struct jx_field lock_fields[] = {TEXT_ID(lock_input, area, "へや"),
                                              CHOICE(lock_input, lock, FLOOR_LOCKS, "鍵")};
static const struct jx_shape lock_shape = JX_SHAPE("AreaLock", struct lock_input, lock_fields);

static const struct jx_field state_fields[] = {
    CHOICE(state_input, state, WORLD_STATES, "いまの気もち")};
static const struct jx_shape state_shape =
    JX_SHAPE("MeState", struct state_input, state_fields);

static const struct jx_field rung_fields[] = {
    CHOICE(rung_input, rung, WORLD_RUNGS, "参加のしかた")};
static const struct jx_shape rung_shape = JX_SHAPE("MeRung", struct rung_input, rung_fields);

static const struct jx_field on_fields[] = {YES_NO(on_input, on, "する・しない")};
static const struct jx_shape on_shape = JX_SHAPE("MeOn", struct on_input, on_fields);

/* ---- rows ---- */

#define ROW(name_, input_, output_, handle_, summary_) \
    { \
        .name = (name_), .roles = ALL, .object = OBJECT_OWN, .audit = AUDIT_NONE, \
        .input = (input_), .output = (output_), .summary_ja = (summary_), .handle = (handle_) \
    }

const struct command place_commands[PLACE_COMMANDS_N] = {
    ROW("place.enter", &enter_shape, &entered_shape, enter, "フロアに入る"),
    ROW("place.resume", &resume_shape, &entered_shape, resume, "切れたあと、つづきにもどる"),
    ROW("place.leave", NULL, NULL, leave, "ロビーにもどる"),
    ROW("floor.walk", &walk_shape, NULL, walk, "歩く"),
    ROW("floor.go", &go_shape, NULL, go, "人や場所のところへ行く"),
    ROW("floor.stop", NULL, NULL, stop, "止まる"),
    {.name = "floor.stick",
     .code = 1,
     .n_bytes = 3,
     .roles = ALL,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .summary_ja = "向きを決めて歩く",
     .handle = stick},
    ROW("area.enter", &area_shape, NULL, area_enter, "へやに入る"),
    ROW("area.leave", NULL, NULL, area_leave, "へやを出る"),
    ROW("area.knock", &area_shape, NULL, area_knock, "ノックする"),
    ROW("area.answer", &knock_answer_shape, NULL, area_answer, "ノックにこたえる"),
    ROW("area.invite", &seat_shape, NULL, area_invite, "へやにさそう"),
    {.name = "area.lock",
     .roles = STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &lock_shape,
     .summary_ja = "へやの鍵を変える（職員）",
     .handle = area_lock},
    ROW("me.state", &state_shape, NULL, me_state, "いまの気もちを変える"),
    ROW("me.rung", &rung_shape, NULL, me_rung, "参加のしかたを変える"),
    ROW("me.distance", &on_shape, NULL, me_distance, "近づかないでほしいことを示す"),
    ROW("me.away", &on_shape, NULL, me_away, "席をはずす"),
    ROW("person.wave", &seat_shape, NULL, wave, "手をふる"),
};
