#include "tenants/certificate/jws.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"

#define N_VALUES_MOST  200000 /* of a payload */
#define PROTECTED_MOST 256    /* bytes of a protected header */

static const struct jx_limits payload_limits = {JWS_PAYLOAD_MOST, N_VALUES_MOST};

static const struct jx_field packed_signature_fields[] = {
    {.name = "protected",
     .type = JX_BYTES,
     .least = 1,
     .most = PROTECTED_MOST,
     .offset = offsetof(struct jws_packed_signature, protected_header)},
    {.name = "signature",
     .type = JX_BYTES,
     .least = 1,
     .most = JWS_SIGNATURE_CAP,
     .offset = offsetof(struct jws_packed_signature, signature)},
};
static const struct jx_shape packed_signature_shape =
    JX_SHAPE("JwsSignature", struct jws_packed_signature, packed_signature_fields);
static const struct jx_field packed_fields[] = {
    {.name = "payload",
     .type = JX_BYTES,
     .least = 2,
     .most = JWS_PAYLOAD_MOST,
     .offset = offsetof(struct jws_packed, payload)},
    {.name = "signatures",
     .type = JX_LIST,
     .least = 1,
     .most = JWS_N_SIGNATURES,
     .offset = offsetof(struct jws_packed, signatures),
     .shape = &packed_signature_shape},
};
const struct jx_shape jws_packed_shape = JX_SHAPE("Jws", struct jws_packed, packed_fields);

/* ---- the two forms ---- */

/* "ibasho-" a name of small letters and hyphens "/" a number from 1. */
static bool is_type(struct span type)
{
    size_t at = sizeof "ibasho-" - 1, from;

    if (!span_has_prefix(type, SPAN("ibasho-")) || type.len >= JWS_TYPE_CAP)
        return false;
    for (from = at;
         at < type.len && (type.p[at] == '-' || (type.p[at] >= 'a' && type.p[at] <= 'z')); at++)
        ;
    if (at == from || at == type.len || type.p[at] != '/')
        return false;
    for (from = ++at; at < type.len && type.p[at] >= '0' && type.p[at] <= '9'; at++)
        ;
    return at == type.len && at > from && type.p[from] != '0';
}

static bool is_kid(struct span kid)
{
    uint8_t bytes[(JWS_KID_CAP - 1) / 2];

    return hex_read(kid, bytes, sizeof bytes);
}

static size_t header_into(const char *type, enum jws_alg alg, const char *kid,
                          char out[PROTECTED_MOST])
{
    return (size_t)snprintf(out, PROTECTED_MOST,
                            "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}", jws_alg_name(alg),
                            kid, type);
}

static bool take(struct span *rest, struct span want)
{
    if (!span_has_prefix(*rest, want))
        return false;
    *rest = span_from(*rest, want.len);
    return true;
}

/* Up to the next quotation mark. */
static struct span take_word(struct span *rest)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->p, '"', rest->len);
    struct span word = end == NULL ? SPAN_NONE : span_of(rest->p, (size_t)(end - rest->p));

    *rest = span_from(*rest, word.len);
    return word;
}

static bool header_read(struct span header, struct jws_signature *signature,
                        char type_out[JWS_TYPE_CAP])
{
    struct span kid, type;

    if (take(&header, SPAN("{\"alg\":\"EdDSA\"")))
        signature->alg = JWS_EDDSA;
    else if (take(&header, SPAN("{\"alg\":\"RS256\"")))
        signature->alg = JWS_RS256;
    else
        return false;
    if (!take(&header, SPAN(",\"kid\":\"")))
        return false;
    kid = take_word(&header);
    if (!is_kid(kid) || !take(&header, SPAN("\",\"typ\":\"")))
        return false;
    type = take_word(&header);
    if (!is_type(type) || !take(&header, SPAN("\"}")) || header.len > 0)
        return false;
    memcpy(signature->kid, kid.p, kid.len);
    signature->kid[kid.len] = '\0';
    memcpy(type_out, type.p, type.len);
    type_out[type.len] = '\0';
    return true;
}

/* ---- reading ---- */

struct reader {
    struct span rest;
    struct arena *arena;
    const char *what; /* is wrong */
    enum err rc;
};

static bool refuse(struct reader *r, enum err rc, const char *what)
{
    r->rc = rc;
    r->what = what;
    return false;
}

/* base64url between quotation marks that stand there. */
static bool coded(struct reader *r, size_t most, struct span *text_out, struct span *bytes_out)
{
    bool no_memory = false;
    struct span text = take_word(&r->rest);

    if (text.len > jx_bytes_text_len(most))
        return refuse(r, ERR_TOO_LARGE, "a part over its bound");
    if (text.len > 0 && jx_bytes_parse(text, r->arena, bytes_out, &no_memory)) {
        *text_out = text;
        return true;
    }
    return refuse(r, no_memory ? ERR_NOMEM : ERR_PROTO, "not base64url");
}

static bool signature_read(struct reader *r, struct jws *jws)
{
    struct jws_signature *signature = &jws->signatures[jws->n_signatures];
    struct span header = SPAN_NONE, ignored;
    char type[JWS_TYPE_CAP] = "";

    if (!take(&r->rest, SPAN("{\"protected\":\"")))
        return refuse(r, ERR_PROTO, "a signature begins with its protected header");
    if (!coded(r, PROTECTED_MOST, &signature->protected64, &header))
        return false;
    if (!header_read(header, signature, type))
        return refuse(r, ERR_PROTO, "the protected header is not alg, kid and typ");
    if (jws->n_signatures > 0 && strcmp(type, jws->type) != 0)
        return refuse(r, ERR_PROTO, "two types");
    for (int i = 0; i < jws->n_signatures; i++)
        if (strcmp(jws->signatures[i].kid, signature->kid) == 0)
            return refuse(r, ERR_PROTO, "two signatures of one key");
    memcpy(jws->type, type, sizeof type);
    if (!take(&r->rest, SPAN("\",\"signature\":\"")))
        return refuse(r, ERR_PROTO, "no signature");
    if (!coded(r, JWS_SIGNATURE_CAP, &ignored, &signature->bytes))
        return false;
    if (!take(&r->rest, SPAN("\"}")))
        return refuse(r, ERR_PROTO, "a signature has two members");
    jws->n_signatures++;
    return true;
}

static bool whole_read(struct reader *r, struct jws *jws)
{
    if (!take(&r->rest, SPAN("{\"payload\":\"")))
        return refuse(r, ERR_PROTO, "it begins with its payload");
    if (!coded(r, JWS_PAYLOAD_MOST, &jws->payload64, &jws->payload))
        return false;
    if (!take(&r->rest, SPAN("\",\"signatures\":[")))
        return refuse(r, ERR_PROTO, "no signatures");
    do {
        if (jws->n_signatures == JWS_N_SIGNATURES)
            return refuse(r, ERR_TOO_LARGE, "too many signatures");
        if (!signature_read(r, jws))
            return false;
    } while (take(&r->rest, SPAN(",")));
    if (!take(&r->rest, SPAN("]}\n")) || r->rest.len > 0)
        return refuse(r, ERR_PROTO, "it ends with ]} and one line feed");
    return true;
}

enum err jws_read(struct span text, struct arena *arena, struct jws *jws_out, struct fail *why)
{
    struct reader r = {.rest = text, .arena = arena};
    enum err rc;

    memset(jws_out, 0, sizeof *jws_out);
    if (text.len > JWS_TEXT_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a signed document of %zu bytes", text.len);
    if (!whole_read(&r, jws_out))
        return fail_set(why, r.rc, "byte %zu: %s", text.len - r.rest.len, r.what);
    /* Nothing but an object can be a payload; of what shape its reader says. */
    rc = jx_check_within(jws_out->payload, payload_limits, why);
    if (rc == ERR_OK && jws_out->payload.p[0] != '{')
        rc = fail_set(why, ERR_PROTO, "the payload is no object");
    return rc;
}

/* ---- checking ---- */

static enum err signed_bytes(struct span protected64, struct span payload64,
                             struct arena *arena, struct span *bytes_out, struct fail *why)
{
    size_t len = protected64.len + 1 + payload64.len;
    uint8_t *p = arena_alloc(arena, len);

    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes to sign", len);
    memcpy(p, protected64.p, protected64.len);
    p[protected64.len] = '.';
    memcpy(p + protected64.len + 1, payload64.p, payload64.len);
    *bytes_out = span_of(p, len);
    return ERR_OK;
}

enum err jws_check(const struct jws *jws, const struct jws_key *key, struct fail *why)
{
    struct arena *arena = NULL;
    struct span bytes;
    enum err rc = fail_set(why, ERR_NOT_FOUND, "no signature of key %.16s", jws_key_kid(key));

    for (int i = 0; i < jws->n_signatures; i++) {
        const struct jws_signature *s = &jws->signatures[i];

        if (strcmp(s->kid, jws_key_kid(key)) != 0)
            continue;
        if (s->alg != jws_key_alg(key))
            return fail_set(why, ERR_DENIED, "another algorithm than that of the key");
        rc = arena_create(jws->payload64.len + PROTECTED_MOST * 2, &arena, why);
        if (rc == ERR_OK)
            rc = signed_bytes(s->protected64, jws->payload64, arena, &bytes, why);
        if (rc == ERR_OK)
            rc = jws_key_check(key, bytes, s->bytes, why);
        arena_destroy(&arena);
        break;
    }
    return rc;
}

enum err jws_check_only(const struct jws *jws, const struct jws_key *key, struct fail *why)
{
    if (jws->n_signatures != 1)
        return fail_set(why, ERR_DENIED, "%d signatures, one is wanted", jws->n_signatures);
    return jws_check(jws, key, why);
}

enum err jws_read_shape(const struct jws *jws, const char *type, const struct jx_shape *shape,
                        struct arena *arena, void *struct_out, struct fail *why)
{
    struct span again = SPAN_NONE;
    enum err rc;

    if (strcmp(jws->type, type) != 0) {
        memset(struct_out, 0, shape->bytes);
        return fail_set(why, ERR_PROTO, "%s where %s is wanted", jws->type, type);
    }
    rc = jx_read_within(jws->payload, payload_limits, shape, arena, struct_out, NULL, why);
    if (rc != ERR_OK)
        return rc;
    rc = jx_write_canonical(shape, struct_out, arena, &again, why);
    if (rc == ERR_OK && !span_eq(again, jws->payload))
        rc = fail_set(why, ERR_PROTO, "%s: the payload is not in canonical form", type);
    if (rc != ERR_OK)
        memset(struct_out, 0, shape->bytes);
    return rc;
}

enum err jws_open(struct span text, const struct jws_key *key, const char *type,
                  const struct jx_shape *shape, struct arena *arena, void *struct_out,
                  struct fail *why)
{
    struct jws jws;
    enum err rc = jws_read(text, arena, &jws, why);

    memset(struct_out, 0, shape->bytes);
    if (rc == ERR_OK)
        rc = jws_check_only(&jws, key, why);
    if (rc == ERR_OK)
        rc = jws_read_shape(&jws, type, shape, arena, struct_out, why);
    return rc;
}

/* ---- writing ---- */

static enum err text_of(struct span bytes, struct arena *arena, struct span *text_out,
                        struct fail *why)
{
    size_t len = jx_bytes_text_len(bytes.len);
    uint8_t *p = arena_alloc(arena, len + 1);

    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes as base64url", bytes.len);
    jx_bytes_text(bytes, p);
    *text_out = span_of(p, len);
    return ERR_OK;
}

static enum err sign_one(const char *type, struct span payload64,
                         const struct jws_signer *signer, struct arena *arena,
                         struct jws_packed_signature *out, struct fail *why)
{
    char header[PROTECTED_MOST];
    uint8_t signature[JWS_SIGNATURE_CAP];
    struct span protected64, bytes;
    size_t len = header_into(type, signer->alg, signer->kid, header);
    enum err rc;

    out->protected_header = arena_copy(arena, span_of(header, len));
    rc = out->protected_header.p == NULL
             ? fail_set(why, ERR_NOMEM, "a header")
             : text_of(out->protected_header, arena, &protected64, why);
    if (rc == ERR_OK)
        rc = signed_bytes(protected64, payload64, arena, &bytes, why);
    if (rc == ERR_OK)
        rc = signer->sign(signer->arg, bytes, signature, &len, why);
    if (rc != ERR_OK)
        return rc;
    out->signature = arena_copy(arena, span_of(signature, len));
    return out->signature.p == NULL ? fail_set(why, ERR_NOMEM, "a signature") : ERR_OK;
}

/* Behind the n signatures that stand in at. */
static enum err sign_behind(const char *type, struct span payload,
                            struct jws_packed_signature at[JWS_N_SIGNATURES], int n,
                            const struct jws_signer *signers, int n_signers,
                            struct arena *arena, struct span *text_out, struct fail *why)
{
    struct jws_packed packed = {.payload = payload,
                                .signatures = {.at = at, .n = (size_t)(n + n_signers)}};
    struct span payload64;
    enum err rc = text_of(payload, arena, &payload64, why);

    for (int i = 0; i < n_signers && rc == ERR_OK; i++)
        rc = sign_one(type, payload64, &signers[i], arena, &at[n + i], why);
    if (rc == ERR_OK)
        rc = jws_unpack(&packed, arena, text_out, why);
    return rc;
}

enum err jws_write(const char *type, struct span payload, const struct jws_signer *signers,
                   int n, struct arena *arena, struct span *text_out, struct fail *why)
{
    struct jws_packed_signature at[JWS_N_SIGNATURES];
    enum err rc;

    *text_out = SPAN_NONE;
    if (!is_type(span_text(type)) || n < 1 || n > JWS_N_SIGNATURES)
        return fail_set(why, ERR_INVALID, "type %.40s, %d signers", type, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(signers[i].kid, signers[j].kid) == 0)
                return fail_set(why, ERR_INVALID, "one key signs twice");
    rc = jx_check_within(payload, payload_limits, why);
    if (rc == ERR_OK && payload.p[0] != '{')
        rc = fail_set(why, ERR_PROTO, "the payload is no object");
    return rc != ERR_OK ? rc
                        : sign_behind(type, payload, at, 0, signers, n, arena, text_out, why);
}

enum err jws_write_shape(const char *type, const struct jx_shape *shape, const void *from,
                         const struct jws_signer *signers, int n, struct arena *arena,
                         struct span *text_out, struct fail *why)
{
    struct span payload;
    enum err rc = jx_write_canonical(shape, from, arena, &payload, why);

    *text_out = SPAN_NONE;
    return rc != ERR_OK ? rc : jws_write(type, payload, signers, n, arena, text_out, why);
}

enum err jws_add(struct span text, const struct jws_signer *signer, struct arena *arena,
                 struct span *text_out, struct fail *why)
{
    struct jws_packed_signature at[JWS_N_SIGNATURES];
    struct jws_packed packed;
    struct jws jws;
    enum err rc = jws_read(text, arena, &jws, why);

    *text_out = SPAN_NONE;
    if (rc == ERR_OK && jws.n_signatures == JWS_N_SIGNATURES)
        rc = fail_set(why, ERR_TOO_LARGE, "%d signatures already", jws.n_signatures);
    for (int i = 0; i < jws.n_signatures && rc == ERR_OK; i++)
        if (strcmp(jws.signatures[i].kid, signer->kid) == 0)
            rc = fail_set(why, ERR_CONFLICT, "key %.16s has signed it", signer->kid);
    if (rc == ERR_OK)
        rc = jws_pack(text, arena, &packed, why);
    if (rc != ERR_OK)
        return rc;
    memcpy(at, packed.signatures.at, packed.signatures.n * sizeof at[0]);
    return sign_behind(jws.type, jws.payload, at, jws.n_signatures, signer, 1, arena, text_out,
                       why);
}

/* ---- a document inside another ---- */

enum err jws_pack(struct span text, struct arena *arena, struct jws_packed *packed_out,
                  struct fail *why)
{
    struct jws_packed_signature *at = arena_alloc(arena, JWS_N_SIGNATURES * sizeof *at);
    struct jws jws;
    bool no_memory = at == NULL;
    enum err rc = jws_read(text, arena, &jws, why);

    memset(packed_out, 0, sizeof *packed_out);
    for (int i = 0; rc == ERR_OK && !no_memory && i < jws.n_signatures; i++) {
        at[i].signature = jws.signatures[i].bytes;
        no_memory = !jx_bytes_parse(jws.signatures[i].protected64, arena,
                                    &at[i].protected_header, &no_memory);
    }
    if (rc == ERR_OK && no_memory)
        rc = fail_set(why, ERR_NOMEM, "a packed document");
    if (rc == ERR_OK)
        *packed_out = (struct jws_packed){.payload = jws.payload,
                                          .signatures = {at, (size_t)jws.n_signatures}};
    return rc;
}

enum err jws_unpack(const struct jws_packed *packed, struct arena *arena, struct span *text_out,
                    struct fail *why)
{
    struct span text;
    uint8_t *line;
    enum err rc = jx_write_canonical(&jws_packed_shape, packed, arena, &text, why);

    *text_out = SPAN_NONE;
    if (rc != ERR_OK)
        return rc;
    line = arena_alloc(arena, text.len + 1);
    if (line == NULL)
        return fail_set(why, ERR_NOMEM, "a document of %zu bytes", text.len);
    memcpy(line, text.p, text.len);
    line[text.len] = '\n';
    if (text.len + 1 > JWS_TEXT_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a signed document of %zu bytes", text.len + 1);
    *text_out = span_of(line, text.len + 1);
    return ERR_OK;
}
