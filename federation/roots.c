#include "federation/roots.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/hex.h"

#define NAME_MOST 80 /* graphemes */
#define TEXT_MOST ((size_t)8192)

#define IN(type_, member_) .offset = offsetof(struct type_, member_)
#define TEXT(type_, name_, member_, most_) \
    { \
        .name = (name_), .type = JX_TEXT, .least = 1, .most = (most_), IN(type_, member_) \
    }
#define HASH(type_, name_, member_) \
    { \
        .name = (name_), .type = JX_BYTES, .least = 32, .most = 32, IN(type_, member_) \
    }
#define WHEN(type_, name_, member_) \
    { \
        .name = (name_), .type = JX_TIME, IN(type_, member_) \
    }

/* ---- lines ---- */

struct key_line {
    struct span kid, ed25519;
};
static const struct jx_field key_fields[] = {
    TEXT(key_line, "kid", kid, FED_KID_CAP - 1),
    HASH(key_line, "ed25519", ed25519),
};
static const struct jx_shape key_shape = JX_SHAPE("FedKeyLine", struct key_line, key_fields);

struct pin_line {
    struct span sha256;
};
static const struct jx_field pin_fields[] = {HASH(pin_line, "sha256", sha256)};
static const struct jx_shape pin_shape = JX_SHAPE("FedPinLine", struct pin_line, pin_fields);

struct invitation_line {
    struct id id;
    struct span federation, name_ja, guest_ja, endpoint, spki;
    bool has_endpoint, has_spki;
    struct jx_list roots;
    int64_t seq, issued_utc_us, until_utc_us;
};
static const struct jx_field invitation_fields[] = {
    {.name = "id", .type = JX_ID, IN(invitation_line, id)},
    TEXT(invitation_line, "federation", federation, FED_FEDERATION_CAP - 1),
    TEXT(invitation_line, "name_ja", name_ja, NAME_MOST),
    TEXT(invitation_line, "guest_ja", guest_ja, NAME_MOST),
    {.name = "endpoint",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = FED_ENDPOINT_CAP - 1,
     IN(invitation_line, endpoint),
     .has_offset = offsetof(struct invitation_line, has_endpoint)},
    {.name = "spki",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .least = 32,
     .most = 32,
     IN(invitation_line, spki),
     .has_offset = offsetof(struct invitation_line, has_spki)},
    {.name = "roots",
     .type = JX_LIST,
     .shape = &key_shape,
     .least = FED_ROOTS_N,
     .most = FED_ROOTS_N,
     IN(invitation_line, roots)},
    {.name = "seq", .type = JX_INT, .least = 1, .most = JX_MAX_INT, IN(invitation_line, seq)},
    WHEN(invitation_line, "issued", issued_utc_us),
    WHEN(invitation_line, "until", until_utc_us),
};
static const struct jx_shape invitation_shape =
    JX_SHAPE("FedInvitationLine", struct invitation_line, invitation_fields);

struct join_line {
    struct span invitation; /* the one text, signatures too */
    struct id node;
    struct span code, name_ja, endpoint;
    bool has_code;
    struct jx_list spki, keys;
    int64_t asked_utc_us;
};
static const struct jx_field join_fields[] = {
    {.name = "invitation",
     .type = JX_BYTES,
     .least = 1,
     .most = (int64_t)TEXT_MOST,
     IN(join_line, invitation)},
    {.name = "node", .type = JX_ID, IN(join_line, node)},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = FED_CODE_CAP - 1,
     .most = FED_CODE_CAP - 1,
     IN(join_line, code),
     .has_offset = offsetof(struct join_line, has_code)},
    TEXT(join_line, "name_ja", name_ja, NAME_MOST),
    TEXT(join_line, "endpoint", endpoint, FED_ENDPOINT_CAP - 1),
    {.name = "spki",
     .type = JX_LIST,
     .shape = &pin_shape,
     .least = 1,
     .most = FED_SPKI_MOST,
     IN(join_line, spki)},
    {.name = "keys",
     .type = JX_LIST,
     .shape = &key_shape,
     .least = 1,
     .most = 1,
     IN(join_line, keys)},
    WHEN(join_line, "asked", asked_utc_us),
};
static const struct jx_shape join_shape =
    JX_SHAPE("FedJoinLine", struct join_line, join_fields);

struct rotation_line {
    struct id node;
    struct span federation, old_kid;
    struct jx_list keys;
    int64_t asked_utc_us;
};
static const struct jx_field rotation_fields[] = {
    {.name = "node", .type = JX_ID, IN(rotation_line, node)},
    TEXT(rotation_line, "federation", federation, FED_FEDERATION_CAP - 1),
    TEXT(rotation_line, "old_kid", old_kid, FED_KID_CAP - 1),
    {.name = "keys",
     .type = JX_LIST,
     .shape = &key_shape,
     .least = 1,
     .most = 1,
     IN(rotation_line, keys)},
    WHEN(rotation_line, "asked", asked_utc_us),
};
static const struct jx_shape rotation_shape =
    JX_SHAPE("FedRotationLine", struct rotation_line, rotation_fields);

/* ---- writing ---- */

static struct key_line line_of_key(const struct fed_public *key)
{
    return (struct key_line){span_text(key->kid), span_of(key->ed25519, FED_PUBLIC_BYTES)};
}

static enum err one_line(enum fed_doc_type type, const struct jx_shape *shape, const void *from,
                         struct arena *arena, struct span *bytes_out, struct fail *why)
{
    struct fed_text text;
    enum err rc = fed_text_begin(&text, arena, type, why);

    if (rc == ERR_OK)
        rc = fed_text_line(&text, shape, from, why);
    return rc == ERR_OK ? fed_text_end(&text, bytes_out, why) : rc;
}

enum err fed_doc_sign(enum fed_doc_type type, struct span bytes,
                      const struct fed_doc_signer *signer, struct arena *arena,
                      struct span *line_out, struct fail *why)
{
    struct fed_sig sig = {.kid = ""};
    struct span pae;
    enum err rc = fed_doc_pae(type, bytes, arena, &pae, why);

    snprintf(sig.kid, sizeof sig.kid, "%s", signer->kid);
    if (rc == ERR_OK)
        rc = signer->sign(signer->arg, signer->kid, pae, sig.bytes, why);
    return rc == ERR_OK ? fed_sig_line(&sig, arena, line_out, why) : rc;
}

static struct jx_list root_lines(const struct fed_public *roots, struct key_line *lines)
{
    for (int i = 0; i < FED_ROOTS_N; i++)
        lines[i] = line_of_key(&roots[i]);
    return (struct jx_list){lines, FED_ROOTS_N};
}

static struct jx_list pin_lines(const struct fed_join *join, struct pin_line *lines)
{
    for (int i = 0; i < join->n_spki; i++)
        lines[i].sha256 = span_of(join->spki[i], FED_SPKI_BYTES);
    return (struct jx_list){lines, (size_t)join->n_spki};
}

enum err fed_invitation_write(const struct fed_invitation *invitation, struct arena *arena,
                              struct span *bytes_out, struct fail *why)
{
    struct key_line roots[FED_ROOTS_N];
    const struct invitation_line line = {
        .id = invitation->id,
        .federation = invitation->federation,
        .name_ja = invitation->name_ja,
        .guest_ja = invitation->guest_ja,
        .endpoint = invitation->endpoint,
        .spki = span_of(invitation->spki, FED_SPKI_BYTES),
        .has_endpoint = invitation->has_endpoint,
        .has_spki = invitation->has_endpoint,
        .roots = root_lines(invitation->roots, roots),
        .seq = invitation->seq,
        .issued_utc_us = invitation->issued_utc_us,
        .until_utc_us = invitation->until_utc_us,
    };

    return one_line(FED_DOC_INVITATION, &invitation_shape, &line, arena, bytes_out, why);
}

enum err fed_join_write(const struct fed_join *join, struct arena *arena,
                        struct span *bytes_out, struct fail *why)
{
    struct key_line key = line_of_key(&join->key);
    struct pin_line pins[FED_SPKI_MOST];
    const struct join_line line = {
        .invitation = join->invitation_text,
        .node = join->node,
        .code = join->code,
        .name_ja = join->name_ja,
        .endpoint = join->endpoint,
        .has_code = join->code.len > 0,
        .spki = pin_lines(join, pins),
        .keys = {&key, 1},
        .asked_utc_us = join->asked_utc_us,
    };

    return one_line(FED_DOC_JOIN, &join_shape, &line, arena, bytes_out, why);
}

enum err fed_rotation_write(const struct fed_rotation *rotation, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct key_line key = line_of_key(&rotation->key);
    const struct rotation_line line = {
        .node = rotation->node,
        .federation = rotation->federation,
        .old_kid = span_text(rotation->old_kid),
        .keys = {&key, 1},
        .asked_utc_us = rotation->asked_utc_us,
    };

    return one_line(FED_DOC_ROTATION, &rotation_shape, &line, arena, bytes_out, why);
}

/* ---- reading ---- */

/* One document of one line. The line is read before the signature is checked only where it
 * brings the key itself; nothing of it is given to the caller until the signature held. */
static enum err read_line(enum fed_doc_type type, const struct jx_shape *shape,
                          struct span text, struct arena *arena, void *line_out,
                          struct span *bytes_out, struct fed_sigs *sigs_out, struct fail *why)
{
    struct span sig_lines = SPAN_NONE;
    struct fed_lines lines = {.line = 0};
    enum err rc;

    *bytes_out = SPAN_NONE;
    rc = text.len > TEXT_MOST * 2 ? fail_set(why, ERR_TOO_LARGE, "%zu bytes", text.len)
                                  : fed_doc_split(text, bytes_out, &sig_lines, why);

    if (rc == ERR_OK)
        rc = fed_sigs_read(sig_lines, sigs_out, why);
    if (rc == ERR_OK)
        rc = fed_lines_open(type, *bytes_out, &lines, why);
    if (rc == ERR_OK)
        rc = fed_lines_next(&lines, shape, arena, line_out, why);
    return rc == ERR_OK ? fed_lines_end(&lines, why) : rc;
}

static enum err take_key(const struct key_line *line, struct fed_public *out, struct fail *why)
{
    if (!fed_kid_is_good(line->kid))
        return fail_set(why, ERR_PROTO, "a kid that is not of a-z, 0-9 and hyphens");
    memset(out->kid, 0, sizeof out->kid);
    memcpy(out->kid, line->kid.p, line->kid.len);
    memcpy(out->ed25519, line->ed25519.p, FED_PUBLIC_BYTES);
    return ERR_OK;
}

static enum err need_signers(enum fed_doc_type type, struct span bytes,
                             const struct fed_sigs *sigs, const struct fed_public *keys,
                             int n_keys, int n_needed, struct arena *arena, struct fail *why)
{
    int n = 0;
    enum err rc = fed_doc_signers(type, bytes, sigs, keys, n_keys, arena, &n, why);

    if (rc == ERR_OK && n < n_needed)
        rc = fail_set(why, ERR_DENIED, "signed by %d, %d are needed", n, n_needed);
    return rc;
}

static enum err take_invitation(const struct invitation_line *line, struct fed_invitation *out,
                                struct fail *why)
{
    const struct key_line *roots = line->roots.at;
    enum err rc = ERR_OK;

    *out = (struct fed_invitation){
        .id = line->id,
        .federation = line->federation,
        .name_ja = line->name_ja,
        .guest_ja = line->guest_ja,
        .seq = line->seq,
        .issued_utc_us = line->issued_utc_us,
        .until_utc_us = line->until_utc_us,
        .endpoint = line->has_endpoint ? line->endpoint : SPAN_NONE,
        .has_endpoint = line->has_endpoint,
    };
    if (line->has_endpoint != line->has_spki || !fed_kid_is_good(line->federation) ||
        line->until_utc_us <= line->issued_utc_us ||
        line->until_utc_us - line->issued_utc_us > FED_INVITE_MOST_US)
        return fail_set(why, ERR_PROTO, "federation, endpoint with pin, or times");
    if (line->has_endpoint)
        memcpy(out->spki, line->spki.p, FED_SPKI_BYTES);
    for (int i = 0; rc == ERR_OK && i < FED_ROOTS_N; i++) {
        rc = take_key(&roots[i], &out->roots[i], why);
        for (int k = 0; rc == ERR_OK && k < i; k++)
            if (memcmp(out->roots[k].ed25519, out->roots[i].ed25519, FED_PUBLIC_BYTES) == 0 ||
                strcmp(out->roots[k].kid, out->roots[i].kid) == 0)
                rc = fail_set(why, ERR_PROTO, "a root twice");
    }
    return rc;
}

enum err fed_invitation_read(struct span text, int64_t now_utc_us, struct arena *arena,
                             struct fed_invitation *out, struct fail *why)
{
    struct invitation_line line;
    struct fed_invitation invitation = {.seq = 0};
    struct fed_sigs sigs;
    struct span bytes = SPAN_NONE;
    enum err rc = read_line(FED_DOC_INVITATION, &invitation_shape, text, arena, &line, &bytes,
                            &sigs, why);

    if (rc == ERR_OK)
        rc = take_invitation(&line, &invitation, why);
    if (rc == ERR_OK)
        rc = need_signers(FED_DOC_INVITATION, bytes, &sigs, invitation.roots, FED_ROOTS_N, 1,
                          arena, why);
    if (rc == ERR_OK && now_utc_us != FED_ANY_TIME &&
        (now_utc_us < invitation.issued_utc_us - FED_SKEW_MOST_US ||
         now_utc_us >= invitation.until_utc_us))
        rc = fail_set(why, ERR_TIMEOUT, "the invitation has ended or not begun");
    if (rc == ERR_OK)
        *out = invitation;
    return rc;
}

enum err fed_join_read(struct span text, int64_t now_utc_us, struct arena *arena,
                       struct fed_join *out, struct fail *why)
{
    struct join_line line;
    struct fed_join join = {.n_spki = 0};
    const struct pin_line *pins;
    struct fed_sigs sigs;
    struct span bytes;
    enum err rc = read_line(FED_DOC_JOIN, &join_shape, text, arena, &line, &bytes, &sigs, why);

    if (rc == ERR_OK)
        rc = take_key(line.keys.at, &join.key, why);
    if (rc == ERR_OK)
        rc = need_signers(FED_DOC_JOIN, bytes, &sigs, &join.key, 1, 1, arena, why);
    if (rc == ERR_OK)
        rc = fed_invitation_read(line.invitation, now_utc_us, arena, &join.invitation, why);
    if (rc != ERR_OK)
        return rc;
    pins = line.spki.at;
    join.invitation_text = line.invitation;
    join.node = line.node;
    join.code = line.has_code ? line.code : SPAN_NONE;
    join.name_ja = line.name_ja;
    join.endpoint = line.endpoint;
    join.asked_utc_us = line.asked_utc_us;
    join.n_spki = (int)line.spki.n;
    for (int i = 0; i < join.n_spki; i++)
        memcpy(join.spki[i], pins[i].sha256.p, FED_SPKI_BYTES);
    *out = join;
    return ERR_OK;
}

enum err fed_rotation_read(struct span text, int64_t now_utc_us, struct arena *arena,
                           struct fed_rotation *out, struct fed_sigs *sigs_out,
                           struct span *bytes_out, struct fail *why)
{
    struct rotation_line line;
    struct fed_rotation rotation = {.old_kid = ""};
    struct fed_sigs sigs;
    struct span bytes;
    enum err rc =
        read_line(FED_DOC_ROTATION, &rotation_shape, text, arena, &line, &bytes, &sigs, why);

    if (rc == ERR_OK)
        rc = take_key(line.keys.at, &rotation.key, why);
    if (rc == ERR_OK && !fed_kid_is_good(line.old_kid))
        rc = fail_set(why, ERR_PROTO, "the old kid");
    if (rc == ERR_OK)
        rc = need_signers(FED_DOC_ROTATION, bytes, &sigs, &rotation.key, 1, 1, arena, why);
    if (rc == ERR_OK && (line.asked_utc_us > now_utc_us + FED_SKEW_MOST_US ||
                         line.asked_utc_us < now_utc_us - FED_INVITE_MOST_US))
        rc = fail_set(why, ERR_TIMEOUT, "asked too long ago or in the future");
    if (rc != ERR_OK)
        return rc;
    rotation.node = line.node;
    rotation.federation = line.federation;
    rotation.asked_utc_us = line.asked_utc_us;
    memcpy(rotation.old_kid, line.old_kid.p, line.old_kid.len);
    *out = rotation;
    *sigs_out = sigs;
    *bytes_out = bytes;
    return ERR_OK;
}

void fed_roots_code(struct span federation, const struct fed_public roots[FED_ROOTS_N],
                    char code_out[FED_CHECK_CODE_CAP])
{
    struct hash256_state state;
    struct hash256 h;
    char *to = code_out;

    hash256_init(&state);
    hash256_put(&state, SPAN("ibasho-roots/1\n"));
    hash256_put(&state, federation);
    for (int i = 0; i < FED_ROOTS_N; i++)
        hash256_put(&state, span_of(roots[i].ed25519, FED_PUBLIC_BYTES));
    h = hash256_end(&state);
    for (int i = 0; i < 4; i++) {
        to = hex_write(h.b + (size_t)2 * (size_t)i, 2, to);
        *to++ = i == 3 ? '\0' : '-';
    }
}
