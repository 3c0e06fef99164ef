#include "tenants/certificate/town_doc.h"

#include <stddef.h>

#include "node/base/hex.h"

#define SALT_BYTES 16

/* "contract" is a uuid here as everywhere; titles are for the screen that refuses a file. */
#define FIELD(type_, name_, kind, least_, most_, member, title) \
    { \
        .name = (name_), .type = (kind), .least = (least_), .most = (most_), \
        .offset = offsetof(struct type_, member), .title_ja = (title) \
    }
#define EXACT(type_, name_, least_, most_, member, title) \
    { \
        .name = (name_), .type = JX_TEXT, .flags = JX_EXACT, .least = (least_), \
        .most = (most_), .offset = offsetof(struct type_, member), .title_ja = (title) \
    }

static const struct jx_field receipt_fields[] = {
    EXACT(town_receipt, "bag", TOWN_BAG_CHARS, TOWN_BAG_CHARS, bag, "返還データの識別値"),
    FIELD(town_receipt, "node", JX_ID, 0, 0, node, "拠点"),
    FIELD(town_receipt, "contract", JX_ID, 0, 0, contract, "契約"),
    EXACT(town_receipt, "origin", 1, 127, origin, "記録の名前"),
    EXACT(town_receipt, "log_root", TOWN_HASH_CHARS, TOWN_HASH_CHARS, log_root, "記録の要約値"),
    FIELD(town_receipt, "log_size", JX_INT, 0, JX_MAX_INT, log_size, "記録の件数"),
    FIELD(town_receipt, "n_files", JX_INT, 0, JX_MAX_INT, n_files, "ファイルの数"),
    FIELD(town_receipt, "n_bytes", JX_INT, 0, JX_MAX_INT, n_bytes, "大きさ"),
    FIELD(town_receipt, "verified_at", JX_TIME, 0, 0, verified_utc_us, "検査した日時"),
    EXACT(town_receipt, "tool", 1, 200, tool, "検査に使った道具"),
};
const struct jx_shape town_receipt_shape =
    JX_SHAPE("TownReceipt", struct town_receipt, receipt_fields);

static const struct jx_field canary_fields[] = {
    EXACT(town_canary, "name", TOWN_CANARY_LEAST, TOWN_CANARY_MOST, name, "目印の名前"),
    FIELD(town_canary, "salt", JX_BYTES, SALT_BYTES, SALT_BYTES, salt, "目印の塩"),
};
static const struct jx_shape canary_shape =
    JX_SHAPE("TownCanary", struct town_canary, canary_fields);

static const struct jx_field order_fields[] = {
    EXACT(town_order, "bag", TOWN_BAG_CHARS, TOWN_BAG_CHARS, bag, "返還データの識別値"),
    FIELD(town_order, "node", JX_ID, 0, 0, node, "拠点"),
    FIELD(town_order, "contract", JX_ID, 0, 0, contract, "契約"),
    FIELD(town_order, "ordered_at", JX_TIME, 0, 0, ordered_utc_us, "命令の日時"),
    EXACT(town_order, "by", 1, 100, by, "命令した部署・職"),
    {.name = "canaries",
     .type = JX_LIST,
     .most = TOWN_CANARIES_MOST,
     .offset = offsetof(struct town_order, canaries),
     .shape = &canary_shape,
     .title_ja = "目印の名前の一覧"},
    {.name = "aggregates",
     .type = JX_ENUM,
     .choices = "keep|withdraw",
     .offset = offsetof(struct town_order, aggregates),
     .title_ja = "これまでの集計の扱い"},
};
const struct jx_shape town_order_shape = JX_SHAPE("TownOrder", struct town_order, order_fields);

static const struct jx_field canaries_fields[] = {
    FIELD(town_canaries, "node", JX_ID, 0, 0, node, "拠点"),
    FIELD(town_canaries, "contract", JX_ID, 0, 0, contract, "契約"),
    {.name = "commitments",
     .type = JX_TEXTS,
     .least = TOWN_HASH_CHARS,
     .most = TOWN_HASH_CHARS,
     .offset = offsetof(struct town_canaries, commitments),
     .title_ja = "目印の要約値"},
};
const struct jx_shape town_canaries_shape =
    JX_SHAPE("TownCanaries", struct town_canaries, canaries_fields);

/* ---- what a field table cannot say ---- */

static enum err check_hex(struct span digits, const char *field, struct fail *why)
{
    for (size_t i = 0; i < digits.len; i++)
        if (hex_digit(digits.p[i]) < 0 || (digits.p[i] >= 'A' && digits.p[i] <= 'F'))
            return fail_field(why, ERR_INVALID, field, "not small hexadecimal digits");
    return ERR_OK;
}

enum err town_receipt_open(struct span text, const struct jws_key *town, struct arena *arena,
                           struct town_receipt *out, struct fail *why)
{
    enum err rc = jws_open(text, town, TOWN_RECEIPT_TYPE, &town_receipt_shape, arena, out, why);

    if (rc == ERR_OK)
        rc = check_hex(out->bag, "/bag", why);
    if (rc == ERR_OK)
        rc = check_hex(out->log_root, "/log_root", why);
    return rc;
}

static int span_order(struct span a, struct span b)
{
    int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

enum err town_order_open(struct span text, const struct jws_key *town, struct arena *arena,
                         struct town_order *out, struct fail *why)
{
    enum err rc = jws_open(text, town, TOWN_ORDER_TYPE, &town_order_shape, arena, out, why);
    const struct town_canary *at = out->canaries.at;

    if (rc == ERR_OK)
        rc = check_hex(out->bag, "/bag", why);
    for (size_t i = 1; i < out->canaries.n && rc == ERR_OK; i++)
        if (span_order(at[i - 1].name, at[i].name) >= 0)
            rc = fail_field(why, ERR_INVALID, "/canaries", "names do not rise");
    return rc;
}

enum err town_canaries_open(struct span text, const struct jws_key *town, struct arena *arena,
                            struct town_canaries *out, struct fail *why)
{
    enum err rc =
        jws_open(text, town, TOWN_CANARIES_TYPE, &town_canaries_shape, arena, out, why);

    if (rc == ERR_OK &&
        (out->commitments.n < TOWN_CANARIES_LEAST || out->commitments.n > TOWN_CANARIES_MOST))
        rc =
            fail_field(why, ERR_INVALID, "/commitments", "%zu commitments, %d to %d are wanted",
                       out->commitments.n, TOWN_CANARIES_LEAST, TOWN_CANARIES_MOST);
    for (size_t i = 0; i < out->commitments.n && rc == ERR_OK; i++) {
        rc = check_hex(out->commitments.at[i], "/commitments", why);
        if (rc == ERR_OK && i > 0 &&
            span_order(out->commitments.at[i - 1], out->commitments.at[i]) >= 0)
            rc = fail_field(why, ERR_INVALID, "/commitments", "they do not rise");
    }
    return rc;
}

/* ---- canaries ---- */

struct hash256 town_canary_hash(const struct town_canary *canary)
{
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, canary->salt);
    hash256_put(&state, canary->name);
    return hash256_end(&state);
}

bool town_canary_is_of(const struct town_canary *canary, const struct town_canaries *canaries)
{
    struct hash256 hash = town_canary_hash(canary);
    char digits[TOWN_HASH_CHARS + 1];

    *hex_write(hash.b, sizeof hash.b, digits) = '\0';
    for (size_t i = 0; i < canaries->commitments.n; i++)
        if (span_eq(canaries->commitments.at[i], span_text(digits)))
            return true;
    return false;
}
