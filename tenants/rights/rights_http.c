/* Giving and ending a right, and the list of rights nobody used (NI-2.3.4-2a). Commissioners
 * alone; each decision is a leaf with its access record in one transaction. */
#include "node/base/clock.h"
#include "node/db/audit.h"
#include "tenants/people/account.h"
#include "tenants/people/people_json.h"
#include "tenants/rights/rights_look_store.h"
#include "tenants/rights/rights_rows.h"

#define UNUSED_CAP 200

struct give_input {
    struct id id, school, class;
    int right;
    struct span grade, purpose;
    int64_t until;
    bool has_school, has_class, has_grade, has_purpose, has_until;
};
static const struct jx_field give_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct give_input, id),
     .title_ja = "決定のID"},
    {.name = "right",
     .type = JX_ENUM,
     .choices = RIGHT_CHOICES,
     .offset = offsetof(struct give_input, right),
     .title_ja = "担当・目的"},
    {.name = "school",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct give_input, school),
     .has_offset = offsetof(struct give_input, has_school),
     .title_ja = "学校"},
    {.name = "class",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct give_input, class),
     .has_offset = offsetof(struct give_input, has_class),
     .title_ja = "学級"},
    {.name = "grade",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = 4,
     .offset = offsetof(struct give_input, grade),
     .has_offset = offsetof(struct give_input, has_grade),
     .title_ja = "学年"},
    {.name = "purpose",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = 40,
     .offset = offsetof(struct give_input, purpose),
     .has_offset = offsetof(struct give_input, has_purpose),
     .title_ja = "目的の記号（英数字）"},
    {.name = "until",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct give_input, until),
     .has_offset = offsetof(struct give_input, has_until),
     .title_ja = "いつまで"},
};
static const struct jx_shape give_shape = JX_SHAPE("RightGive", struct give_input, give_fields);

struct decision {
    struct req *req;
    struct rights *rights;
    struct rights_decision rights_decision;
    bool is_end;
};

static enum err decision_run(struct tx *tx, void *arg, struct fail *why)
{
    struct decision *d = arg;
    struct access_entry entry = access_of(d->req);
    enum err rc = d->is_end ? rights_tx_end(d->rights, tx, &d->rights_decision, why)
                            : rights_tx_give(d->rights, tx, &d->rights_decision, why);

    entry.object = d->rights_decision.grant.id;
    entry.purpose = span_text(d->rights_decision.grant.purpose);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void decision_done(void *arg, enum err rc, const struct fail *why)
{
    struct decision *d = arg;
    struct right_output out;

    rights_settle(d->rights);
    if (rc != ERR_OK) {
        reply_fail(d->req, why);
        return;
    }
    d->req->access_recorded = 1;
    if (d->is_end) {
        reply_none(d->req);
        return;
    }
    d->rights_decision.grant.given_utc_us = d->rights_decision.now_utc_us;
    out = right_output_of(&d->rights_decision.grant);
    reply_json(d->req, d->rights_decision.was_there ? 200 : 201, &out);
}

/* The person is looked at first, so that hidden and missing ones are alike; oneself is refused
 * like them (nobody raises his own rights). */
static void decide(struct req *req, const struct rights_grant *grant, bool is_end)
{
    struct decision *d = arena_alloc(req->arena, sizeof *d);
    struct fail why = {.code = ERR_OK};
    struct rights_found found;

    if (d == NULL)
        fail_set(&why, ERR_NOMEM, "decision");
    else if (rights_of_path(req, 0, &found, &why) == ERR_OK) {
        *d = (struct decision){
            .req = req,
            .rights = accounts_rights(req->services->accounts),
            .rights_decision = {.grant = *grant,
                                .by = req->caller.account,
                                .by_role = req->caller.role,
                                .now_utc_us = req->now_utc_us},
            .is_end = is_end,
        };
        d->rights_decision.grant.account = found.place.person;
        if (writer_post(req->services->writer,
                        &(struct writer_op){decision_run, decision_done, d}, &why) == ERR_OK)
            return; /* decision_done answers */
    }
    reply_fail(req, &why);
}

static bool text_into(char *into, size_t cap, bool has, struct span text)
{
    if (!has || text.len == 0)
        return true;
    if (text.len >= cap)
        return false;
    memcpy(into, text.p, text.len);
    return true;
}

static void give(struct req *req)
{
    const struct give_input *in = req->input;
    struct rights_grant grant = {
        .id = in->id,
        .right = (enum right)in->right,
        .school = in->has_school ? in->school : ID_NONE,
        .class = in->has_class ? in->class : ID_NONE,
        .until_utc_us = in->has_until ? in->until : 0,
    };
    struct fail why = {.code = ERR_OK};

    if (!text_into(grant.grade, sizeof grant.grade, in->has_grade, in->grade))
        fail_field(&why, ERR_INVALID, "grade", "too long");
    else if (!text_into(grant.purpose, sizeof grant.purpose, in->has_purpose, in->purpose))
        fail_field(&why, ERR_INVALID, "purpose", "too long");
    else if (in->has_until && in->until <= req->now_utc_us)
        fail_field(&why, ERR_INVALID, "until", "it is over already");
    if (why.code == ERR_OK)
        decide(req, &grant, false);
    else
        reply_fail(req, &why);
}

static void end(struct req *req)
{
    struct rights_grant grant = {.right = RIGHT_HOMEROOM};
    struct fail why = {.code = ERR_OK};

    if (id_parse(req_param(req, "right"), &grant.id, NULL) == ERR_OK) {
        decide(req, &grant, true);
        return;
    }
    fail_set(&why, ERR_NOT_FOUND, "not an id");
    reply_fail(req, &why);
}

/* ---- GET /api/v1/rights/unused ---- */

struct unused_item {
    struct right_output right;
    struct id account;
    int role;
    struct span name, display_name;
    bool has_name, has_display;
};
static const struct jx_field item_fields[] = {
    {.name = "account",
     .type = JX_ID,
     .offset = offsetof(struct unused_item, account),
     .title_ja = "だれの権限か"},
    {.name = "role",
     .type = JX_ENUM,
     .choices = ROLE_CHOICES,
     .offset = offsetof(struct unused_item, role),
     .title_ja = "役割"},
    {.name = "name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct unused_item, name),
     .has_offset = offsetof(struct unused_item, has_name),
     .title_ja = "氏名"},
    {.name = "display_name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct unused_item, display_name),
     .has_offset = offsetof(struct unused_item, has_display),
     .title_ja = "表示名"},
    {.name = "right",
     .type = JX_OBJECT,
     .shape = &right_output_shape,
     .offset = offsetof(struct unused_item, right),
     .title_ja = "権限"},
};
static const struct jx_shape item_shape =
    JX_SHAPE("UnusedRight", struct unused_item, item_fields);

struct unused_output {
    struct jx_list items;
    int64_t days;
};
static const struct jx_field unused_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &item_shape,
     .most = UNUSED_CAP,
     .offset = offsetof(struct unused_output, items),
     .title_ja = "使われていない権限（長く使われていない順）"},
    {.name = "days",
     .type = JX_INT,
     .offset = offsetof(struct unused_output, days),
     .title_ja = "何日使われていないものか"},
};
static const struct jx_shape unused_shape =
    JX_SHAPE("UnusedRights", struct unused_output, unused_fields);

static enum err write_unused(struct req *req, const struct people *people,
                             const struct rights_grant *grants, size_t n,
                             struct unused_output *out, struct fail *why)
{
    struct unused_item *items = arena_alloc(req->arena, (n + 1) * sizeof *items);

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "rights");
    for (size_t i = 0; i < n; i++) {
        const struct people_entry *e = people_find(people, grants[i].account);

        items[i] = (struct unused_item){.right = right_output_of(&grants[i]),
                                        .account = grants[i].account,
                                        .role = (int)grants[i].role - 1};
        if (e == NULL)
            continue;
        items[i].name = e->name;
        items[i].has_name = e->name.len > 0;
        items[i].display_name = e->display;
        items[i].has_display = e->display.len > 0;
    }
    out->items = (struct jx_list){items, n};
    return ERR_OK;
}

static void list_unused(struct req *req)
{
    const struct services *services = req->services;
    struct unused_output out = {.days = settings_int(services->settings, &setting_unused_days)};
    struct rights_grant *grants = NULL;
    struct people *people = NULL;
    struct fail why;
    size_t n = 0;
    enum err rc = rights_look_list(req->db, ID_NONE, req->now_utc_us - out.days * DAY_US,
                                   req->now_utc_us, UNUSED_CAP, req->arena, &grants, &n, &why);

    arena_mark_secret(req->arena); /* names will lie in it */
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(services->accounts), req->db, &people, &why);
    if (rc == ERR_OK)
        rc = write_unused(req, people, grants, n, &out, &why);
    if (rc == ERR_OK) {
        reply_header(req, "Cache-Control", "no-store");
        reply_json(req, 200, &out);
    } else {
        reply_fail(req, &why);
    }
    people_unref(&people);
}

const struct route rights_routes[RIGHTS_ROUTES_N] = {
    {
        .name = "rights.give",
        .method = HTTP_POST,
        .path = "/api/v1/people/{id}/rights",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .input = &give_shape,
        .output = &right_output_shape,
        .summary_ja = "担当・目的の権限を渡す（自分には渡せない）",
        .handle = give,
    },
    {
        .name = "rights.end",
        .method = HTTP_DELETE,
        .path = "/api/v1/people/{id}/rights/{right}",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "担当・目的の権限を終わらせる",
        .handle = end,
    },
    {
        .name = "rights.unused",
        .method = HTTP_GET,
        .path = "/api/v1/rights/unused",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &unused_shape,
        .summary_ja = "長いあいだ使われていない権限を見る",
        .handle = list_unused,
    },
};
