#include "federation/fed_doc.h"

#include <stdio.h>

#include "federation/profile_priv.h"
#include "node/base/jx_scalar.h"
#include "node/db/base64.h"

#define MAJOR        1
#define SIG_TEXT_LEN BASE64_LEN(FED_SIG_BYTES)
#define TEXT_FIRST   4096 /* room of a text under way; it doubles */

bool fed_kid_is_good(struct span kid)
{
    if (kid.len == 0 || kid.len >= FED_KID_CAP || kid.p[0] == '-' || kid.p[kid.len - 1] == '-')
        return false;
    for (size_t i = 0; i < kid.len; i++)
        if (!((kid.p[i] >= 'a' && kid.p[i] <= 'z') || (kid.p[i] >= '0' && kid.p[i] <= '9') ||
              kid.p[i] == '-'))
            return false;
    return true;
}

/* Cuts *rest behind the next LF; the piece is without it. */
static bool cut_line(struct span *rest, struct span *line_out)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->p, '\n', rest->len);

    if (end == NULL)
        return false;
    *line_out = span_of(rest->p, (size_t)(end - rest->p));
    *rest = span_from(*rest, line_out->len + 1);
    return true;
}

/* ---- one text for the way ---- */

enum err fed_doc_split(struct span whole, struct span *bytes_out, struct span *sig_lines_out,
                       struct fail *why)
{
    const uint8_t *gap;

    if (whole.len > FED_DOC_TEXT_CAP)
        return fail_set(why, ERR_TOO_LARGE, "a document of %zu bytes", whole.len);
    gap = whole.len == 0 ? NULL : memmem(whole.p, whole.len, "\n\n", 2);
    if (gap == NULL)
        return fail_set(why, ERR_PROTO, "no empty line before the signatures");
    *bytes_out = span_of(whole.p, (size_t)(gap + 1 - whole.p));
    *sig_lines_out = span_from(whole, bytes_out->len + 1);
    if (bytes_out->len > FED_DOC_CAP)
        return fail_set(why, ERR_TOO_LARGE, "a document of %zu bytes", bytes_out->len);
    if (bytes_out->len == 1 || sig_lines_out->len == 0)
        return fail_set(why, ERR_PROTO, "an empty half");
    return ERR_OK;
}

enum err fed_doc_join(struct span bytes, struct span sig_lines, struct arena *arena,
                      struct span *whole_out, struct fail *why)
{
    uint8_t *p = arena_alloc(arena, bytes.len + 1 + sig_lines.len + 1);

    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "a document of %zu bytes", bytes.len);
    memcpy(p, bytes.p, bytes.len);
    p[bytes.len] = '\n';
    if (sig_lines.len > 0)
        memcpy(p + bytes.len + 1, sig_lines.p, sig_lines.len);
    *whole_out = span_of(p, bytes.len + 1 + sig_lines.len);
    return ERR_OK;
}

/* ---- signatures ---- */

static bool sig_read(struct span line, struct fed_sig *out)
{
    const uint8_t *blank = memchr(line.p, ' ', line.len);
    struct span kid;

    if (blank == NULL)
        return false;
    kid = span_of(line.p, (size_t)(blank - line.p));
    if (!fed_kid_is_good(kid) ||
        !base64_read(span_from(line, kid.len + 1), out->bytes, FED_SIG_BYTES))
        return false;
    memcpy(out->kid, kid.p, kid.len);
    return true;
}

enum err fed_sigs_read(struct span lines, struct fed_sigs *out, struct fail *why)
{
    struct span line;

    memset(out, 0, sizeof *out);
    while (lines.len > 0) {
        struct fed_sig *sig = &out->at[out->n];

        if (out->n == FED_DOC_SIGS_MOST)
            return fail_set(why, ERR_PROTO, "over %d signatures", FED_DOC_SIGS_MOST);
        if (!cut_line(&lines, &line) || !sig_read(line, sig))
            return fail_set(why, ERR_PROTO, "signature line %d", out->n + 1);
        for (int i = 0; i < out->n; i++)
            if (strcmp(out->at[i].kid, sig->kid) == 0)
                return fail_set(why, ERR_PROTO, "signature line %d: a kid again", out->n + 1);
        out->n++;
    }
    return out->n > 0 ? ERR_OK : fail_set(why, ERR_PROTO, "no signature line");
}

enum err fed_sig_line(const struct fed_sig *sig, struct arena *arena, struct span *line_out,
                      struct fail *why)
{
    char base64[SIG_TEXT_LEN + 1];
    const char *text;

    base64[base64_into(span_of(sig->bytes, FED_SIG_BYTES), base64)] = '\0';
    text = arena_printf(arena, "%s %s\n", sig->kid, base64);
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a signature line");
    *line_out = span_text(text);
    return ERR_OK;
}

enum err fed_doc_pae(enum fed_doc_type type, struct span bytes, struct arena *arena,
                     struct span *pae_out, struct fail *why)
{
    struct span name = jx_choice_at(FED_DOC_TYPES, (int)type);
    char head[80];
    int n = snprintf(head, sizeof head, "ibasho-sig/1\n%.*s\n%zu\n", SPAN_ARG(name), bytes.len);
    uint8_t *p = arena_alloc(arena, (size_t)n + bytes.len + 1);

    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes to sign", bytes.len);
    memcpy(p, head, (size_t)n);
    if (bytes.len > 0)
        memcpy(p + n, bytes.p, bytes.len);
    *pae_out = span_of(p, (size_t)n + bytes.len);
    return ERR_OK;
}

enum err fed_ed25519_check(const uint8_t key[FED_PUBLIC_BYTES], struct span bytes,
                           const uint8_t signature[FED_SIG_BYTES], struct fail *why)
{
    enum fed_code code = ed25519_check(bytes, signature, key);

    if (code == FED_OK)
        return ERR_OK;
    return fail_set(why, code == FED_BAD_SIGNATURE ? ERR_DENIED : ERR_NOMEM,
                    "signature over %zu bytes", bytes.len);
}

static const struct fed_sig *find_sig(const struct fed_sigs *sigs, const char *kid)
{
    for (int i = 0; i < sigs->n; i++)
        if (strcmp(sigs->at[i].kid, kid) == 0)
            return &sigs->at[i];
    return NULL;
}

static bool is_again(const struct fed_public *keys, int i)
{
    for (int k = 0; k < i; k++)
        if (memcmp(keys[k].ed25519, keys[i].ed25519, FED_PUBLIC_BYTES) == 0)
            return true;
    return false;
}

enum err fed_doc_signers(enum fed_doc_type type, struct span bytes, const struct fed_sigs *sigs,
                         const struct fed_public *keys, int n_keys, struct arena *arena,
                         int *n_out, struct fail *why)
{
    struct span pae = SPAN_NONE;
    int n = 0;
    enum err rc = fed_doc_pae(type, bytes, arena, &pae, why);

    for (int i = 0; rc == ERR_OK && i < n_keys; i++) {
        const struct fed_sig *sig = find_sig(sigs, keys[i].kid);

        if (sig == NULL)
            continue;
        rc = fed_ed25519_check(keys[i].ed25519, pae, sig->bytes, why);
        if (rc == ERR_OK && !is_again(keys, i))
            n++;
    }
    if (rc == ERR_OK)
        *n_out = n;
    return rc;
}

/* ---- lines ---- */

enum err fed_lines_open(enum fed_doc_type type, struct span bytes, struct fed_lines *out,
                        struct fail *why)
{
    struct span line, rest = bytes, number;
    char head[60];
    int64_t major = 0;

    snprintf(head, sizeof head,
             "{\"doc\":\"%.*s\",\"v\":", SPAN_ARG(jx_choice_at(FED_DOC_TYPES, (int)type)));
    if (!cut_line(&rest, &line) || !span_has_prefix(line, span_text(head)) ||
        line.p[line.len - 1] != '}')
        return fail_set(why, ERR_PROTO, "line 1 is not that of such a document");
    number = span_from(line, strlen(head));
    number.len--;
    if (number.len > 6 || !jx_i64_parse(number, &major) || major < 1)
        return fail_set(why, ERR_PROTO, "line 1: no version");
    if (major != MAJOR)
        return fail_set(why, ERR_CONFLICT, "version %d", (int)major);
    *out = (struct fed_lines){.rest = rest, .line = 1};
    return ERR_OK;
}

enum err fed_lines_next(struct fed_lines *lines, const struct jx_shape *shape,
                        struct arena *arena, void *into, struct fail *why)
{
    struct span line, again;
    struct fail inner = {.code = ERR_OK};
    enum err rc;

    lines->line++;
    if (!cut_line(&lines->rest, &line))
        return fail_set(why, ERR_PROTO, "line %d is missing", lines->line);
    rc = jx_read(line, shape, arena, into, NULL, &inner);
    if (rc == ERR_OK)
        rc = jx_write_canonical(shape, into, arena, &again, &inner);
    if (rc == ERR_NOMEM)
        return fail_set(why, rc, "line %d", lines->line);
    if (rc != ERR_OK)
        return fail_field(why, ERR_PROTO, inner.field, "line %d: %s", lines->line, inner.text);
    if (!span_eq(line, again))
        return fail_set(why, ERR_PROTO, "line %d is not in canonical form", lines->line);
    return ERR_OK;
}

enum err fed_lines_end(const struct fed_lines *lines, struct fail *why)
{
    return lines->rest.len == 0 ? ERR_OK
                                : fail_set(why, ERR_PROTO, "bytes behind line %d", lines->line);
}

/* ---- writing ---- */

static enum err put(struct fed_text *text, struct span bytes, struct fail *why)
{
    if (text->cap - text->len < bytes.len + 1) {
        size_t cap = 2 * (text->cap + bytes.len) + TEXT_FIRST;
        uint8_t *p = arena_alloc(text->arena, cap);

        if (p == NULL)
            return fail_set(why, ERR_NOMEM, "a document");
        if (text->len > 0)
            memcpy(p, text->p, text->len);
        text->p = p;
        text->cap = cap;
    }
    memcpy(text->p + text->len, bytes.p, bytes.len);
    text->len += bytes.len;
    text->p[text->len++] = '\n';
    return ERR_OK;
}

enum err fed_text_begin(struct fed_text *text, struct arena *arena, enum fed_doc_type type,
                        struct fail *why)
{
    char head[60];

    *text = (struct fed_text){.arena = arena};
    snprintf(head, sizeof head, "{\"doc\":\"%.*s\",\"v\":%d}",
             SPAN_ARG(jx_choice_at(FED_DOC_TYPES, (int)type)), MAJOR);
    return put(text, span_text(head), why);
}

enum err fed_text_line(struct fed_text *text, const struct jx_shape *shape, const void *from,
                       struct fail *why)
{
    struct span line;
    enum err rc = jx_write_canonical(shape, from, text->arena, &line, why);

    return rc == ERR_OK ? put(text, line, why) : rc;
}

enum err fed_text_end(struct fed_text *text, struct span *bytes_out, struct fail *why)
{
    if (text->len > FED_DOC_CAP)
        return fail_set(why, ERR_TOO_LARGE, "a document of %zu bytes", text->len);
    *bytes_out = span_of(text->p, text->len);
    return ERR_OK;
}
