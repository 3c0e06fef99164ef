/* What a guest teacher sees of his lesson's pupils: display names and towns, and nothing else
 * (register section 0: no account, login, grade, profile or note); of our own those who chose
 * it, of other towns those who are there; from ten minutes before it
 * to its end, if it is his. To everybody else, and at any other time, it is not there. */
#include <stdlib.h>

#include "federation/mirrors.h"
#include "federation/teacher_priv.h"
#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/classes/lesson_plan_store.h"
#include "tenants/people/people_index.h"
#include "tenants/watch/watch.h"

struct pupil_out {
    struct span name, town;
};
static const struct jx_field pupil_fields[] = {
    PLACE_FIELD(JX_TEXT, pupil_out, name, "表示名"),
    PLACE_FIELD(JX_TEXT, pupil_out, town, "自治体"),
};
static const struct jx_shape pupil_shape =
    JX_SHAPE("RosterPupil", struct pupil_out, pupil_fields);
struct roster_out {
    struct jx_list items;
};
static const struct jx_field roster_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &pupil_shape,
     .offset = offsetof(struct roster_out, items),
     .title_ja = "この授業を選んだ児童生徒（名前順）"},
};
static const struct jx_shape roster_shape =
    JX_SHAPE("Roster", struct roster_out, roster_fields);

static enum err find_lesson(struct req *req, struct fail *why)
{
    struct lesson lesson;
    enum lesson_part part;
    enum err rc = place_query_id(req, "lesson", &req->object, NULL);

    if (rc != ERR_OK || id_is_none(req->object))
        return fail_set(why, ERR_NOT_FOUND, "no such lesson");
    rc = lesson_plan_find(req->db, req->object, req->arena, &lesson, why);
    if (rc != ERR_OK)
        return rc;
    part = lesson_part_of(&lesson.team, req->caller.account);
    if ((part != LESSON_MAIN && part != LESSON_SUB) || lesson.is_cancelled ||
        req->now_utc_us < lesson.from_utc_us - TEACHER_BEFORE_MIN * MINUTE_US ||
        req->now_utc_us >= lesson.to_utc_us)
        return fail_set(why, ERR_NOT_FOUND, "not his, or not now");
    return ERR_OK;
}

static int compare(const void *a, const void *b)
{
    const struct span *x = &((const struct pupil_out *)a)->name;
    const struct span *y = &((const struct pupil_out *)b)->name;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n == 0 ? 0 : memcmp(x->p, y->p, n);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* The snapshot of names is given back before the answer leaves. */
static enum err fill(struct req *req, const struct id *pupils, size_t n, struct roster_out *out,
                     struct fail *why)
{
    struct pupil_out *items = NULL;
    struct mirrors_pupil *far = NULL;
    struct people *people = NULL;
    size_t n_items = 0, n_far = 0;
    enum err rc =
        mirrors_pupils(req->services->mirrors, req->object, req->arena, &far, &n_far, why);

    if (rc == ERR_OK)
        rc = people_ref(accounts_people(req->services->accounts), req->db, &people, why);
    items = arena_alloc(req->arena, (n + n_far + 1) * sizeof *items);
    if (rc == ERR_OK && items == NULL)
        rc = fail_set(why, ERR_NOMEM, "a roster");
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++) {
        const struct people_entry *entry = people_find(people, pupils[i]);

        if (entry != NULL && entry->display.len > 0)
            items[n_items++] = (struct pupil_out){
                .name = arena_copy(req->arena, entry->display),
                .town = span_text(conf_text(req->services->conf, "node.title_ja"))};
    }
    people_unref(&people);
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n_far; i++)
        items[n_items++] = (struct pupil_out){far[i].name, far[i].town};
    if (n_items > 0 && items != NULL)
        qsort(items, n_items, sizeof *items, compare);
    out->items = (struct jx_list){items, n_items};
    return rc;
}

static void show_roster(struct req *req)
{
    struct roster_out out = {.items = {NULL, 0}};
    struct fail why = {.code = ERR_OK};
    struct id *pupils = NULL;
    size_t n = 0;
    enum err rc = find_lesson(req, &why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = teacher_pupils(req->db, req->object, req->arena, &pupils, &n, &why);
    if (rc == ERR_OK)
        rc = fill(req, pupils, n, &out, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
    else if (watch_spend(req, WATCH_NAMES, pupils, n))
        reply_json(req, 200, &out);
}

const struct route teacher_roster_routes[TEACHER_ROSTER_ROUTES_N] = {
    {.name = "my.roster",
     .method = HTTP_GET,
     .path = "/api/v1/my/roster",
     .listeners = PLACE_LISTENERS,
     .roles = ROLE_BIT(ROLE_GUEST_TEACHER),
     .object = OBJECT_OWN_CLASS,
     .audit = AUDIT_READ,
     .output = &roster_shape,
     .summary_ja = "自分の授業の児童生徒の名前を見る（ゲストティーチャー）",
     .handle = show_roster},
};
