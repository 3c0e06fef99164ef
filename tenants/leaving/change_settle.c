#include "tenants/leaving/change_settle.h"

#include <stdint.h>

#include "node/db/audit.h"
#include "tenants/notify/notify_receiver_store.h"
#include "tenants/notify/notify_store.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/day.h"
#include "tenants/people/life.h"
#include "tenants/rights/right_store.h"
#include "tenants/signin/session_store.h"

struct change_facts change_facts_of(const struct contract_change *change, int64_t now_utc_us)
{
    struct change_facts facts = {
        .is_there = change != NULL,
        .now_utc_us = now_utc_us,
        .has_contract = true,
    };

    if (change != NULL) {
        memcpy(facts.has, change->has, sizeof facts.has);
        facts.ends_utc_us = change->row.ends_utc_us;
        facts.planner = change->row.by;
    }
    return facts;
}

/* Who decided it: the second person. */
static const struct change_step *decision(const struct contract_change *change)
{
    return &change->steps[CHANGE_CONFIRMED];
}

static enum err end_rights(struct tx *tx, const struct contract_change *change,
                           struct id account, struct fail *why)
{
    struct id *grants = NULL;
    size_t n = 0;
    enum err rc = change_store_grants(tx, account, change->row.ends_utc_us, tx_arena(tx),
                                      &grants, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        const struct right_end_row end = {.id = id_new(),
                                          .right_grant = grants[i],
                                          .at_utc_us = change->row.ends_utc_us,
                                          .ended_by = decision(change)->by,
                                          .role = decision(change)->role};

        rc = right_store_end(tx, &end, why);
    }
    return rc;
}

static enum err end_receivers(struct tx *tx, const struct contract_change *change,
                              struct id account, struct fail *why)
{
    struct id *receivers = NULL;
    size_t n = 0;
    enum err rc = change_store_receivers(tx, account, tx_arena(tx), &receivers, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        struct receiver_act act = {.receiver = receivers[i],
                                   .by = decision(change)->by,
                                   .step = RECEIVER_REMOVED,
                                   .role = ROLE_COMMISSIONER,
                                   .now_utc_us = change->row.ends_utc_us};

        rc = receiver_store_act(tx, &act, why);
        if (rc == ERR_OK)
            rc = notify_store_drop(tx, receivers[i], act.by, act.now_utc_us, why);
    }
    return rc;
}

static enum err end_account(struct tx *tx, const struct contract_change *change,
                            const struct change_account *account, struct fail *why)
{
    const struct account_step step = {
        .account = account->account,
        .before = account->state,
        .after = ACCOUNT_CLOSED,
        .at_utc_us = change->row.ends_utc_us,
        .actor = decision(change)->by,
        .actor_role = role_id(ROLE_COMMISSIONER),
    };
    enum err rc = account_step_append(tx, &step, why);

    if (rc == ERR_OK)
        rc = end_rights(tx, change, account->account, why);
    if (rc == ERR_OK)
        rc = end_receivers(tx, change, account->account, why);
    return rc == ERR_OK ? change_store_ended(tx, change->row.id, account->account,
                                             change->row.ends_utc_us, why)
                        : rc;
}

static enum err end_accounts(struct tx *tx, struct change_settle *s, struct fail *why)
{
    struct change_account *accounts = NULL;
    size_t n = 0;
    enum err rc =
        change_store_accounts(tx, NULL, s->change.row.id, tx_arena(tx), &accounts, &n, why);

    if (rc != ERR_OK)
        return rc;
    s->accounts = arena_alloc(s->arena, (n + 1) * sizeof *s->accounts);
    if (s->accounts == NULL)
        return fail_set(why, ERR_NOMEM, "%zu accounts", n);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        if (!accounts[i].stays && accounts[i].state != ACCOUNT_CLOSED) {
            rc = end_account(tx, &s->change, &accounts[i], why);
            s->accounts[s->n_accounts++] = accounts[i].account;
        }
    return rc;
}

/* What was handed out and is not yet its owner's own ends, and with it a session in which one
 * of his own was being chosen. A sheet in use goes on; somebody has to renew it. */
static enum err end_passwords(struct tx *tx, const struct change_row *change, struct fail *why)
{
    struct id *accounts = NULL;
    size_t n = 0;
    enum err rc =
        change_store_handed_drop(tx, change->ends_utc_us, tx_arena(tx), &accounts, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = session_store_end_others(tx, accounts[i], ID_NONE, "contract-changed",
                                      change->ends_utc_us, why);
    return rc;
}

/* The contract that ended says so when it was to last longer; each decision stands after the
 * one before it, for the latest holds. */
static enum err end_contract(struct tx *tx, const struct contract_change *change,
                             struct contract_row *before, struct fail *why)
{
    struct contract_row row = *before;
    char day[DAY_TEXT_CAP];
    int64_t end = 0;
    enum err rc;

    day_text(change->row.ends_utc_us - 1, day);
    if (span_eq(row.ends_on, span_text(day)) ||
        (day_end(row.ends_on, &end) && end <= change->row.ends_utc_us))
        return ERR_OK;
    row.id = id_new();
    row.version++;
    row.ends_on = span_text(day);
    if (row.decided_utc_us < change->row.at_utc_us)
        row.decided_utc_us = change->row.at_utc_us;
    row.decided_by = change->row.by;
    row.role = change->row.role;
    rc = contract_store_add(tx, &row, why);
    before->decided_utc_us = row.decided_utc_us;
    return rc;
}

static enum err begin_contract(struct tx *tx, const struct contract_change *change,
                               int64_t after_utc_us, struct fail *why)
{
    const struct change_row *plan = &change->row;
    struct contract_row row = {
        .id = id_new(),
        .contract = id_new(),
        .version = 1,
        .title = plan->title,
        .contractor = plan->contractor,
        .begins_on = plan->begins_on,
        .ends_on = plan->ends_on,
        .decided_utc_us = decision(change)->at_utc_us,
        .decided_by = decision(change)->by,
        .role = decision(change)->role,
    };

    memcpy(row.quota, plan->quota, sizeof row.quota);
    if (row.decided_utc_us <= after_utc_us)
        row.decided_utc_us = after_utc_us + 1;
    return contract_store_add(tx, &row, why);
}

static enum err next_contract(struct tx *tx, const struct contract_change *change,
                              struct fail *why)
{
    struct contract_row before, last;
    int64_t old_end = 0, new_end = 0;
    enum err rc = contract_store_current(tx, NULL, change->row.ends_utc_us - 1, tx_arena(tx),
                                         &before, why);

    if (rc ==
        ERR_OK) /* one of the same contractor may have been decided ahead: it is not to be */
        rc = contract_store_newest(tx, NULL, tx_arena(tx), &last, why);
    if (rc != ERR_OK)
        return rc;
    if (day_end(last.ends_on, &old_end) && day_end(change->row.ends_on, &new_end) &&
        old_end != new_end) /* who stays goes with the next one */
        rc = life_store_ends_move(tx, LIFE_CONTRACTOR_SIDE, old_end, new_end, why);
    if (rc == ERR_OK)
        rc = end_contract(tx, change, &before, why);
    return rc == ERR_OK ? begin_contract(tx, change, before.decided_utc_us, why) : rc;
}

static enum err record(struct tx *tx, const struct change_settle *s, struct fail *why)
{
    const struct change_step step = {
        .id = id_new(),
        .change = s->change.row.id,
        .kind = CHANGE_IN_FORCE,
        .at_utc_us = s->now_utc_us,
        .role = SPAN("operator"),
        .generation = s->generation,
        .sheet_code = span_text(s->sheet_code),
        .n_accounts = (int64_t)s->n_accounts,
    };
    const struct access_entry entry = {
        .id = id_new(),
        .at_utc_us = s->now_utc_us,
        .route = "contract.change.settle",
        .role = "operator",
        .operator_name = "node",
        .object = s->change.row.id,
        .action = "change",
        .outcome = err_code(ERR_OK),
    };
    enum err rc = change_store_step(tx, &step, why);

    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

enum err change_settle_run(struct tx *tx, void *settle, struct fail *why)
{
    struct change_settle *s = settle;
    struct change_facts facts;
    enum err rc;

    arena_reset(s->arena);
    s->is_done = false;
    s->n_accounts = 0;
    s->waits_utc_us = INT64_MAX;
    rc = change_store_last(tx, NULL, s->arena, &s->change, why);
    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    facts = change_facts_of(&s->change, s->now_utc_us);
    if (!change_is_due(&facts)) {
        if (change_state_of(&facts) == CHANGE_WAITING)
            s->waits_utc_us = s->change.row.ends_utc_us;
        return ERR_OK;
    }
    rc = end_accounts(tx, s, why);
    if (rc == ERR_OK)
        rc = end_passwords(tx, &s->change.row, why);
    if (rc == ERR_OK)
        rc = next_contract(tx, &s->change, why);
    if (rc == ERR_OK)
        rc = record(tx, s, why);
    s->is_done = rc == ERR_OK;
    return rc;
}
