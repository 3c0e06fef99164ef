/* What staff see of a lesson: who was in it and how long (AI-4.6-ア-2), and how it stands now.
 * For its team, the board and the contractor; to anybody else it is not there. */
#include <stddef.h>

#include "node/classes/class_text.h"
#include "node/classes/lesson_names.h"
#include "node/classes/lesson_plan_store.h"
#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_share_priv.h"
#include "node/classes/lessons.h"
#include "node/db/audit.h"
#include "node/db/settings.h"
#include "node/place/place_http.h"
#include "node/place/presence.h"
#include "tenants/watch/watch.h"

#define TEAM_ROLES \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER) | \
     ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define PUPILS_MOST 1000

/* ---- which ---- */

static enum err find_lesson(struct req *req, struct lesson *out, struct fail *why)
{
    bool is_office =
        req->caller.role == ROLE_COMMISSIONER || req->caller.role == ROLE_CONTRACTOR;
    struct id lesson;
    enum err rc = id_parse(req_param(req, "lesson"), &lesson, why);

    if (rc != ERR_OK)
        return fail_set(why, ERR_NOT_FOUND, "no such lesson");
    req->object = lesson;
    rc = lesson_plan_find(req->db, lesson, req->arena, out, why);
    if (rc == ERR_OK && !is_office &&
        lesson_part_of(&out->team, req->caller.account) == LESSON_NOBODY)
        rc = fail_set(why, ERR_NOT_FOUND, "not of its team");
    return rc;
}

static enum err open_title(struct req *req, const struct lesson *lesson, struct span *out,
                           struct fail *why)
{
    return class_unseal(req->services->keyring, CLASS_COURSE_TABLE, "title_sealed",
                        lesson->course_row, lesson->title_sealed, req->arena, out, why);
}

/* ---- attendance ---- */

struct pupil_out {
    struct id account;
    struct span name, login;
    int64_t joined_at, left_at, minutes, n_joined, n_lost;
    bool has_name, has_login, is_attended, is_late, is_open;
};
static const struct jx_field pupil_fields[] = {
    PLACE_FIELD(JX_ID, pupil_out, account, "だれが"),
    PLACE_MAYBE(JX_TEXT, pupil_out, name, has_name, "表示名"),
    PLACE_MAYBE(JX_TEXT, pupil_out, login, has_login, "ID"),
    PLACE_FIELD(JX_TIME, pupil_out, joined_at, "はじめて参加した時刻"),
    PLACE_FIELD(JX_TIME, pupil_out, left_at, "最後にいた時刻"),
    PLACE_FIELD(JX_BOOL, pupil_out, is_open, "いま参加しているか"),
    PLACE_FIELD(JX_INT, pupil_out, minutes, "いた時間（分）"),
    PLACE_FIELD(JX_BOOL, pupil_out, is_attended, "参加と数えるか"),
    PLACE_FIELD(JX_BOOL, pupil_out, is_late, "始まってから参加したか"),
    PLACE_FIELD(JX_INT, pupil_out, n_joined, "参加した回数"),
    PLACE_FIELD(JX_INT, pupil_out, n_lost, "切断の回数"),
};
static const struct jx_shape pupil_shape =
    JX_SHAPE("LessonPupil", struct pupil_out, pupil_fields);

struct attendance_out {
    struct id lesson;
    struct span title, kind, day;
    int64_t from, to, attended_min;
    struct jx_list items;
};
static const struct jx_field attendance_fields[] = {
    PLACE_FIELD(JX_ID, attendance_out, lesson, "授業のID"),
    PLACE_FIELD(JX_TEXT, attendance_out, title, "講座名"),
    PLACE_FIELD(JX_TEXT, attendance_out, kind, "種類"),
    PLACE_FIELD(JX_TEXT, attendance_out, day, "日"),
    PLACE_FIELD(JX_TIME, attendance_out, from, "始まり"),
    PLACE_FIELD(JX_TIME, attendance_out, to, "終わり"),
    PLACE_FIELD(JX_INT, attendance_out, attended_min, "参加と数える時間（分）"),
    {.name = "items",
     .type = JX_LIST,
     .shape = &pupil_shape,
     .most = PUPILS_MOST,
     .offset = offsetof(struct attendance_out, items),
     .title_ja = "参加した児童生徒"},
};
static const struct jx_shape attendance_shape =
    JX_SHAPE("LessonAttendance", struct attendance_out, attendance_fields);

/* One pupil's stays, which lie side by side. */
static struct pupil_out pupil_of(const struct lesson *lesson, const struct lesson_stay *stays,
                                 size_t n, int64_t least_minutes)
{
    struct attendance sum = {.us = 0};

    for (size_t i = 0; i < n; i++)
        attendance_add(&sum, lesson->from_utc_us, lesson->to_utc_us, stays[i].joined_utc_us,
                       stays[i].left_utc_us, stays[i].why, stays[i].is_open);
    return (struct pupil_out){.account = stays[0].account,
                              .joined_at = sum.joined_utc_us,
                              .left_at = sum.left_utc_us,
                              .is_open = sum.is_open,
                              .minutes = attendance_minutes(&sum),
                              .is_attended = attendance_counts(&sum, least_minutes),
                              .is_late = sum.joined_utc_us >= lesson->from_utc_us + MINUTE_US,
                              .n_joined = sum.n_stays,
                              .n_lost = sum.n_lost};
}

static size_t add_up(const struct lesson *lesson, const struct lesson_stay *stays, size_t n,
                     int64_t least_minutes, struct pupil_out *items)
{
    size_t n_items = 0;

    for (size_t i = 0, k; i < n && n_items < PUPILS_MOST; i = k) {
        k = i + 1;
        while (k < n && id_eq(stays[k].account, stays[i].account))
            k++;
        if (span_eq(stays[i].role, span_text(role_id(ROLE_STUDENT))))
            items[n_items++] = pupil_of(lesson, &stays[i], k - i, least_minutes);
    }
    return n_items;
}

/* False: answered. */
static bool name_pupils(struct req *req, struct pupil_out *items, size_t n)
{
    struct id *persons = req_alloc(req, (n + 1) * sizeof *persons);
    struct lesson_names names;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (persons == NULL)
        return false;
    rc = lesson_names_open(req, &names, &why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        persons[i] = items[i].account;
        items[i].name = lesson_display(&names, items[i].account);
        items[i].has_name = items[i].name.len > 0;
        items[i].login = lesson_login(&names, items[i].account);
        items[i].has_login = items[i].login.len > 0;
    }
    lesson_names_close(&names);
    if (rc == ERR_OK)
        return watch_spend(req, WATCH_NAMES, persons, n);
    reply_fail(req, &why);
    return false;
}

static void show_attendance(struct req *req)
{
    struct attendance_out out = {
        .attended_min = settings_int(req->services->settings, &setting_class_attended_min)};
    struct lesson_stay *stays = NULL;
    struct pupil_out *items = NULL;
    struct fail why = {.code = ERR_OK};
    struct lesson lesson = {.slot = 0};
    size_t n = 0;
    enum err rc = find_lesson(req, &lesson, &why);

    if (rc == ERR_OK)
        rc = open_title(req, &lesson, &out.title, &why);
    if (rc == ERR_OK)
        rc = lesson_store_stays(req->db, lesson.id, req->arena, &stays, &n, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    n = add_up(&lesson, stays, n, out.attended_min, items);
    if (!name_pupils(req, items, n))
        return;
    out.lesson = lesson.id;
    out.kind = span_text(lesson.kind);
    out.day = span_text(lesson.day);
    out.from = lesson.from_utc_us;
    out.to = lesson.to_utc_us;
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* ---- now ---- */

struct live_out {
    struct lesson_state state;
    struct span link;
    struct jx_list pages;
    bool has_link, is_on, no_main, no_supporter, is_unstaffed, has_since;
    int64_t missing_since;
};
static const struct jx_field live_fields[] = {
    {.name = "state",
     .type = JX_OBJECT,
     .shape = &lesson_state_shape,
     .offset = offsetof(struct live_out, state),
     .title_ja = "授業のようす"},
    PLACE_FIELD(JX_BOOL, live_out, is_on, "授業中か"),
    PLACE_MAYBE(JX_TEXT, live_out, link, has_link, "Web会議のリンク"),
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .offset = offsetof(struct live_out, pages),
     .title_ja = "教材"},
    PLACE_FIELD(JX_BOOL, live_out, no_main, "主の授業者がいないか"),
    PLACE_FIELD(JX_BOOL, live_out, no_supporter, "支援員がいないか"),
    PLACE_FIELD(JX_BOOL, live_out, is_unstaffed, "いない時間が長いか"),
    PLACE_MAYBE(JX_TIME, live_out, missing_since, has_since, "いつからいないか"),
};
static const struct jx_shape live_shape = JX_SHAPE("LessonLive", struct live_out, live_fields);

static enum err fill_hands(struct req *req, const struct lesson *lesson,
                           struct lesson_raised **raised_out, size_t *n_out,
                           struct live_out *out, struct fail *why)
{
    const struct presence *presence;
    struct lesson_seat *seats = NULL;
    struct lesson_raised *raised;
    size_t n = 0;
    enum err rc = lesson_store_seats_of(req->db, lesson->id, req->arena, &seats, &n, why);

    *n_out = 0;
    *raised_out = raised = arena_alloc(req->arena, (n + 1) * sizeof *raised);
    if (rc != ERR_OK || raised == NULL)
        return rc != ERR_OK ? rc : fail_set(why, ERR_NOMEM, "hands");
    presence = presence_now(req->services->place);
    for (size_t i = 0; i < n; i++) {
        const struct presence_person *person = presence_find(presence, seats[i].member.account);

        out->state.n_here += seats[i].member.role == ROLE_STUDENT;
        if (seats[i].member.hand_utc_us != 0)
            raised[(*n_out)++] = (struct lesson_raised){
                .account = seats[i].member.account,
                .at_utc_us = seats[i].member.hand_utc_us,
                .seat = person == NULL ? 0 : person->seat,
                .name = person == NULL ? SPAN_NONE : arena_copy(req->arena, person->name)};
    }
    presence_unref(&presence);
    return ERR_OK;
}

static enum err fill_pages(struct req *req, const struct lesson *lesson, struct jx_list *out,
                           struct fail *why)
{
    struct class_pages pages = {.pages = {NULL, 0}};
    struct span text = SPAN_NONE;
    enum err rc = class_unseal(req->services->keyring, CLASS_PAGES_TABLE, "pages_sealed",
                               lesson->pages_row, lesson->pages_sealed, req->arena, &text, why);

    if (rc == ERR_OK && text.len > 0)
        rc = jx_read(text, &class_pages_shape, req->arena, &pages, NULL, why);
    *out = pages.pages;
    return rc;
}

static enum err fill_live(struct req *req, const struct lesson *lesson, struct live_out *out,
                          struct fail *why)
{
    const struct lesson_viewer viewer = {.account = req->caller.account,
                                         .is_team = true,
                                         .is_instructor =
                                             lesson_teaches(lesson, req->caller.account),
                                         .hides_ids = req->caller.role == ROLE_GUEST_TEACHER};
    struct lesson_raised *raised = NULL;
    struct lesson_beside beside;
    struct lesson_board board;
    size_t n_raised = 0;
    enum err rc = lesson_board_read(req->services->keyring, req->db, lesson->id, ID_NONE,
                                    req->arena, &board, why);

    out->state = (struct lesson_state){.lesson = lesson->id,
                                       .n_pages = lesson->n_pages,
                                       .takes_hands = lesson->has_hand,
                                       .takes_polls = lesson->has_poll,
                                       .takes_questions = lesson->has_question};
    if (rc == ERR_OK)
        rc = lesson_beside_read(req->services->lessons, lesson->id, &board, req->arena, &beside,
                                why);
    board.beside = &beside;
    if (rc == ERR_OK)
        rc = open_title(req, lesson, &out->state.title, why);
    if (rc == ERR_OK)
        rc = fill_hands(req, lesson, &raised, &n_raised, out, why);
    if (rc == ERR_OK)
        rc = fill_pages(req, lesson, &out->pages, why);
    if (rc == ERR_OK && out->is_on)
        rc = class_unseal(req->services->keyring, CLASS_LESSON_TABLE, "link_sealed",
                          lesson->version, lesson->link_sealed, req->arena, &out->link, why);
    if (rc == ERR_OK &&
        !lesson_state_fill(&board, &viewer, raised, n_raised, req->arena, &out->state))
        rc = fail_set(why, ERR_NOMEM, "a lesson");
    out->has_link = out->link.len > 0;
    return rc;
}

static void show_live(struct req *req)
{
    struct live_out out = {.has_link = false};
    struct fail why = {.code = ERR_OK};
    struct lesson lesson = {.slot = 0};
    unsigned missing;
    enum err rc = find_lesson(req, &lesson, &why);

    if (rc == ERR_OK) {
        out.is_on = lesson_is_on(&lesson, req->now_utc_us);
        rc = fill_live(req, &lesson, &out, &why);
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    missing = lessons_missing(req->services->lessons, lesson.id, &out.missing_since);
    out.has_since = missing != 0;
    out.no_main = (missing & CLASS_RULE_NO_MAIN) != 0;
    out.no_supporter = (missing & CLASS_RULE_NO_SUPPORTER) != 0;
    out.is_unstaffed = lessons_is_unstaffed(req->services->lessons, lesson.id);
    reply_json(req, 200, &out);
}

const struct route lesson_routes[LESSON_ROUTES_N] = {
    {.name = "lessons.attendance",
     .method = HTTP_GET,
     .path = "/api/v1/lessons/{lesson}/attendance",
     .listeners = PLACE_LISTENERS,
     /* a guest has a roster of names alone: my.roster */
     .roles = TEAM_ROLES & ~ROLE_BIT(ROLE_GUEST_TEACHER),
     .object = OBJECT_OWN_CLASS,
     .audit = AUDIT_READ,
     .output = &attendance_shape,
     .summary_ja = "授業にだれがどれだけ参加したかを見る",
     .handle = show_attendance},
    {.name = "lessons.live",
     .method = HTTP_GET,
     .path = "/api/v1/lessons/{lesson}/live",
     .listeners = PLACE_LISTENERS,
     .roles = TEAM_ROLES,
     .object = OBJECT_OWN_CLASS,
     .audit = AUDIT_NONE,
     .output = &live_shape,
     .summary_ja = "授業のようすを見る",
     .handle = show_live},
};
