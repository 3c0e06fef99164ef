/* The lessons of a day that whoever asks has a part in, as their staff: for guest teachers,
 * too, who see nothing else of the plan (AI-4.4-キ-ウ). */
#include <stddef.h>

#include "node/classes/class_text.h"
#include "node/classes/lesson_plan_store.h"
#include "node/classes/lesson_rows.h"
#include "node/place/place_http.h"

#define TEAM_ROLES \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_GUEST_TEACHER) | \
     ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define LESSONS_MOST 64
#define PARTS        "main|sub|support"

struct part_out {
    struct id lesson;
    struct span title, floor, area;
    int64_t from, to;
    int part;
    bool has_area, is_cancelled, is_on, is_elsewhere;
};
static const struct jx_field part_fields[] = {
    PLACE_FIELD(JX_ID, part_out, lesson, "授業のID"),
    PLACE_FIELD(JX_TEXT, part_out, title, "講座名"),
    PLACE_FIELD(JX_TEXT, part_out, floor, "フロア"),
    PLACE_MAYBE(JX_TEXT, part_out, area, has_area, "区画"),
    PLACE_FIELD(JX_TIME, part_out, from, "始まり"),
    PLACE_FIELD(JX_TIME, part_out, to, "終わり"),
    PLACE_CHOICE(part_out, part, PARTS, "自分の役"),
    PLACE_FIELD(JX_BOOL, part_out, is_on, "授業中か"),
    PLACE_FIELD(JX_BOOL, part_out, is_cancelled, "とりやめたか"),
    PLACE_FIELD(JX_BOOL, part_out, is_elsewhere, "ほかの自治体がひらく授業か"),
};
static const struct jx_shape part_shape =
    JX_SHAPE("TeachingLesson", struct part_out, part_fields);

struct teaching_out {
    struct span day;
    int64_t now;
    struct jx_list lessons;
};
static const struct jx_field teaching_fields[] = {
    PLACE_FIELD(JX_TEXT, teaching_out, day, "日"),
    PLACE_FIELD(JX_TIME, teaching_out, now, "いま"),
    {.name = "lessons",
     .type = JX_LIST,
     .shape = &part_shape,
     .most = LESSONS_MOST,
     .offset = offsetof(struct teaching_out, lessons),
     .title_ja = "自分が受けもつ授業（早い順）"},
};
static const struct jx_shape teaching_shape =
    JX_SHAPE("Teaching", struct teaching_out, teaching_fields);

static enum err fill_part(struct req *req, const struct lesson *lesson, enum lesson_part part,
                          struct part_out *out, struct fail *why)
{
    *out = (struct part_out){.lesson = lesson->id,
                             .floor = span_text(lesson->floor),
                             .area = span_text(lesson->area),
                             .has_area = lesson->area[0] != '\0',
                             .from = lesson->from_utc_us,
                             .to = lesson->to_utc_us,
                             .part = (int)part - (int)LESSON_MAIN,
                             .is_cancelled = lesson->is_cancelled,
                             .is_on = lesson_is_on(lesson, req->now_utc_us),
                             .is_elsewhere = !id_is_none(lesson->main_at)};
    return class_unseal(req->services->keyring, CLASS_COURSE_TABLE, "title_sealed",
                        lesson->course_row, lesson->title_sealed, req->arena, &out->title, why);
}

static enum err fill_parts(struct req *req, struct span day, struct part_out *items, size_t *n,
                           struct fail *why)
{
    struct lesson *all = NULL;
    size_t n_all = 0;
    enum err rc = lesson_plan_days(req->db, day, day, req->arena, &all, &n_all, why);

    for (size_t i = 0; i < n_all && rc == ERR_OK && *n < LESSONS_MOST; i++) {
        enum lesson_part part = lesson_part_of(&all[i].team, req->caller.account);

        if (part != LESSON_NOBODY)
            rc = fill_part(req, &all[i], part, &items[(*n)++], why);
    }
    return rc;
}

static void list_teaching(struct req *req)
{
    struct part_out *items = req_alloc(req, LESSONS_MOST * sizeof *items);
    struct teaching_out out = {.now = req->now_utc_us};
    char day[DAY_TEXT_CAP];
    struct fail why = {.code = ERR_OK};
    size_t n = 0;

    if (items == NULL)
        return;
    day_text(req->now_utc_us, day);
    if (fill_parts(req, span_text(day), items, &n, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    out.day = span_text(day);
    out.lessons = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

const struct route my_teaching_routes[MY_TEACHING_ROUTES_N] = {
    {.name = "lessons.teaching",
     .method = HTTP_GET,
     .path = "/api/v1/my/teaching",
     .listeners = PLACE_LISTENERS,
     .roles = TEAM_ROLES,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &teaching_shape,
     .summary_ja = "きょう自分が受けもつ授業を見る",
     .handle = list_teaching},
};
