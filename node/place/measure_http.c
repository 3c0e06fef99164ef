/* /api/v1/measures: staff stop writing, reactions or a voice, put somebody out, give another
 * name, ask for slower words; for one account or on a floor (AI-2.7-ア, AI-2.7-ウ, HI-3.3-4).
 * Supporter, commissioner and contractor: those who see IDs, for they must know whom. */
#include "node/base/clock.h"
#include "node/db/seal.h"
#include "node/place/measure_act.h"
#include "node/place/measure_rows.h"
#include "node/place/place_http.h"
#include "tenants/profile/profile_name.h"

#define PAGE         50
#define PERIOD_US    (INT64_C(400) * DAY_US)
#define REASON_MOST  400
#define MINUTES_MOST (60 * 24 * 31)
#define MODERATORS \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* ---- what goes out ---- */

/* by: only of whom the caller may know; the role always. */
struct lifted {
    int64_t at;
    struct id by;
    struct span by_role, by_name, reason;
    bool has_by, has_name, has_reason;
};
static const struct jx_field lifted_fields[] = {
    PLACE_FIELD(JX_TIME, lifted, at, "いつ解いたか"),
    PLACE_MAYBE(JX_ID, lifted, by, has_by, "解いた人"),
    PLACE_FIELD(JX_TEXT, lifted, by_role, "解いた人の役割"),
    PLACE_MAYBE(JX_TEXT, lifted, by_name, has_name, "解いた人の表示名"),
    PLACE_MAYBE(JX_TEXT, lifted, reason, has_reason, "解いた理由"),
};
static const struct jx_shape lifted_shape =
    JX_SHAPE("MeasureLifted", struct lifted, lifted_fields);

struct output {
    struct id measure, account, by;
    struct span floor, by_role, by_name, display_name, login, reason, name_before, name_after;
    int kind;
    int64_t at, until, seconds;
    bool has_account, has_floor, has_until, has_seconds, has_by, has_by_name, has_display,
        has_login, has_reason, has_before, has_after, is_in_force, is_lifted;
    struct lifted lifted;
};
static const struct jx_field output_fields[] = {
    PLACE_FIELD(JX_ID, output, measure, "決定のID"),
    PLACE_CHOICE(output, kind, MEASURE_KINDS,
                 "何を（書きこみ・リアクション・声の停止、退室、表示名の変更、間をあける）"),
    PLACE_MAYBE(JX_ID, output, account, has_account, "だれを"),
    PLACE_MAYBE(JX_TEXT, output, display_name, has_display, "その人の表示名"),
    PLACE_MAYBE(JX_TEXT, output, login, has_login, "その人のID"),
    PLACE_MAYBE(JX_TEXT, output, floor, has_floor, "どのフロアを"),
    PLACE_FIELD(JX_TIME, output, at, "いつ決めたか"),
    PLACE_MAYBE(JX_TIME, output, until, has_until, "いつまで（ないときは解くまで）"),
    PLACE_MAYBE(JX_INT, output, seconds, has_seconds, "書きこみの間の秒数"),
    PLACE_MAYBE(JX_ID, output, by, has_by, "決めた人"),
    PLACE_FIELD(JX_TEXT, output, by_role, "決めた人の役割"),
    PLACE_MAYBE(JX_TEXT, output, by_name, has_by_name, "決めた人の表示名"),
    PLACE_MAYBE(JX_TEXT, output, reason, has_reason, "理由"),
    PLACE_MAYBE(JX_TEXT, output, name_before, has_before, "変える前の表示名"),
    PLACE_MAYBE(JX_TEXT, output, name_after, has_after, "変えた後の表示名"),
    PLACE_FIELD(JX_BOOL, output, is_in_force, "いま止めているか"),
    {.name = "lifted",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &lifted_shape,
     .offset = offsetof(struct output, lifted),
     .has_offset = offsetof(struct output, is_lifted),
     .title_ja = "解いたこと"},
};
static const struct jx_shape output_shape = JX_SHAPE("Measure", struct output, output_fields);

struct outputs {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field outputs_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &output_shape,
     .most = PAGE,
     .offset = offsetof(struct outputs, items),
     .title_ja = "決定（新しい順）"},
    PLACE_MAYBE(JX_TEXT, outputs, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape outputs_shape =
    JX_SHAPE("Measures", struct outputs, outputs_fields);

static struct output output_of(const struct req *req, const struct measure_listed *listed)
{
    const struct measure_row *row = &listed->row;
    int64_t now_utc_us = req->now_utc_us;
    struct id self = req->caller.account;

    return (struct output){
        .measure = row->id,
        .kind = (int)row->kind,
        .account = row->account,
        .has_account = !id_is_none(row->account),
        .floor = row->floor,
        .has_floor = row->floor.len > 0,
        .at = row->who.at_utc_us,
        .until = row->until_utc_us,
        .has_until = row->until_utc_us != 0,
        .seconds = row->seconds,
        .has_seconds = row->seconds != 0,
        .by = row->who.by,
        .has_by = id_eq(row->who.by, self),
        .by_role = row->who.role,
        .is_in_force = row->kind != MEASURE_RENAME && !listed->is_lifted &&
                       (row->until_utc_us == 0 || row->until_utc_us > now_utc_us),
        .is_lifted = listed->is_lifted,
        .lifted = {.at = listed->lift.who.at_utc_us,
                   .by = listed->lift.who.by,
                   .has_by = id_eq(listed->lift.who.by, self),
                   .by_role = listed->lift.who.role},
    };
}

/* ---- opening ---- */

/* What was said of an erased person cannot be read any more, and is left out. */
static enum err open_text(const struct req *req, const struct seal_place *place,
                          struct span sealed, struct span *out, bool *has_out, struct fail *why)
{
    enum err rc = sealed.len == 0
                      ? ERR_NOT_FOUND
                      : unseal(req->services->keyring, place, sealed, req->arena, out, why);

    *has_out = rc == ERR_OK;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err open_one(const struct req *req, const struct measure_listed *listed,
                         struct output *out, struct fail *why)
{
    const struct measure_row *row = &listed->row;
    const struct seal_place reason = {MEASURE_TABLE, "reason_sealed", row->id};
    const struct seal_place before = {MEASURE_TABLE, "name_before_sealed", row->id};
    const struct seal_place after = {MEASURE_TABLE, "name_after_sealed", row->id};
    const struct seal_place lifted = {LIFT_TABLE, "reason_sealed", listed->lift.id};
    enum err rc =
        open_text(req, &reason, row->reason_sealed, &out->reason, &out->has_reason, why);

    if (rc == ERR_OK)
        rc = open_text(req, &before, row->name_before_sealed, &out->name_before,
                       &out->has_before, why);
    if (rc == ERR_OK)
        rc = open_text(req, &after, row->name_after_sealed, &out->name_after, &out->has_after,
                       why);
    return rc == ERR_OK ? open_text(req, &lifted, listed->lift.reason_sealed,
                                    &out->lifted.reason, &out->lifted.has_reason, why)
                        : rc;
}

/* ---- GET /api/v1/measures ---- */

/* ?account= ?floor= ?from= ?until= ?before=, and ?in_force=true for what holds now. */
static enum err read_ask(const struct req *req, struct measures_ask *ask, struct fail *why)
{
    struct span in_force = req_query(req, "in_force");
    enum err rc;

    *ask = (struct measures_ask){.until_utc_us = req->now_utc_us + 1,
                                 .floor = req_query(req, "floor"),
                                 .n_cap = PAGE + 1};
    rc = place_query_time(req, "until", &ask->until_utc_us, why);
    ask->from_utc_us = ask->until_utc_us - PERIOD_US;
    if (rc == ERR_OK)
        rc = place_query_time(req, "from", &ask->from_utc_us, why);
    if (rc == ERR_OK)
        rc = place_query_id(req, "account", &ask->account, why);
    if (rc == ERR_OK && in_force.len > 0 && !span_eq(in_force, SPAN("true")) &&
        !span_eq(in_force, SPAN("false")))
        rc = fail_field(why, ERR_INVALID, "in_force", "true or false");
    if (span_eq(in_force, SPAN("true"))) {
        ask->in_force_utc_us = req->now_utc_us;
        ask->from_utc_us = 0; /* however long it holds */
    }
    return rc == ERR_OK ? place_query_row(req, "before", &ask->before_utc_us, &ask->before, why)
                        : rc;
}

static void add_name(struct place_name *names, size_t *n, struct id account)
{
    if (!id_is_none(account) && place_name_find(names, *n, account) == NULL)
        names[(*n)++].account = account;
}

static struct span name_of(const struct place_name *names, size_t n, struct id account,
                           bool *is_known_out, bool *has_out)
{
    const struct place_name *name = place_name_find(names, n, account);

    *is_known_out = *is_known_out || (name != NULL && name->role_id.len > 0);
    *has_out = name != NULL && name->display_name.len > 0;
    return *has_out ? name->display_name : SPAN_NONE;
}

/* False: answered. Of whom the caller may know nothing, no row of others is shown either. */
static bool put_names(struct req *req, struct output *items, size_t *n_items)
{
    struct place_name *names = req_alloc(req, (*n_items * 3 + 1) * sizeof *names);
    size_t n = 0, kept = 0;

    if (names == NULL)
        return false;
    for (size_t i = 0; i < *n_items; i++) {
        add_name(names, &n, items[i].account);
        add_name(names, &n, items[i].by);
        if (items[i].is_lifted)
            add_name(names, &n, items[i].lifted.by);
    }
    if (!place_names(req, names, n))
        return false;
    for (size_t i = 0; i < *n_items; i++) {
        struct output *out = &items[i];
        const struct place_name *name = place_name_find(names, n, out->account);

        if (out->has_account && !out->has_by && (name == NULL || name->role_id.len == 0))
            continue;
        out->display_name =
            name_of(names, n, out->account, &out->has_account, &out->has_display);
        out->has_login = name != NULL && name->login.len > 0;
        out->login = out->has_login ? name->login : SPAN_NONE;
        out->by_name = name_of(names, n, out->by, &out->has_by, &out->has_by_name);
        out->lifted.by_name =
            name_of(names, n, out->lifted.by, &out->lifted.has_by, &out->lifted.has_name);
        items[kept++] = *out;
    }
    *n_items = kept;
    return true;
}

static void reply_page(struct req *req, const struct measure_listed *rows, size_t n)
{
    struct outputs out = {.has_next = n > PAGE};
    struct output *items = req_alloc(req, (n + 1) * sizeof *items);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (items == NULL)
        return;
    if (n > PAGE)
        n = PAGE;
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        items[i] = output_of(req, &rows[i]);
        rc = open_one(req, &rows[i], &items[i], &why);
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (out.has_next)
        out.next = place_row_text(req, rows[PAGE - 1].row.who.at_utc_us, rows[PAGE - 1].row.id);
    out.has_next = out.next.p != NULL;
    if (!put_names(req, items, &n))
        return;
    out.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

static void list_measures(struct req *req)
{
    struct measure_listed *rows = NULL;
    struct measures_ask ask;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = read_ask(req, &ask, &why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = measure_store_list(req->db, &ask, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        reply_page(req, rows, n);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/measures ---- */

static const struct jx_field input_fields[] = {
    PLACE_FIELD(JX_ID, measure_input, id, "操作のID"),
    PLACE_CHOICE(measure_input, kind, MEASURE_KINDS, "何を"),
    PLACE_MAYBE(JX_ID, measure_input, account, has_account, "だれを"),
    {.name = "floor",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct measure_input, floor),
     .has_offset = offsetof(struct measure_input, has_floor),
     .title_ja = "どのフロアを"},
    {.name = "minutes",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = MINUTES_MOST,
     .offset = offsetof(struct measure_input, minutes),
     .has_offset = offsetof(struct measure_input, has_minutes),
     .title_ja = "何分のあいだ（ないときは解くまで）"},
    {.name = "seconds",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 3600,
     .offset = offsetof(struct measure_input, seconds),
     .has_offset = offsetof(struct measure_input, has_seconds),
     .title_ja = "書きこみの間の秒数"},
    {.name = "name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 120,
     .offset = offsetof(struct measure_input, name),
     .has_offset = offsetof(struct measure_input, has_name),
     .title_ja = "あたらしい表示名（ないときは、こちらで作る）"},
    {.name = "reason",
     .type = JX_TEXT,
     .least = 1,
     .most = REASON_MOST,
     .offset = offsetof(struct measure_input, reason),
     .title_ja = "理由"},
};
static const struct jx_shape input_shape =
    JX_SHAPE("MeasureNew", struct measure_input, input_fields);

static void refuse(struct req *req, enum err rc, const struct fail *why)
{
    struct jx_defects defects = {0};

    if (rc == ERR_CONFLICT && strcmp(why->field, "/name") == 0 &&
        profile_say_taken(req->arena, &defects, NULL) == ERR_OK)
        reply_defects(req, &defects);
    else if (rc == ERR_CONFLICT && strcmp(why->field, "/version") == 0)
        reply_problem(req, 409, "profile-changed",
                      "表示名が、いま変わりました。もう一度確かめてください。");
    else
        reply_fail(req, why);
}

static void act_answer(struct measure_act *act, enum err rc, const struct fail *why)
{
    const struct measure_listed listed = {.row = act->row};
    struct output out = output_of(act->req, &listed);

    if (rc != ERR_OK) {
        refuse(act->req, rc, why);
        return;
    }
    out.reason = act->reason;
    out.has_reason = true;
    out.name_before = act->name_before;
    out.name_after = act->name_after;
    out.has_before = out.has_after = act->has_rename;
    reply_json(act->req, 200, &out);
}

static bool is_same(const struct measure_row *row, const struct measure_input *in)
{
    return (int64_t)row->kind == (int64_t)in->kind &&
           id_eq(row->account, in->has_account ? in->account : ID_NONE) &&
           span_eq(row->floor, in->has_floor ? in->floor : SPAN_NONE);
}

/* The same id again: what it stands for by now. True: answered. */
static bool was_decided(struct req *req, const struct measure_input *in)
{
    struct measure_listed listed;
    struct fail why = {.code = ERR_OK};
    struct output out;
    enum err rc = measure_store_find(NULL, req->db, in->id, req->arena, &listed, &why);

    if (rc == ERR_NOT_FOUND)
        return false;
    if (rc == ERR_OK && !id_eq(listed.row.who.by, req->caller.account))
        rc = fail_field(&why, ERR_CONFLICT, "/id", "another's measure");
    if (rc == ERR_OK && !is_same(&listed.row, in))
        rc = fail_field(&why, ERR_CONFLICT, "/id", "the id stands for another measure");
    if (rc == ERR_OK) {
        out = output_of(req, &listed);
        rc = open_one(req, &listed, &out, &why);
    }
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
    return true;
}

static void decide(struct req *req)
{
    const struct measure_input *in = req->input;
    struct measure_act *act = req_alloc(req, sizeof *act);

    if (act == NULL)
        return;
    *act = (struct measure_act){.req = req, .answer = act_answer};
    if (!was_decided(req, in) && measure_act_prepare(act, in))
        measure_act_start(act);
}

/* ---- POST /api/v1/measures/{id}/lift ---- */

struct lift_input {
    struct id id;
    struct span reason;
    bool has_reason;
};
static const struct jx_field lift_fields[] = {
    PLACE_FIELD(JX_ID, lift_input, id, "操作のID"),
    {.name = "reason",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = REASON_MOST,
     .offset = offsetof(struct lift_input, reason),
     .has_offset = offsetof(struct lift_input, has_reason),
     .title_ja = "解く理由"},
};
static const struct jx_shape lift_shape =
    JX_SHAPE("MeasureLift", struct lift_input, lift_fields);

struct lifting {
    struct req *req;
    struct measure_lift_row row;
    struct measure_listed listed;
    bool was_there;
};

static enum err lift_run(struct tx *tx, void *arg, struct fail *why)
{
    struct lifting *l = arg;
    const struct access_entry access = access_of(l->req);
    enum err rc = measure_store_lift(tx, &l->row, &l->was_there, why);

    if (rc == ERR_OK)
        rc = measure_store_find(tx, NULL, l->row.measure, tx_arena(tx), &l->listed, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

/* Written first: a measure that could not be lifted goes on. */
static void lift_done(void *arg, enum err rc, const struct fail *why)
{
    struct lifting *l = arg;
    struct fail fail = *why;
    struct output out;

    if (rc == ERR_OK)
        rc = measure_post_end(l->req->services->place, l->row.measure, &fail);
    if (rc != ERR_OK) {
        reply_fail(l->req, &fail);
        return;
    }
    l->req->access_recorded = 1;
    out = output_of(l->req, &l->listed);
    reply_json(l->req, 200, &out);
}

static enum err seal_reason(struct lifting *l, struct span reason, struct fail *why)
{
    const struct seal_place place = {LIFT_TABLE, "reason_sealed", l->row.id};
    struct keyring *keyring = l->req->services->keyring;
    struct id key;
    enum err rc = measure_key(keyring, l->listed.row.account, &key, why);

    return rc == ERR_OK
               ? seal(keyring, key, &place, reason, l->req->arena, &l->row.reason_sealed, why)
               : rc;
}

static void lift(struct req *req)
{
    const struct lift_input *in = req->input;
    struct lifting *l = req_alloc(req, sizeof *l);
    const struct writer_op op = {lift_run, lift_done, l};
    struct fail why = {.code = ERR_OK};
    struct id measure;
    enum err rc = ERR_OK;

    if (l == NULL)
        return;
    *l = (struct lifting){.req = req};
    if (id_parse(req_param(req, "id"), &measure, NULL) != ERR_OK ||
        req->services->place == NULL)
        rc = fail_set(&why, ERR_NOT_FOUND, "no such measure");
    if (rc == ERR_OK)
        rc = measure_store_find(NULL, req->db, measure, req->arena, &l->listed, &why);
    if (rc == ERR_OK && l->listed.row.kind == MEASURE_RENAME) {
        reply_problem(req, 409, "measure-rename",
                      "表示名の変更は解けません。もう一度、べつの表示名に変えてください。");
        return;
    }
    if (rc == ERR_OK) {
        l->row = (struct measure_lift_row){
            .id = in->id, .measure = measure, .who = place_decider_of(req)};
        req->object = measure;
        req->person = l->listed.row.account;
        if (in->has_reason)
            rc = seal_reason(l, in->reason, &why);
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

#define STAFF_ROUTE .listeners = PLACE_LISTENERS, .roles = MODERATORS

const struct route measure_routes[MEASURE_ROUTES_N] = {
    {.name = "measures.list",
     .method = HTTP_GET,
     .path = "/api/v1/measures",
     STAFF_ROUTE,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &outputs_shape,
     .summary_ja = "書きこみの停止や退室などの決定を、理由と決めた人とともに見る",
     .handle = list_measures},
    {.name = "measures.decide",
     .method = HTTP_POST,
     .path = "/api/v1/measures",
     STAFF_ROUTE,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &input_shape,
     .output = &output_shape,
     .must_go_on = true,
     .summary_ja = "書きこみ・リアクション・声を止める、退室させる、表示名を変える、"
                   "書きこみの間をあける",
     .handle = decide},
    {.name = "measures.lift",
     .method = HTTP_POST,
     .path = "/api/v1/measures/{id}/lift",
     STAFF_ROUTE,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &lift_shape,
     .output = &output_shape,
     .must_go_on = true,
     .summary_ja = "止めていたことを解く",
     .handle = lift},
};
