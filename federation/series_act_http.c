/* What people at the host decide about a series: whom it is offered to, another time, its end;
 * and how every act on a series is run, told and answered. */
#include "federation/series_http.h"

#include "node/base/jx_scalar.h"
#include "node/classes/class_rows.h"
#include "node/classes/lessons.h"
#include "node/db/settings.h"

static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, shared_made, series, "連続講座のID"),
    PLACE_FIELD(JX_INT, shared_made, version, "いまの形"),
    PLACE_FIELD(JX_TEXT, shared_made, floor, "フロアの記号"),
};
const struct jx_shape shared_made_shape =
    JX_SHAPE("SharedMade", struct shared_made, made_fields);

/* ---- one act ---- */

/* An offer to a node that has it changes its places: two kinds, one act. */
static bool is_same_kind(int done, enum series_step_kind kind)
{
    return done == (int)kind || (done == SERIES_PLACES && kind == SERIES_OFFER) ||
           (done == SERIES_LEAVE && kind == SERIES_DECLINE);
}

static enum err find_done(struct tx *tx, const struct series_acting *a, bool *is_done_out,
                          struct fail *why)
{
    struct series_step done;
    enum err rc = series_step_find(tx, a->id, tx_arena(tx), &done, why);

    *is_done_out = rc == ERR_OK;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK && (!is_same_kind(done.kind, a->kind) || !id_eq(done.series, a->series) ||
                         !id_eq(done.node, a->node) || !id_eq(done.by, a->req->caller.account)))
        rc = fail_field(why, ERR_CONFLICT, "/id", "stands for another act");
    return rc;
}

static struct series_act act_of(struct tx *tx, const struct series_acting *a)
{
    const struct place_decider who = place_decider_of(a->req);

    return (struct series_act){.home = series_home_of(tx, a->req->services, &who),
                               .federation = a->req->services->federation,
                               .step = {.id = a->id,
                                        .at_utc_us = who.at_utc_us,
                                        .series = a->series,
                                        .kind = (int)a->kind,
                                        .node = a->node,
                                        .by = who.by,
                                        .role = who.role}};
}

static enum err acting_run(struct tx *tx, void *arg, struct fail *why)
{
    struct series_acting *a = arg;
    const struct access_entry access = access_of(a->req);
    struct series_act act = act_of(tx, a);
    bool is_done = false;
    enum err rc = find_done(tx, a, &is_done, why);

    if (rc == ERR_OK && (!a->is_make || is_done))
        rc = series_act_read(&act, a->series, a->is_host, why);
    if (rc == ERR_OK && !is_done)
        rc = a->run(a, &act, why);
    if (rc != ERR_OK)
        return rc;
    a->made = (struct shared_made){act.row.series, act.row.version, act.row.floor};
    return access_append(tx, &access, why);
}

struct problem {
    const char *field, *code, *title_ja;
};
static const struct problem problems[] = {
    {"/slot", "slot-full",
     "このコマには、並べられる数の講座がもうあります。ほかのコマにするか、一つとりやめて"
     "ください。"},
    {"/lesson", "lesson-over", "この回はもう終わっています。終わった回は変えられません。"},
    {"/times", "times-meet",
     "この時間には、同じ連続講座のほかの回があるか、自治体をこえて行えない時間です。"},
    {"/course", "course-undecided",
     "この講座はまだ決裁されていないか、終わっています。決裁してから、もう一度してください。"},
    {"/series", "series-ended", "この連続講座は終わっています。"},
    {"/answer", "offer-answered", "この招きには、もう返事をしています。"},
    {"/until", "offer-over", "この招きは、返事の期限がすぎたか、取り下げられています。"},
    {"/version", "conflict",
     "この招きは、見ていたあいだに変わりました。もう一度読みこんでください。"},
    {"/out", "not-in-it", "この自治体は、いまこの連続講座に参加していません。"},
    {"/left", "left-out",
     "この自治体は、この連続講座から外しました。もう一度いっしょにするときは、新しい連続講座を"
     "つくってください。"},
    {"/node", "peers-most", "これ以上の自治体は招けません。"},
    {"/size", "too-large",
     "教材とフロアが大きすぎて、ほかの自治体に送れません。教材のページをへらしてください。"},
    {"/lessons", "lesson-changed",
     "えらんだ授業が、見ていたあいだに変わりました。もう一度読みこんでください。"},
};

static void reply_refused(struct req *req, const struct fail *why)
{
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        if (why->code == ERR_CONFLICT && strcmp(why->field, problems[i].field) == 0) {
            reply_problem(req, 409, problems[i].code, problems[i].title_ja);
            return;
        }
    reply_fail(req, why);
}

static void acting_done(void *arg, enum err rc, const struct fail *why)
{
    const struct series_acting *a = arg;
    struct req *req = a->req;

    if (rc != ERR_OK) {
        reply_refused(req, why);
        return;
    }
    req->access_recorded = 1;
    lessons_poke(req->services->lessons);
    place_changed(req->services);
    outbox_wake(req->services->federation);
    series_poke(req->services->series);
    reply_json(req, 200, &a->made);
}

void series_acting_post(struct series_acting *a)
{
    const struct writer_op op = {acting_run, acting_done, a};
    struct fail why = {.code = ERR_OK};

    a->req->object = a->series;
    if (writer_post(a->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(a->req, &why);
}

struct series_acting *series_acting_of(struct req *req, struct id id)
{
    struct series_acting *a;
    struct fail why = {.code = ERR_OK};

    if (req->services->federation == NULL) {
        reply_problem(req, 503, "starting", "ノードの準備がまだ終わっていません。");
        return NULL;
    }
    if (class_path_id(req, "series", &why) != ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    a = req_alloc(req, sizeof *a);
    if (a != NULL)
        *a = (struct series_acting){
            .req = req, .id = id, .series = req->object, .input = req->input};
    return a;
}

enum err series_check_parallel(const struct series_act *act, int32_t day, int64_t slot,
                               struct id lesson, struct fail *why)
{
    int most = (int)settings_int(act->home.services->settings, &setting_class_parallel_most);
    struct class_lesson_row *rows = NULL;
    size_t n = 0;
    int others = 0;
    enum err rc = class_lesson_store_days(act->home.tx, NULL, day, day, false, act->home.arena,
                                          &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        others += rows[i].slot == slot && !id_eq(rows[i].lesson, lesson);
    if (rc == ERR_OK && others >= most)
        rc = fail_field(why, ERR_CONFLICT, "/slot", "%d courses already", others);
    return rc;
}

enum err series_find_slot(struct req *req, struct span day, int64_t slot, const char *day_at,
                          const char *slot_at, int64_t *from_out, int64_t *to_out,
                          struct jx_defects *defects, struct fail *why)
{
    struct class_plan_day found;
    size_t n_before = defects->n;
    int32_t number;
    enum err rc = class_check_day(req, day, day_at, &number, defects);

    if (rc != ERR_OK || defects->n > n_before)
        return rc;
    rc = class_day_find(req, number, &found, why);
    if (rc != ERR_OK)
        return rc;
    if (slot > found.slots.n)
        return jx_defect_add(defects, req->arena, slot_at, "most",
                             "この日のコマは%dつです。先にその日のコマを決めてください。",
                             found.slots.n);
    *from_out = calendar_utc(number, found.slots.at[slot - 1].from);
    *to_out = calendar_utc(number, found.slots.at[slot - 1].to);
    return *to_out <= req->now_utc_us
               ? jx_defect_add(defects, req->arena, slot_at, "past",
                               "このコマはもう終わっています。これからのコマを選んでください。")
               : ERR_OK;
}

/* ---- POST /api/v1/shared/series/{series}/offer ---- */

struct offer_input {
    struct id id, node;
    int64_t places, until;
    bool has_until;
};
static const struct jx_field offer_fields[] = {
    PLACE_FIELD(JX_ID, offer_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, offer_input, node, "招く自治体"),
    {.name = "places",
     .type = JX_INT,
     .least = 1,
     .most = 1000,
     .offset = offsetof(struct offer_input, places),
     .title_ja = "定員"},
    PLACE_MAYBE(JX_TIME, offer_input, until, has_until, "返事の期限"),
};
static const struct jx_shape offer_shape =
    JX_SHAPE("SharedOfferAsk", struct offer_input, offer_fields);

static enum err send_offer(struct series_act *act, const struct series_node *node,
                           const struct offer_input *in, struct fail *why)
{
    struct keyring *keyring = act->home.services->keyring;
    uint8_t key[SERIES_KEY_BYTES];
    struct series_offer offer = {.series = act->row.series,
                                 .places = node->places,
                                 .until_utc_us = in->until,
                                 .has_until = in->has_until,
                                 .key = span_of(key, sizeof key)};
    struct span body;
    enum err rc = series_text_open(keyring, &act->row, act->home.arena, &offer.text, why);

    if (rc == ERR_OK)
        rc = series_more_open(keyring, &act->row, act->home.arena, &offer.more, why);
    if (rc == ERR_OK)
        rc = series_key_open(keyring, act->row.series, act->row.key_sealed, act->home.arena,
                             key, why);
    if (rc == ERR_OK)
        rc = series_act_dates(act, &offer.dates, why);
    if (rc == ERR_OK)
        rc = jx_write(&series_offer_shape, &offer, act->home.arena, &body, why);
    if (rc == ERR_OK)
        rc = outbox_put(act->home.tx, act->federation, node->node, series_kind_offer,
                        act->step.id, body, act->home.now_utc_us, why);
    return rc == ERR_TOO_LARGE ? fail_field(why, ERR_CONFLICT, "/size", "an offer") : rc;
}

/* How many have it; *old: what there is of this node, n_places 0 for nothing. */
static enum err find_nodes(struct series_act *act, struct id node, struct series_node *old,
                           int *n_out, struct fail *why)
{
    struct series_node *nodes = NULL;
    size_t n = 0;
    enum err rc = series_store_nodes(act->home.tx, NULL, act->row.series, act->home.arena,
                                     &nodes, &n, why);

    *n_out = 0;
    *old = (struct series_node){.places = 0};
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        if (id_eq(nodes[i].node, node))
            *old = nodes[i];
        else if (nodes[i].state == SERIES_NODE_OFFERED ||
                 nodes[i].state == SERIES_NODE_ACCEPTED)
            ++*n_out;
    }
    return rc;
}

static enum err offer_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    const struct offer_input *in = a->input;
    struct series_node node;
    int n_others;
    bool has_it;
    enum err rc = find_nodes(act, in->node, &node, &n_others, why);

    if (rc != ERR_OK)
        return rc;
    if (act->row.state != SERIES_OPEN || !series_act_has_coming(act))
        return fail_field(why, ERR_CONFLICT, "/series", "nothing is to come");
    if (node.places > 0 && node.state == SERIES_NODE_ENDED)
        return fail_field(why, ERR_CONFLICT, "/left", "it was left out");
    if (n_others >= SERIES_PEERS_MOST)
        return fail_field(why, ERR_CONFLICT, "/node", "%d have it", n_others);
    has_it = node.places > 0 &&
             (node.state == SERIES_NODE_OFFERED || node.state == SERIES_NODE_ACCEPTED);
    if (!has_it)
        node = (struct series_node){.series = a->series,
                                    .node = in->node,
                                    .state = SERIES_NODE_OFFERED,
                                    .code = SPAN(""),
                                    .offered_utc_us = act->home.now_utc_us};
    node.places = in->places;
    act->step.kind = has_it ? SERIES_PLACES : SERIES_OFFER;
    act->step.n = in->places;
    rc = series_store_node_put(act->home.tx, &node, why);
    if (rc == ERR_OK)
        rc = series_act_write(act, why);
    if (rc != ERR_OK)
        return rc;
    return has_it ? series_act_tell_one(act, &node, why) : send_offer(act, &node, in, why);
}

/* False: answered. */
static bool is_guest(struct req *req, const struct offer_input *in, struct jx_defects *defects)
{
    struct registry *registry = series_need_registry(req);
    const struct fed_member *m = registry == NULL ? NULL : registry_member(registry, in->node);
    bool is_there = m != NULL && !id_eq(in->node, req->services->federation->conf.node) &&
                    (m->roles & FED_ROLE_BIT(FED_ROLE_GUEST)) != 0 &&
                    fed_member_is_in_contract(m, req->now_utc_us);
    enum err rc = ERR_OK;

    if (registry == NULL)
        return false;
    if (!is_there)
        rc = jx_defect_add(defects, req->arena, "/node", "choice",
                           "この自治体は、いま招けません。一覧から選んでください。");
    else if (in->places > m->capacity)
        rc = jx_defect_add(defects, req->arena, "/places", "most",
                           "この自治体に分けられる定員は、%d人までです。", m->capacity);
    if (rc == ERR_OK && in->has_until && in->until <= req->now_utc_us)
        rc = jx_defect_add(defects, req->arena, "/until", "past",
                           "返事の期限は、これからの日時にしてください。");
    registry_unref(&registry);
    return class_goes_on(req, rc, defects, NULL);
}

static void offer_series(struct req *req)
{
    const struct offer_input *in = req->input;
    struct jx_defects defects = {0};
    struct series_acting *a = series_acting_of(req, in->id);

    if (a == NULL || !is_guest(req, in, &defects))
        return;
    a->node = in->node;
    a->kind = SERIES_OFFER;
    a->is_host = true;
    a->run = offer_run;
    series_acting_post(a);
}

/* ---- POST /api/v1/shared/series/{series}/end ---- */

struct end_input {
    struct id id;
};
static const struct jx_field end_fields[] = {PLACE_FIELD(JX_ID, end_input, id, "操作のID")};
static const struct jx_shape end_shape = JX_SHAPE("SharedEnd", struct end_input, end_fields);

static enum err end_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    enum err rc = act->row.state == SERIES_OPEN
                      ? series_act_tell(act, true, why)
                      : fail_field(why, ERR_CONFLICT, "/series", "ended already");

    (void)a;
    return rc == ERR_OK ? series_act_stop(act, SERIES_ENDED, why) : rc;
}

static void end_series(struct req *req)
{
    const struct end_input *in = req->input;
    struct series_acting *a = series_acting_of(req, in->id);

    if (a == NULL)
        return;
    a->kind = SERIES_END;
    a->is_host = true;
    a->run = end_run;
    series_acting_post(a);
}

/* ---- POST /api/v1/shared/series/{series}/leave_out ---- */

struct out_input {
    struct id id, node;
};
static const struct jx_field out_fields[] = {
    PLACE_FIELD(JX_ID, out_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, out_input, node, "外す自治体"),
};
static const struct jx_shape out_shape =
    JX_SHAPE("SharedLeaveOut", struct out_input, out_fields);

/* From now on: what was given with it stays on record at both, and its counts here. */
static enum err out_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    struct series_node node;
    enum err rc =
        series_store_node(act->home.tx, a->series, a->node, act->home.arena, &node, why);

    if (rc == ERR_NOT_FOUND)
        return fail_field(why, ERR_CONFLICT, "/out", "it takes no part");
    if (rc != ERR_OK)
        return rc;
    if (act->row.state != SERIES_OPEN)
        return fail_field(why, ERR_CONFLICT, "/series", "it has ended");
    if (node.state != SERIES_NODE_OFFERED && node.state != SERIES_NODE_ACCEPTED)
        return fail_field(why, ERR_CONFLICT, "/out", "it takes no part");
    rc = series_act_end_one(act, &node, why);
    return rc == ERR_OK ? series_act_write(act, why) : rc;
}

static void leave_out(struct req *req)
{
    const struct out_input *in = req->input;
    struct series_acting *a = series_acting_of(req, in->id);

    if (a == NULL)
        return;
    a->node = in->node;
    a->kind = SERIES_END;
    a->is_host = true;
    a->run = out_run;
    series_acting_post(a);
}

/* ---- PUT /api/v1/shared/series/{series}/lessons/{n} ---- */

struct lesson_input {
    struct id id;
    bool cancelled, has_day, has_slot;
    struct span day;
    int64_t slot;
};
static const struct jx_field lesson_fields[] = {
    PLACE_FIELD(JX_ID, lesson_input, id, "操作のID"),
    PLACE_FIELD(JX_BOOL, lesson_input, cancelled, "とりやめるか"),
    {.name = "day",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct lesson_input, day),
     .has_offset = offsetof(struct lesson_input, has_day),
     .title_ja = "日"},
    {.name = "slot",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = CLASS_SLOTS_MOST,
     .offset = offsetof(struct lesson_input, slot),
     .has_offset = offsetof(struct lesson_input, has_slot),
     .title_ja = "何コマめか"},
};
static const struct jx_shape lesson_shape =
    JX_SHAPE("SharedLessonChange", struct lesson_input, lesson_fields);

struct moving {
    int64_t n, from_utc_us, to_utc_us; /* from 0: the time stays */
    int slot;
    bool is_cancelled;
};

static enum err move_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    const struct moving *m = a->input;
    const struct series_lesson *date = series_date_find(act->dates, act->n_dates, m->n);
    struct series_lesson to;
    enum err rc = ERR_OK;

    if (date == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such date");
    if (act->row.state != SERIES_OPEN)
        return fail_field(why, ERR_CONFLICT, "/series", "it has ended");
    to = *date;
    to.is_cancelled = m->is_cancelled;
    if (m->from_utc_us != 0) {
        to.from_utc_us = m->from_utc_us;
        to.to_utc_us = m->to_utc_us;
        if (!to.is_cancelled)
            rc = series_check_parallel(act, calendar_day_at(to.from_utc_us), m->slot,
                                       date->lesson, why);
    }
    return rc == ERR_OK ? series_act_move(act, &to, m->slot, why) : rc;
}

static void change_lesson(struct req *req)
{
    const struct lesson_input *in = req->input;
    struct series_acting *a = series_acting_of(req, in->id);
    struct moving *m = a == NULL ? NULL : req_alloc(req, sizeof *m);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (m == NULL)
        return;
    *m = (struct moving){.is_cancelled = in->cancelled};
    if (!jx_i64_parse(req_param(req, "n"), &m->n) || m->n < 1 || m->n > SERIES_LESSONS_MOST)
        rc = fail_set(&why, ERR_NOT_FOUND, "no such date");
    if (rc == ERR_OK && in->has_day != in->has_slot)
        rc = jx_defect_add(&defects, req->arena, in->has_day ? "/slot" : "/day", "required",
                           "「日」と「何コマめか」は、いっしょに入れてください。");
    else if (rc == ERR_OK && in->has_day)
        rc = series_find_slot(req, in->day, in->slot, "/day", "/slot", &m->from_utc_us,
                              &m->to_utc_us, &defects, &why);
    m->slot = in->has_slot ? (int)in->slot : 0;
    if (!class_goes_on(req, rc, &defects, &why))
        return;
    a->kind = SERIES_LESSON;
    a->is_host = true;
    a->run = move_run;
    a->input = m;
    series_acting_post(a);
}

#define ACT(roles_) \
    .listeners = PLACE_LISTENERS, .roles = (roles_), .object = OBJECT_ANY_HERE, \
    .audit = AUDIT_CHANGE, .output = &shared_made_shape

const struct route series_act_routes[SERIES_ACT_ROUTES_N] = {
    {.name = "shared.offer_to",
     .path = "/api/v1/shared/series/{series}/offer",
     .method = HTTP_POST,
     ACT(SERIES_DECIDERS),
     .input = &offer_shape,
     .summary_ja = "連続講座に自治体を招く、定員を変える",
     .handle = offer_series},
    {.name = "shared.end",
     .path = "/api/v1/shared/series/{series}/end",
     .method = HTTP_POST,
     ACT(SERIES_DECIDERS),
     .input = &end_shape,
     .summary_ja = "連続講座を終わりにする",
     .handle = end_series},
    {.name = "shared.leave_out",
     .path = "/api/v1/shared/series/{series}/leave_out",
     .method = HTTP_POST,
     ACT(SERIES_DECIDERS),
     .input = &out_shape,
     .summary_ja = "連続講座から自治体を一つ外す（これからの回）",
     .handle = leave_out},
    {.name = "shared.lesson",
     .path = "/api/v1/shared/series/{series}/lessons/{n}",
     .method = HTTP_PUT,
     ACT(SERIES_KEEPERS),
     .input = &lesson_shape,
     .summary_ja = "連続講座の回の日時を変える、とりやめる",
     .handle = change_lesson},
};
