#include "node/io/net_mail.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/utf.h"

#define WORD_BYTES   45 /* of text in an encoded word: 60 characters, with its frame 72 of 75 */
#define LINE_BYTES   57 /* of body in a line: 76 characters (RFC 2045, 6.8) */
#define TOKYO_US     (9 * HOUR_US)
#define HEAD_CAP     2600 /* the fixed lines of mail and parts, two addresses, a date */
#define WORD_FRAME   16   /* "=?UTF-8?B?" "?=" CR LF SP */
#define BASE64_OF(n) (((n) + 2) / 3 * 4)

struct out {
    char *p;
    size_t len, cap;
};

static void put(struct out *out, struct span bytes)
{
    invariant(bytes.len <= out->cap - out->len, "%zu of %zu bytes", out->len, out->cap);
    if (bytes.len > 0)
        memcpy(out->p + out->len, bytes.p, bytes.len);
    out->len += bytes.len;
}

static void put_text(struct out *out, const char *text)
{
    put(out, span_text(text));
}

static void put_base64(struct out *out, struct span bytes)
{
    /* EVP_EncodeBlock writes a NUL as well. */
    invariant(BASE64_OF(bytes.len) + 1 <= out->cap - out->len, "%zu of %zu bytes", out->len,
              out->cap);
    if (bytes.len > 0)
        out->len +=
            (size_t)EVP_EncodeBlock((uint8_t *)out->p + out->len, bytes.p, (int)bytes.len);
}

/* ---- header lines ---- */

/* At most WORD_BYTES, cut between two characters (RFC 2047, section 5: never within one). */
static size_t word_len(struct span text)
{
    size_t n = text.len;

    if (n > WORD_BYTES) {
        n = WORD_BYTES;
        while (n > 0 && (text.p[n] & 0xc0) == 0x80)
            n--;
    }
    return n;
}

/* All text goes as encoded words, ASCII too: so no caller's byte stands in a header as it is.
 */
static void put_words(struct out *out, struct span text)
{
    while (text.len > 0) {
        size_t n = word_len(text);

        put_text(out, "=?UTF-8?B?");
        put_base64(out, span_cut(text, 0, n));
        put_text(out, "?=");
        text = span_from(text, n);
        if (text.len > 0)
            put_text(out, "\r\n "); /* white space between two encoded words is not shown */
    }
}

static void put_address(struct out *out, const char *name, const struct net_address *address)
{
    put_text(out, name);
    put_text(out, "<");
    put_text(out, address->text);
    put_text(out, ">\r\n");
}

/* RFC 5322, 3.3, in English whatever the locale. */
static void put_date(struct out *out, int64_t utc_us)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t at = (time_t)((utc_us + TOKYO_US) / SECOND_US);
    char text[64];
    struct tm tm = {.tm_mday = 1};

    gmtime_r(&at, &tm);
    snprintf(text, sizeof text, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0900\r\n",
             days + (size_t)tm.tm_wday * 3, tm.tm_mday, months + (size_t)tm.tm_mon * 3,
             tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    put_text(out, text);
}

/* Base64 has no '_', so no line of the content is taken for it; the id makes it this mail's
 * own. */
static void put_boundary(struct out *out, const struct net_mail *mail)
{
    char id[ID_TEXT_CAP];

    id_text(mail->id, id);
    put_text(out, "=_");
    put_text(out, id);
}

static void put_part(struct out *out, const struct net_mail *mail)
{
    put_text(out, "--");
    put_boundary(out, mail);
    put_text(out, "\r\n");
}

static void put_text_head(struct out *out)
{
    put_text(out, "Content-Type: text/plain; charset=UTF-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n");
}

static void put_content_head(struct out *out, const struct net_mail *mail)
{
    if (mail->file_name == NULL) {
        put_text_head(out);
        return;
    }
    put_text(out, "Content-Type: multipart/mixed; boundary=\"");
    put_boundary(out, mail);
    put_text(out, "\"\r\n");
}

static void put_file_head(struct out *out, const struct net_mail *mail)
{
    put_text(out, "Content-Type: ");
    put_text(out, mail->file_type);
    put_text(out, "\r\nContent-Transfer-Encoding: base64\r\n"
                  "Content-Disposition: attachment; filename=\"");
    put_text(out, mail->file_name);
    put_text(out, "\"\r\n\r\n");
}

static void put_head(struct out *out, const struct net_mail *mail)
{
    char id[ID_TEXT_CAP];

    id_text(mail->id, id);
    put_date(out, mail->date_utc_us);
    put_text(out, "From: ");
    put_words(out, mail->from_name);
    put_address(out, mail->from_name.len > 0 ? "\r\n " : "", &mail->from);
    put_address(out, "To: ", &mail->to);
    put_text(out, "Subject: ");
    put_words(out, mail->subject);
    put_text(out, "\r\nMessage-ID: <");
    put_text(out, id);
    put_text(out, mail->from.text + mail->from.at); /* "@" and the domain */
    put_text(out, ">\r\n"
                  "MIME-Version: 1.0\r\n");
    put_content_head(out, mail);
    put_text(out, "Auto-Submitted: auto-generated\r\n" /* RFC 3834: nobody answers a machine */
                  "X-Auto-Response-Suppress: All\r\n"
                  "\r\n");
}

/* ---- the body ---- */

static void put_lines(struct out *out, struct span bytes)
{
    for (size_t at = 0; at < bytes.len; at += LINE_BYTES) {
        put_base64(out, span_cut(bytes, at, LINE_BYTES));
        put_text(out, "\r\n");
    }
}

static enum err put_body(struct out *out, struct span body, struct arena *arena,
                         struct fail *why)
{
    uint8_t *text = arena_alloc(arena, body.len * 2 + 1);
    size_t n = 0;

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a mail's text");
    for (size_t i = 0; i < body.len; i++) {
        if (body.p[i] == '\n')
            text[n++] = '\r';
        text[n++] = body.p[i];
    }
    put_lines(out, span_of(text, n));
    return ERR_OK;
}

/* text alone, or text and file as multipart/mixed (RFC 2046, 5.1.3). */
static enum err put_content(struct out *out, const struct net_mail *mail, struct arena *arena,
                            struct fail *why)
{
    enum err rc;

    if (mail->file_name == NULL)
        return put_body(out, mail->body, arena, why);
    put_part(out, mail);
    put_text_head(out);
    put_text(out, "\r\n");
    rc = put_body(out, mail->body, arena, why);
    if (rc != ERR_OK)
        return rc;
    put_part(out, mail);
    put_file_head(out, mail);
    put_lines(out, mail->file);
    put_text(out, "--");
    put_boundary(out, mail);
    put_text(out, "--\r\n");
    return ERR_OK;
}

/* ---- what may go in ---- */

static bool is_text(struct span text, bool may_have_lines)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.p[i] < 0x20 && !(may_have_lines && text.p[i] == '\n')) || text.p[i] == 0x7f)
            return false;
    return utf_is_valid(text);
}

static bool is_address(const struct net_address *address)
{
    struct net_address again;

    return net_address_read(span_text(address->text), &again, NULL) == ERR_OK &&
           again.at == address->at;
}

static bool is_word(const char *text, const char *allowed)
{
    size_t len = strlen(text);

    return len > 0 && len <= NET_MAIL_NAME_MOST && strspn(text, allowed) == len;
}

static enum err check_file(const struct net_mail *mail, struct fail *why)
{
    if (mail->file_name == NULL)
        return ERR_OK;
    if (mail->file.len > NET_MAIL_FILE_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a file of %zu bytes", mail->file.len);
    if (mail->file.len == 0 || mail->file_type == NULL ||
        !is_word(mail->file_name, "abcdefghijklmnopqrstuvwxyz0123456789._-") ||
        !is_word(mail->file_type, "abcdefghijklmnopqrstuvwxyz0123456789./+-"))
        return fail_set(why, ERR_INVALID, "the file of a mail");
    return ERR_OK;
}

static enum err check(const struct net_mail *mail, struct fail *why)
{
    if (mail->subject.len > NET_MAIL_SUBJECT_MOST ||
        mail->from_name.len > NET_MAIL_SUBJECT_MOST || mail->body.len > NET_MAIL_BODY_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a mail of %zu bytes", mail->body.len);
    if (!is_address(&mail->from) || !is_address(&mail->to))
        return fail_set(why, ERR_INVALID, "an address of a mail");
    if (mail->subject.len == 0 || mail->body.len == 0 || !is_text(mail->subject, false) ||
        !is_text(mail->from_name, false) || !is_text(mail->body, true))
        return fail_set(why, ERR_INVALID, "a text of a mail");
    return check_file(mail, why);
}

/* Every word holds at least WORD_BYTES - 3 bytes. */
static size_t words_cap(size_t len)
{
    return BASE64_OF(len) + (len / (WORD_BYTES - 3) + 1) * (WORD_FRAME + 4);
}

enum err net_mail_write(const struct net_mail *mail, struct arena *arena,
                        struct span *bytes_out, struct fail *why)
{
    struct out out = {.cap = 0};
    enum err rc = check(mail, why);

    *bytes_out = SPAN_NONE;
    if (rc != ERR_OK)
        return rc;
    out.cap = HEAD_CAP + words_cap(mail->subject.len) + words_cap(mail->from_name.len) +
              BASE64_OF(mail->body.len * 2) + (mail->body.len * 2 / LINE_BYTES + 2) * 8;
    if (mail->file_name != NULL)
        out.cap += BASE64_OF(mail->file.len) + (mail->file.len / LINE_BYTES + 2) * 8;
    out.p = arena_alloc(arena, out.cap);
    if (out.p == NULL)
        return fail_set(why, ERR_NOMEM, "a mail of %zu bytes", out.cap);
    put_head(&out, mail);
    rc = put_content(&out, mail, arena, why);
    if (rc == ERR_OK)
        *bytes_out = span_of(out.p, out.len);
    return rc;
}
