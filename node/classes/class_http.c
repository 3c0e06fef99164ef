#include "node/classes/class_http.h"

#include "node/classes/class_rows.h"
#include "tenants/hours/hours_rows.h"
#include "tenants/hours/hours_store.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

#define QUALIFICATIONS_MOST 5000
#define NAMED_ROLES \
    (CLASS_STAFF_ROLES | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* ---- slots ---- */

static const struct jx_field slot_fields[] = {
    {.name = "from",
     .type = JX_TEXT,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct class_slot_doc, from),
     .title_ja = "始まる時刻"},
    {.name = "to",
     .type = JX_TEXT,
     .least = 5,
     .most = 5,
     .offset = offsetof(struct class_slot_doc, to),
     .title_ja = "終わる時刻"},
};
const struct jx_shape class_slot_shape =
    JX_SHAPE("ClassSlot", struct class_slot_doc, slot_fields);

enum err class_slots_write(const struct class_slots *slots, struct arena *arena,
                           struct jx_list *out, struct fail *why)
{
    struct class_slot_doc *docs = arena_alloc(arena, (size_t)(slots->n + 1) * sizeof *docs);

    if (docs == NULL)
        return fail_set(why, ERR_NOMEM, "slots");
    for (int i = 0; i < slots->n; i++) {
        char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP];

        calendar_time_text(slots->at[i].from, from);
        calendar_time_text(slots->at[i].to, to);
        docs[i] = (struct class_slot_doc){arena_copy(arena, span_text(from)),
                                          arena_copy(arena, span_text(to))};
        if (docs[i].from.p == NULL || docs[i].to.p == NULL)
            return fail_set(why, ERR_NOMEM, "slots");
    }
    *out = (struct jx_list){docs, (size_t)slots->n};
    return ERR_OK;
}

struct class_template class_template_now(const struct services *services)
{
    int slot_min = (int)settings_int(services->settings, &setting_class_slot_min);
    struct span of_long = settings_text(services->settings, &setting_class_slots);
    struct span of_short = settings_text(services->settings, &setting_class_short_slots);
    struct class_template out;

    out.is_bad = !class_slots_template(of_long, slot_min, &out.of_long);
    if (!class_slots_template(of_short, slot_min, &out.of_short))
        out.is_bad = true;
    return out;
}

/* ---- days ---- */

static void put_day(const struct req *req, const struct hours_plan *hours,
                    const struct class_template *template, int32_t day,
                    const struct class_day_row *own, struct class_plan_day *out)
{
    int long_minutes = (int)settings_int(req->services->settings, &setting_hours_long_minutes);
    struct hours_date date;

    hours_date_of(hours, day, &date);
    out->day = day;
    out->open = date.slots;
    out->type = hours_day_type(&date.slots, long_minutes);
    out->is_own = own != NULL && own->is_own;
    out->slots = out->is_own ? own->slots : *class_template_of(template, out->type);
}

static enum err find_days(struct req *req, int32_t from, int32_t to,
                          struct class_plan_day **days_out, bool *is_bad_out, struct fail *why)
{
    const struct class_template template = class_template_now(req->services);
    size_t n_days = (size_t)(to - from) + 1, n_own = 0, at = 0;
    struct class_day_row *own = NULL;
    struct class_plan_day *days = arena_alloc(req->arena, n_days * sizeof *days);
    struct hours_plan hours;
    enum err rc = days == NULL ? fail_set(why, ERR_NOMEM, "days") : ERR_OK;

    if (rc == ERR_OK)
        rc = hours_store_plan(NULL, req->db, req->arena, &hours, why);
    if (rc == ERR_OK)
        rc = class_day_store_current(NULL, req->db, from, to, req->arena, &own, &n_own, why);
    for (size_t i = 0; i < n_days && rc == ERR_OK && days != NULL; i++) {
        int32_t day = from + (int32_t)i;
        bool has_own = at < n_own && own[at].day == day;

        put_day(req, &hours, &template, day, has_own ? &own[at] : NULL, &days[i]);
        at += has_own ? 1 : 0;
    }
    *days_out = days;
    *is_bad_out = template.is_bad;
    return rc;
}

enum err class_day_find(struct req *req, int32_t day, struct class_plan_day *out,
                        struct fail *why)
{
    struct class_plan_day *days = NULL;
    bool is_bad;
    enum err rc = find_days(req, day, day, &days, &is_bad, why);

    if (rc == ERR_OK)
        *out = days[0];
    return rc;
}

/* ---- floors of lessons ---- */

bool class_floor_has(const struct floor *floor, struct span area)
{
    const struct floor_area *areas = floor->areas.at;

    for (size_t i = 0; i < floor->areas.n; i++)
        if (span_eq(areas[i].id, area))
            return true;
    return false;
}

/* Each floor is looked up once. */
struct placed {
    const struct floor *floor;
};

static enum err find_floor(struct req *req, const struct class_lesson_row *lessons, size_t i,
                           struct placed *placed, struct fail *why)
{
    struct place_floor_now now = {.floor = NULL};
    size_t same = 0;
    enum err rc;

    while (same < i && !span_eq(lessons[same].floor, lessons[i].floor))
        same++;
    if (same < i) {
        placed[i] = placed[same];
        return ERR_OK;
    }
    rc = place_floor_find(req->db, lessons[i].floor, req->arena, &now, why);
    placed[i].floor = rc == ERR_OK ? now.floor : NULL;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err find_places(struct req *req, const struct class_lesson_row *lessons, size_t n,
                            const bool **out, struct fail *why)
{
    struct placed *placed = arena_alloc(req->arena, (n + 1) * sizeof *placed);
    bool *is_placed = arena_alloc(req->arena, (n + 1) * sizeof *is_placed);
    enum err rc = ERR_OK;

    if (placed == NULL || is_placed == NULL)
        return fail_set(why, ERR_NOMEM, "floors");
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        rc = find_floor(req, lessons, i, placed, why);
        is_placed[i] =
            placed[i].floor != NULL &&
            (lessons[i].area.len == 0 || class_floor_has(placed[i].floor, lessons[i].area));
    }
    *out = is_placed;
    return rc;
}

enum err class_plan_find(struct req *req, int32_t from, int32_t to, struct class_plan *out,
                         struct fail *why)
{
    struct class_plan_day *days = NULL;
    struct class_lesson_row *lessons = NULL;
    struct class_course_state *courses = NULL;
    struct class_account *accounts = NULL;
    struct qualification_row *qualifications = NULL;
    enum err rc;

    *out = (struct class_plan){.n_days = (size_t)(to - from) + 1};
    rc = find_days(req, from, to, &days, &out->is_template_bad, why);
    if (rc == ERR_OK)
        rc = class_lesson_store_days(NULL, req->db, from, to, true, req->arena, &lessons,
                                     &out->n_lessons, why);
    if (rc == ERR_OK)
        rc = find_places(req, lessons, out->n_lessons, &out->is_placed, why);
    if (rc == ERR_OK)
        rc = class_course_store_states(NULL, req->db, ID_NONE, req->arena, &courses,
                                       &out->n_courses, why);
    if (rc == ERR_OK)
        rc = class_lesson_store_accounts(NULL, req->db, req->arena, &accounts, &out->n_accounts,
                                         why);
    if (rc == ERR_OK)
        rc = qualification_store_list(NULL, req->db, ID_NONE, QUALIFICATIONS_MOST, req->arena,
                                      &qualifications, &out->n_qualifications, why);
    out->days = days;
    out->lessons = lessons;
    out->courses = courses;
    out->accounts = accounts;
    out->qualifications = qualifications;
    out->slots_least = (int)settings_int(req->services->settings, &setting_class_slots_least);
    return rc;
}

/* ---- what a request says ---- */

enum err class_check_day(const struct req *req, struct span text, const char *pointer,
                         int32_t *day_out, struct jx_defects *defects)
{
    int32_t today = calendar_day_at(req->now_utc_us);

    *day_out = today;
    if (!calendar_read(text, day_out))
        return jx_defect_add(defects, req->arena, pointer, "format",
                             "「日」は 2026-06-01 のように、ある日を入れてください。");
    if (*day_out < today)
        return jx_defect_add(defects, req->arena, pointer, "past",
                             "「日」は今日より前です。すぎた日は変えられません。");
    if (*day_out > today + CLASS_AHEAD_DAYS)
        return jx_defect_add(defects, req->arena, pointer, "ahead",
                             "「日」が先すぎます。%d日先までの日を入れてください。",
                             CLASS_AHEAD_DAYS);
    return ERR_OK;
}

enum err class_path_id(struct req *req, const char *name, struct fail *why)
{
    return id_parse(req_param(req, name), &req->object, NULL) == ERR_OK &&
                   !id_is_none(req->object)
               ? ERR_OK
               : fail_set(why, ERR_NOT_FOUND, "not an id");
}

struct span class_day_text(int32_t day, struct arena *arena)
{
    char text[DAY_TEXT_CAP];

    calendar_text(day, text);
    return arena_copy(arena, span_text(text));
}

/* ---- names ---- */

bool class_may_name(const struct req *req, struct id account)
{
    return !id_is_none(account) && ((ROLE_BIT(req->caller.role) & CLASS_KEEPERS) != 0 ||
                                    id_eq(account, req->caller.account));
}

enum err class_names_open(struct req *req, struct class_names *out, struct fail *why)
{
    *out = (struct class_names){.arena = req->arena};
    return people_ref(accounts_people(req->services->accounts), req->db, &out->people, why);
}

void class_names_close(struct class_names *names)
{
    people_unref(&names->people);
}

struct span class_display(const struct class_names *names, struct id account)
{
    const struct people_entry *entry = id_is_none(account) || names->people == NULL
                                           ? NULL
                                           : people_find(names->people, account);

    if (entry == NULL || (ROLE_BIT(entry->place.role) & NAMED_ROLES) == 0)
        return SPAN_NONE;
    return arena_copy(names->arena, entry->display);
}

bool class_goes_on(struct req *req, enum err rc, const struct jx_defects *defects,
                   const struct fail *why)
{
    struct fail no_memory;

    if (rc == ERR_OK && defects->n == 0)
        return true;
    if (rc == ERR_OK) {
        reply_defects(req, defects);
    } else if (rc == ERR_NOMEM) {
        fail_set(&no_memory, ERR_NOMEM, "a plan");
        reply_fail(req, &no_memory);
    } else {
        reply_fail(req, why);
    }
    return false;
}
