/* Making a series at the host: of a course that a commissioner decided, on a floor that
 * everybody may see, with dates of this town's plan. Nothing leaves the town by it. */
#include <openssl/rand.h>

#include "federation/series_http.h"
#include "node/classes/class_rows.h"

struct date_input {
    struct id lesson;
    struct span day;
    int64_t slot;
    bool has_lesson, has_day, has_slot;
};
static const struct jx_field date_fields[] = {
    PLACE_MAYBE(JX_ID, date_input, lesson, has_lesson, "計画ずみの授業"),
    {.name = "day",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct date_input, day),
     .has_offset = offsetof(struct date_input, has_day),
     .title_ja = "日"},
    {.name = "slot",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = CLASS_SLOTS_MOST,
     .offset = offsetof(struct date_input, slot),
     .has_offset = offsetof(struct date_input, has_slot),
     .title_ja = "何コマめか"},
};
static const struct jx_shape date_shape =
    JX_SHAPE("SharedDatePlan", struct date_input, date_fields);

struct make_input {
    struct id id, course;
    struct span floor, rules;
    int64_t places, cost;
    int share_by;
    bool has_cost, has_share_by;
    struct jx_list lessons;
};
static const struct jx_field make_fields[] = {
    PLACE_FIELD(JX_ID, make_input, id, "操作のID（連続講座のIDになる）"),
    PLACE_FIELD(JX_ID, make_input, course, "講座"),
    {.name = "floor",
     .type = JX_TEXT,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct make_input, floor),
     .title_ja = "もとにするフロア"},
    {.name = "places",
     .type = JX_INT,
     .least = 1,
     .most = 1000,
     .offset = offsetof(struct make_input, places),
     .title_ja = "この自治体の定員"},
    {.name = "rules",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .most = SERIES_RULES_MOST,
     .offset = offsetof(struct make_input, rules),
     .title_ja = "決まり"},
    {.name = "cost",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .most = SERIES_COST_MOST,
     .offset = offsetof(struct make_input, cost),
     .has_offset = offsetof(struct make_input, has_cost),
     .title_ja = "費用の合計（円）"},
    {.name = "share_by",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = SERIES_SHARE_BY,
     .offset = offsetof(struct make_input, share_by),
     .has_offset = offsetof(struct make_input, has_share_by),
     .title_ja = "費用の分けかた"},
    {.name = "lessons",
     .type = JX_LIST,
     .shape = &date_shape,
     .least = 1,
     .most = SERIES_LESSONS_MOST,
     .offset = offsetof(struct make_input, lessons),
     .title_ja = "回"},
};
static const struct jx_shape make_shape =
    JX_SHAPE("SharedMake", struct make_input, make_fields);

struct making {
    struct req *req;
    const struct make_input *in;
    struct series_row row;
    struct series_text text;
    struct series_more more;
    uint8_t key[SERIES_KEY_BYTES];
    struct series_lesson dates[SERIES_LESSONS_MOST];
    int slots[SERIES_LESSONS_MOST]; /* 0: a planned lesson's own */
    struct series_person staff[SERIES_STAFF_MOST];
    const char *refused; /* field of a 409 */
};

/* ---- the course, as pupils see it ---- */

static enum err read_course(struct making *m, struct jx_defects *defects, struct fail *why)
{
    struct req *req = m->req;
    struct keyring *keyring = req->services->keyring;
    struct class_course_state state;
    struct class_course_row row;
    struct class_pages_row pages_row;
    struct class_pages pages = {.pages = {NULL, 0}};
    struct class_texts texts;
    enum err rc =
        class_course_store_state(NULL, req->db, m->in->course, req->arena, &state, why);

    if (rc == ERR_NOT_FOUND)
        return jx_defect_add(defects, req->arena, "/course", "choice",
                             "この講座はありません。講座を選びなおしてください。");
    if (rc == ERR_OK && (!state.is_decided || state.is_ended)) {
        m->refused = "/course";
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = class_course_store_version(NULL, req->db, m->in->course, state.decided_version,
                                        req->arena, &row, why);
    if (rc == ERR_OK)
        rc = class_course_open(keyring, &row, req->arena, &texts, why);
    if (rc == ERR_OK && state.decided_pages_version > 0) {
        rc =
            class_pages_store_version(NULL, req->db, m->in->course, state.decided_pages_version,
                                      req->arena, &pages_row, why);
        if (rc == ERR_OK)
            rc = class_pages_open(keyring, &pages_row, req->arena, &pages, why);
    }
    if (rc != ERR_OK)
        return rc;
    m->text = (struct series_text){.title = texts.title,
                                   .summary = texts.summary,
                                   .rules = m->in->rules,
                                   .has_cost = m->in->has_cost,
                                   .cost = m->in->cost,
                                   .has_share_by = m->in->has_share_by,
                                   .share_by = m->in->share_by,
                                   .kind = (int)row.kind,
                                   .picture = row.picture,
                                   .has_hand = row.has_hand,
                                   .has_poll = row.has_poll,
                                   .has_question = row.has_question};
    m->more.pages = pages.pages;
    return ERR_OK;
}

/* ---- the floor ---- */

static const char *floor_ja(enum series_floor_verdict verdict)
{
    switch (verdict) {
    case SERIES_FLOOR_CLOSED:
        return "このフロアには、だれでも入れて見える部屋でないものがあります。ほかのフロアを"
               "選んでください。";
    case SERIES_FLOOR_PORTAL:
        return "このフロアの出口は、ほかの自治体にないフロアへ通じています。ほかのフロアを"
               "選んでください。";
    case SERIES_FLOOR_LARGE:
        return "このフロアは大きすぎて、ほかの自治体に送れません。";
    case SERIES_FLOOR_GOOD:
    case SERIES_FLOOR_HOURS:
    case SERIES_FLOOR_NAME:
        return "このフロアは使えません。ほかのフロアを選んでください。";
    }
    return "";
}

static enum err read_floor(struct making *m, struct jx_defects *defects, struct fail *why)
{
    struct req *req = m->req;
    struct place_floor_now now = {.floor = NULL};
    enum series_floor_verdict verdict = SERIES_FLOOR_GOOD;
    enum err rc = place_floor_find(req->db, m->in->floor, req->arena, &now, why);

    if (rc == ERR_NOT_FOUND)
        return jx_defect_add(defects, req->arena, "/floor", "choice",
                             "このフロアはありません。フロアを選びなおしてください。");
    if (rc == ERR_OK)
        rc = series_floor_copy(now.floor, m->in->id, m->text.title, req->arena, &m->more.floor,
                               &m->more.hash, &verdict, why);
    return rc == ERR_INVALID ? jx_defect_add(defects, req->arena, "/floor",
                                             verdict == SERIES_FLOOR_PORTAL  ? "floor-portal"
                                             : verdict == SERIES_FLOOR_LARGE ? "floor-large"
                                                                             : "floor-closed",
                                             "%s", floor_ja(verdict))
                             : rc;
}

/* ---- the dates ---- */

static void add_staff(struct making *m, const struct class_names *names, struct id account)
{
    struct span name = class_display(names, account);
    bool is_new = name.len > 0 && m->text.staff.n < SERIES_STAFF_MOST;

    for (size_t i = 0; i < m->text.staff.n; i++)
        is_new = is_new && !span_eq(m->staff[i].name, name);
    if (is_new)
        m->staff[m->text.staff.n++].name = name;
}

/* A lesson that is planned: it keeps its time, slot and team. */
static enum err read_planned(struct making *m, size_t i, struct id lesson,
                             const struct class_names *names, struct jx_defects *defects,
                             struct fail *why)
{
    struct req *req = m->req;
    const char *at = arena_printf(req->arena, "/lessons/%zu/lesson", i);
    struct class_lesson_row row = {.version = 0};
    enum err rc = at == NULL
                      ? fail_set(why, ERR_NOMEM, "a pointer")
                      : class_lesson_store_find(NULL, req->db, lesson, req->arena, &row, why);

    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && !id_eq(row.course, m->in->course)))
        return jx_defect_add(defects, req->arena, at, "choice",
                             "この講座の授業ではありません。選びなおしてください。");
    if (rc == ERR_OK && (row.is_cancelled || row.to_utc_us <= req->now_utc_us))
        return jx_defect_add(defects, req->arena, at, "past",
                             "この授業は、終わったか、とりやめになっています。");
    if (rc != ERR_OK)
        return rc;
    m->dates[i].lesson = lesson;
    m->dates[i].from_utc_us = row.from_utc_us;
    m->dates[i].to_utc_us = row.to_utc_us;
    add_staff(m, names, row.team.main);
    add_staff(m, names, row.team.sub);
    return ERR_OK;
}

static enum err read_date(struct making *m, size_t i, const struct class_names *names,
                          struct jx_defects *defects, struct fail *why)
{
    const struct date_input *in = &((const struct date_input *)m->in->lessons.at)[i];
    struct arena *arena = m->req->arena;
    const char *at = arena_printf(arena, "/lessons/%zu", i);
    const char *day = arena_printf(arena, "/lessons/%zu/day", i);
    const char *slot = arena_printf(arena, "/lessons/%zu/slot", i);

    if (at == NULL || day == NULL || slot == NULL)
        return fail_set(why, ERR_NOMEM, "a pointer");
    m->dates[i] = (struct series_lesson){.n = (int64_t)i + 1};
    if (in->has_lesson && !in->has_day && !in->has_slot)
        return read_planned(m, i, in->lesson, names, defects, why);
    if (in->has_lesson || !in->has_day || !in->has_slot)
        return jx_defect_add(defects, arena, at, "required",
                             "計画ずみの授業か、日とコマの、どちらか一つを入れてください。");
    m->slots[i] = (int)in->slot;
    return series_find_slot(m->req, in->day, in->slot, day, slot, &m->dates[i].from_utc_us,
                            &m->dates[i].to_utc_us, defects, why);
}

static int by_time(const void *a, const void *b)
{
    const struct series_lesson *x = a, *y = b;

    return (x->from_utc_us > y->from_utc_us) - (x->from_utc_us < y->from_utc_us);
}

/* Class numbers are drawn: nothing about how many there are is told by them. */
static enum err draw_classes(struct making *m, struct fail *why)
{
    size_t n = m->in->lessons.n;
    uint32_t drawn[SERIES_LESSONS_MOST];

    if (RAND_bytes((unsigned char *)drawn, (int)(n * sizeof *drawn)) != 1 ||
        RAND_bytes(m->key, sizeof m->key) != 1)
        return fail_set(why, ERR_INTERNAL, "no random bytes");
    for (size_t i = 0; i < n; i++)
        m->dates[i].class = drawn[i] == 0 ? 1 : drawn[i];
    return ERR_OK;
}

/* By time; then they are numbered. slots go with their dates. */
static void sort_dates(struct making *m, size_t n)
{
    struct series_lesson sorted[SERIES_LESSONS_MOST];
    int slots[SERIES_LESSONS_MOST];

    memcpy(sorted, m->dates, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_time);
    for (size_t i = 0; i < n; i++)
        slots[i] = m->slots[sorted[i].n - 1]; /* n was its place in the request */
    for (size_t i = 0; i < n; i++) {
        m->dates[i] = sorted[i];
        m->dates[i].n = (int64_t)i + 1;
        m->slots[i] = slots[i];
    }
}

static enum err read_dates(struct making *m, struct jx_defects *defects, struct fail *why)
{
    struct req *req = m->req;
    size_t n = m->in->lessons.n;
    struct series_date dates[SERIES_LESSONS_MOST];
    struct class_names names;
    enum err rc = class_names_open(req, &names, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = read_date(m, i, &names, defects, why);
    class_names_close(&names);
    if (rc != ERR_OK || defects->n > 0)
        return rc;
    sort_dates(m, n);
    rc = draw_classes(m, why);
    for (size_t i = 0; i < n; i++)
        dates[i] = series_date_of(&m->dates[i]);
    if (rc == ERR_OK && !series_dates_are_right(dates, n, req->now_utc_us, true))
        rc = jx_defect_add(defects, req->arena, "/lessons", "times",
                           "回の時間が重なっているか、%d日より先です。ひと回は5分以上、一日の"
                           "うちに終わるようにしてください。",
                           SERIES_AHEAD_DAYS);
    return rc;
}

/* ---- all of it ---- */

static enum err check_texts(struct making *m, struct jx_defects *defects, struct fail *why)
{
    struct words_desk *words = m->req->services->words;
    struct arena *arena = m->req->arena;
    enum err rc =
        series_check_text(words, m->text.rules, "/rules", "決まり", arena, defects, why);

    if (rc == ERR_OK)
        rc = series_check_text(words, m->text.title, "/course", "講座の題名", arena, defects,
                               why);
    return rc == ERR_OK ? series_check_text(words, m->text.summary, "/course", "講座の説明",
                                            arena, defects, why)
                        : rc;
}

static enum err write_offer(struct making *m, struct span *body_out, struct fail *why)
{
    struct series_date *dates = arena_alloc(m->req->arena, SERIES_LESSONS_MOST * sizeof *dates);
    struct series_offer offer = {.series = m->in->id,
                                 .text = m->text,
                                 .more = m->more,
                                 .places = 1000,
                                 .until_utc_us = m->req->now_utc_us,
                                 .has_until = true,
                                 .key = span_of(m->key, sizeof m->key)};

    if (dates == NULL)
        return fail_set(why, ERR_NOMEM, "dates");
    for (size_t i = 0; i < m->in->lessons.n; i++)
        dates[i] = series_date_of(&m->dates[i]);
    offer.dates = (struct jx_list){dates, m->in->lessons.n};
    return jx_write(&series_offer_shape, &offer, m->req->arena, body_out, why);
}

/* An offer of it, whoever it goes to: one message, and such that we would take it in. */
static enum err check_offer(struct making *m, struct jx_defects *defects, struct fail *why)
{
    struct req *req = m->req;
    struct series_offer read;
    struct span body = SPAN_NONE;
    bool is_good = false;
    enum err rc = write_offer(m, &body, why);

    if (rc == ERR_OK)
        rc = jx_read(body, &series_offer_shape, req->arena, &read, NULL, why);
    if (rc == ERR_TOO_LARGE) {
        m->refused = "/size";
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = series_offer_check(req->services->words, &read, 1000, req->now_utc_us, req->arena,
                                &is_good, why);
    if (rc != ERR_INVALID && (rc != ERR_OK || is_good))
        return rc;
    return jx_defect_add(
        defects, req->arena, "/course", "unfit",
        "この講座の文か教材に、ほかの自治体へ送れない言葉や字があります。直して"
        "決裁してから、もう一度してください。");
}

static enum err seal_all(struct making *m, struct fail *why)
{
    struct req *req = m->req;
    struct keyring *keyring = req->services->keyring;
    enum err rc =
        series_text_seal(keyring, m->in->id, &m->text, req->arena, &m->row.text_sealed, why);

    if (rc == ERR_OK)
        rc = series_more_seal(keyring, m->in->id, &m->more, req->arena, &m->row.more_sealed,
                              why);
    return rc == ERR_OK ? series_key_seal(keyring, m->in->id, m->key, req->arena,
                                          &m->row.key_sealed, why)
                        : rc;
}

static enum err fill(struct making *m, struct jx_defects *defects, struct fail *why)
{
    enum err rc = read_course(m, defects, why);

    if (rc == ERR_OK && m->in->has_cost != m->in->has_share_by)
        rc = jx_defect_add(defects, m->req->arena, m->in->has_cost ? "/share_by" : "/cost",
                           "required", "費用の合計と分けかたは、いっしょに入れてください。");
    m->text.staff.at = m->staff;
    if (rc == ERR_OK && defects->n == 0 && m->refused == NULL)
        rc = check_texts(m, defects, why);
    if (rc == ERR_OK && defects->n == 0 && m->refused == NULL)
        rc = read_floor(m, defects, why);
    if (rc == ERR_OK && m->refused == NULL)
        rc = read_dates(m, defects, why);
    if (rc == ERR_OK && defects->n == 0 && m->refused == NULL)
        rc = check_offer(m, defects, why);
    return rc == ERR_OK && defects->n == 0 && m->refused == NULL ? seal_all(m, why) : rc;
}

/* ---- on the writer's thread ---- */

/* A planned lesson is as it was read; a new one has room in its slot. */
static enum err check_date(const struct making *m, const struct series_act *act, size_t i,
                           struct fail *why)
{
    const struct series_lesson *date = &m->dates[i];
    struct class_lesson_row row;
    enum err rc;

    if (m->slots[i] != 0)
        return series_check_parallel(act, calendar_day_at(date->from_utc_us), m->slots[i],
                                     ID_NONE, why);
    rc = class_lesson_store_find(act->home.tx, NULL, date->lesson, act->home.arena, &row, why);
    if (rc == ERR_OK && (row.is_cancelled || row.from_utc_us != date->from_utc_us ||
                         row.to_utc_us != date->to_utc_us || !id_eq(row.course, m->in->course)))
        rc = fail_field(why, ERR_CONFLICT, "/lessons", "changed meanwhile");
    return rc;
}

static enum err make_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    const struct making *m = a->input;
    enum err rc = m->refused == NULL
                      ? ERR_OK
                      : fail_field(why, ERR_CONFLICT, m->refused, "not as it stands");

    act->row = m->row;
    if (rc == ERR_OK)
        rc = series_store_add(act->home.tx, &act->row, why);
    if (rc == ERR_OK)
        rc = series_home_floor(&act->home, &act->row, &m->more, why);
    for (size_t i = 0; i < m->in->lessons.n && rc == ERR_OK; i++) {
        struct series_lesson date = m->dates[i];

        date.series = act->row.series;
        date.host = act->row.host;
        rc = check_date(m, act, i, why);
        if (rc == ERR_OK)
            rc = series_home_lesson(&act->home, &act->row, &date, m->slots[i], why);
        if (rc == ERR_OK)
            rc = series_store_lesson_put(act->home.tx, &date, why);
    }
    act->step.version = act->row.version;
    return rc == ERR_OK ? series_step_add(act->home.tx, &act->step, why) : rc;
}

static void make(struct req *req)
{
    const struct make_input *in = req->input;
    struct making *m = req_alloc(req, sizeof *m);
    struct series_acting *a = m == NULL ? NULL : req_alloc(req, sizeof *a);
    struct registry *registry = a == NULL ? NULL : series_need_registry(req);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    char floor[SERIES_FLOOR_CAP];
    enum err rc;

    if (registry == NULL)
        return;
    registry_unref(&registry);
    arena_mark_secret(req->arena);
    series_floor_name(in->id, floor);
    *m = (struct making){
        .req = req,
        .in = in,
        .row = {.series = in->id,
                .host = req->services->federation->conf.node,
                .is_host = true,
                .version = 1,
                .state = SERIES_OPEN,
                .floor = arena_copy(req->arena, span_text(floor)),
                .course = in->course,
                .places = in->places,
                .made_utc_us = req->now_utc_us,
                .by = req->caller.account},
    };
    rc = id_is_none(in->id)
             ? jx_defect_add(&defects, req->arena, "/id", "required", "IDを入れてください。")
             : fill(m, &defects, &why);
    if (!class_goes_on(req, rc, &defects, &why))
        return;
    *a = (struct series_acting){.req = req,
                                .id = in->id,
                                .series = in->id,
                                .kind = SERIES_MAKE,
                                .is_host = true,
                                .is_make = true,
                                .run = make_run,
                                .input = m};
    series_acting_post(a);
}

const struct route series_make_routes[SERIES_MAKE_ROUTES_N] = {
    {.name = "shared.make",
     .method = HTTP_POST,
     .path = "/api/v1/shared/series",
     .listeners = PLACE_LISTENERS,
     .roles = SERIES_KEEPERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &make_shape,
     .output = &shared_made_shape,
     .summary_ja = "連続講座をつくる",
     .handle = make},
};
