/* Approving, suspending, resuming and closing accounts. */
#include <stddef.h>
#include <stdio.h>

#include "node/io/live.h"
#include "tenants/people/account.h"
#include "tenants/people/life.h"
#include "tenants/people/link_store.h"
#include "tenants/rights/rights.h"
#include "tenants/tenants.h"

#define REASON_MOST 500

/* ---- POST /api/v1/people/approve ---- */

struct ids_input {
    struct jx_texts ids;
};

static const struct jx_field ids_fields[] = {
    {.name = "ids",
     .type = JX_TEXTS,
     .least = 36,
     .most = 36,
     .offset = offsetof(struct ids_input, ids),
     .title_ja = "人のID"},
};
static const struct jx_shape ids_shape = JX_SHAPE("PeopleIds", struct ids_input, ids_fields);

struct approval {
    struct req *req;
    struct id *ids;
    size_t n;
    struct id *shown; /* those and the children who go with them; of the writer's arena */
    size_t n_shown;
    struct life_refusal refusal;
};

static void show(struct approval *a, struct id person)
{
    if (a->n_shown < ACCESS_SHOWN_CAP)
        a->shown[a->n_shown++] = person;
}

/* The ties that were asked for with a guardian's ID are made now. */
static enum err give_children(struct tx *tx, struct approval *a, struct id guardian,
                              struct fail *why)
{
    struct link_step step = {.what = LINK_GIVEN,
                             .guardian = guardian,
                             .at_utc_us = a->req->now_utc_us,
                             .actor = a->req->caller.account,
                             .actor_role = a->req->caller.role};
    struct id *children = NULL;
    size_t n = 0;
    enum err rc = link_step_asked(tx, NULL, guardian, tx_arena(tx), &children, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        step.child = children[i];
        show(a, children[i]);
        rc = guardian_link_store_add(tx, guardian, children[i], step.at_utc_us, why);
        if (rc == ERR_OK)
            rc = link_step_append(tx, &step, why);
    }
    return rc;
}

static enum err approve_one(struct tx *tx, struct approval *a, size_t i, struct fail *why)
{
    struct account_step step;
    struct life_row row;
    char field[32];
    enum err rc = life_store_find(tx, NULL, a->ids[i], &row, why);

    if (rc == ERR_OK && !row.has_account)
        rc = fail_set(why, ERR_NOT_FOUND, "nobody asked for this person");
    if (rc != ERR_OK)
        return rc;
    snprintf(field, sizeof field, "/ids/%zu", i);
    if (row.state != ACCOUNT_REQUESTED || !id_is_none(row.merged_into))
        return fail_field(why, ERR_CONFLICT, field, "%s", account_state_id(row.state));
    rc = life_check_second(tx, a->req, &row, ACCOUNT_REQUESTED, &a->refusal, why);
    if (rc != ERR_OK)
        return rc;
    show(a, row.person);
    step = life_step(a->req, &row, ACCOUNT_APPROVED);
    rc = account_step_append(tx, &step, why);
    return rc == ERR_OK && row.role == ROLE_GUARDIAN ? give_children(tx, a, row.person, why)
                                                     : rc;
}

static enum err approve_run(struct tx *tx, void *arg, struct fail *why)
{
    struct approval *a = arg;
    struct access_entry access = access_of(a->req);
    enum err rc = ERR_OK;

    a->refusal = (struct life_refusal){NULL, NULL};
    a->n_shown = 0;
    a->shown = arena_alloc(tx_arena(tx), ACCESS_SHOWN_CAP * sizeof *a->shown);
    if (a->shown == NULL)
        return fail_set(why, ERR_NOMEM, "an approval");
    for (size_t i = 0; rc == ERR_OK && i < a->n; i++)
        rc = approve_one(tx, a, i, why);
    access.shown = a->shown;
    access.n_shown = a->n_shown;
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void approve_done(void *arg, enum err rc, const struct fail *why)
{
    struct approval *a = arg;

    if (rc != ERR_OK) {
        life_refuse(a->req, &a->refusal, why);
        return;
    }
    a->req->access_recorded = 1;
    reply_none(a->req);
}

static void people_approve(struct req *req)
{
    const struct ids_input *in = req->input;
    struct approval *a = req_alloc(req, sizeof *a);
    const struct writer_op op = {approve_run, approve_done, a};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (a == NULL)
        return;
    *a = (struct approval){.req = req, .n = in->ids.n};
    rc = life_ids_read(&in->ids, req->arena, &a->ids, &why);
    if (rc == ERR_OK && a->n == 1)
        req->object = req->person = a->ids[0];
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/people/{id}/suspend, /resume, /close ---- */

struct reason_input {
    struct span reason;
};

static const struct jx_field reason_fields[] = {
    {.name = "reason",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = REASON_MOST,
     .offset = offsetof(struct reason_input, reason),
     .title_ja = "理由"},
};
static const struct jx_shape reason_shape =
    JX_SHAPE("PeopleReason", struct reason_input, reason_fields);

struct state_output {
    struct id id;
    struct span state;
};

static const struct jx_field state_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct state_output, id),
     .title_ja = "人のID"},
    {.name = "state",
     .type = JX_TEXT,
     .offset = offsetof(struct state_output, state),
     .title_ja = "IDの状態"},
};
static const struct jx_shape state_shape =
    JX_SHAPE("PeopleState", struct state_output, state_fields);

enum wish { WISH_SUSPEND, WISH_RESUME, WISH_CLOSE };

struct moving {
    struct req *req;
    enum wish wish;
    struct id step;
    struct span reason_sealed;
    struct life_refusal refusal;
    enum account_state reached;
};

/* Whoever was in before is active again; who never was, or lost the second factor, begins as
 * after issuing. */
static enum account_state goal(enum wish wish, const struct life_row *row)
{
    switch (wish) {
    case WISH_SUSPEND:
        return ACCOUNT_SUSPENDED;
    case WISH_RESUME:
        return row->was_active && row->has_factor ? ACCOUNT_ACTIVE : ACCOUNT_ISSUED;
    case WISH_CLOSE:
        break;
    }
    return ACCOUNT_CLOSED;
}

static int rank(enum role role)
{
    if (role == ROLE_SCHOOL_STAFF)
        return 1;
    return role == ROLE_CONTRACTOR ? 2 : 3;
}

/* Whom the board stopped, only the board lets in again; else anybody of the same rank or above
 * as whoever stopped. */
static enum err check_resume(struct tx *tx, struct moving *m, struct id account,
                             struct fail *why)
{
    struct id actor;
    enum role role;
    enum err rc = life_store_step_by(tx, account, ACCOUNT_SUSPENDED, &actor, &role, why);

    if (rc == ERR_OK && rank(m->req->caller.role) < rank(role))
        rc = life_say_no(&m->refusal, "stopped-above",
                         rank(role) == 3
                             ? "このIDは教育委員会の担当者が止めました。また使えるようにできる"
                               "のも、教育委員会の担当者だけです。"
                             : "このIDは運営の担当者が止めました。また使えるようにできるのは、"
                               "運営か教育委員会の担当者です。",
                         why);
    return rc;
}

static enum err move_run(struct tx *tx, void *arg, struct fail *why)
{
    struct moving *m = arg;
    const struct access_entry access = access_of(m->req);
    struct account_step step;
    struct life_row row;
    enum err rc = life_store_find(tx, NULL, m->req->person, &row, why);

    m->refusal = (struct life_refusal){NULL, NULL};
    if (rc == ERR_OK &&
        (!row.has_account || (m->wish == WISH_RESUME && row.state != ACCOUNT_SUSPENDED)))
        rc = fail_set(why, ERR_CONFLICT, "no account to move");
    if (rc == ERR_OK)
        rc = life_check_board(tx, m->req, &row, &m->refusal, why);
    if (rc == ERR_OK && m->wish == WISH_RESUME)
        rc = check_resume(tx, m, row.person, why);
    if (rc != ERR_OK)
        return rc;
    m->reached = goal(m->wish, &row);
    step = life_step(m->req, &row, m->reached);
    step.id = m->step;
    step.reason_sealed = m->reason_sealed;
    rc = account_step_append(tx, &step, why);
    if (rc == ERR_OK && m->wish == WISH_CLOSE)
        rc = life_store_first_password_drop(tx, row.person, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void move_done(void *arg, enum err rc, const struct fail *why)
{
    struct moving *m = arg;
    const struct state_output output = {m->req->person,
                                        span_text(account_state_id(m->reached))};

    if (rc != ERR_OK) {
        life_refuse(m->req, &m->refusal, why);
        return;
    }
    if (m->reached == ACCOUNT_SUSPENDED || m->reached == ACCOUNT_CLOSED)
        live_drop_account(m->req->services->live, m->req->person, ID_NONE);
    m->req->access_recorded = 1;
    reply_json(m->req, 200, &output);
}

static void move_account(struct req *req, enum wish wish)
{
    const struct reason_input *in = req->input;
    struct moving *m = req_alloc(req, sizeof *m);
    const struct writer_op op = {move_run, move_done, m};
    struct fail why = {.code = ERR_OK};
    struct rights_found found;
    enum err rc;

    if (m == NULL)
        return;
    *m = (struct moving){.req = req, .wish = wish, .step = id_new()};
    rc = rights_of_path(req, SHOWS_WORK, &found, &why);
    if (rc == ERR_OK)
        rc = life_reason_seal(req, req->person, m->step, in->reason, &m->reason_sealed, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static void people_suspend(struct req *req)
{
    move_account(req, WISH_SUSPEND);
}

static void people_resume(struct req *req)
{
    move_account(req, WISH_RESUME);
}

static void people_close(struct req *req)
{
    move_account(req, WISH_CLOSE);
}

const struct route life_routes[LIFE_ROUTES_N] = {
    {
        .name = "people.approve",
        .method = HTTP_POST,
        .path = "/api/v1/people/approve",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .input = &ids_shape,
        .summary_ja = "申請された人のIDを承認する",
        .handle = people_approve,
    },
    {
        .name = "people.suspend",
        .method = HTTP_POST,
        .path = "/api/v1/people/{id}/suspend",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_CHANGE,
        .input = &reason_shape,
        .output = &state_shape,
        .summary_ja = "IDを一時止める",
        .handle = people_suspend,
    },
    {
        .name = "people.resume",
        .method = HTTP_POST,
        .path = "/api/v1/people/{id}/resume",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_CHANGE,
        .input = &reason_shape,
        .output = &state_shape,
        .summary_ja = "止めたIDをまた使えるようにする",
        .handle = people_resume,
    },
    {
        .name = "people.close",
        .method = HTTP_POST,
        .path = "/api/v1/people/{id}/close",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .input = &reason_shape,
        .output = &state_shape,
        .summary_ja = "IDを終わらせる（もどせない）",
        .handle = people_close,
    },
};
