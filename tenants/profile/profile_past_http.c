/* /api/v1/people/{id}/profile: how somebody was seen, for those who may see the ID too
 * (AI-2.2-エ: every change is kept with its time). */
#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/seal.h"
#include "tenants/profile/profile.h"
#include "tenants/profile/profile_rows.h"
#include "tenants/rights/rights.h"
#include "tenants/watch/watch.h"

#define PAST_MOST 20
#define READERS \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | \
     ROLE_BIT(ROLE_CONTRACTOR))

struct item {
    struct id id;
    int64_t version, at;
    struct span name, note, author_role, reason;
    int kind, colour;
    bool open, private, wave, is_own, has_reason;
};
#define ITEM(type_, name_, member, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct item, member), \
        .title_ja = (title) \
    }
static const struct jx_field item_fields[] = {
    ITEM(JX_ID, id, id, "変更のID"),
    ITEM(JX_INT, version, version, "版"),
    ITEM(JX_TIME, at, at, "いつ"),
    ITEM(JX_BOOL, is_own, is_own, "本人が変えたか"),
    ITEM(JX_TEXT, author_role, author_role, "だれが変えたか（役割）"),
    ITEM(JX_TEXT, name, name, "表示名"),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = AVATAR_KINDS,
     .offset = offsetof(struct item, kind),
     .title_ja = "アバターの種類"},
    {.name = "colour",
     .type = JX_ENUM,
     .choices = AVATAR_COLOURS,
     .offset = offsetof(struct item, colour),
     .title_ja = "アバターの色"},
    ITEM(JX_TEXT, note, note, "ひとこと"),
    ITEM(JX_BOOL, open, open, "ひらいた場で話しかけられてよい"),
    ITEM(JX_BOOL, private, private, "ふたりでの話に申しこまれてよい"),
    ITEM(JX_BOOL, wave, wave, "手をふられてよい"),
    {.name = "reason",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct item, reason),
     .has_offset = offsetof(struct item, has_reason),
     .title_ja = "理由（本人ではない人が変えたとき）"},
};
static const struct jx_shape item_shape = JX_SHAPE("ProfileVersion", struct item, item_fields);

struct history {
    struct jx_list items;
    bool has_more;
};
static const struct jx_field history_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &item_shape,
     .most = PAST_MOST,
     .offset = offsetof(struct history, items),
     .title_ja = "移り変わり（新しい順）"},
    {.name = "has_more",
     .type = JX_BOOL,
     .offset = offsetof(struct history, has_more),
     .title_ja = "もっと前のものがあるか"},
};
static const struct jx_shape history_shape =
    JX_SHAPE("ProfileHistory", struct history, history_fields);

static enum err open_text(const struct req *req, const char *column, struct id row,
                          struct span sealed, struct span *out, struct fail *why)
{
    const struct seal_place place = {"profile_version", column, row};

    return unseal(req->services->keyring, &place, sealed, req->arena, out, why);
}

static enum err open_item(const struct req *req, const struct profile_row *row,
                          struct item *out, struct fail *why)
{
    enum err rc;

    *out = (struct item){
        .id = row->id,
        .version = row->n,
        .at = row->at_utc_us,
        .is_own = id_eq(row->author, row->account),
        .author_role = row->author_role,
        .kind = row->avatar.kind,
        .colour = row->avatar.colour,
        .open = (row->ways & PROFILE_WAY_OPEN) != 0,
        .private = (row->ways & PROFILE_WAY_PRIVATE) != 0,
        .wave = (row->ways & PROFILE_WAY_WAVE) != 0,
        .has_reason = row->reason_sealed.len > 0,
    };
    rc = open_text(req, "name_sealed", row->id, row->name_sealed, &out->name, why);
    if (rc == ERR_OK)
        rc = open_text(req, "note_sealed", row->id, row->note_sealed, &out->note, why);
    return rc == ERR_OK && out->has_reason
               ? open_text(req, "reason_sealed", row->id, row->reason_sealed, &out->reason, why)
               : rc;
}

static enum err read_history(struct req *req, int64_t before, struct history *out,
                             struct fail *why)
{
    struct profile_row *rows = NULL;
    struct item *items;
    size_t n = 0;
    enum err rc = profile_store_past(req->db, req->person, before, PAST_MOST + 1, req->arena,
                                     &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    out->has_more = n > PAST_MOST;
    n = out->has_more ? PAST_MOST : n;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "%zu versions", n);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = open_item(req, &rows[i], &items[i], why);
    out->items = (struct jx_list){items, n};
    return rc;
}

static enum err read_before(const struct req *req, int64_t *before_out, struct fail *why)
{
    struct span text = req_query(req, "before");

    *before_out = 0;
    if (text.len == 0)
        return ERR_OK;
    return jx_i64_parse(text, before_out) && *before_out > 0
               ? ERR_OK
               : fail_field(why, ERR_INVALID, "before", "not a version");
}

static void profile_history(struct req *req)
{
    struct rights_found found;
    struct history out = {.has_more = false};
    struct fail why = {.code = ERR_OK};
    int64_t before = 0;
    enum err rc = rights_of_path(req, SHOWS_DISPLAY | SHOWS_LOGIN, &found, &why);

    if (rc == ERR_OK)
        rc = read_before(req, &before, &why);
    if (rc == ERR_OK && !watch_spend(req, WATCH_RECORDS, &req->person, 1))
        return;
    if (rc == ERR_OK) {
        arena_mark_secret(req->arena);
        rc = read_history(req, before, &out, &why);
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

const struct route profile_past_routes[PROFILE_PAST_ROUTES_N] = {{
    .name = "profile.history",
    .method = HTTP_GET,
    .path = "/api/v1/people/{id}/profile",
    .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
    .roles = READERS,
    .object = OBJECT_ANY_HERE,
    .audit = AUDIT_READ,
    .output = &history_shape,
    .summary_ja = "ある人のプロフィールの移り変わりを見る",
    .handle = profile_history,
}};
