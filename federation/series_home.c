#include "federation/series_home.h"

#include "node/base/clock.h"
#include "node/classes/class_http.h"
#include "node/classes/class_rows.h"
#include "node/db/settings.h"
#include "tenants/hours/hours_rows.h"
#include "tenants/hours/hours_store.h"

struct series_home series_home_of(struct tx *tx, const struct services *services,
                                  const struct place_decider *who)
{
    return (struct series_home){.tx = tx,
                                .services = services,
                                .arena = tx_arena(tx),
                                .now_utc_us = who->at_utc_us,
                                .who = *who};
}

struct place_decider series_home_peer(int64_t now_utc_us)
{
    return (struct place_decider){
        .at_utc_us = now_utc_us, .by = ID_NONE, .role = SPAN("federation")};
}

/* ---- the floor ---- */

enum err series_home_floor(struct series_home *home, const struct series_row *row,
                           const struct series_more *more, struct fail *why)
{
    struct floor_version_row version = {.id = id_new(),
                                        .floor = row->floor,
                                        .body = more->floor,
                                        .hash = more->hash,
                                        .who = home->who};
    struct floor_newest newest = {.version = 0};
    enum err rc = floor_store_newest(home->tx, row->floor, &newest, why);

    if (rc == ERR_OK && !span_eq(span_text(newest.hash), more->hash))
        rc = floor_store_publish(home->tx, &version, why);
    return rc == ERR_OK ? series_home_places(home, row, false, why) : rc;
}

enum err series_home_places(struct series_home *home, const struct series_row *row,
                            bool is_hidden, struct fail *why)
{
    struct floor_plan_row plan = {.id = id_new(),
                                  .floor = row->floor,
                                  .plan = {.is_decided = true,
                                           .has_capacity = true,
                                           .capacity = (int)row->places,
                                           .when_full = FACTS_WAIT,
                                           .is_hidden = is_hidden},
                                  .who = home->who};

    return floor_store_plan(home->tx, &plan, why);
}

/* ---- the course ---- */

/* The id of a course is that of its first version. */
static enum err add_course(struct series_home *home, const struct series_text *text,
                           struct id *course, int64_t *version_out, struct fail *why)
{
    struct keyring *keyring = home->services->keyring;
    struct class_course_row row = {
        .id = id_new(),
        .kind = (enum class_kind)text->kind,
        .picture = text->picture,
        .has_hand = text->has_hand,
        .has_poll = text->has_poll,
        .has_question = text->has_question,
        .who = home->who,
    };
    bool was_there;
    enum err rc;

    row.course = id_is_none(*course) ? row.id : *course;
    rc = class_seal(keyring, CLASS_COURSE_TABLE, "title_sealed", row.id, text->title,
                    home->arena, &row.title_sealed, why);
    if (rc == ERR_OK)
        rc = class_seal(keyring, CLASS_COURSE_TABLE, "summary_sealed", row.id, text->summary,
                        home->arena, &row.summary_sealed, why);
    if (rc == ERR_OK)
        rc = class_course_store_add(home->tx, &row, &was_there, why);
    *version_out = row.version;
    *course = row.course;
    return rc;
}

static enum err add_pages(struct series_home *home, struct id course,
                          const struct jx_list *list, int64_t *version_out, struct fail *why)
{
    const struct class_pages pages = {*list};
    struct class_pages_row row = {
        .id = id_new(), .course = course, .n_pages = (int64_t)list->n, .who = home->who};
    struct span text;
    bool was_there;
    enum err rc = jx_write_canonical(&class_pages_shape, &pages, home->arena, &text, why);

    if (rc == ERR_OK)
        rc = class_seal(home->services->keyring, CLASS_PAGES_TABLE, "pages_sealed", row.id,
                        text, home->arena, &row.pages_sealed, why);
    if (rc == ERR_OK)
        rc = class_pages_store_add(home->tx, &row, &was_there, why);
    *version_out = row.version;
    return rc;
}

static enum err add_step(struct series_home *home, struct id course, enum class_step step,
                         int64_t version, int64_t pages_version, struct fail *why)
{
    struct class_step_row row = {.id = id_new(),
                                 .course = course,
                                 .step = step,
                                 .version = version,
                                 .pages_version = pages_version,
                                 .who = home->who};
    bool was_there;

    return class_step_store_add(home->tx, &row, &was_there, why);
}

enum err series_home_course(struct series_home *home, const struct series_text *text,
                            const struct jx_list *pages, struct id *course, struct fail *why)
{
    struct class_course_state old = {.is_ended = false};
    int64_t version = 0, pages_version = 0;
    enum err rc = id_is_none(*course) ? ERR_OK
                                      : class_course_store_state(home->tx, NULL, *course,
                                                                 home->arena, &old, why);

    if (rc == ERR_OK)
        rc = add_course(home, text, course, &version, why);
    if (rc == ERR_OK && (pages->n > 0 || old.pages_version > 0))
        rc = add_pages(home, *course, pages, &pages_version, why);
    if (rc == ERR_OK && old.is_ended)
        rc = add_step(home, *course, CLASS_RESUME, version, pages_version, why);
    return rc == ERR_OK ? add_step(home, *course, CLASS_DECIDE, version, pages_version, why)
                        : rc;
}

enum err series_home_course_end(struct series_home *home, struct id course, struct fail *why)
{
    struct class_course_state state;
    enum err rc;

    if (id_is_none(course))
        return ERR_OK;
    rc = class_course_store_state(home->tx, NULL, course, home->arena, &state, why);
    if (rc != ERR_OK || state.is_ended)
        return rc;
    return add_step(home, course, CLASS_END, state.row.version, state.pages_version, why);
}

/* ---- slots ---- */

static enum err day_slots(struct series_home *home, int32_t day, struct class_slots *out,
                          struct fail *why)
{
    const struct services *s = home->services;
    const struct class_template template = class_template_now(s);
    struct class_day_row *own = NULL;
    struct hours_date date;
    size_t n = 0;
    enum err rc = home->has_hours
                      ? ERR_OK
                      : hours_store_plan(home->tx, home->db, home->arena, &home->hours, why);

    home->has_hours = rc == ERR_OK;
    if (rc == ERR_OK)
        rc = class_day_store_current(home->tx, home->db, day, day, home->arena, &own, &n, why);
    if (rc != ERR_OK)
        return rc;
    hours_date_of(&home->hours, day, &date);
    *out =
        n > 0 && own[0].is_own
            ? own[0].slots
            : *class_template_of(
                  &template,
                  hours_day_type(&date.slots,
                                 (int)settings_int(s->settings, &setting_hours_long_minutes)));
    return ERR_OK;
}

static int minute_of(int32_t day, int64_t utc_us)
{
    return (int)((utc_us - calendar_utc(day, 0)) / MINUTE_US);
}

enum err series_home_slot(struct series_home *home, int64_t from_utc_us, int64_t to_utc_us,
                          struct id except, int *slot_out, bool *is_own_out, struct fail *why)
{
    int32_t day = calendar_day_at(from_utc_us);
    int most = (int)settings_int(home->services->settings, &setting_class_parallel_most);
    int n_in[CLASS_SLOTS_MOST] = {0};
    struct class_lesson_row *rows = NULL;
    struct class_slots slots;
    size_t n = 0;
    enum err rc = day_slots(home, day, &slots, why);

    if (rc == ERR_OK)
        rc = class_lesson_store_days(home->tx, home->db, day, day, false, home->arena, &rows,
                                     &n, why);
    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < n; i++)
        if (rows[i].slot >= 1 && rows[i].slot <= CLASS_SLOTS_MOST &&
            !id_eq(rows[i].lesson, except))
            n_in[rows[i].slot - 1]++;
    *slot_out = series_slot_fit(&slots, minute_of(day, from_utc_us), minute_of(day, to_utc_us),
                                n_in, most);
    if (is_own_out != NULL)
        *is_own_out = *slot_out >= 1 && *slot_out <= slots.n;
    return ERR_OK;
}

/* ---- lessons ---- */

/* The next version as it stands, or a first one. */
static enum err old_lesson(struct series_home *home, struct series_lesson *date,
                           struct class_lesson_row *out, struct fail *why)
{
    enum err rc = ERR_OK;

    *out = (struct class_lesson_row){.version = 0};
    if (!id_is_none(date->lesson)) {
        rc = class_lesson_store_find(home->tx, NULL, date->lesson, home->arena, out, why);
        if (rc == ERR_NOT_FOUND)
            rc = ERR_OK;
    } else {
        date->lesson = id_new();
    }
    return rc;
}

/* A slot of this node for what is decided elsewhere; a moved one that fits nowhere keeps its
 * number, and the plan says that it lies beside its slot. */
static enum err fit(struct series_home *home, const struct series_lesson *date,
                    const struct class_lesson_row *old, int *slot_out, struct fail *why)
{
    enum err rc = ERR_OK;

    *slot_out = (int)old->slot;
    if (old->version == 0 || old->from_utc_us != date->from_utc_us ||
        old->to_utc_us != date->to_utc_us)
        rc = series_home_slot(home, date->from_utc_us, date->to_utc_us, date->lesson, slot_out,
                              NULL, why);
    if (rc == ERR_OK && *slot_out == 0 && old->version > 0)
        *slot_out = (int)old->slot;
    /* Another town's word is not refused for our plan: it lies beside the slots, and shows so.
     */
    if (rc == ERR_OK && *slot_out == 0 && id_is_none(home->who.by))
        *slot_out = CLASS_SLOTS_MOST;
    if (rc == ERR_OK && *slot_out == 0)
        rc = fail_field(why, ERR_CONFLICT, "/slot", "no slot is free");
    return rc;
}

enum err series_home_lesson(struct series_home *home, const struct series_row *row,
                            struct series_lesson *date, int slot, struct fail *why)
{
    struct class_lesson_row old, next;
    bool was_there;
    enum err rc = old_lesson(home, date, &old, why);

    if (rc == ERR_OK && slot == 0)
        rc = row->is_host && old.version > 0 ? ERR_OK : fit(home, date, &old, &slot, why);
    if (rc != ERR_OK)
        return rc;
    next = (struct class_lesson_row){
        .id = id_new(),
        .lesson = date->lesson,
        .day = calendar_day_at(date->from_utc_us),
        .slot = slot == 0 ? old.slot : slot,
        .from_utc_us = date->from_utc_us,
        .to_utc_us = date->to_utc_us,
        .course = row->course,
        .floor = row->floor,
        .has_places = true,
        .places = row->places,
        .is_cancelled = date->is_cancelled ||
                        (home->keeps_cancelled && old.version > 0 && old.is_cancelled),
        .team = old.team,
        .main_at = row->is_host ? ID_NONE : row->host,
        .who = home->who,
    };
    next.team.main_is_elsewhere = !row->is_host;
    return class_lesson_store_add(home->tx, &next, &was_there, why);
}

enum err series_home_stop(struct series_home *home, const struct series_row *row,
                          struct fail *why)
{
    struct series_lesson *dates = NULL;
    size_t n = 0;
    enum err rc =
        series_store_lessons(home->tx, NULL, row->series, home->arena, &dates, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        if (dates[i].is_cancelled || dates[i].to_utc_us <= home->now_utc_us)
            continue;
        dates[i].is_cancelled = true;
        if (!id_is_none(dates[i].lesson))
            rc = series_home_lesson(home, row, &dates[i], 0, why);
        if (rc == ERR_OK)
            rc = series_store_lesson_put(home->tx, &dates[i], why);
    }
    return rc;
}
