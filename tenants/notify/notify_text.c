#include "tenants/notify/notify_text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/jx.h"

#define LINK_KEY "notify.link" /* of the keyring */
#define ID_BYTES 16

enum err notify_token_make(struct keyring *keyring, struct id notice,
                           uint8_t token_out[NOTIFY_TOKEN_BYTES], struct fail *why)
{
    memcpy(token_out, notice.b, ID_BYTES);
    return keyring_blind(keyring, LINK_KEY, span_of(notice.b, ID_BYTES), token_out + ID_BYTES,
                         why);
}

enum err notify_token_read(struct keyring *keyring, struct span token, struct id *notice_out,
                           struct fail *why)
{
    uint8_t wanted[NOTIFY_TOKEN_BYTES];
    struct id notice;
    enum err rc;

    if (token.len != NOTIFY_TOKEN_BYTES)
        return fail_set(why, ERR_NOT_FOUND, "no token");
    memcpy(notice.b, token.p, ID_BYTES);
    rc = notify_token_make(keyring, notice, wanted, why);
    if (rc == ERR_OK && CRYPTO_memcmp(wanted, token.p, sizeof wanted) != 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no token of ours");
    if (rc == ERR_OK)
        *notice_out = notice;
    return rc;
}

/* base64url without padding: 43 characters. */
static void token_text(const uint8_t token[NOTIFY_TOKEN_BYTES], char out[48])
{
    EVP_EncodeBlock((uint8_t *)out, token, NOTIFY_TOKEN_BYTES);
    out[43] = '\0';
    for (char *c = out; *c != '\0'; c++)
        if (*c == '+')
            *c = '-';
        else if (*c == '/')
            *c = '_';
}

static enum err make_link(struct keyring *keyring, struct id notice, const char *origin,
                          struct arena *arena, char **link_out, struct fail *why)
{
    uint8_t token[NOTIFY_TOKEN_BYTES];
    char text[48];
    enum err rc = notify_token_make(keyring, notice, token, why);

    if (rc != ERR_OK)
        return rc;
    token_text(token, text);
    *link_out = arena_printf(arena, "%s/#/n/%s", origin, text);
    return *link_out == NULL ? fail_set(why, ERR_NOMEM, "a link") : ERR_OK;
}

enum err notify_mail_fill(const struct notice_due *notice, const char *origin,
                          struct keyring *keyring, const struct net *net, struct span address,
                          struct arena *arena, struct net_mail *mail_out, struct fail *why)
{
    const struct notify_words *words = notify_words(notice->kind);
    char *link = NULL, *body;
    enum err rc = make_link(keyring, notice->id, origin, arena, &link, why);

    *mail_out = (struct net_mail){
        .from = *net_mail_from(net),
        .from_name = net_mail_name(net),
        .subject = span_text(words->subject_ja),
        .id = notice->id,
        .date_utc_us = notice->made_utc_us,
    };
    if (rc == ERR_OK)
        rc = net_address_read(address, &mail_out->to, why);
    if (rc != ERR_OK)
        return rc;
    body = arena_printf(arena, "%s\n%s\n\n%s", words->body_ja, link,
                        id_is_none(notice->attachment) ? notify_tail_ja : notify_attached_ja);
    mail_out->body = span_text(body);
    return body == NULL ? fail_set(why, ERR_NOMEM, "a mail") : ERR_OK;
}

struct hook_body {
    struct id notice;
    struct span kind, link, text;
    int64_t at;
};
static const struct jx_field hook_fields[] = {
    {.name = "notice", .type = JX_ID, .offset = offsetof(struct hook_body, notice)},
    {.name = "kind", .type = JX_TEXT, .offset = offsetof(struct hook_body, kind)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct hook_body, at)},
    {.name = "text", .type = JX_TEXT, .offset = offsetof(struct hook_body, text)},
    {.name = "link", .type = JX_TEXT, .offset = offsetof(struct hook_body, link)},
};
static const struct jx_shape hook_shape = JX_SHAPE("NotifyHook", struct hook_body, hook_fields);

enum err notify_hook_fill(const struct notice_due *notice, const char *origin,
                          struct keyring *keyring, struct span address, struct span secret,
                          struct arena *arena, struct net_hook *hook_out, struct fail *why)
{
    const struct notify_words *words = notify_words(notice->kind);
    struct hook_body body = {
        .notice = notice->id,
        .kind = span_text(words->id),
        .text = span_text(words->subject_ja),
        .at = notice->made_utc_us,
    };
    char *link = NULL;
    enum err rc = make_link(keyring, notice->id, origin, arena, &link, why);

    *hook_out =
        (struct net_hook){.secret = secret, .id = notice->id, .now_utc_us = clock_utc_us()};
    if (rc == ERR_OK)
        rc = net_url_read(address, &hook_out->url, why);
    body.link = span_text(link);
    return rc == ERR_OK ? jx_write(&hook_shape, &body, arena, &hook_out->body, why) : rc;
}
