/* The access record: each entry is a row and, through its canonical bytes, a leaf. */
#include <stddef.h>

#include "node/base/jx.h"
#include "node/base/route.h"
#include "node/base/utf.h"
#include "node/db/audit_store.h"

#define TEXT_CAP 200 /* bytes; names of routes and rules, an address */

/* What the canonical bytes are made of: field names are the column names. */
struct line {
    struct id id, account, object, person;
    int64_t at;
    struct span route, role, operator_name, address, action, outcome, purpose;
    bool has_account, has_operator, has_object, has_person;
};

#define TEXT(name_, member) \
    { \
        .name = (name_), .type = JX_TEXT, .most = TEXT_CAP, \
        .offset = offsetof(struct line, member) \
    }
#define OPTIONAL(name_, type_, member, has) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, .most = TEXT_CAP, \
        .offset = offsetof(struct line, member), .has_offset = offsetof(struct line, has) \
    }

static const struct jx_field fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct line, id)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct line, at)},
    TEXT("route", route),
    TEXT("role", role),
    OPTIONAL("account", JX_ID, account, has_account),
    OPTIONAL("operator_name", JX_TEXT, operator_name, has_operator),
    TEXT("address", address),
    OPTIONAL("object", JX_ID, object, has_object),
    OPTIONAL("person", JX_ID, person, has_person),
    TEXT("action", action),
    TEXT("outcome", outcome),
    TEXT("purpose", purpose),
};
static const struct jx_shape shape = JX_SHAPE("AccessRecordLeaf", struct line, fields);

enum err access_canonical(const struct db_rows *rows, int row, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    struct line line = {
        .id = db_id(rows, row, 0),
        .at = db_time(rows, row, 1),
        .route = db_bytes(rows, row, 2),
        .role = db_bytes(rows, row, 3),
        .account = db_id(rows, row, 4),
        .has_account = !db_is_null(rows, row, 4),
        .operator_name = db_bytes(rows, row, 5),
        .has_operator = !db_is_null(rows, row, 5),
        .address = db_bytes(rows, row, 6),
        .object = db_id(rows, row, 7),
        .has_object = !db_is_null(rows, row, 7),
        .person = db_id(rows, row, 8),
        .has_person = !db_is_null(rows, row, 8),
        .action = db_bytes(rows, row, 9),
        .outcome = db_bytes(rows, row, 10),
        .purpose = db_bytes(rows, row, 11),
    };

    return jx_write_canonical(&shape, &line, arena, bytes_out, why);
}

/* Names come from our own tables; an address and a purpose from outside. */
static bool is_storable(struct span text)
{
    return text.len <= TEXT_CAP && (text.len == 0 || utf_is_valid(text));
}

static const char *kind_of(const char *action)
{
    static const char *const kinds[][2] = {{"read", "access.read"},
                                           {"change", "access.change"},
                                           {"export", "access.export"},
                                           {"refused", "access.refused"}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i][0], action) == 0)
            return kinds[i][1];
    return NULL;
}

struct access_entry access_of(const struct req *req)
{
    const char *operator_name = req->caller.operator_name;

    return (struct access_entry){
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .route = req->route->name,
        .role = operator_name != NULL ? "operator" : role_id(req->caller.role),
        .account = req->caller.account,
        .operator_name = operator_name,
        .address = req->address,
        .object = req->object,
        .person = req->person,
        .action = "change",
        .outcome = err_code(ERR_OK),
    };
}

enum err access_append(struct tx *tx, const struct access_entry *entry, struct fail *why)
{
    const struct access_entry *e = entry;
    struct line line = {
        .id = e->id,
        .at = e->at_utc_us,
        .route = span_text(e->route),
        .role = span_text(e->role),
        .account = e->account,
        .has_account = !id_is_none(e->account),
        .operator_name = span_text(e->operator_name),
        .has_operator = e->operator_name != NULL,
        .address = e->address,
        .object = e->object,
        .has_object = !id_is_none(e->object),
        .person = e->person,
        .has_person = !id_is_none(e->person),
        .action = span_text(e->action),
        .outcome = span_text(e->outcome),
        .purpose = e->purpose,
    };
    const char *kind = kind_of(e->action);
    struct span bytes;
    enum err rc;

    if (kind == NULL)
        return fail_set(why, ERR_INTERNAL, "an access of kind %s", e->action);
    if (id_is_none(e->id) || !is_storable(line.route) || !is_storable(line.role) ||
        !is_storable(line.operator_name) || !is_storable(line.address) ||
        !is_storable(line.outcome) || !is_storable(line.purpose))
        return fail_set(why, ERR_INVALID, "access entry of %s", e->route);
    rc = jx_write_canonical(&shape, &line, tx_arena(tx), &bytes, why);
    if (rc == ERR_OK)
        rc = store_add_access(tx, entry, why);
    if (rc == ERR_OK)
        rc = audit_append(tx, kind, "access_record", e->id, bytes, why);
    if (rc == ERR_OK && e->n_shown > 0)
        rc = access_append_shown(tx, e, why);
    return rc;
}
