#include "federation/trust_json.h"

#include <stddef.h>

#define STATUS(kind, name_, title) \
    { \
        .name = #name_, .type = (kind), .offset = offsetof(struct federation_status, name_), \
        .title_ja = (title) \
    }
#define STATUS_TIME(name_, title) \
    { \
        .name = #name_, .type = JX_TIME, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct federation_status, name_), \
        .has_offset = offsetof(struct federation_status, has_##name_), .title_ja = (title) \
    }
static const struct jx_field status_fields[] = {
    STATUS(JX_BOOL, has_roots, "根の鍵を信じているか"),
    STATUS(JX_BOOL, has_registry, "登録簿があるか"),
    STATUS(JX_BOOL, is_split, "登録簿が食い違っているか"),
    STATUS(JX_BOOL, is_fresh, "登録簿が新しいか"),
    STATUS(JX_BOOL, is_spoilt, "しまってある登録簿がこわれているか"),
    STATUS(JX_BOOL, is_behind, "より新しい登録簿があるか"),
    STATUS(JX_TEXT, federation, "連合の名前"),
    STATUS(JX_TEXT, roots_code, "根の鍵の確認番号"),
    STATUS(JX_TEXT, sha256, "登録簿のハッシュ値"),
    STATUS(JX_TEXT, own_kid, "このノードの鍵"),
    STATUS(JX_TEXT, waiting_kid, "登録簿にのるのを待つ鍵"),
    STATUS(JX_INT, seq, "登録簿の番号"),
    STATUS(JX_INT, n_members, "ノードの数"),
    STATUS(JX_INT, split_seq, "食い違った番号"),
    STATUS(JX_INT, n_claims, "別の登録簿を名乗った相手の数"),
    STATUS_TIME(taken, "受け取った日時"),
    STATUS_TIME(expires, "登録簿の期限"),
    STATUS_TIME(time_expires, "時刻の証明の期限"),
    STATUS_TIME(own_not_after, "このノードの鍵の期限"),
    STATUS_TIME(contract_to, "契約の終わり"),
};
const struct jx_shape federation_status_shape =
    JX_SHAPE("FederationStatus", struct federation_status, status_fields);

static const struct jx_field pin_fields[] = {
    {.name = "sha256",
     .type = JX_BYTES,
     .least = FED_SPKI_BYTES,
     .most = FED_SPKI_BYTES,
     .offset = offsetof(struct federation_pin, sha256),
     .title_ja = "証明書の公開鍵のハッシュ値"},
};
static const struct jx_shape pin_shape =
    JX_SHAPE("FederationPin", struct federation_pin, pin_fields);

static const struct jx_field join_fields[] = {
    {.name = "invitation",
     .type = JX_BYTES,
     .least = 1,
     .most = FED_INVITATION_TEXT_MOST,
     .offset = offsetof(struct federation_join, invitation),
     .title_ja = "招待状"},
    {.name = "endpoint",
     .type = JX_TEXT,
     .least = 3,
     .most = FED_ENDPOINT_CAP - 1,
     .offset = offsetof(struct federation_join, endpoint),
     .title_ja = "つなぎ先（名前:番号）"},
    {.name = "name_ja",
     .type = JX_TEXT,
     .least = 1,
     .most = 80,
     .offset = offsetof(struct federation_join, name_ja),
     .title_ja = "自治体の名前"},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = FED_CODE_CAP - 1,
     .most = FED_CODE_CAP - 1,
     .offset = offsetof(struct federation_join, code),
     .has_offset = offsetof(struct federation_join, has_code),
     .title_ja = "自治体コード（6桁）"},
    {.name = "kid",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = FED_KID_CAP - 8,
     .offset = offsetof(struct federation_join, kid),
     .has_offset = offsetof(struct federation_join, has_kid),
     .title_ja = "鍵の名前"},
    {.name = "spki",
     .type = JX_LIST,
     .shape = &pin_shape,
     .least = 1,
     .most = FED_SPKI_MOST,
     .offset = offsetof(struct federation_join, spki),
     .title_ja = "証明書の公開鍵"},
};
const struct jx_shape federation_join_shape =
    JX_SHAPE("FederationJoin", struct federation_join, join_fields);

static const struct jx_field taken_fields[] = {
    {.name = "verdict",
     .type = JX_TEXT,
     .offset = offsetof(struct federation_taken, verdict),
     .title_ja = "判断"},
    {.name = "seq",
     .type = JX_INT,
     .offset = offsetof(struct federation_taken, seq),
     .title_ja = "いまの登録簿の番号"},
};
const struct jx_shape federation_taken_shape =
    JX_SHAPE("FederationTaken", struct federation_taken, taken_fields);

static const struct jx_field settle_fields[] = {
    {.name = "seq",
     .type = JX_INT,
     .least = 1,
     .most = JX_MAX_INT,
     .offset = offsetof(struct federation_settle, seq),
     .title_ja = "食い違った番号"},
};
const struct jx_shape federation_settle_shape =
    JX_SHAPE("FederationSettle", struct federation_settle, settle_fields);
