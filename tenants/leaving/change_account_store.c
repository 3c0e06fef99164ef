/* Table contract_change_account and what of other tables hangs on those accounts. */
#include "node/db/store.h"
#include "tenants/leaving/change_store.h"
#include "tenants/leaving/leaving_rows.h"

#define IDS "string_to_array($1::text, ',')::uuid[]"

static const struct stmt accounts = {
    "contract_change_accounts",
    "SELECT a.id, a.role, a.state, c.kind FROM account a LEFT JOIN contract_change_account c ON"
    " c.account = a.id AND c.change = $1::uuid WHERE c.kind IS NOT NULL OR a.id IN (SELECT"
    " contract_change_side()) ORDER BY a.role, a.created_at, a.id"};
static const struct stmt name = {
    "contract_change_name", "INSERT INTO contract_change_account (change, account, kind) VALUES"
                            " ($1::uuid, $2::uuid, $3::text)"};
/* What stood before is noted, then the minute is set where it comes first. */
static const struct stmt ends_note = {
    "contract_change_ends_note",
    "UPDATE contract_change_account c SET ends_before = a.ends_at FROM account a WHERE a.id ="
    " c.account AND c.change = $1::uuid AND c.kind = 'ends'"};
static const struct stmt ends_set = {
    "contract_change_ends_set",
    "UPDATE account a SET ends_at = least(a.ends_at, $2::timestamptz) FROM"
    " contract_change_account c WHERE a.id = c.account AND c.change = $1::uuid AND c.kind ="
    " 'ends'"};
static const struct stmt ends_undo = {
    "contract_change_ends_undo",
    "UPDATE account a SET ends_at = c.ends_before FROM contract_change_account c WHERE a.id ="
    " c.account AND c.change = $1::uuid AND c.kind = 'ends' AND a.ends_at = $2::timestamptz"};
static const struct stmt ends_since = {
    "contract_change_ends_since",
    "UPDATE account a SET ends_at = $3::timestamptz WHERE a.ends_at = $2::timestamptz AND a.id"
    " IN (SELECT contract_change_side()) AND NOT EXISTS (SELECT FROM contract_change_account c"
    " WHERE c.change = $1::uuid AND c.account = a.id)"};
static const struct stmt ended = {
    "contract_change_ended",
    "INSERT INTO contract_change_account (change, account, kind, ended_at) VALUES ($1::uuid,"
    " $2::uuid, 'ends', $3::timestamptz) ON CONFLICT (change, account) DO UPDATE SET ended_at ="
    " excluded.ended_at"};
static const struct stmt ended_account = {
    "contract_change_ended_account",
    "UPDATE account SET ends_at = least(ends_at, $2::timestamptz), first_password_sealed = NULL"
    " WHERE id = $1::uuid"};
static const struct stmt grants = {
    "contract_change_grants",
    "SELECT g.id FROM right_grant g WHERE g.account = $1::uuid AND coalesce(g.until >"
    " $2::timestamptz, true) AND NOT EXISTS (SELECT FROM right_end e WHERE e.right_grant ="
    " g.id) ORDER BY g.id"};
static const struct stmt receivers = {
    "contract_change_receivers", "SELECT id FROM notify_receiver WHERE account = $1::uuid AND"
                                 " removed_at IS NULL ORDER BY id"};
static const struct stmt places = {
    "contract_change_places",
    "SELECT kind, n_ends, n_left FROM contract_change_places(" IDS ", $2::timestamptz) ORDER BY"
    " array_position(ARRAY['contractor', 'supporter', 'duty_sos', 'duty_incident', 'notice',"
    " 'weekly', 'lesson'], kind)"};
static const struct stmt handed_drop = {
    "contract_change_handed_drop",
    "UPDATE account a SET first_password_sealed = NULL, first_until = least(a.first_until,"
    " $1::timestamptz) FROM contract_change_handed($1::timestamptz) h WHERE h.account = a.id "
    "AND"
    " NOT h.is_used RETURNING a.id"};
/* What was given out after it is another's. */
static const struct stmt handed_left = {
    "contract_change_handed_left",
    "SELECT count(*) FILTER (WHERE NOT h.is_used AND a.first_until <= $1::timestamptz), "
    "count(*)"
    " FILTER (WHERE h.is_used) FROM contract_change_handed($1::timestamptz) h JOIN account a ON"
    " a.id = h.account"};
/* Of each account the last time; who had no right to it is not in it. */
static const struct stmt reset_late = {
    "contract_change_reset_late",
    "SELECT r.person, r.at FROM (SELECT DISTINCT ON (person) person, at FROM access_record"
    " WHERE role IN ('contractor', 'supporter', 'instructor', 'guest_teacher', 'data_holder',"
    " 'analyst') AND outcome = 'ok' AND route IN ('people.reset', 'people.recovery_approve')"
    " AND person IS NOT NULL AND at > $1::timestamptz - interval '7 days' AND at <="
    " $1::timestamptz ORDER BY person, at DESC) r JOIN account a ON a.id = r.person WHERE"
    " a.state IN ('issued', 'active', 'suspended') ORDER BY r.at DESC, r.person LIMIT 1000"};
const struct stmt *const change_account_stmts[CHANGE_ACCOUNT_STMTS_N] = {
    &accounts,      &name,   &ends_note, &ends_set, &ends_undo,   &ends_since,  &ended,
    &ended_account, &grants, &receivers, &places,   &handed_drop, &handed_left, &reset_late};

/* ---- whose account ---- */

static enum err own_account(const struct db_rows *rows, int i, struct arena *arena, void *out,
                            struct fail *why)
{
    struct change_account *account = out;
    enum err rc = role_parse(db_bytes(rows, i, 1), &account->role, why);

    (void)arena;
    account->account = db_id(rows, i, 0);
    account->is_named = !db_is_null(rows, i, 3);
    account->stays = account->is_named && span_eq(db_bytes(rows, i, 3), SPAN("stays"));
    return rc == ERR_OK ? account_state_parse(db_bytes(rows, i, 2), &account->state, why) : rc;
}

enum err change_store_accounts(struct tx *tx, struct db *db, struct id change,
                               struct arena *arena, struct change_account **out, size_t *n_out,
                               struct fail *why)
{
    static const struct store_list list = {sizeof(struct change_account), own_account};
    struct db_args args;
    void *rows = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, change);
    rc = store_list(tx, db, &accounts, &args, &list, arena, &rows, n_out, why);
    if (rc == ERR_OK)
        *out = rows;
    return rc;
}

enum err change_store_name(struct tx *tx, struct id change, struct id account, bool stays,
                           struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, change);
    db_arg_id(&args, account);
    db_arg_text(&args, stays ? SPAN("stays") : SPAN("ends"));
    return tx_send(tx, &name, &args, why);
}

enum err change_store_ends_set(struct tx *tx, struct id change, int64_t ends_utc_us,
                               struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, change);
    rc = tx_send(tx, &ends_note, &args, why);
    if (rc != ERR_OK)
        return rc;
    db_arg_time(&args, ends_utc_us);
    return tx_send(tx, &ends_set, &args, why);
}

enum err change_store_ends_undo(struct tx *tx, struct id change, int64_t ends_utc_us,
                                int64_t until_utc_us, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, change);
    db_arg_time(&args, ends_utc_us);
    rc = tx_send(tx, &ends_undo, &args, why);
    if (rc != ERR_OK)
        return rc;
    db_arg_time(&args, until_utc_us);
    return tx_send(tx, &ends_since, &args, why);
}

enum err change_store_ended(struct tx *tx, struct id change, struct id account,
                            int64_t ends_utc_us, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, change);
    db_arg_id(&args, account);
    db_arg_time(&args, ends_utc_us);
    rc = tx_send(tx, &ended, &args, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, ends_utc_us);
    return tx_send(tx, &ended_account, &args, why);
}

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *out,
                       struct fail *why)
{
    struct id *id = out;

    (void)arena;
    (void)why;
    *id = db_id(rows, i, 0);
    return ERR_OK;
}

static enum err list_ids(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                         struct arena *arena, struct id **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct id), own_id};
    void *rows = NULL;
    enum err rc = store_list(tx, NULL, stmt, args, &list, arena, &rows, n_out, why);

    if (rc == ERR_OK)
        *out = rows;
    return rc;
}

enum err change_store_grants(struct tx *tx, struct id account, int64_t at_utc_us,
                             struct arena *arena, struct id **out, size_t *n_out,
                             struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, at_utc_us);
    return list_ids(tx, &grants, &args, arena, out, n_out, why);
}

enum err change_store_receivers(struct tx *tx, struct id account, struct arena *arena,
                                struct id **out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return list_ids(tx, &receivers, &args, arena, out, n_out, why);
}

/* ---- passwords the contractor handed out ---- */

enum err change_store_handed_drop(struct tx *tx, int64_t at_utc_us, struct arena *arena,
                                  struct id **out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, at_utc_us);
    return list_ids(tx, &handed_drop, &args, arena, out, n_out, why);
}

enum err change_store_handed(struct db *db, int64_t at_utc_us, struct change_handed *out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, at_utc_us);
    rc = db_run(db, &handed_left, &args, &rows, why);
    if (rc == ERR_OK)
        *out = (struct change_handed){db_i64(rows, 0, 0), db_i64(rows, 0, 1)};
    db_rows_free(&rows);
    return rc;
}

static enum err own_reset(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    struct change_reset *reset = out;

    (void)arena;
    (void)why;
    *reset = (struct change_reset){db_id(rows, i, 0), db_time(rows, i, 1)};
    return ERR_OK;
}

enum err change_store_resets(struct db *db, int64_t until_utc_us, struct arena *arena,
                             struct change_reset **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct change_reset), own_reset};
    struct db_args args;
    void *rows = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, until_utc_us);
    rc = store_list(NULL, db, &reset_late, &args, &list, arena, &rows, n_out, why);
    if (rc == ERR_OK)
        *out = rows;
    return rc;
}

/* ---- what somebody else must take over ---- */

static enum err own_place(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    struct change_place *place = out;

    *place =
        (struct change_place){db_bytes(rows, i, 0), db_i64(rows, i, 1), db_i64(rows, i, 2)};
    return STORE_OWN(arena, why, &place->kind);
}

static struct span ids_text(const struct id *ids, size_t n, struct arena *arena)
{
    char *text = arena_alloc(arena, n * ID_TEXT_CAP + 1), *at = text;

    if (text == NULL)
        return SPAN_NONE;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *at++ = ',';
        id_text(ids[i], at);
        at += ID_TEXT_CAP - 1;
    }
    *at = '\0';
    return span_of(text, (size_t)(at - text));
}

enum err change_store_places(struct db *db, const struct id *leaving, size_t n,
                             int64_t from_utc_us, struct arena *arena,
                             struct change_place **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct change_place), own_place};
    struct span text = ids_text(leaving, n, arena);
    struct db_args args;
    void *rows = NULL;
    enum err rc;

    if (text.p == NULL)
        return fail_set(why, ERR_NOMEM, "%zu accounts", n);
    db_args_init(&args);
    db_arg_text(&args, text);
    db_arg_time(&args, from_utc_us);
    rc = store_list(NULL, db, &places, &args, &list, arena, &rows, n_out, why);
    if (rc == ERR_OK)
        *out = rows;
    return rc;
}
