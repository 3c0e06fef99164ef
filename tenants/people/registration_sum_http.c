/* Registration facts counted over a school year, and who has none yet in it: AI-1-1's share of
 * the target that was reached, SE-4.1-1's and SE-2.2-1's counts, the yearly renewal. */
#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "tenants/people/account.h"
#include "tenants/people/admission_rows.h"
#include "tenants/people/day.h"
#include "tenants/people/people_index.h"
#include "tenants/people/registration.h"
#include "tenants/people/registration_look_store.h"
#include "tenants/watch/watch.h"

#define DUE_MOST  200
#define YEAR_MOST 2200

/* -- GET /api/v1/registration/summary -- */

static enum err read_year(const struct req *req, int64_t *year_out, struct fail *why)
{
    struct span text = req_query(req, "school_year");

    *year_out = day_school_year(req->now_utc_us);
    if (text.len == 0)
        return ERR_OK;
    if (!jx_i64_parse(text, year_out) || *year_out < 2000 || *year_out > YEAR_MOST)
        return fail_field(why, ERR_INVALID, "school_year", "no school year");
    return ERR_OK;
}

struct count {
    struct span field, code;
    int64_t n;
};
static const struct jx_field count_fields[] = {
    {.name = "field",
     .type = JX_TEXT,
     .offset = offsetof(struct count, field),
     .title_ja = "何について"},
    {.name = "code",
     .type = JX_TEXT,
     .offset = offsetof(struct count, code),
     .title_ja = "区分"},
    {.name = "n", .type = JX_INT, .offset = offsetof(struct count, n), .title_ja = "人数"},
};
static const struct jx_shape count_shape =
    JX_SHAPE("RegistrationCount", struct count, count_fields);

struct summary {
    int64_t school_year, n_registered, n_unsupported, n_reached, percent_reached, n_due;
    bool has_percent;
    struct jx_list counts;
};
#define SUMMARY(name_, title) \
    { \
        .name = #name_, .type = JX_INT, .offset = offsetof(struct summary, name_), \
        .title_ja = (title) \
    }
static const struct jx_field summary_fields[] = {
    SUMMARY(school_year, "年度"),
    SUMMARY(n_registered, "登録した人数"),
    SUMMARY(n_unsupported, "どこからも支援を受けていなかった人数"),
    SUMMARY(n_reached, "そのうち、一度でもログインした人数"),
    {.name = "percent_reached",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct summary, percent_reached),
     .has_offset = offsetof(struct summary, has_percent),
     .title_ja = "届いた割合（％、切り捨て。対象がいないときはない）"},
    SUMMARY(n_due, "その年度の記録がまだない人数"),
    {.name = "counts",
     .type = JX_LIST,
     .shape = &count_shape,
     .offset = offsetof(struct summary, counts),
     .title_ja = "区分ごとの人数"},
};
static const struct jx_shape summary_shape =
    JX_SHAPE("RegistrationSummary", struct summary, summary_fields);

static enum err fill_summary(const struct req *req, struct summary *out, struct fail *why)
{
    struct registration_count *found = NULL;
    struct registration_due *due = NULL;
    struct count *counts = NULL;
    size_t n = 0, n_due = 0;
    enum err rc = read_year(req, &out->school_year, why);

    if (rc == ERR_OK)
        rc = registration_look_counts(req->db, out->school_year, req->arena, &found, &n, why);
    if (rc == ERR_OK)
        rc = registration_look_due(req->db, out->school_year, req->arena, &due, &n_due, why);
    if (rc != ERR_OK)
        return rc;
    counts = arena_alloc(req->arena, (n + 1) * sizeof *counts);
    if (counts == NULL)
        return fail_set(why, ERR_NOMEM, "%zu counts", n);
    out->n_due = (int64_t)n_due;
    out->counts = (struct jx_list){counts, 0};
    for (size_t i = 0; i < n; i++) {
        if (span_eq(found[i].field, SPAN("all")))
            out->n_registered = found[i].n;
        else if (span_eq(found[i].field, SPAN("reached")))
            out->n_reached = found[i].n;
        else
            counts[out->counts.n++] = (struct count){found[i].field, found[i].code, found[i].n};
        if (span_eq(found[i].field, SPAN("support")) && span_eq(found[i].code, SPAN("none")))
            out->n_unsupported = found[i].n;
    }
    out->has_percent = out->n_unsupported > 0;
    if (out->has_percent)
        out->percent_reached = out->n_reached * 100 / out->n_unsupported;
    return ERR_OK;
}

static void registration_summary(struct req *req)
{
    struct summary summary = {0};
    struct fail why = {.code = ERR_OK};

    if (fill_summary(req, &summary, &why) == ERR_OK)
        reply_json(req, 200, &summary);
    else
        reply_fail(req, &why);
}

/* -- GET /api/v1/registration/due -- */

struct due_item {
    struct id id;
    struct span name, school_name, grade;
    int64_t last_year;
    bool has_last;
};
static const struct jx_field due_item_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct due_item, id), .title_ja = "だれ"},
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct due_item, name),
     .title_ja = "名前"},
    {.name = "school_name",
     .type = JX_TEXT,
     .offset = offsetof(struct due_item, school_name),
     .title_ja = "学校"},
    {.name = "grade",
     .type = JX_TEXT,
     .offset = offsetof(struct due_item, grade),
     .title_ja = "学年"},
    {.name = "last_year",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct due_item, last_year),
     .has_offset = offsetof(struct due_item, has_last),
     .title_ja = "最後に記録した年度"},
};
static const struct jx_shape due_item_shape =
    JX_SHAPE("RegistrationDueItem", struct due_item, due_item_fields);

struct due_output {
    int64_t school_year, total;
    struct jx_list items;
};
static const struct jx_field due_fields[] = {
    {.name = "school_year",
     .type = JX_INT,
     .offset = offsetof(struct due_output, school_year),
     .title_ja = "年度"},
    {.name = "total",
     .type = JX_INT,
     .offset = offsetof(struct due_output, total),
     .title_ja = "人数"},
    {.name = "items",
     .type = JX_LIST,
     .shape = &due_item_shape,
     .most = DUE_MOST,
     .offset = offsetof(struct due_output, items),
     .title_ja = "その年度の記録がまだない人（200人まで）"},
};
static const struct jx_shape due_shape =
    JX_SHAPE("RegistrationDue", struct due_output, due_fields);

/* Whose facts the caller may know, and only they. */
static enum err collect_due(struct req *req, const struct rights_view *view,
                            const struct people *people, struct due_output *out,
                            struct id *shown, struct fail *why)
{
    struct due_item *items = arena_alloc(req->arena, DUE_MOST * sizeof *items);
    struct registration_due *due = NULL;
    enum err rc;
    size_t n = 0;

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "%d items", DUE_MOST);
    rc = registration_look_due(req->db, out->school_year, req->arena, &due, &n, why);
    out->items = (struct jx_list){items, 0};
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        const struct people_entry *e = people_find(people, due[i].person);
        const struct rights_grant *grant = NULL;

        if (e == NULL || (rights_shows(view, &e->place, &grant) & SHOWS_FACTS) == 0)
            continue;
        if (out->total++ >= DUE_MOST)
            continue;
        if (grant != NULL)
            rights_note_use(accounts_rights(req->services->accounts), grant, req->now_utc_us);
        shown[out->items.n] = due[i].person;
        items[out->items.n++] = (struct due_item){
            .id = due[i].person,
            .name = arena_copy(req->arena, e->name.len > 0 ? e->name : e->display),
            .school_name = arena_copy(req->arena, e->school_name),
            .grade = arena_copy(req->arena, span_text(e->place.grade)),
            .last_year = due[i].last_year,
            .has_last = due[i].last_year != 0,
        };
    }
    return rc;
}

static enum err read_due(struct req *req, struct due_output *out, struct id *shown,
                         struct fail *why)
{
    struct accounts *a = req->services->accounts;
    struct people *people = NULL;
    struct rights_view view;
    enum err rc = read_year(req, &out->school_year, why);

    arena_mark_secret(req->arena); /* names will lie in it */
    if (rc == ERR_OK)
        rc = rights_view_make(accounts_rights(a), req->db, &req->caller, req->now_utc_us,
                              req->arena, &view, why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(a), req->db, &people, why);
    if (rc == ERR_OK)
        rc = collect_due(req, &view, people, out, shown, why);
    people_unref(&people);
    return rc;
}

static void registration_due(struct req *req)
{
    struct id *shown = arena_alloc(req->arena, DUE_MOST * sizeof *shown);
    struct due_output out = {0};
    struct fail why = {.code = ERR_OK};

    if (shown == NULL)
        fail_set(&why, ERR_NOMEM, "list");
    else if (read_due(req, &out, shown, &why) == ERR_OK) {
        if (watch_spend(req, WATCH_NAMES, shown, out.items.n))
            reply_json(req, 200, &out);
        return;
    }
    reply_fail(req, &why);
}

const struct route registration_sum_routes[REGISTRATION_SUM_ROUTES_N] = {
    {
        .name = "registration.summary",
        .method = HTTP_GET,
        .path = "/api/v1/registration/summary",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_NONE,
        .output = &summary_shape,
        .summary_ja = "年度ごとの、対象・経路・希望・支援の人数と、届いた割合を見る",
        .handle = registration_summary,
    },
    {
        .name = "registration.due",
        .method = HTTP_GET,
        .path = "/api/v1/registration/due",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_READ,
        .output = &due_shape,
        .summary_ja = "その年度の利用登録の記録がまだない人を見る",
        .handle = registration_due,
    },
};
