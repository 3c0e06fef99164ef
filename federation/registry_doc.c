#include "federation/registry_doc.h"

#include <stddef.h>

#define NAME_MOST   80 /* graphemes */
#define NUMBER_MOST 100000000

#define IN(type_, member_) .offset = offsetof(struct type_, member_)
#define TEXT(type_, name_, member_, most_) \
    { \
        .name = (name_), .type = JX_TEXT, .least = 1, .most = (most_), IN(type_, member_) \
    }
#define NUMBER(type_, name_, member_, least_, most_) \
    { \
        .name = (name_), .type = JX_INT, .least = (least_), .most = (most_), \
        IN(type_, member_) \
    }
#define HASH(type_, name_, member_) \
    { \
        .name = (name_), .type = JX_BYTES, .least = 32, .most = 32, IN(type_, member_) \
    }
#define WHEN(type_, name_, member_) \
    { \
        .name = (name_), .type = JX_TIME, IN(type_, member_) \
    }

/* ---- head ---- */

static const struct jx_field root_fields[] = {
    TEXT(registry_root_doc, "kid", kid, FED_KID_CAP - 1),
    HASH(registry_root_doc, "ed25519", ed25519),
    TEXT(registry_root_doc, "holder_ja", holder_ja, NAME_MOST),
};
static const struct jx_shape root_shape =
    JX_SHAPE("RegistryRoot", struct registry_root_doc, root_fields);

static const struct jx_field tier_fields[] = {
    NUMBER(registry_tier_doc, "population_under", population_under, 0, NUMBER_MOST),
    NUMBER(registry_tier_doc, "hide_under", hide_under, 0, 1000),
};
static const struct jx_shape tier_shape =
    JX_SHAPE("RegistryTier", struct registry_tier_doc, tier_fields);

/* Inside the head: offsets count from thresholds. */
#define IN_THRESHOLDS(member_) \
    .offset = offsetof(struct registry_head_doc, thresholds.member_) - \
              offsetof(struct registry_head_doc, thresholds)
static const struct jx_field threshold_fields[] = {
    {.name = "coordinator_k",
     .type = JX_INT,
     .least = 1,
     .most = 1000,
     IN_THRESHOLDS(coordinator_k)},
    {.name = "round_to", .type = JX_INT, .least = 1, .most = 1000, IN_THRESHOLDS(round_to)},
    {.name = "tiers",
     .type = JX_LIST,
     .shape = &tier_shape,
     .least = 1,
     .most = FED_TIERS_MOST,
     IN_THRESHOLDS(tiers)},
};
static const struct jx_shape threshold_shape = {
    .name = "RegistryThresholds",
    .bytes = sizeof(((struct registry_head_doc *)0)->thresholds),
    .fields = threshold_fields,
    .n_fields = sizeof threshold_fields / sizeof threshold_fields[0]};

static const struct jx_field head_fields[] = {
    TEXT(registry_head_doc, "federation", federation, FED_FEDERATION_CAP - 1),
    TEXT(registry_head_doc, "name_ja", name_ja, NAME_MOST),
    NUMBER(registry_head_doc, "seq", seq, 1, JX_MAX_INT),
    {.name = "prev",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .least = 32,
     .most = 32,
     IN(registry_head_doc, prev),
     .has_offset = offsetof(struct registry_head_doc, has_prev)},
    WHEN(registry_head_doc, "issued", issued_utc_us),
    WHEN(registry_head_doc, "expires", expires_utc_us),
    NUMBER(registry_head_doc, "threshold", threshold, FED_ROOTS_NEEDED, FED_ROOTS_NEEDED),
    NUMBER(registry_head_doc, "min_client", min_client, 1, 1000),
    NUMBER(registry_head_doc, "n_members", n_members, 0, FED_MEMBERS_MOST),
    NUMBER(registry_head_doc, "n_revoked", n_revoked, 0, FED_REVOKED_MOST),
    {.name = "roots",
     .type = JX_LIST,
     .shape = &root_shape,
     .least = FED_ROOTS_N,
     .most = FED_ROOTS_N,
     IN(registry_head_doc, roots)},
    {.name = "thresholds",
     .type = JX_OBJECT,
     .shape = &threshold_shape,
     IN(registry_head_doc, thresholds)},
};
static const struct jx_shape head_shape =
    JX_SHAPE("RegistryHead", struct registry_head_doc, head_fields);

/* ---- members ---- */

static const struct jx_field key_fields[] = {
    TEXT(registry_key_doc, "kid", kid, FED_KID_CAP - 1),
    HASH(registry_key_doc, "ed25519", ed25519),
    WHEN(registry_key_doc, "not_before", not_before_utc_us),
    WHEN(registry_key_doc, "not_after", not_after_utc_us),
    {.name = "use", .type = JX_ENUM, .choices = FED_KEY_USES, IN(registry_key_doc, use)},
};
static const struct jx_shape key_shape =
    JX_SHAPE("RegistryKey", struct registry_key_doc, key_fields);

static const struct jx_field spki_fields[] = {
    HASH(registry_spki_doc, "sha256", sha256),
};
static const struct jx_shape spki_shape =
    JX_SHAPE("RegistryPin", struct registry_spki_doc, spki_fields);

#define IN_CONTRACT(member_) \
    .offset = offsetof(struct registry_member_doc, contract.member_) - \
              offsetof(struct registry_member_doc, contract)
static const struct jx_field contract_fields[] = {
    {.name = "id", .type = JX_TEXT, .least = 1, .most = FED_KID_CAP - 1, IN_CONTRACT(id)},
    {.name = "from", .type = JX_TIME, IN_CONTRACT(from_utc_us)},
    {.name = "to", .type = JX_TIME, IN_CONTRACT(to_utc_us)},
};
static const struct jx_shape contract_shape = {
    .name = "RegistryContract",
    .bytes = sizeof(((struct registry_member_doc *)0)->contract),
    .fields = contract_fields,
    .n_fields = sizeof contract_fields / sizeof contract_fields[0]};

static const struct jx_field member_fields[] = {
    {.name = "node", .type = JX_ID, IN(registry_member_doc, node)},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = FED_CODE_CAP - 1,
     .most = FED_CODE_CAP - 1,
     IN(registry_member_doc, code),
     .has_offset = offsetof(struct registry_member_doc, has_code)},
    TEXT(registry_member_doc, "name_ja", name_ja, NAME_MOST),
    TEXT(registry_member_doc, "endpoint", endpoint, FED_ENDPOINT_CAP - 1),
    NUMBER(registry_member_doc, "tier", tier, 0, FED_TIERS_MOST - 1),
    NUMBER(registry_member_doc, "capacity", capacity, 0, 10000),
    {.name = "roles", .type = JX_TEXTS, .least = 1, .most = 20, IN(registry_member_doc, roles)},
    {.name = "spki",
     .type = JX_LIST,
     .shape = &spki_shape,
     .least = 1,
     .most = FED_SPKI_MOST,
     IN(registry_member_doc, spki)},
    {.name = "keys",
     .type = JX_LIST,
     .shape = &key_shape,
     .least = 1,
     .most = FED_KEYS_MOST,
     IN(registry_member_doc, keys)},
    {.name = "contract",
     .type = JX_OBJECT,
     .shape = &contract_shape,
     IN(registry_member_doc, contract)},
};
static const struct jx_shape member_shape =
    JX_SHAPE("RegistryMember", struct registry_member_doc, member_fields);

static const struct jx_field revoked_fields[] = {
    TEXT(registry_revoked_doc, "kid", kid, FED_KID_CAP - 1),
    {.name = "node", .type = JX_ID, IN(registry_revoked_doc, node)},
    WHEN(registry_revoked_doc, "at", at_utc_us),
    {.name = "reason",
     .type = JX_ENUM,
     .choices = REGISTRY_REASONS,
     IN(registry_revoked_doc, reason)},
};
static const struct jx_shape revoked_shape =
    JX_SHAPE("RegistryRevoked", struct registry_revoked_doc, revoked_fields);

enum err registry_doc_read(struct span bytes, struct arena *arena, struct registry_doc *out,
                           struct fail *why)
{
    struct fed_lines lines;
    enum err rc = fed_lines_open(FED_DOC_REGISTRY, bytes, &lines, why);

    if (rc == ERR_OK)
        rc = fed_lines_next(&lines, &head_shape, arena, &out->head, why);
    if (rc != ERR_OK)
        return rc;
    /* Zero of them is a room of one byte. */
    out->members = arena_alloc(arena, (size_t)out->head.n_members * sizeof *out->members + 1);
    out->revoked = arena_alloc(arena, (size_t)out->head.n_revoked * sizeof *out->revoked + 1);
    if (out->members == NULL || out->revoked == NULL)
        return fail_set(why, ERR_NOMEM, "%lld members", (long long)out->head.n_members);
    for (int64_t i = 0; rc == ERR_OK && i < out->head.n_members; i++)
        rc = fed_lines_next(&lines, &member_shape, arena, &out->members[i], why);
    for (int64_t i = 0; rc == ERR_OK && i < out->head.n_revoked; i++)
        rc = fed_lines_next(&lines, &revoked_shape, arena, &out->revoked[i], why);
    return rc == ERR_OK ? fed_lines_end(&lines, why) : rc;
}

enum err registry_doc_write(const struct registry_doc *doc, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct fed_text text;
    enum err rc = fed_text_begin(&text, arena, FED_DOC_REGISTRY, why);

    if (rc == ERR_OK)
        rc = fed_text_line(&text, &head_shape, &doc->head, why);
    for (int64_t i = 0; rc == ERR_OK && i < doc->head.n_members; i++)
        rc = fed_text_line(&text, &member_shape, &doc->members[i], why);
    for (int64_t i = 0; rc == ERR_OK && i < doc->head.n_revoked; i++)
        rc = fed_text_line(&text, &revoked_shape, &doc->revoked[i], why);
    return rc == ERR_OK ? fed_text_end(&text, bytes_out, why) : rc;
}
