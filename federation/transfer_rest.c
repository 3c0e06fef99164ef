/* What the day does to transfers. At home, on the day of the move, if the receipt is there, the
 * child's old ID rests. Paused, not closed: that another town says so is no reason to end an ID
 * for good. The board reads it in the ID's history, and closes it when it likes. At either
 * side, what nobody brought to the giving lapses: the parcel was put together when it was
 * opened, and what is written there is no more how the child is. */
#include "federation/outbox.h"
#include "federation/tell_board.h"
#include "federation/transfer_priv.h"
#include "node/base/clock.h"
#include "node/db/jobs.h"
#include "node/io/live.h"
#include "node/place/place_http.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/day.h"

struct rest {
    struct job_call *call;
    const struct transfer_row *row;
    bool is_dropped;
};

static enum err suspend(struct tx *tx, struct rest *r, int64_t now_utc_us, struct fail *why)
{
    struct account_step step = {.id = id_new(),
                                .account = r->row->person,
                                .after = ACCOUNT_SUSPENDED,
                                .at_utc_us = now_utc_us,
                                .actor_role = "node"};
    const struct seal_place place = {"account_step", "reason_sealed", step.id};
    struct keyring *keyring = r->call->services->keyring;
    struct id key;
    enum err rc = account_store_state(tx, step.account, &step.before, why);

    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc != ERR_OK || (step.before != ACCOUNT_ACTIVE && step.before != ACCOUNT_ISSUED))
        return rc;
    rc = keyring_find_key(keyring, KEY_PERSON, step.account, NULL, &key, why);
    if (rc == ERR_OK)
        rc = seal(keyring, key, &place, SPAN("ほかの自治体へ転出した（転出入のきろく）"),
                  tx_arena(tx), &step.reason_sealed, why);
    if (rc == ERR_OK)
        rc = account_step_append(tx, &step, why);
    r->is_dropped = rc == ERR_OK;
    return rc;
}

static enum err rest_run(struct tx *tx, void *arg, struct fail *why)
{
    struct rest *r = arg;
    const struct transfer_step step = {.id = id_new(),
                                       .at_utc_us = clock_utc_us(),
                                       .transfer = r->row->id,
                                       .kind = TRANSFER_DID_REST,
                                       .peer = r->row->peer,
                                       .person = r->row->person,
                                       .sha256 = r->row->sha256,
                                       .code = SPAN(""),
                                       .role = SPAN("node")};
    enum err rc;

    r->is_dropped = false;
    rc = suspend(tx, r, step.at_utc_us, why);
    return rc == ERR_OK ? transfer_step_add(tx, &step, why) : rc;
}

static enum err rest_all(struct job_call *call, struct fail *why)
{
    struct transfer_row *rows = NULL;
    struct fail first = {.code = ERR_OK};
    char today[DAY_TEXT_CAP];
    size_t n = 0;
    enum err rc, worst = ERR_OK;

    day_text(clock_utc_us(), today);
    rc = transfer_store_resting(call->db, span_text(today), call->arena, &rows, &n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) { /* one that fails holds up no other */
        struct rest r = {call, &rows[i], false};
        enum err one = writer_wait(call->services->writer, rest_run, &r, &first);

        if (one != ERR_OK)
            worst = one;
        else if (r.is_dropped)
            live_drop_account(call->services->live, rows[i].person, ID_NONE);
    }
    if (rc != ERR_OK)
        return rc;
    return worst == ERR_OK ? ERR_OK : fail_set(why, worst, "%s", first.text);
}

/* ---- too long ---- */

static enum err lapse(struct tx *tx, struct rest *r, struct transfer_row *row, struct fail *why)
{
    const struct transfer_end_body end = {row->id};
    const struct transfer_answer_body no = {row->id, 1};
    const struct transfer_step step = {.id = id_new(),
                                       .at_utc_us = clock_utc_us(),
                                       .transfer = row->id,
                                       .kind = TRANSFER_DID_LAPSE,
                                       .peer = row->peer,
                                       .person = row->person,
                                       .sha256 = row->sha256,
                                       .code = SPAN(TRANSFER_CODE_LAPSED),
                                       .role = SPAN("node")};
    struct federation *federation = r->call->services->federation;
    bool is_told = row->state != TRANSFER_ASKED;
    enum err rc;

    row->code = step.code;
    rc = transfer_move(tx, row, TRANSFER_CANCEL, step.at_utc_us, why);
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    if (rc == ERR_OK && is_told)
        rc = row->is_out ? transfer_owe(tx, federation, row, transfer_kind_end, &end,
                                        step.at_utc_us, why)
                         : transfer_owe(tx, federation, row, transfer_kind_answer, &no,
                                        step.at_utc_us, why);
    return rc == ERR_OK ? tell_board(tx, step.id, "transfers", step.at_utc_us, why) : rc;
}

static enum err lapse_run(struct tx *tx, void *arg, struct fail *why)
{
    struct rest *r = arg;
    struct transfer_row row;
    enum err rc = transfer_store_find(tx, NULL, r->row->id, tx_arena(tx), &row, why);

    if (rc != ERR_OK || row.state != r->row->state) /* somebody went on meanwhile */
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    return lapse(tx, r, &row, why);
}

static enum err lapse_all(struct job_call *call, struct fail *why)
{
    struct transfer_row *rows = NULL;
    struct fail first = {.code = ERR_OK};
    size_t n = 0;
    enum err worst = ERR_OK;
    enum err rc = transfer_store_lapsing(
        call->db, clock_utc_us() - TRANSFER_LAPSE_DAYS * DAY_US, call->arena, &rows, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        struct rest r = {call, &rows[i], false};
        enum err one = writer_wait(call->services->writer, lapse_run, &r, &first);

        worst = one == ERR_OK ? worst : one;
    }
    if (rc != ERR_OK)
        return rc;
    if (n > 0)
        outbox_wake(call->services->federation);
    return worst == ERR_OK ? ERR_OK : fail_set(why, worst, "%s", first.text);
}

static enum err run(struct job_call *call, struct fail *why)
{
    enum err rc;

    if (call->services->federation == NULL)
        return ERR_OK;
    rc = rest_all(call, why);
    return rc == ERR_OK ? lapse_all(call, why) : rc;
}

enum err transfer_rest_post(struct tx *tx, const struct transfer_row *row, struct fail *why)
{
    struct job_post post = {.kind = transfer_rest_jobs[0].name, .payload = SPAN("{}")};

    if (!day_begin(row->on, &post.run_at_utc_us))
        return fail_set(why, ERR_INTERNAL, "a transfer's day");
    return jobs_tx_post(tx, &post, why);
}

const struct job_kind transfer_rest_jobs[TRANSFER_REST_JOBS_N] = {
    {.name = "federation.transfer_day",
     .run = run,
     .n_tries_cap = 20,
     .lease_s = 300,
     .period_s = 3600,
     .offset_s = 30,
     .at_start = true},
};
