/* Sessions on floors, over HTTP: a dated hour on a floor, with a capacity, where names may stay
 * hidden (SE-4.1-イ-1, SE-4.1-イ-2, SE-4.1-イ-3). Commissioner and contractor keep the
 * calendar. One floor has one session at a time. */
#include "node/base/clock.h"
#include "node/place/access_store.h"
#include "node/place/place_http.h"

#define SESSIONS_MOST 200
#define LONGEST_US    (INT64_C(24) * HOUR_US)
#define AHEAD_US      (INT64_C(800) * DAY_US) /* a mistyped year is no plan */
#define TITLE_MOST    60

/* ---- shapes ---- */

struct session_output {
    struct id session, by;
    struct span floor, title, role;
    int64_t version, from, until, capacity, at;
    bool has_capacity, is_anonymous, is_cancelled, has_by;
};
static const struct jx_field session_fields[] = {
    PLACE_FIELD(JX_ID, session_output, session, "会のID"),
    PLACE_FIELD(JX_INT, session_output, version, "会の版"),
    PLACE_FIELD(JX_TEXT, session_output, floor, "フロア"),
    PLACE_FIELD(JX_TEXT, session_output, title, "会の名前"),
    PLACE_FIELD(JX_TIME, session_output, from, "いつから"),
    PLACE_FIELD(JX_TIME, session_output, until, "いつまで"),
    PLACE_MAYBE(JX_INT, session_output, capacity, has_capacity, "定員"),
    PLACE_FIELD(JX_BOOL, session_output, is_anonymous, "名前をふせるか"),
    PLACE_FIELD(JX_BOOL, session_output, is_cancelled, "取りやめたか"),
    PLACE_FIELD(JX_TIME, session_output, at, "決めた時刻"),
    PLACE_MAYBE(JX_ID, session_output, by, has_by, "決めた人"),
    PLACE_FIELD(JX_TEXT, session_output, role, "決めた人の役割"),
};
static const struct jx_shape session_shape =
    JX_SHAPE("PlaceSession", struct session_output, session_fields);

struct sessions_output {
    struct jx_list items;
};
static const struct jx_field sessions_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &session_shape,
     .offset = offsetof(struct sessions_output, items),
     .title_ja = "会（早い順）"},
};
static const struct jx_shape sessions_shape =
    JX_SHAPE("PlaceSessions", struct sessions_output, sessions_fields);

struct session_input {
    struct id id;
    struct span floor, title;
    int64_t from, until, capacity, expected_version;
    bool has_capacity, is_anonymous, has_expected;
};
#define SESSION_FIELDS \
    PLACE_FIELD(JX_ID, session_input, id, "操作のID"), \
        {.name = "floor", \
         .type = JX_TEXT, \
         .least = 1, \
         .most = 32, \
         .offset = offsetof(struct session_input, floor), \
         .title_ja = "フロア"}, \
        {.name = "title", \
         .type = JX_TEXT, \
         .least = 1, \
         .most = TITLE_MOST, \
         .offset = offsetof(struct session_input, title), \
         .title_ja = "会の名前"}, \
        PLACE_FIELD(JX_TIME, session_input, from, "いつから"), \
        PLACE_FIELD(JX_TIME, session_input, until, "いつまで"), \
        {.name = "capacity", \
         .type = JX_INT, \
         .flags = JX_OPTIONAL, \
         .least = 1, \
         .most = 1000, \
         .offset = offsetof(struct session_input, capacity), \
         .has_offset = offsetof(struct session_input, has_capacity), \
         .title_ja = "定員"}, \
        PLACE_FIELD(JX_BOOL, session_input, is_anonymous, "名前をふせるか")
static const struct jx_field make_fields[] = {SESSION_FIELDS};
static const struct jx_shape make_shape =
    JX_SHAPE("PlaceSessionNew", struct session_input, make_fields);
#define EXPECTED \
    { \
        .name = "expected_version", .type = JX_INT, .flags = JX_OPTIONAL, .least = 1, \
        .most = INT32_MAX, .offset = offsetof(struct session_input, expected_version), \
        .has_offset = offsetof(struct session_input, has_expected), .title_ja = "見ていた版" \
    }
static const struct jx_field change_fields[] = {SESSION_FIELDS, EXPECTED};
static const struct jx_shape change_shape =
    JX_SHAPE("PlaceSessionChange", struct session_input, change_fields);
static const struct jx_field cancel_fields[] = {
    PLACE_FIELD(JX_ID, session_input, id, "操作のID"), EXPECTED};
static const struct jx_shape cancel_shape =
    JX_SHAPE("PlaceSessionCancel", struct session_input, cancel_fields);

static struct session_output output_of(const struct place_session_row *row)
{
    const struct facts_session *s = &row->session;

    return (struct session_output){
        .session = s->session,
        .version = s->version,
        .floor = s->floor,
        .title = s->title,
        .from = s->from_utc_us,
        .until = s->until_utc_us,
        .capacity = s->capacity,
        .has_capacity = s->has_capacity,
        .is_anonymous = s->is_anonymous,
        .is_cancelled = row->is_cancelled,
        .at = row->who.at_utc_us,
        .by = row->who.by,
        .has_by = !id_is_none(row->who.by),
        .role = row->who.role,
    };
}

/* ---- GET /api/v1/place/sessions ---- */

/* ?from= and ?until=; without, those to come within 90 days and those of today. */
static void list_sessions(struct req *req)
{
    struct sessions_ask ask = {.from_utc_us = req->now_utc_us - DAY_US,
                               .until_utc_us = req->now_utc_us + 90 * DAY_US,
                               .has_cancelled = true,
                               .n_cap = SESSIONS_MOST};
    struct sessions_output out = {.items = {0}};
    struct place_session_row *rows = NULL;
    struct session_output *items;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = place_query_time(req, "from", &ask.from_utc_us, &why);

    if (rc == ERR_OK)
        rc = place_query_time(req, "until", &ask.until_utc_us, &why);
    if (rc == ERR_OK)
        rc = access_store_sessions(NULL, req->db, &ask, req->arena, &rows, &n, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = output_of(&rows[i]);
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* ---- making, changing, cancelling ---- */

struct holding {
    struct req *req;
    struct place_session_row row;
    bool is_new; /* else the session of the path is changed */
    bool is_cancel;
    bool has_expected;
    int64_t expected;
};

/* Another session of this floor at that time, which is not this one. */
static enum err check_free(struct tx *tx, const struct facts_session *s, struct fail *why)
{
    const struct sessions_ask ask = {
        .from_utc_us = s->from_utc_us, .until_utc_us = s->until_utc_us, .n_cap = SESSIONS_MOST};
    struct place_session_row *rows = NULL;
    size_t n = 0;
    enum err rc = access_store_sessions(tx, NULL, &ask, tx_arena(tx), &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (span_eq(rows[i].session.floor, s->floor) &&
            !id_eq(rows[i].session.session, s->session))
            rc = fail_field(why, ERR_CONFLICT, "/from", "another session of that floor");
    return rc;
}

/* The session as it stands; a cancelled one is over. */
static enum err check_old(struct tx *tx, struct holding *h, struct fail *why)
{
    struct place_session_row old;
    enum err rc = access_store_session_find(tx, h->row.session.session, &old, why);

    if (rc == ERR_OK && old.is_cancelled)
        rc = fail_set(why, ERR_NOT_FOUND, "it was cancelled");
    if (rc == ERR_OK && h->has_expected && h->expected != old.session.version)
        rc = fail_field(why, ERR_CONFLICT, "/expected_version", "changed meanwhile");
    if (rc == ERR_OK && h->is_cancel) {
        struct id session = h->row.session.session;

        h->row.session = old.session;
        h->row.session.session = session;
        h->row.is_cancelled = true;
    }
    return rc;
}

static enum err hold(struct tx *tx, struct holding *h, struct fail *why)
{
    bool is_there = false;
    enum err rc = h->is_new ? ERR_OK : check_old(tx, h, why);

    if (rc == ERR_OK && !h->is_cancel) {
        rc = place_floor_is_there(tx, h->row.session.floor, &is_there, why);
        if (rc == ERR_OK && !is_there)
            rc = fail_field(why, ERR_INVALID, "/floor", "no such floor");
        if (rc == ERR_OK)
            rc = check_free(tx, &h->row.session, why);
    }
    return rc == ERR_OK ? access_store_session(tx, &h->row, why) : rc;
}

static enum err hold_run(struct tx *tx, void *arg, struct fail *why)
{
    struct holding *h = arg;
    const struct access_entry access = access_of(h->req);
    bool is_done = false;
    enum err rc = access_store_session_is_there(tx, h->row.id, &is_done, why);

    if (rc == ERR_OK && is_done)
        rc = access_store_session_find(tx, h->row.session.session, &h->row, why);
    else if (rc == ERR_OK)
        rc = hold(tx, h, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void hold_done(void *arg, enum err rc, const struct fail *why)
{
    const struct holding *h = arg;
    struct req *req = h->req;
    const struct session_output out = output_of(&h->row);

    if (rc == ERR_OK) {
        req->access_recorded = 1;
        place_changed(req->services);
        reply_json(req, 200, &out);
    } else if (rc == ERR_CONFLICT && strcmp(why->field, "/from") == 0) {
        reply_problem(
            req, 409, "session-overlap",
            "この時間には、同じフロアにもう会があります。時間かフロアを変えてください。");
    } else if (rc == ERR_CONFLICT && strcmp(why->field, "/expected_version") == 0) {
        reply_problem(req, 409, "conflict",
                      "この会は、見ていたあいだに変わりました。もう一度読みこんでください。");
    } else {
        reply_fail(req, why);
    }
}

/* What the shape cannot say. */
static enum err check(const struct req *req, const struct session_input *in,
                      struct jx_defects *defects)
{
    enum err rc = ERR_OK;

    if (in->from >= in->until)
        rc = jx_defect_add(defects, req->arena, "/until", "order",
                           "「いつまで」は「いつから」より後にしてください。");
    else if (in->until <= req->now_utc_us)
        rc = jx_defect_add(defects, req->arena, "/until", "past",
                           "この時間はもうすぎています。これからの日時を入れてください。");
    else if (in->until - in->from > LONGEST_US)
        rc = jx_defect_add(defects, req->arena, "/until", "most",
                           "一つの会は24時間までです。日ごとに分けてください。");
    if (rc == ERR_OK && in->from > req->now_utc_us + AHEAD_US)
        rc = jx_defect_add(defects, req->arena, "/from", "ahead",
                           "「いつから」が先すぎます。年を確かめてください。");
    return rc;
}

static void post(struct holding *h)
{
    const struct writer_op op = {hold_run, hold_done, h};
    struct fail why = {.code = ERR_OK};

    h->req->object = h->row.session.session;
    if (writer_post(h->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(h->req, &why);
}

/* NULL: answered. session: of the path, or the client's id of a new one. */
static struct holding *holding_of(struct req *req, struct id session)
{
    const struct session_input *in = req->input;
    struct holding *h = req_alloc(req, sizeof *h);

    if (h == NULL)
        return NULL;
    *h = (struct holding){
        .req = req,
        .row = {.id = in->id,
                .session = {.session = session,
                            .floor = in->floor,
                            .title = in->title,
                            .from_utc_us = in->from,
                            .until_utc_us = in->until,
                            .has_capacity = in->has_capacity,
                            .capacity = (int)in->capacity,
                            .is_anonymous = in->is_anonymous},
                .who = place_decider_of(req)},
        .has_expected = in->has_expected,
        .expected = in->expected_version,
    };
    return h;
}

static void check_and_post(struct holding *h)
{
    struct req *req = h->req;
    struct jx_defects defects = {0};
    struct fail why;

    if (check(req, req->input, &defects) != ERR_OK) {
        fail_set(&why, ERR_NOMEM, "sentences");
        reply_fail(req, &why);
    } else if (defects.n > 0) {
        reply_defects(req, &defects);
    } else {
        post(h);
    }
}

/* The first version's id is the session's. */
static void make_session(struct req *req)
{
    const struct session_input *in = req->input;
    struct holding *h = holding_of(req, in->id);

    if (h == NULL)
        return;
    h->is_new = true;
    check_and_post(h);
}

static bool read_path(struct req *req, struct id *session)
{
    struct fail why = {.code = ERR_OK};

    if (id_parse(req_param(req, "id"), session, NULL) == ERR_OK)
        return true;
    fail_set(&why, ERR_NOT_FOUND, "not an id");
    reply_fail(req, &why);
    return false;
}

static void change_session(struct req *req)
{
    struct id session;
    struct holding *h = read_path(req, &session) ? holding_of(req, session) : NULL;

    if (h != NULL)
        check_and_post(h);
}

static void cancel_session(struct req *req)
{
    struct id session;
    struct holding *h = read_path(req, &session) ? holding_of(req, session) : NULL;

    if (h == NULL)
        return;
    h->is_cancel = true;
    post(h);
}

const struct route place_session_routes[PLACE_SESSION_ROUTES_N] = {
    {.name = "place_sessions.list",
     .method = HTTP_GET,
     .path = "/api/v1/place/sessions",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_READERS | ROLE_BIT(ROLE_INSTRUCTOR) | ROLE_BIT(ROLE_SCHOOL_STAFF),
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &sessions_shape,
     .summary_ja = "フロアで開く会を一覧する",
     .handle = list_sessions},
    {.name = "place_sessions.make",
     .method = HTTP_POST,
     .path = "/api/v1/place/sessions",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_KEEPERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &make_shape,
     .output = &session_shape,
     .summary_ja = "フロアで開く会を決める",
     .handle = make_session},
    {.name = "place_sessions.change",
     .method = HTTP_PUT,
     .path = "/api/v1/place/sessions/{id}",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_KEEPERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &change_shape,
     .output = &session_shape,
     .summary_ja = "会の日時などを変える",
     .handle = change_session},
    {.name = "place_sessions.cancel",
     .method = HTTP_POST,
     .path = "/api/v1/place/sessions/{id}/cancel",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_KEEPERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &cancel_shape,
     .output = &session_shape,
     .summary_ja = "会を取りやめる",
     .handle = cancel_session},
};
