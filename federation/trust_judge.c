#include "federation/trust_judge.h"

#include <stddef.h>

#define CHUNK_BYTES 65536

static const struct verdict_row {
    const char *id, *text_ja;
    enum fed_code code;
} verdicts[TRUST_VERDICT_N] = {
    [TRUST_TAKEN] = {"taken", "新しい登録簿を受け取りました。", FED_OK},
    [TRUST_KNOWN] = {"known", "同じものをすでに持っています。", FED_OK},
    [TRUST_NO_ROOTS] = {"no-roots",
                        "まだ招待を受けていません。先に ibasho federation join で招待状を"
                        "読み込んでください。",
                        FED_UNAVAILABLE},
    [TRUST_FORM] = {"form", "登録簿として読めません。途中で切れたか、書きかえられています。",
                    FED_BAD_JSON},
    [TRUST_VERSION] = {"version",
                       "この登録簿は新しい版のプログラムのものです。先にノードを新しくして"
                       "ください。",
                       FED_BAD_JSON},
    [TRUST_SIGNATURES] = {"signatures",
                          "三つの根の鍵のうち二つの署名がそろっていないか、署名が合いません。",
                          FED_BAD_SIGNATURE},
    [TRUST_FEDERATION] = {"federation", "ほかの連合の登録簿です。", FED_NOT_MEMBER},
    [TRUST_OLD] = {"old", "いまのものより古い番号です。古いものには戻しません。",
                   FED_REGISTRY_STALE},
    [TRUST_GAP] = {"gap", "間の番号がぬけています。いまの次の番号から順に受け取ってください。",
                   FED_REGISTRY_STALE},
    [TRUST_CHAIN] =
        {"chain",
         "ひとつ前の登録簿が、こちらの持つものと違います。連合のとりまとめ役に電話で確かめて"
         "ください。",
         FED_REGISTRY_SPLIT},
    [TRUST_SPLIT] =
        {"split",
         "同じ番号で中身の違う登録簿です。両方を保存しました。連合のとりまとめ役に電話で"
         "確かめてください。",
         FED_REGISTRY_SPLIT},
    [TRUST_TIME] = {"time", "期限が切れているか、先の日時になっています。", FED_REGISTRY_STALE},
};

const char *trust_verdict_id(enum trust_verdict verdict)
{
    return verdicts[verdict].id;
}

const char *trust_verdict_ja(enum trust_verdict verdict)
{
    return verdicts[verdict].text_ja;
}

enum fed_code trust_verdict_code(enum trust_verdict verdict)
{
    return verdicts[verdict].code;
}

/* ---- registries ---- */

static bool same_roots(const struct fed_public *a, const struct fed_public *b)
{
    for (int i = 0; i < FED_ROOTS_N; i++)
        if (memcmp(a[i].ed25519, b[i].ed25519, FED_PUBLIC_BYTES) != 0 ||
            strcmp(a[i].kid, b[i].kid) != 0)
            return false;
    return true;
}

/* ERR_OK with is_enough; a false signature is too few, whatever else is there. */
static enum err count(struct span bytes, const struct fed_sigs *sigs,
                      const struct fed_public *roots, struct arena *arena, bool *is_enough_out,
                      struct fail *why)
{
    int n = 0;
    enum err rc =
        fed_doc_signers(FED_DOC_REGISTRY, bytes, sigs, roots, FED_ROOTS_N, arena, &n, why);

    *is_enough_out = rc == ERR_OK && n >= FED_ROOTS_NEEDED;
    return rc == ERR_DENIED ? ERR_OK : rc;
}

/* Who vouches: the roots known now, or only those of the registry before ours. */
enum voucher { NOBODY, ROOTS_NOW, ROOTS_BEFORE };

static enum err find_voucher(const struct trust_view *view, struct span bytes,
                             const struct fed_sigs *sigs, struct arena *arena,
                             enum voucher *out, struct fail *why)
{
    const struct fed_public *roots = view->now == NULL ? view->pins : registry_roots(view->now);
    bool is_enough = false;
    enum err rc = count(bytes, sigs, roots, arena, &is_enough, why);

    *out = is_enough ? ROOTS_NOW : NOBODY;
    if (rc != ERR_OK || is_enough || view->now == NULL || !view->has_roots_before)
        return rc;
    rc = count(bytes, sigs, view->roots_before, arena, &is_enough, why);
    *out = is_enough ? ROOTS_BEFORE : NOBODY;
    return rc;
}

static enum trust_verdict place_first(const struct trust_view *view,
                                      const struct registry *candidate, int64_t now_utc_us)
{
    if (registry_head(candidate).seq < view->least_seq)
        return TRUST_OLD;
    return now_utc_us >= registry_expires_utc_us(candidate) ? TRUST_TIME : TRUST_TAKEN;
}

/* Where it stands to the registry in force. */
static enum trust_verdict place(const struct registry *now, const struct registry *candidate)
{
    struct fed_head ours = registry_head(now), theirs = registry_head(candidate);
    struct hash256 prev = registry_prev(candidate);

    if (theirs.seq < ours.seq)
        return TRUST_OLD;
    if (theirs.seq == ours.seq)
        return hash256_eq(&ours.sha256, &theirs.sha256) ? TRUST_KNOWN : TRUST_SPLIT;
    if (theirs.seq > ours.seq + 1)
        return TRUST_GAP;
    if (!hash256_eq(&prev, &ours.sha256))
        return TRUST_CHAIN;
    return registry_issued_utc_us(candidate) > registry_issued_utc_us(now) ? TRUST_TAKEN
                                                                           : TRUST_TIME;
}

/* It parsed and the known roots signed it. */
static enum err judge_parsed(const struct trust_view *view, struct span bytes,
                             const struct fed_sigs *sigs, enum voucher voucher,
                             const struct registry *candidate, int64_t now_utc_us,
                             struct arena *arena, enum trust_verdict *verdict_out,
                             struct fail *why)
{
    const struct fed_public *known = view->now == NULL ? view->pins : registry_roots(view->now);
    bool is_enough = true;
    enum err rc = ERR_OK;

    if (!same_roots(registry_roots(candidate), known))
        rc = count(bytes, sigs, registry_roots(candidate), arena, &is_enough, why);
    if (rc != ERR_OK)
        return rc;
    if (!is_enough)
        *verdict_out = TRUST_SIGNATURES;
    else if (strcmp(registry_federation(candidate), view->federation) != 0)
        *verdict_out = TRUST_FEDERATION;
    else if (registry_issued_utc_us(candidate) > now_utc_us + FED_SKEW_MOST_US)
        *verdict_out = TRUST_TIME;
    else
        *verdict_out = view->now == NULL ? place_first(view, candidate, now_utc_us)
                                         : place(view->now, candidate);
    /* Roots that were replaced say nothing of what comes after. */
    if (voucher == ROOTS_BEFORE && *verdict_out != TRUST_OLD && *verdict_out != TRUST_SPLIT &&
        *verdict_out != TRUST_KNOWN)
        *verdict_out = TRUST_SIGNATURES;
    return ERR_OK;
}

static enum err judge(const struct trust_view *view, struct span bytes, struct span sig_lines,
                      int64_t now_utc_us, struct arena *arena, enum trust_verdict *verdict_out,
                      struct registry **candidate_out, struct fail *why)
{
    struct registry *candidate = NULL;
    enum voucher voucher = NOBODY;
    struct fed_sigs sigs;
    enum err rc;

    *verdict_out = TRUST_FORM;
    if (bytes.len > FED_DOC_CAP || fed_sigs_read(sig_lines, &sigs, why) != ERR_OK)
        return ERR_OK;
    rc = find_voucher(view, bytes, &sigs, arena, &voucher, why);
    if (rc != ERR_OK)
        return rc;
    *verdict_out = TRUST_SIGNATURES;
    if (voucher == NOBODY)
        return ERR_OK;
    rc = registry_parse(bytes, &candidate, why);
    if (rc == ERR_PROTO || rc == ERR_CONFLICT) {
        *verdict_out = rc == ERR_PROTO ? TRUST_FORM : TRUST_VERSION;
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = judge_parsed(view, bytes, &sigs, voucher, candidate, now_utc_us, arena,
                          verdict_out, why);
    if (rc == ERR_OK && (*verdict_out == TRUST_TAKEN || *verdict_out == TRUST_SPLIT ||
                         *verdict_out == TRUST_CHAIN || *verdict_out == TRUST_OLD))
        *candidate_out = registry_ref(candidate);
    registry_unref(&candidate);
    return rc;
}

enum err trust_judge(const struct trust_view *view, struct span bytes, struct span sig_lines,
                     int64_t now_utc_us, enum trust_verdict *verdict_out,
                     struct registry **candidate_out, struct fail *why)
{
    struct arena *arena = NULL;
    enum trust_verdict verdict = TRUST_NO_ROOTS;
    enum err rc = ERR_OK;

    *candidate_out = NULL;
    if (view->now != NULL || view->has_pins)
        rc = arena_create(CHUNK_BYTES, &arena, why);
    if (arena != NULL)
        rc = judge(view, bytes, sig_lines, now_utc_us, arena, &verdict, candidate_out, why);
    arena_destroy(&arena);
    if (rc == ERR_OK)
        *verdict_out = verdict;
    return rc;
}

/* ---- timestamps ---- */

struct time_line {
    struct span federation, sha256;
    int64_t seq, issued_utc_us, expires_utc_us;
};
static const struct jx_field time_fields[] = {
    {.name = "federation",
     .type = JX_TEXT,
     .least = 1,
     .most = FED_FEDERATION_CAP - 1,
     .offset = offsetof(struct time_line, federation)},
    {.name = "seq",
     .type = JX_INT,
     .least = 1,
     .most = JX_MAX_INT,
     .offset = offsetof(struct time_line, seq)},
    {.name = "sha256",
     .type = JX_BYTES,
     .least = 32,
     .most = 32,
     .offset = offsetof(struct time_line, sha256)},
    {.name = "issued", .type = JX_TIME, .offset = offsetof(struct time_line, issued_utc_us)},
    {.name = "expires", .type = JX_TIME, .offset = offsetof(struct time_line, expires_utc_us)},
};
static const struct jx_shape time_shape =
    JX_SHAPE("FedTimestamp", struct time_line, time_fields);

enum err trust_time_write(const struct trust_time *time, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    const struct time_line line = {
        .federation = span_text(time->federation),
        .sha256 = hash256_span(&time->head.sha256),
        .seq = time->head.seq,
        .issued_utc_us = time->issued_utc_us,
        .expires_utc_us = time->expires_utc_us,
    };
    struct fed_text text;
    enum err rc = fed_text_begin(&text, arena, FED_DOC_TIMESTAMP, why);

    if (rc == ERR_OK)
        rc = fed_text_line(&text, &time_shape, &line, why);
    return rc == ERR_OK ? fed_text_end(&text, bytes_out, why) : rc;
}

/* One signature is enough, by a coordinator who may speak now. */
static enum err is_by_coordinator(const struct registry *registry, struct span bytes,
                                  const struct fed_sigs *sigs, int64_t now_utc_us,
                                  struct arena *arena, bool *out, struct fail *why)
{
    const struct fed_member *member;
    const struct fed_key *key;
    struct span pae;
    enum err rc = fed_doc_pae(FED_DOC_TIMESTAMP, bytes, arena, &pae, why);

    *out = false;
    for (int i = 0; rc == ERR_OK && !*out && i < sigs->n; i++) {
        if (registry_key_find(registry, span_text(sigs->at[i].kid), now_utc_us, &member,
                              &key) != FED_OK ||
            (member->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) == 0)
            continue;
        rc = fed_ed25519_check(key->ed25519, pae, sigs->at[i].bytes, why);
        *out = rc == ERR_OK;
        rc = rc == ERR_DENIED ? ERR_OK : rc;
    }
    return rc;
}

static enum trust_verdict place_time(const struct registry *registry,
                                     const struct trust_time *last,
                                     const struct time_line *line, int64_t now_utc_us)
{
    struct fed_head ours = registry_head(registry);

    if (!span_eq(line->federation, span_text(registry_federation(registry))))
        return TRUST_FEDERATION;
    if (line->expires_utc_us <= line->issued_utc_us ||
        line->expires_utc_us - line->issued_utc_us > TRUST_TIME_MOST_US ||
        line->issued_utc_us > now_utc_us + FED_SKEW_MOST_US ||
        now_utc_us >= line->expires_utc_us)
        return TRUST_TIME;
    if (line->seq > ours.seq)
        return TRUST_GAP;
    if (line->seq < ours.seq)
        return TRUST_OLD;
    if (memcmp(line->sha256.p, ours.sha256.b, sizeof ours.sha256.b) != 0)
        return TRUST_SPLIT;
    if (last != NULL && line->issued_utc_us <= last->issued_utc_us)
        return line->issued_utc_us == last->issued_utc_us ? TRUST_KNOWN : TRUST_OLD;
    return TRUST_TAKEN;
}

static enum err time_judge(const struct registry *registry, const struct trust_time *last,
                           struct span bytes, struct span sig_lines, int64_t now_utc_us,
                           struct arena *arena, enum trust_verdict *verdict_out,
                           struct trust_time *out, struct fail *why)
{
    struct fed_sigs sigs;
    struct fed_lines lines;
    struct time_line line;
    bool is_signed;
    enum err rc;

    *verdict_out = TRUST_FORM;
    if (fed_sigs_read(sig_lines, &sigs, why) != ERR_OK)
        return ERR_OK;
    rc = is_by_coordinator(registry, bytes, &sigs, now_utc_us, arena, &is_signed, why);
    if (rc != ERR_OK || !is_signed) {
        *verdict_out = TRUST_SIGNATURES;
        return rc;
    }
    rc = fed_lines_open(FED_DOC_TIMESTAMP, bytes, &lines, why);
    if (rc == ERR_OK)
        rc = fed_lines_next(&lines, &time_shape, arena, &line, why);
    if (rc == ERR_OK)
        rc = fed_lines_end(&lines, why);
    if (rc == ERR_CONFLICT)
        *verdict_out = TRUST_VERSION;
    if (rc != ERR_OK)
        return rc == ERR_CONFLICT || rc == ERR_PROTO ? ERR_OK : rc;
    *verdict_out = place_time(registry, last, &line, now_utc_us);
    *out = (struct trust_time){.head.seq = line.seq,
                               .issued_utc_us = line.issued_utc_us,
                               .expires_utc_us = line.expires_utc_us};
    memcpy(out->federation, line.federation.p, line.federation.len);
    memcpy(out->head.sha256.b, line.sha256.p, sizeof out->head.sha256.b);
    return ERR_OK;
}

enum err trust_time_judge(const struct registry *registry, const struct trust_time *last,
                          struct span bytes, struct span sig_lines, int64_t now_utc_us,
                          enum trust_verdict *verdict_out, struct trust_time *out,
                          struct fail *why)
{
    struct arena *arena = NULL;
    enum err rc = arena_create(CHUNK_BYTES, &arena, why);

    if (rc == ERR_OK)
        rc = time_judge(registry, last, bytes, sig_lines, now_utc_us, arena, verdict_out, out,
                        why);
    arena_destroy(&arena);
    return rc;
}
