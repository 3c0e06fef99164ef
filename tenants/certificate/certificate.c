#include "tenants/certificate/certificate.h"

#include <stddef.h>

#include "node/base/hex.h"
#include "tenants/certificate/certificate_priv.h"

static const struct jx_field claim_fields[] = {
    {.name = "class",
     .type = JX_ENUM,
     .choices = "verifiable|witnessed|attested",
     .offset = offsetof(struct certificate_claim, class)},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_EXACT,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct certificate_claim, code)},
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_EXACT,
     .least = 1,
     .most = 400,
     .offset = offsetof(struct certificate_claim, text)},
};
static const struct jx_shape claim_shape =
    JX_SHAPE("CertificateClaim", struct certificate_claim, claim_fields);

#define FIELD(name_, type_, member) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct certificate, member) \
    }
#define TEXT_FIELD(name_, flags_, least_, most_, member) \
    { \
        .name = (name_), .type = JX_TEXT, .flags = (flags_), .least = (least_), \
        .most = (most_), .offset = offsetof(struct certificate, member) \
    }
#define LIST_FIELD(name_, least_, most_, shape_, member) \
    { \
        .name = (name_), .type = JX_LIST, .least = (least_), .most = (most_), \
        .shape = (shape_), .offset = offsetof(struct certificate, member) \
    }
static const struct jx_field fields[] = {
    TEXT_FIELD("bag", JX_EXACT, TOWN_BAG_CHARS, TOWN_BAG_CHARS, bag),
    LIST_FIELD("canaries", 0, 100, &jws_packed_shape, canaries),
    LIST_FIELD("claims", 1, CERT_N_CLAIMS, &claim_shape, claims),
    FIELD("contract", JX_ID, contract),
    FIELD("issued_at", JX_TIME, issued_utc_us),
    LIST_FIELD("journal", 1, CERTIFICATE_JOURNALS, &jws_packed_shape, journal),
    FIELD("node", JX_ID, node),
    TEXT_FIELD("origin", JX_EXACT, 1, 127, origin),
    TEXT_FIELD("town_certificate", JX_RAW_TEXT, 1, JWS_PEM_CAP, town_certificate),
};
const struct jx_shape certificate_shape = JX_SHAPE("Certificate", struct certificate, fields);

/* ---- claims ---- */

static const struct {
    enum certificate_class class;
    const char *code, *ja;
} claims[CERT_N_CLAIMS] = {
    {CERT_VERIFIABLE, "journal",
     "契約終了の手順は、ひとつも飛ばされず、決められた鍵の署名つきで、順番どおりに進みました"
     "。"},
    {CERT_VERIFIABLE, "receipt",
     "返還したデータは、自治体の道具で検査され、自治体の署名のある受領書で受け取りが確かめられ"
     "ました。"},
    {CERT_VERIFIABLE, "order",
     "消去は、自治体の署名のある、このデータを名指しした指示により、二人の確認のうえで始められ"
     "ました。"},
    {CERT_VERIFIABLE, "canaries",
     "自治体が契約のはじめに植えた目印の名前が開かれ、走査でひとつも見つかりませんでした。"},
    /* Not verifiable: the line that names a peer's key is put in by who makes the certificate.
     */
    {CERT_WITNESSED, "peers",
     "ほかの拠点にあった分について、署名と監査記録のある消去の受領書を、消去の道具が受け取りま"
     "した。"
     "署名の鍵がその拠点のものであることは、都道府県の登録簿と見比べてください。"},
    {CERT_WITNESSED, "keys",
     "データを開く鍵は、すべての写しで上書きして消されたことを、消去の道具が記録しました。"},
    {CERT_WITNESSED, "cluster",
     "データベースとファイルは、止めたうえで上書きして消されたことを、消去の道具が記録しました"
     "。"},
    {CERT_WITNESSED, "scan",
     "消去のあとに残った場所を、記録にある道具で走査し、目印の名前が0件であることを見ました。"},
    {CERT_ATTESTED, "volume",
     "ボリューム（保存領域）を、記録にある方法で破棄または上書きしました（事業者の申告です）"
     "。"},
    {CERT_ATTESTED, "backups",
     "バックアップは、一覧のものだけで、鍵を消したため開けません（事業者の申告です）。"},
    {CERT_ATTESTED, "copies",
     "この証明書にあるもののほかに、写しを持っていません（事業者の申告です）。"},
    {CERT_ATTESTED, "unreachable",
     "受領書のない拠点には、30日のあいだ消去を求めましたが、返事がありませんでした。"},
};

const char *certificate_claim_ja(struct span code)
{
    for (size_t i = 0; i < CERT_N_CLAIMS; i++)
        if (span_eq(code, span_text(claims[i].code)))
            return claims[i].ja;
    return NULL;
}

size_t cert_claims(const struct certificate_facts *facts,
                   struct certificate_claim claims_out[CERT_N_CLAIMS])
{
    size_t n = 0;

    for (size_t i = 0; i < CERT_N_CLAIMS; i++) {
        const char *code = claims[i].code;

        if ((strcmp(code, "canaries") == 0 && facts->order.canaries.n == 0) ||
            (strcmp(code, "peers") == 0 && facts->n_peers == facts->n_missing) ||
            (strcmp(code, "unreachable") == 0 && facts->n_missing == 0))
            continue;
        claims_out[n++] = (struct certificate_claim){(int)claims[i].class, span_text(code),
                                                     span_text(claims[i].ja)};
    }
    return n;
}

/* ---- making one ---- */

static size_t n_lines(struct span journal)
{
    size_t n = 0;

    for (size_t i = 0; i < journal.len; i++)
        n += journal.p[i] == '\n';
    return n;
}

static enum err pack_journal(struct span journal, struct arena *arena, struct jx_list *out,
                             struct fail *why)
{
    size_t n = n_lines(journal), from = 0;
    struct jws_packed *at = arena_alloc(arena, (n + 1) * sizeof *at);
    enum err rc = at == NULL ? fail_set(why, ERR_NOMEM, "%zu steps", n) : ERR_OK;

    *out = (struct jx_list){at, 0};
    for (size_t i = 0; i < journal.len && rc == ERR_OK; i++) {
        if (journal.p[i] != '\n')
            continue;
        rc = jws_pack(span_cut(journal, from, i + 1 - from), arena, &at[out->n++], why);
        from = i + 1;
    }
    if (rc == ERR_OK && (n == 0 || from < journal.len))
        rc = fail_set(why, ERR_PROTO, "a journal that ends inside a line");
    return rc;
}

static enum err pack_canaries(const struct certificate_input *input, struct arena *arena,
                              struct jx_list *out, struct fail *why)
{
    struct jws_packed *at = arena_alloc(arena, (input->n_canaries + 1) * sizeof *at);
    enum err rc = at == NULL ? fail_set(why, ERR_NOMEM, "canaries") : ERR_OK;

    *out = (struct jx_list){at, input->n_canaries};
    for (size_t i = 0; i < input->n_canaries && rc == ERR_OK; i++)
        rc = jws_pack(input->canaries[i], arena, &at[i], why);
    return rc;
}

/* Who it is about, from the first step. */
static enum err head_read(struct certificate *paper, struct fail *why)
{
    const struct jws_packed *first = paper->journal.at;

    if (canon_is(first->payload) &&
        canon_id(canon_member(first->payload, "node"), &paper->node) &&
        canon_id(canon_member(first->payload, "contract"), &paper->contract))
        return ERR_OK;
    return fail_set(why, ERR_PROTO, "step 1 says neither node nor contract");
}

enum err certificate_build(const struct certificate_input *input, struct arena *arena,
                           struct span *text_out, struct fail *why)
{
    struct certificate_facts facts = {.n_peers = 0}, again;
    struct certificate_claim list[CERT_N_CLAIMS];
    struct jws_key *town = NULL;
    struct span text = SPAN_NONE;
    int64_t last_utc_us;
    enum err rc = pack_journal(input->journal, arena, &facts.paper.journal, why);

    *text_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = pack_canaries(input, arena, &facts.paper.canaries, why);
    if (rc == ERR_OK)
        rc = head_read(&facts.paper, why);
    if (rc == ERR_OK)
        rc = cert_journal_read(&facts, arena, &last_utc_us, why);
    if (rc == ERR_OK)
        rc = jws_key_open_certificate(input->town_certificate, &town, why);
    if (rc != ERR_OK)
        return rc;
    *hex_write(jws_key_certificate_sha256(town), HASH256_BYTES, facts.town_sha256) = '\0';
    facts.paper.bag = canon_member_text(facts.steps[CERT_EXPORTED].facts, "bag", arena);
    facts.paper.town_certificate = input->town_certificate;
    facts.paper.issued_utc_us = input->issued_utc_us;
    rc = cert_town_read(&facts, town, arena, why);
    jws_key_close(&town);
    if (rc == ERR_OK)
        rc = cert_peers_read(&facts, arena, why);
    if (rc != ERR_OK)
        return rc;
    facts.paper.claims = (struct jx_list){list, cert_claims(&facts, list)};
    rc = jws_write_shape(CERTIFICATE_TYPE, &certificate_shape, &facts.paper, &input->signer, 1,
                         arena, &text, why);
    if (rc == ERR_OK)
        rc = certificate_check(text, SPAN_NONE, arena, &again, why);
    if (rc == ERR_OK)
        *text_out = text;
    return rc;
}
