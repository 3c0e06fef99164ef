#include "federation/purge_json.h"

#include <stddef.h>

#define PEER_FIELD(name_, type_, member_, title) \
    { \
        .name = (name_), .type = (type_), \
        .offset = offsetof(struct purge_peer_shown, member_), .title_ja = (title) \
    }
#define PEER_FIELD_IF(name_, type_, member_, has, title) \
    { \
        .name = (name_), .type = (type_), \
        .flags = JX_OPTIONAL | ((type_) == JX_TEXT ? JX_RAW_TEXT : 0u), \
        .offset = offsetof(struct purge_peer_shown, member_), \
        .has_offset = offsetof(struct purge_peer_shown, has), .title_ja = (title) \
    }
static const struct jx_field peer_fields[] = {
    PEER_FIELD("node", JX_ID, node, "相手のノードのID"),
    PEER_FIELD("name", JX_TEXT, name, "名前（登録簿にいないときは空）"),
    {.name = "state",
     .type = JX_ENUM,
     .choices = "receipt|outstanding|unreachable",
     .offset = offsetof(struct purge_peer_shown, state),
     .title_ja = "証明書がある・まだ・30日たってもない"},
    PEER_FIELD("since", JX_TIME, since_utc_us, "たのみはじめた日時"),
    PEER_FIELD("asked", JX_INT, n_asked, "たのんだ回数"),
    PEER_FIELD("code", JX_TEXT, code, "まだない理由の符号"),
    PEER_FIELD("text", JX_TEXT, code_ja, "その意味"),
    PEER_FIELD_IF("next_at", JX_TIME, next_utc_us, has_next, "次にたのむ日時"),
    PEER_FIELD_IF("receipt", JX_TEXT, receipt, has_receipt, "証明書の全文（JWS）"),
    PEER_FIELD_IF("received_at", JX_TIME, received_utc_us, has_receipt, "受け取った日時"),
    PEER_FIELD_IF("registry", JX_INT, registry, has_receipt, "鍵がのっている登録簿の番号"),
    PEER_FIELD_IF("member", JX_TEXT, member, has_receipt, "その登録簿の、相手の行"),
    PEER_FIELD_IF("box", JX_TEXT, box, has_receipt, "預けた鍵の半分（none・gone）"),
};
static const struct jx_shape peer_shape =
    JX_SHAPE("FedPurgePeer", struct purge_peer_shown, peer_fields);

#define OUT_FIELD(name_, type_, member_, title) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct purge_shown, member_), \
        .title_ja = (title) \
    }
#define OUT_FIELD_IF(name_, type_, member_, has, title) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct purge_shown, member_), \
        .has_offset = offsetof(struct purge_shown, has), .title_ja = (title) \
    }
static const struct jx_field purge_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = "none|asked|done",
     .offset = offsetof(struct purge_shown, state),
     .title_ja = "たのんでいない・たのんでいる・すべての相手が答えたか30日たった"},
    OUT_FIELD_IF("begun_at", JX_TIME, begun_utc_us, has_begun, "たのみはじめた日時"),
    OUT_FIELD_IF("until", JX_TIME, until_utc_us, has_begun, "いつまでたのむか"),
    OUT_FIELD("n_peers", JX_INT, n_peers, "相手の数"),
    OUT_FIELD("n_receipts", JX_INT, n_receipts, "証明書の数"),
    OUT_FIELD_IF("escrow", JX_ID, escrow, has_escrow,
                 "預けた鍵の半分を消したと証明したノードのID"),
    {.name = "peers",
     .type = JX_LIST,
     .shape = &peer_shape,
     .offset = offsetof(struct purge_shown, peers),
     .title_ja = "相手"},
};
const struct jx_shape purge_shown_shape =
    JX_SHAPE("FedPurge", struct purge_shown, purge_fields);
