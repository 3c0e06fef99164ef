#include "tenants/hours/hours_change.h"

#include "node/db/audit.h"
#include "tenants/hours/hours_json.h"
#include "tenants/hours/hours_now.h"

static const char reason_ja[] =
    "平日5日を開ける週に、長く開く日が%d日より少なくなります。「理由」を書いてください。";

enum err hours_change_day_value(const struct hours_slots *slots, bool is_closure,
                                struct span title, struct arena *arena, struct span *value_out,
                                struct fail *why)
{
    struct hours_day_doc doc = {
        .is_closure = is_closure, .title = title, .has_title = title.len > 0};
    enum err rc = hours_doc_write_slots(slots, arena, &doc.slots, why);

    return rc == ERR_OK ? jx_write_canonical(&hours_day_shape, &doc, arena, value_out, why)
                        : rc;
}

static struct span value_now(const struct hours_decision *rows, size_t n, enum hours_kind kind,
                             const struct hours_change_entry *entry)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].kind == kind && rows[i].has_day == entry->has_day &&
            (!entry->has_day || rows[i].day == entry->day))
            return rows[i].value;
    return SPAN_NONE;
}

/* The day that is going on keeps what was over when it was closed. */
static enum err cut_first(struct tx *tx, const struct hours_change *c,
                          const struct hours_plan *before, struct span *value_out,
                          struct fail *why)
{
    struct hours_date date;
    struct hours_slots left;

    hours_date_of(before, c->entries[0].day, &date);
    left = hours_cut(&date.slots, c->close_minute);
    return hours_change_day_value(&left, true, c->message, tx_arena(tx), value_out, why);
}

static enum err add_rows(struct tx *tx, const struct hours_change *c,
                         const struct hours_plan *before, struct fail *why)
{
    const struct req *req = c->req;
    struct hours_decision *rows = NULL;
    int64_t version = before->version;
    size_t n = 0;
    enum err rc = hours_store_current(tx, NULL, tx_arena(tx), &rows, &n, why);

    for (int i = 0; i < c->n_entries && rc == ERR_OK; i++) {
        const struct hours_change_entry *entry = &c->entries[i];
        struct hours_decision row = {
            .id = id_new(),
            .act = c->act,
            .version = version + 1,
            .kind = c->kind,
            .has_day = entry->has_day,
            .day = entry->day,
            .value = entry->value,
            .value_before = value_now(rows, n, c->kind, entry),
            .reason = c->reason,
            .decided_utc_us = req->now_utc_us,
            .decided_by = req->caller.account,
            .role = span_text(role_id(req->caller.role)),
        };

        if (i == 0 && c->is_cut)
            rc = cut_first(tx, c, before, &row.value, why);
        if (rc != ERR_OK || span_eq(row.value, row.value_before))
            continue;
        rc = hours_store_add(tx, &row, why);
        version++;
    }
    return rc;
}

/* Asked when this act makes a week short, not when it was short before and gets no shorter. */
static bool makes_short(const struct hours_change *c, const struct hours_plan *before)
{
    struct hours_demand demand = hours_demand_of(c->req->services->settings);

    if (c->kind == HOURS_KIND_PATTERN)
        return hours_pattern_is_short(c->plan.week, demand);
    for (int i = 0; i < c->n_entries; i++) {
        int32_t day = c->entries[i].day;

        if (c->entries[i].has_day && hours_week_is_short(&c->plan, day, demand) &&
            hours_week_long_days(&c->plan, day, demand.long_minutes) <
                hours_week_long_days(before, day, demand.long_minutes))
            return true;
    }
    return false;
}

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct hours_change *c = arg;
    const struct access_entry access = access_of(c->req);
    struct hours_plan before;
    int64_t n_done = 0;
    enum err rc = hours_store_plan(tx, NULL, tx_arena(tx), &before, why);

    c->needs_reason = false;
    if (rc == ERR_OK)
        rc = hours_store_act(tx, c->act, &n_done, why);
    if (rc != ERR_OK)
        return rc;
    if (n_done > 0) {
        c->plan = before;
        return access_append(tx, &access, why);
    }
    if (c->has_expected && c->expected_version != before.version)
        return fail_field(why, ERR_CONFLICT, "/expected_version", "decided meanwhile");
    rc = add_rows(tx, c, &before, why);
    if (rc == ERR_OK)
        rc = hours_store_plan(tx, NULL, tx_arena(tx), &c->plan, why);
    if (rc == ERR_OK && c->reason.len == 0 && makes_short(c, &before)) {
        c->needs_reason = true;
        return fail_field(why, ERR_INVALID, "/reason", "a short week without a reason");
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void ask_reason(struct req *req)
{
    struct jx_defects defects = {0};
    int n = hours_demand_of(req->services->settings).long_days;
    struct fail why;

    if (jx_defect_add(&defects, req->arena, "/reason", "reason", reason_ja, n) == ERR_OK) {
        reply_defects(req, &defects);
        return;
    }
    fail_set(&why, ERR_NOMEM, "a sentence");
    reply_fail(req, &why);
}

static void change_done(void *arg, enum err rc, const struct fail *why)
{
    struct hours_change *c = arg;
    struct req *req = c->req;
    struct hours_view view;
    struct fail fail = *why;

    if (rc == ERR_INVALID && c->needs_reason) {
        ask_reason(req);
        return;
    }
    if (rc == ERR_OK) {
        req->access_recorded = 1;
        if (req->services->hours != NULL)
            hours_refresh(req->services->hours);
        rc = hours_view_fill(&c->plan, req->services->settings, req->now_utc_us, req->arena,
                             &view, &fail);
    }
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &fail);
}

void hours_change_post(struct hours_change *change)
{
    const struct writer_op op = {change_run, change_done, change};
    struct fail why = {.code = ERR_OK};

    change->req->object = change->act;
    if (writer_post(change->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(change->req, &why);
}
