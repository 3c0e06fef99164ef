#include "node/classes/lesson_plan_store.h"

#include <stdio.h>

#include "node/classes/lesson_rows.h"
#include "node/db/audit_store.h"
#include "node/db/store.h"

/* The newest version of a lesson holds. What pupils may see of its course: as it was when it
 * was decided, unless that was withdrawn. */
#define READ(which, bound) \
    "SELECT l.lesson, l.id, l.day::text, l.slot, l.from_at, l.to_at, l.floor," \
    " coalesce(l.area, ''), coalesce(l.places, c.places, 0), l.is_cancelled, l.link_sealed," \
    " l.sub_supports, l.course, c.id, c.version, d.version IS NOT NULL, c.kind, c.picture," \
    " c.has_hand, c.has_poll, c.has_question, c.title_sealed, c.summary_sealed, p.id," \
    " coalesce(p.n_pages, 0), p.pages_sealed, l.main_at FROM (SELECT DISTINCT ON (lesson) * " \
    "FROM" \
    " class_lesson WHERE " which " ORDER BY lesson, version DESC) l LEFT JOIN LATERAL (SELECT" \
    " s.version, s.pages_version, s.step FROM class_course_step s WHERE s.course = l.course " \
    "AND" \
    " s.step IN ('decide', 'withdraw') ORDER BY s.n DESC LIMIT 1) d ON d.step = 'decide'" \
    " JOIN LATERAL (SELECT * FROM class_course x WHERE x.course = l.course AND (d.version IS" \
    " NULL OR x.version = d.version) ORDER BY x.version DESC LIMIT 1) c ON true LEFT JOIN" \
    " LATERAL (SELECT * FROM class_pages y WHERE y.course = l.course AND (d.version IS NULL " \
    "OR" \
    " y.version = d.pages_version) ORDER BY y.version DESC LIMIT 1) p ON true" bound \
    " ORDER BY l.from_at, l.slot, l.lesson LIMIT 1000"

static const struct stmt plan_days = {
    "lesson_plan_days",
    READ("lesson IN (SELECT lesson FROM class_lesson WHERE day BETWEEN $1::text::date AND"
         " $2::text::date)",
         " WHERE l.day BETWEEN $1::text::date AND $2::text::date")};
static const struct stmt plan_one = {"lesson_plan_one", READ("lesson = $1::uuid", "")};
static const struct stmt plan_staff = {
    "lesson_plan_staff", "SELECT lesson_version, part, account FROM class_lesson_staff WHERE"
                         " lesson_version = ANY ($1::uuid[]) ORDER BY lesson_version, part,"
                         " account"};
static const struct stmt plan_title = {
    "lesson_plan_title", "SELECT id, title_sealed FROM class_course WHERE course = $1::uuid AND"
                         " version = $2::integer"};

const struct stmt *const lesson_plan_stmts[LESSON_PLAN_STMTS_N] = {&plan_days, &plan_one,
                                                                   &plan_staff, &plan_title};

static void keep(char *to, size_t cap, struct span text)
{
    snprintf(to, cap, "%.*s", SPAN_ARG(text));
}

static enum err own_lesson(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    struct lesson *l = out;

    *l = (struct lesson){
        .id = db_id(rows, i, 0),
        .version = db_id(rows, i, 1),
        .slot = db_i64(rows, i, 3),
        .from_utc_us = db_time(rows, i, 4),
        .to_utc_us = db_time(rows, i, 5),
        .places = db_i64(rows, i, 8),
        .is_cancelled = db_bool(rows, i, 9),
        .link_sealed = db_bytes(rows, i, 10),
        .team = {.sub_supports = db_bool(rows, i, 11)},
        .course = db_id(rows, i, 12),
        .course_row = db_id(rows, i, 13),
        .course_version = db_i64(rows, i, 14),
        .is_decided = db_bool(rows, i, 15),
        .has_hand = db_bool(rows, i, 18),
        .has_poll = db_bool(rows, i, 19),
        .has_question = db_bool(rows, i, 20),
        .title_sealed = db_bytes(rows, i, 21),
        .summary_sealed = db_bytes(rows, i, 22),
        .pages_row = db_id(rows, i, 23),
        .n_pages = db_i64(rows, i, 24),
        .pages_sealed = db_bytes(rows, i, 25),
        .main_at = db_id(rows, i, 26),
    };
    l->team.main_is_elsewhere = !id_is_none(l->main_at);
    keep(l->day, sizeof l->day, db_bytes(rows, i, 2));
    keep(l->floor, sizeof l->floor, db_bytes(rows, i, 6));
    keep(l->area, sizeof l->area, db_bytes(rows, i, 7));
    keep(l->kind, sizeof l->kind, db_bytes(rows, i, 16));
    keep(l->picture, sizeof l->picture, db_bytes(rows, i, 17));
    return STORE_OWN(arena, why, &l->link_sealed, &l->title_sealed, &l->summary_sealed,
                     &l->pages_sealed);
}

static void put_staff(struct class_team *team, struct span part, struct id account)
{
    if (span_eq(part, SPAN("main")))
        team->main = account;
    else if (span_eq(part, SPAN("sub")))
        team->sub = account;
    else if (team->n_supporters < CLASS_SUPPORTERS_MOST)
        team->supporters[team->n_supporters++] = account;
}

static enum err read_staff(struct db *db, struct lesson *lessons, size_t n, struct arena *arena,
                           struct fail *why)
{
    struct id *ids = arena_alloc(arena, (n + 1) * sizeof *ids);
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "lessons");
    for (size_t i = 0; i < n; i++)
        ids[i] = lessons[i].version;
    db_args_init(&args);
    rc = store_arg_ids(&args, ids, n, arena, why);
    if (rc == ERR_OK)
        rc = db_run(db, &plan_staff, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        for (size_t k = 0; k < n; k++)
            if (id_eq(lessons[k].version, db_id(rows, i, 0)))
                put_staff(&lessons[k].team, db_bytes(rows, i, 1), db_id(rows, i, 2));
    db_rows_free(&rows);
    return rc;
}

static enum err read_all(struct db *db, const struct stmt *stmt, const struct db_args *args,
                         struct arena *arena, struct lesson **out, size_t *n_out,
                         struct fail *why)
{
    static const struct store_list list = {sizeof(struct lesson), own_lesson};
    void *all = NULL;
    enum err rc = store_list(NULL, db, stmt, args, &list, arena, &all, n_out, why);

    *out = all;
    return rc == ERR_OK && *n_out > 0 ? read_staff(db, *out, *n_out, arena, why) : rc;
}

enum err lesson_plan_days(struct db *db, struct span from_day, struct span to_day,
                          struct arena *arena, struct lesson **out, size_t *n_out,
                          struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, from_day);
    db_arg_text(&args, to_day);
    return read_all(db, &plan_days, &args, arena, out, n_out, why);
}

enum err lesson_plan_find(struct db *db, struct id lesson, struct arena *arena,
                          struct lesson *out, struct fail *why)
{
    struct lesson *all = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    *out = (struct lesson){.id = lesson};
    db_args_init(&args);
    db_arg_id(&args, lesson);
    rc = read_all(db, &plan_one, &args, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such lesson");
    if (rc == ERR_OK)
        *out = all[0];
    return rc;
}

enum lesson_part lesson_part_of(const struct class_team *team, struct id account)
{
    if (id_is_none(account))
        return LESSON_NOBODY;
    if (id_eq(team->main, account))
        return LESSON_MAIN;
    if (id_eq(team->sub, account))
        return LESSON_SUB;
    for (int i = 0; i < team->n_supporters; i++)
        if (id_eq(team->supporters[i], account))
            return LESSON_SUPPORT;
    return LESSON_NOBODY;
}

bool lesson_teaches(const struct lesson *lesson, struct id account)
{
    enum lesson_part part = lesson_part_of(&lesson->team, account);

    return id_is_none(lesson->main_at) && (part == LESSON_MAIN || part == LESSON_SUB);
}

enum err lesson_plan_title(struct db *db, struct id course, int64_t version,
                           struct arena *arena, struct id *row_out,
                           struct span *title_sealed_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, course);
    db_arg_i32(&args, (int32_t)version);
    rc = db_run(db, &plan_title, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such course");
    if (rc == ERR_OK) {
        *row_out = db_id(rows, 0, 0);
        *title_sealed_out = arena_copy(arena, db_bytes(rows, 0, 1));
        if (title_sealed_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a title");
    }
    db_rows_free(&rows);
    return rc;
}
