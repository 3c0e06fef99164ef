#include "tenants/profile/profile.h"

#include "node/base/clock.h"
#include "node/db/seal.h"
#include "tenants/people/people_index.h"

static enum err open_text(struct keyring *keyring, const char *table, const char *column,
                          struct id row, struct span sealed, struct arena *arena,
                          struct span *out, struct fail *why)
{
    const struct seal_place place = {table, column, row};

    return unseal(keyring, &place, sealed, arena, out, why);
}

enum err profile_of(const struct services *services, struct db *db, struct id account,
                    struct arena *arena, struct profile *profile_out, struct fail *why)
{
    struct profile_state state;
    struct profile profile = {
        .account = account, .avatar = avatar_of_account(account), .ways = PROFILE_WAYS_INITIAL};
    enum err rc = profile_store_find(NULL, db, account, arena, &state, why);

    if (rc == ERR_OK && state.display_name_sealed.len == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "an account without a name");
    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(arena);
    profile.role = state.role;
    rc = open_text(services->keyring, "account", "display_name_sealed", account,
                   state.display_name_sealed, arena, &profile.display_name, why);
    if (rc == ERR_OK && state.has_row) {
        profile.avatar = state.row.avatar;
        profile.ways = state.row.ways;
        profile.n = state.row.n;
        rc = open_text(services->keyring, "profile_version", "note_sealed", state.row.id,
                       state.row.note_sealed, arena, &profile.note, why);
    }
    if (rc == ERR_OK)
        *profile_out = profile;
    return rc;
}

/* ---- changing ---- */

static enum err seal_text(struct keyring *keyring, struct id key, const char *table,
                          const char *column, struct id row, struct span text,
                          struct arena *arena, struct span *out, struct fail *why)
{
    const struct seal_place place = {table, column, row};

    return seal(keyring, key, &place, text, arena, out, why);
}

static enum err seal_name(struct keyring *keyring, struct id key, struct profile_change *c,
                          struct arena *arena, struct fail *why)
{
    struct span folded = SPAN_NONE;
    enum err rc = people_fold(c->name, arena, &folded, why);

    if (rc == ERR_OK)
        rc = keyring_blind(keyring, ACCOUNT_DISPLAY_KEY, folded, c->account_name.index, why);
    return rc == ERR_OK ? seal_text(keyring, key, "account", "display_name_sealed", c->account,
                                    c->name, arena, &c->account_name.sealed, why)
                        : rc;
}

enum err profile_seal(struct keyring *keyring, struct profile_change *c, struct arena *arena,
                      struct fail *why)
{
    static const char table[] = "profile_version";
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, c->account, NULL, &key, why);

    c->row = (struct profile_row){
        .id = c->id,
        .account = c->account,
        .at_utc_us = c->now_utc_us,
        .author = c->author,
        .author_role = span_text(role_id(c->author_role)),
        .avatar = c->avatar,
        .ways = c->ways,
    };
    if (rc == ERR_OK)
        rc = seal_text(keyring, key, table, "name_sealed", c->id, c->name, arena,
                       &c->row.name_sealed, why);
    if (rc == ERR_OK)
        rc = seal_text(keyring, key, table, "note_sealed", c->id, c->note, arena,
                       &c->row.note_sealed, why);
    if (rc == ERR_OK && c->reason.len > 0)
        rc = seal_text(keyring, key, table, "reason_sealed", c->id, c->reason, arena,
                       &c->row.reason_sealed, why);
    if (rc == ERR_OK && c->name_before.len > 0)
        rc = seal_text(keyring, key, table, "name_before_sealed", c->id, c->name_before, arena,
                       &c->row.name_before_sealed, why);
    return rc == ERR_OK && !c->keeps_name ? seal_name(keyring, key, c, arena, why) : rc;
}

/* What may stand against it by now. */
static enum err check(struct tx *tx, struct profile_change *c, struct fail *why)
{
    struct profile_state state;
    struct id owner;
    bool is_taken = false;
    int64_t n_day = 0, n = 0;
    enum err rc = profile_store_owner(tx, c->id, &owner, &n, why);

    c->was_there = rc == ERR_OK && id_eq(owner, c->account);
    c->row.n = n;
    if (rc != ERR_OK || c->was_there)
        return rc;
    if (!id_is_none(owner))
        return fail_field(why, ERR_CONFLICT, "/id", "another's change");
    rc = profile_store_find(tx, NULL, c->account, tx_arena(tx), &state, why);
    if (rc == ERR_OK && c->n_expected >= 0 &&
        c->n_expected != (state.has_row ? state.row.n : 0))
        return fail_field(why, ERR_CONFLICT, "/version", "changed meanwhile");
    if (rc == ERR_OK && c->n_most > 0)
        rc = profile_store_count(tx, NULL, c->account, c->now_utc_us - DAY_US, &n_day, why);
    if (rc == ERR_OK && c->n_most > 0 && n_day >= c->n_most)
        return fail_set(why, ERR_RATE, "%lld changes within a day", (long long)n_day);
    if (rc == ERR_OK && !c->keeps_name)
        rc = profile_store_is_taken(tx, c->account, c->account_name.index, &is_taken, why);
    return rc == ERR_OK && is_taken ? fail_field(why, ERR_CONFLICT, "/name", "a name in use")
                                    : rc;
}

enum err profile_tx(struct tx *tx, struct profile_change *c, struct fail *why)
{
    enum err rc = check(tx, c, why);

    if (rc != ERR_OK || c->was_there)
        return rc;
    return profile_store_add(tx, &c->row, c->keeps_name ? NULL : &c->account_name, why);
}
