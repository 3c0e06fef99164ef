#include "tenants/leaving/leaving_look.h"

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "node/io/live.h"
#include "tenants/ending/material_store.h"
#include "tenants/people/contract_store.h"

#define DRAINED_WHY "draining"

enum leaving_actor leaving_actor_of(const struct req *req)
{
    if (req->listener == LISTENER_ADMIN)
        return LEAVING_BY_OPERATOR;
    if (req->caller.role == ROLE_COMMISSIONER)
        return LEAVING_BY_COMMISSIONER;
    return req->caller.role == ROLE_CONTRACTOR ? LEAVING_BY_CONTRACTOR : LEAVING_BY_OTHER;
}

void leaving_refuse(struct req *req, enum leaving_code code)
{
    reply_problem(req, leaving_code_status(code), leaving_code_id(code), leaving_code_ja(code));
}

/* ---- what is known ---- */

static enum err or_none(enum err rc, bool *has_out)
{
    *has_out = rc == ERR_OK;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* A list of a contract that was renewed since, or signed with a certificate that was replaced,
 * binds nobody any more: with it among them no certificate of erasure would hold. */
static enum err is_in_force(const struct req *req, const struct leaving_look *look,
                            const struct leaving_paper_row *list, bool *is_out,
                            struct fail *why)
{
    enum leaving_code code = LEAVING_NO_TOWN_KEY;
    struct leaving_paper paper;
    enum err rc = ERR_OK;

    if (look->facts.has_town_key)
        rc = leaving_paper_canaries(list->document, look->key.certificate, req->arena, &paper,
                                    &code, why);
    *is_out = rc == ERR_OK && code == LEAVING_OK && id_eq(paper.contract, look->contract);
    return rc;
}

static enum err read_lists(const struct req *req, struct leaving_look *look, struct fail *why)
{
    size_t n = 0;
    enum err rc = leaving_paper_store_canaries(req->db, leaving_node(req->services->leaving),
                                               req->arena, &look->lists, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        bool is = false;

        rc = is_in_force(req, look, &look->lists[i], &is, why);
        if (!is)
            continue;
        look->n_committed += look->lists[i].n_named;
        look->lists[look->n_lists++] = look->lists[i];
    }
    return rc;
}

static void read_journal(struct leaving_look *look)
{
    const struct leaving_step *exported =
        leaving_journal_find(&look->journal, LEAVING_EXPORTED);
    const struct leaving_step *grace = leaving_journal_find(&look->journal, LEAVING_GRACE);

    look->facts.state = look->journal.state;
    if (look->journal.n > 0)
        look->facts.last_utc_us = look->journal.at[look->journal.n - 1].at_utc_us;
    if (exported != NULL)
        look->facts.bag = leaving_fact_text(exported->facts, "bag");
    if (grace != NULL) {
        int64_t n = leaving_fact_int(grace->facts, "days");

        look->facts.grace_until_utc_us = grace->at_utc_us + n * DAY_US;
    }
}

enum err leaving_look_read(const struct req *req, struct leaving_look *look_out,
                           struct fail *why)
{
    struct leaving *leaving = req->services->leaving;
    struct leaving_look look = {
        .facts = {.now_utc_us = req->now_utc_us, .actor = req->caller.account}};
    const struct leaving_step *drain;
    struct contract_row contract;
    enum err rc = leaving_read(leaving, req->db, req->arena, &look.journal, why);

    if (rc != ERR_OK)
        return rc;
    read_journal(&look);
    rc = or_none(
        contract_store_current(NULL, req->db, req->now_utc_us, req->arena, &contract, why),
        &look.facts.has_contract);
    if (rc == ERR_OK && look.facts.has_contract) {
        look.contract = contract.contract;
        look.ends_on = contract.ends_on;
    }
    if (rc == ERR_OK)
        rc = or_none(town_key_store_current(NULL, req->db, req->arena, &look.key, why),
                     &look.facts.has_town_key);
    if (rc == ERR_OK)
        rc = read_lists(req, &look, why);
    if (rc == ERR_OK)
        rc = material_store_open(req->db, &look.n_materials, why);
    drain = leaving_journal_find(&look.journal, LEAVING_DRAIN);
    if (rc == ERR_OK && drain != NULL) {
        rc = or_none(leaving_paper_store_last(NULL, req->db, LEAVING_PAPER_ORDER,
                                              leaving_node(leaving), drain->at_utc_us,
                                              req->arena, &look.order, why),
                     &look.facts.has_order);
        look.facts.uploader = look.facts.has_order ? look.order.given_by : ID_NONE;
    }
    if (rc == ERR_OK)
        *look_out = look;
    return rc;
}

/* ---- a step ---- */

static struct span actor_text(const struct req *req, enum leaving_actor actor)
{
    char id[ID_TEXT_CAP];

    if (actor == LEAVING_BY_NODE)
        return SPAN("node");
    if (actor == LEAVING_BY_OPERATOR)
        return span_text(arena_printf(req->arena, "operator:%s", req->caller.operator_name));
    id_text(req->caller.account, id);
    return span_text(arena_printf(req->arena, "%s:%s", leaving_actor_id(actor), id));
}

enum err leaving_move_add(struct leaving_move *move, enum leaving_state state,
                          enum leaving_actor actor, struct span facts, struct fail *why)
{
    const struct req *req = move->req;
    struct leaving_step step = {
        .n = (int64_t)move->look->journal.n + move->n_rows + 1,
        .state = state,
        .at_utc_us = req->now_utc_us,
        .node = leaving_node(req->services->leaving),
        .contract = move->look->contract,
        .actor = actor_text(req, actor),
        .facts = facts,
    };
    struct jws_signer signer;
    struct span line;
    enum err rc;

    invariant(move->n_rows < LEAVING_MOVE_STEPS, "%d steps", move->n_rows);
    if (move->n_rows == 0)
        memcpy(step.prev, move->look->journal.last, sizeof step.prev);
    else
        leaving_line_hash(move->rows[move->n_rows - 1].line, step.prev);
    if (step.actor.p == NULL)
        return fail_set(why, ERR_NOMEM, "step");
    rc = jws_signer_of_log(req->services->keyring, &signer, why);
    if (rc == ERR_OK)
        rc = leaving_step_write(&step, &signer, req->arena, &line, why);
    if (rc == ERR_OK)
        move->rows[move->n_rows++] = (struct leaving_step_row){
            .id = id_new(),
            .node = step.node,
            .n = step.n,
            .state = state,
            .at_utc_us = step.at_utc_us,
            .actor = step.actor,
            .line = line,
        };
    return rc;
}

static enum err move_run(struct tx *tx, void *arg, struct fail *why)
{
    struct leaving_move *move = arg;
    const struct access_entry access = access_of(move->req);
    struct id *accounts = NULL;
    enum err rc = ERR_OK;

    move->n_dropped = 0;
    if (move->key != NULL)
        rc = town_key_store_add(tx, move->key, why);
    if (rc == ERR_OK && move->paper != NULL)
        rc = leaving_paper_store_add(tx, move->paper, why);
    for (int i = 0; rc == ERR_OK && i < move->n_rows; i++) {
        rc = leaving_step_store_add(tx, &move->rows[i], why);
        if (rc == ERR_OK && move->rows[i].state == LEAVING_DRAIN) {
            rc = leaving_store_end_sessions(tx, move->req->now_utc_us, &accounts,
                                            &move->n_dropped, why);
            move->dropped = accounts; /* of tx's arena: until done has been told */
        }
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void move_done(void *arg, enum err rc, const struct fail *why)
{
    struct leaving_move *move = arg;
    struct req *req = move->req;
    struct fail unwritten = {.code = ERR_OK};

    if (rc != ERR_OK) {
        if (rc == ERR_CONFLICT)
            leaving_refuse(req, LEAVING_WRONG_STATE);
        else
            reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    for (int i = 0; i < move->n_rows; i++)
        if (leaving_add(req->services->leaving, move->rows[i].line, move->rows[i].state,
                        &unwritten) != ERR_OK)
            break; /* logged; it is committed, and the next look adds it */
    /* Not before: an order that was faster has named this key. */
    if (move->rows[0].state == LEAVING_ACTIVE && move->n_rows > 0)
        leaving_drop_key(req->services->leaving);
    for (size_t i = 0; i < move->n_dropped; i++)
        live_drop_account(req->services->live, move->dropped[i], ID_NONE);
    reply_none(req);
}

void leaving_move_post(struct leaving_move *move)
{
    const struct writer_op op = {move_run, move_done, move};
    struct fail why = {.code = ERR_OK};

    if (writer_post(move->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(move->req, &why);
}
