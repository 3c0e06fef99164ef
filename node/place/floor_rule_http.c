/* Who may enter which floor, over HTTP: by person and by group, with dates (AI-2.3-ア). A
 * commissioner decides; whoever looks after the place sees it. */
#include <stdio.h>

#include "node/place/access_store.h"
#include "node/place/place_http.h"

#define RULES_MOST 500
#define SUBJECT_FIELDS(struct_) \
    PLACE_CHOICE(struct_, subject_kind, FACTS_SUBJECTS, "だれについてか"), \
        PLACE_MAYBE(JX_ID, struct_, subject, has_subject, "学校・クラス・アカウントのID")

/* ---- GET /api/v1/floor-rules ---- */

struct rule_output {
    struct id id, subject, by;
    struct span floor, code, display_name, login, role;
    int subject_kind, verdict;
    int64_t from, until, at;
    bool has_floor, has_subject, has_code, has_from, has_until, has_by, has_display, has_login;
};
static const struct jx_field rule_fields[] = {
    PLACE_FIELD(JX_ID, rule_output, id, "決まりのID"),
    PLACE_MAYBE(JX_TEXT, rule_output, floor, has_floor, "フロア（ないときはすべて）"),
    SUBJECT_FIELDS(rule_output),
    PLACE_MAYBE(JX_TEXT, rule_output, code, has_code, "役割か学年"),
    PLACE_MAYBE(JX_TEXT, rule_output, display_name, has_display, "その人の表示名"),
    PLACE_MAYBE(JX_TEXT, rule_output, login, has_login, "その人のID"),
    PLACE_CHOICE(rule_output, verdict, FACTS_VERDICTS, "入れるか"),
    PLACE_MAYBE(JX_TIME, rule_output, from, has_from, "いつから"),
    PLACE_MAYBE(JX_TIME, rule_output, until, has_until, "いつまで"),
    PLACE_FIELD(JX_TIME, rule_output, at, "決めた時刻"),
    PLACE_MAYBE(JX_ID, rule_output, by, has_by, "決めた人"),
    PLACE_FIELD(JX_TEXT, rule_output, role, "決めた人の役割"),
};
static const struct jx_shape rule_shape =
    JX_SHAPE("FloorRule", struct rule_output, rule_fields);

struct rules_output {
    struct jx_list items;
    bool is_cut;
};
static const struct jx_field rules_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &rule_shape,
     .offset = offsetof(struct rules_output, items),
     .title_ja = "いまの決まりと、これからの決まり（新しい順）"},
    PLACE_FIELD(JX_BOOL, rules_output, is_cut, "ほかにもあるか"),
};
static const struct jx_shape rules_shape =
    JX_SHAPE("FloorRules", struct rules_output, rules_fields);

static struct rule_output output_of(const struct floor_rule_row *row)
{
    const struct facts_rule *rule = &row->rule;

    return (struct rule_output){
        .id = rule->id,
        .floor = rule->floor,
        .has_floor = rule->floor.len > 0,
        .subject_kind = (int)rule->kind,
        .subject = rule->subject,
        .has_subject = !id_is_none(rule->subject),
        .code = rule->code,
        .has_code = rule->code.len > 0,
        .verdict = (int)rule->verdict,
        .from = rule->from_utc_us,
        .has_from = rule->has_from,
        .until = rule->until_utc_us,
        .has_until = rule->has_until,
        .at = row->who.at_utc_us,
        .by = row->who.by,
        .has_by = !id_is_none(row->who.by),
        .role = row->who.role,
    };
}

/* Names beside rules about one person. False: answered. */
static bool add_names(struct req *req, struct rule_output *items, size_t n)
{
    struct place_name *names = req_alloc(req, (n + 1) * sizeof *names);
    size_t n_names = 0;

    if (names == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (items[i].subject_kind == FACTS_ACCOUNT &&
            place_name_find(names, n_names, items[i].subject) == NULL)
            names[n_names++].account = items[i].subject;
    if (!place_names(req, names, n_names))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct place_name *name = place_name_find(names, n_names, items[i].subject);

        if (name == NULL)
            continue;
        items[i].display_name = name->display_name;
        items[i].has_display = name->display_name.len > 0;
        items[i].login = name->login;
        items[i].has_login = name->login.len > 0;
    }
    return true;
}

static void list_rules(struct req *req)
{
    struct rules_output out = {.is_cut = false};
    struct floor_rule_row *rows = NULL;
    struct rule_output *items;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;

    if (access_store_rules(NULL, req->db, req->now_utc_us, req->arena, &rows, &n, &why) !=
        ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    out.is_cut = n > RULES_MOST;
    if (out.is_cut)
        n = RULES_MOST;
    items = req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = output_of(&rows[i]);
    if (!add_names(req, items, n))
        return;
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* ---- PUT /api/v1/floor-rules ---- */

struct decide_input {
    struct id id, subject;
    struct span floor, code;
    int subject_kind, verdict;
    int64_t from, until;
    bool has_floor, has_subject, has_code, has_from, has_until;
};
static const struct jx_field decide_fields[] = {
    PLACE_FIELD(JX_ID, decide_input, id, "操作のID"),
    {.name = "floor",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct decide_input, floor),
     .has_offset = offsetof(struct decide_input, has_floor),
     .title_ja = "フロア"},
    SUBJECT_FIELDS(decide_input),
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 15,
     .offset = offsetof(struct decide_input, code),
     .has_offset = offsetof(struct decide_input, has_code),
     .title_ja = "役割か学年"},
    PLACE_CHOICE(decide_input, verdict, FACTS_VERDICTS, "入れるか"),
    PLACE_MAYBE(JX_TIME, decide_input, from, has_from, "いつから"),
    PLACE_MAYBE(JX_TIME, decide_input, until, has_until, "いつまで"),
};
static const struct jx_shape decide_shape =
    JX_SHAPE("FloorRuleDecision", struct decide_input, decide_fields);

static bool is_role_of_place(struct span code)
{
    enum role role;

    return role_parse(code, &role, NULL) == ERR_OK &&
           (FACTS_ROLES_TICKET & ROLE_BIT(role)) != 0;
}

/* What the shape cannot say. */
static enum err check(const struct req *req, const struct decide_input *in,
                      struct jx_defects *defects)
{
    enum facts_subject kind = (enum facts_subject)in->subject_kind;
    bool by_id = kind == FACTS_SCHOOL || kind == FACTS_CLASS || kind == FACTS_ACCOUNT;
    bool by_code = kind == FACTS_ROLE || kind == FACTS_GRADE;
    enum err rc = ERR_OK;

    if (by_id != in->has_subject)
        rc = jx_defect_add(defects, req->arena, "/subject", by_id ? "required" : "alone",
                           "「だれ」は、学校・クラス・一人のときに選んでください。");
    if (rc == ERR_OK && by_code != in->has_code)
        rc = jx_defect_add(defects, req->arena, "/code", by_code ? "required" : "alone",
                           "「役割か学年」は、役割か学年のときに選んでください。");
    if (rc == ERR_OK && kind == FACTS_ROLE && in->has_code && !is_role_of_place(in->code))
        rc = jx_defect_add(defects, req->arena, "/code", "choice",
                           "この役割の人は、フロアに入りません。ほかの役割を選んでください。");
    if (rc == ERR_OK && in->has_from && in->has_until && in->from >= in->until)
        rc = jx_defect_add(defects, req->arena, "/until", "order",
                           "「いつまで」は「いつから」より後にしてください。");
    if (rc == ERR_OK && in->has_until && in->until <= req->now_utc_us)
        rc = jx_defect_add(defects, req->arena, "/until", "past",
                           "「いつまで」がすぎています。これからの日時を入れてください。");
    return rc;
}

struct deciding {
    struct req *req;
    struct floor_rule_row row;
};

static enum err check_there(struct tx *tx, const struct facts_rule *rule, struct fail *why)
{
    bool is_there = true;
    enum err rc =
        rule->floor.len == 0 ? ERR_OK : place_floor_is_there(tx, rule->floor, &is_there, why);

    if (rc == ERR_OK && !is_there)
        return fail_field(why, ERR_INVALID, "/floor", "no such floor");
    if (rc == ERR_OK && rule->verdict != FACTS_NONE)
        rc = access_store_subject_is_there(tx, rule->kind, rule->subject, &is_there, why);
    if (rc == ERR_OK && !is_there)
        return fail_field(why, ERR_INVALID, "/subject", "nobody of that kind");
    return rc;
}

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    struct deciding *d = arg;
    const struct access_entry access = access_of(d->req);
    bool is_done = false;
    enum err rc = access_store_rule_is_there(tx, d->row.rule.id, &is_done, why);

    if (rc == ERR_OK && !is_done)
        rc = check_there(tx, &d->row.rule, why);
    if (rc == ERR_OK && !is_done)
        rc = access_store_decide(tx, &d->row, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void decide_done(void *arg, enum err rc, const struct fail *why)
{
    const struct deciding *d = arg;

    if (rc != ERR_OK) {
        reply_fail(d->req, why);
        return;
    }
    d->req->access_recorded = 1;
    place_changed(d->req->services);
    reply_none(d->req);
}

static void decide(struct req *req)
{
    const struct decide_input *in = req->input;
    struct deciding *d = req_alloc(req, sizeof *d);
    const struct writer_op op = {decide_run, decide_done, d};
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    if (d == NULL)
        return;
    if (check(req, in, &defects) != ERR_OK) {
        fail_set(&why, ERR_NOMEM, "sentences");
        reply_fail(req, &why);
        return;
    }
    if (defects.n > 0) {
        reply_defects(req, &defects);
        return;
    }
    *d = (struct deciding){.req = req,
                           .row = {.rule = {.id = in->id,
                                            .floor = in->has_floor ? in->floor : SPAN_NONE,
                                            .kind = (enum facts_subject)in->subject_kind,
                                            .subject = in->has_subject ? in->subject : ID_NONE,
                                            .code = in->has_code ? in->code : SPAN_NONE,
                                            .verdict = (enum facts_verdict)in->verdict,
                                            .has_from = in->has_from,
                                            .from_utc_us = in->from,
                                            .has_until = in->has_until,
                                            .until_utc_us = in->until},
                                   .who = place_decider_of(req)}};
    req->object = in->id;
    if (in->subject_kind == FACTS_ACCOUNT)
        req->person = in->subject;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route floor_rule_routes[FLOOR_RULE_ROUTES_N] = {
    {.name = "floor_rules.list",
     .method = HTTP_GET,
     .path = "/api/v1/floor-rules",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_KEEPERS | ROLE_BIT(ROLE_AUDITOR),
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &rules_shape,
     .summary_ja = "だれがどのフロアに入れるかの決まりを見る",
     .handle = list_rules},
    {.name = "floor_rules.decide",
     .method = HTTP_PUT,
     .path = "/api/v1/floor-rules",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &decide_shape,
     .summary_ja = "だれがどのフロアに入れるかを決める",
     .handle = decide},
};
