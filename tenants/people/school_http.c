/* The schools: which take part (NI-2.3.1-1). While school.cooperating_only is on, pupils and
 * staff of the others cannot sign in, their sessions are over, and staff see none of their
 * pupils: all of it is asked of table org at every request, so a switch counts at once. */
#include <stddef.h>

#include "node/db/audit.h"
#include "node/db/settings.h"
#include "tenants/people/admission_rows.h"
#include "tenants/people/org_store.h"
#include "tenants/rights/rights_look_store.h"

#define READERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_SCHOOL_STAFF))
#define LISTED_MOST 500

/* -- what goes out -- */

struct home_class {
    struct id id;
    struct span title;
};
static const struct jx_field class_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct home_class, id),
     .title_ja = "学級のID"},
    {.name = "title",
     .type = JX_TEXT,
     .offset = offsetof(struct home_class, title),
     .title_ja = "学級の名前"},
};
static const struct jx_shape class_shape =
    JX_SHAPE("HomeClass", struct home_class, class_fields);

struct school {
    struct id id;
    struct span name, code;
    struct jx_list classes;
    int kind;
    bool is_cooperating, has_left, has_classes;
};
#define SCHOOL(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct school, name_), \
        .title_ja = (title) \
    }
static const struct jx_field school_fields[] = {
    SCHOOL(JX_ID, id, "学校のID"),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = "district|school|other", /* enum org_kind */
     .offset = offsetof(struct school, kind),
     .title_ja = "種類"},
    SCHOOL(JX_TEXT, name, "名前"),
    SCHOOL(JX_TEXT, code, "学校コード"),
    SCHOOL(JX_BOOL, is_cooperating, "協力校か"),
    SCHOOL(JX_BOOL, has_left, "名簿からなくなったか"),
    {.name = "classes",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &class_shape,
     .offset = offsetof(struct school, classes),
     .has_offset = offsetof(struct school, has_classes),
     .title_ja = "担任を決められる学級（権限を渡す人だけ）"},
};
static const struct jx_shape school_shape = JX_SHAPE("School", struct school, school_fields);

static struct school school_of(const struct org_row *row)
{
    return (struct school){
        .id = row->id,
        .name = row->name,
        .code = row->code,
        .kind = (int)row->kind,
        .is_cooperating = row->is_cooperating,
        .has_left = row->left_utc_us != 0,
    };
}

/* -- GET /api/v1/schools -- */

struct schools {
    bool cooperating_only;
    struct jx_list items;
};
static const struct jx_field schools_fields[] = {
    {.name = "cooperating_only",
     .type = JX_BOOL,
     .offset = offsetof(struct schools, cooperating_only),
     .title_ja = "協力校だけで使うか"},
    {.name = "items",
     .type = JX_LIST,
     .shape = &school_shape,
     .most = LISTED_MOST,
     .offset = offsetof(struct schools, items),
     .title_ja = "学校と教育委員会"},
};
static const struct jx_shape schools_shape =
    JX_SHAPE("Schools", struct schools, schools_fields);

/* School staff know their own alone. */
static bool may_see(const struct req *req, const struct org_row *row)
{
    return req->caller.role != ROLE_SCHOOL_STAFF || id_eq(row->id, req->caller.school);
}

/* Whoever gives a homeroom chooses among them. */
static enum err add_classes(const struct req *req, struct school *items, size_t n_items,
                            struct fail *why)
{
    struct rights_class *rows = NULL;
    struct home_class *classes;
    size_t n = 0, at = 0;
    enum err rc;

    if (req->caller.role != ROLE_COMMISSIONER)
        return ERR_OK;
    rc = rights_look_classes(req->db, req->arena, &rows, &n, why);
    if (rc != ERR_OK)
        return rc;
    classes = arena_alloc(req->arena, (n + 1) * sizeof *classes);
    if (classes == NULL)
        return fail_set(why, ERR_NOMEM, "%zu classes", n);
    for (size_t i = 0; i < n_items; i++) {
        size_t first = at;

        for (size_t k = 0; k < n; k++)
            if (id_eq(rows[k].school, items[i].id))
                classes[at++] = (struct home_class){rows[k].id, rows[k].title};
        items[i].classes = (struct jx_list){classes + first, at - first};
        items[i].has_classes = at > first;
    }
    return ERR_OK;
}

static enum err fill_list(const struct req *req, struct schools *out, struct fail *why)
{
    struct org_row *rows = NULL;
    struct school *items;
    size_t n = 0, n_listed = 0;
    enum err rc = org_store_all(NULL, req->db, req->arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "%zu schools", n);
    for (size_t i = 0; i < n && n_listed < LISTED_MOST; i++)
        if (may_see(req, &rows[i]))
            items[n_listed++] = school_of(&rows[i]);
    out->items = (struct jx_list){items, n_listed};
    return add_classes(req, items, n_listed, why);
}

static void school_list(struct req *req)
{
    struct schools out = {
        .cooperating_only = settings_bool(req->services->settings, &setting_cooperating_only)};
    struct fail why = {.code = ERR_OK};

    if (fill_list(req, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* -- changing -- */

struct decision {
    struct req *req;
    struct org_row row;
    bool is_cooperating;
};

/* The row says what is; the record says, in place of a purpose, what was decided. */
static enum err record(struct tx *tx, const struct decision *d, struct fail *why)
{
    struct access_entry entry = access_of(d->req);

    entry.purpose = d->row.is_cooperating ? SPAN("cooperating") : SPAN("not-cooperating");
    return access_append(tx, &entry, why);
}

static void decided(void *arg, enum err rc, const struct fail *why)
{
    struct decision *d = arg;
    struct school school;

    if (rc != ERR_OK) {
        reply_fail(d->req, why);
        return;
    }
    d->req->access_recorded = 1;
    school = school_of(&d->row);
    reply_json(d->req, 200, &school);
}

static void post(struct decision *d, enum err (*run)(struct tx *, void *, struct fail *))
{
    const struct writer_op op = {run, decided, d};
    struct fail why = {.code = ERR_OK};

    if (writer_post(d->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(d->req, &why);
}

/* NULL: answered. */
static struct decision *begin(struct req *req, struct id id)
{
    struct decision *d;

    req->object = id;
    d = req_alloc(req, sizeof *d);
    if (d == NULL)
        return NULL;
    *d = (struct decision){.req = req, .row = {.id = id}};
    return d;
}

/* -- PUT /api/v1/schools/{id} -- */

struct change_input {
    bool is_cooperating;
};
static const struct jx_field change_fields[] = {
    {.name = "is_cooperating",
     .type = JX_BOOL,
     .offset = offsetof(struct change_input, is_cooperating),
     .title_ja = "協力校か"},
};
static const struct jx_shape change_shape =
    JX_SHAPE("SchoolChange", struct change_input, change_fields);

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct decision *d = arg;
    enum err rc = org_store_find(tx, NULL, d->row.id, tx_arena(tx), &d->row, why);

    if (rc == ERR_OK && d->row.kind != ORG_SCHOOL)
        rc = fail_set(why, ERR_NOT_FOUND, "no school");
    if (rc != ERR_OK)
        return rc;
    d->row.is_cooperating = d->is_cooperating;
    rc = org_store_change(tx, &d->row, why);
    return rc == ERR_OK ? record(tx, d, why) : rc;
}

static void school_change(struct req *req)
{
    const struct change_input *in = req->input;
    struct decision *d;
    struct fail why;
    struct id id;

    if (id_parse(req_param(req, "id"), &id, NULL) != ERR_OK) {
        fail_set(&why, ERR_NOT_FOUND, "not an id");
        reply_fail(req, &why);
        return;
    }
    d = begin(req, id);
    if (d == NULL)
        return;
    d->is_cooperating = in->is_cooperating;
    post(d, change_run);
}

/* -- POST /api/v1/schools -- */

struct add_input {
    struct id id;
    struct span name, code;
    bool is_cooperating, has_code, has_cooperating;
};
static const struct jx_field add_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct add_input, id),
     .title_ja = "学校のID"},
    {.name = "name",
     .type = JX_TEXT,
     .least = 1,
     .most = 60,
     .offset = offsetof(struct add_input, name),
     .title_ja = "名前"},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = 20,
     .offset = offsetof(struct add_input, code),
     .has_offset = offsetof(struct add_input, has_code),
     .title_ja = "学校コード"},
    {.name = "is_cooperating",
     .type = JX_BOOL,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct add_input, is_cooperating),
     .has_offset = offsetof(struct add_input, has_cooperating),
     .title_ja = "協力校か（ないときは協力校）"},
};
static const struct jx_shape add_shape = JX_SHAPE("SchoolNew", struct add_input, add_fields);

/* Sent again after a lost answer it finds its row and adds none. */
static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    struct decision *d = arg;
    struct org_row before;
    enum err rc = org_store_find(tx, NULL, d->row.id, tx_arena(tx), &before, NULL);

    if (rc == ERR_OK)
        rc = before.kind == ORG_SCHOOL && span_eq(before.name, d->row.name)
                 ? ERR_OK
                 : fail_field(why, ERR_CONFLICT, "id", "the id is taken");
    else if (rc == ERR_NOT_FOUND)
        rc = org_store_add(tx, &d->row, why);
    else
        rc = fail_set(why, rc, "school");
    return rc == ERR_OK ? record(tx, d, why) : rc;
}

static void school_add(struct req *req)
{
    const struct add_input *in = req->input;
    struct decision *d = begin(req, in->id);

    if (d == NULL)
        return;
    d->row.kind = ORG_SCHOOL;
    d->row.name = in->name;
    d->row.code = in->has_code ? in->code : SPAN_NONE;
    d->row.is_cooperating = !in->has_cooperating || in->is_cooperating;
    d->row.created_utc_us = req->now_utc_us;
    post(d, add_run);
}

const struct route school_routes[SCHOOL_ROUTES_N] = {
    {
        .name = "schools.list",
        .method = HTTP_GET,
        .path = "/api/v1/schools",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = READERS,
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_NONE,
        .output = &schools_shape,
        .summary_ja = "学校と、協力校かどうかを見る",
        .handle = school_list,
    },
    {
        .name = "schools.change",
        .method = HTTP_PUT,
        .path = "/api/v1/schools/{id}",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .input = &change_shape,
        .output = &school_shape,
        .summary_ja = "協力校にする、または外す",
        .handle = school_change,
    },
    {
        .name = "schools.add",
        .method = HTTP_POST,
        .path = "/api/v1/schools",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &add_shape,
        .output = &school_shape,
        .summary_ja = "名簿にない学校を加える",
        .handle = school_add,
    },
};
