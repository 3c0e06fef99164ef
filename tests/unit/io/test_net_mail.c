/* One mail as bytes: lines and words as the RFCs have them, and nothing a caller gives begins a
 * header of its own. */
#include "node/io/net_mail.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "tests/t.h"

#define AT_US INT64_C(1795329423000000) /* 2026-11-22T06:37:03Z */

static struct net_mail mail_of(const char *name, const char *subject, const char *body)
{
    struct net_mail mail = {
        .from_name = span_text(name),
        .subject = span_text(subject),
        .body = span_text(body),
        .date_utc_us = AT_US,
    };

    for (size_t i = 0; i < sizeof mail.id.b; i++)
        mail.id.b[i] = (uint8_t)i;
    T_EQ(net_address_read(SPAN("notice@town.example.jp"), &mail.from, NULL), ERR_OK, "from");
    T_EQ(net_address_read(SPAN("duty@example.jp"), &mail.to, NULL), ERR_OK, "to");
    return mail;
}

static struct arena *arena_of(void)
{
    struct arena *arena = NULL;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    return arena;
}

T_CASE(net_mail_is_these_bytes)
{
    struct net_mail mail = mail_of("居場所", "新しいお知らせ", "一覧を開いてください。\n");
    struct arena *arena = arena_of();
    struct span bytes;

    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_OK, "written");
    T_SPAN(bytes,
           SPAN("Date: Sun, 22 Nov 2026 15:37:03 +0900\r\n"
                "From: =?UTF-8?B?5bGF5aC05omA?=\r\n"
                " <notice@town.example.jp>\r\n"
                "To: <duty@example.jp>\r\n"
                "Subject: =?UTF-8?B?5paw44GX44GE44GK55+l44KJ44Gb?=\r\n"
                "Message-ID: <00010203-0405-0607-0809-0a0b0c0d0e0f@town.example.jp>\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=UTF-8\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "Auto-Submitted: auto-generated\r\n"
                "X-Auto-Response-Suppress: All\r\n"
                "\r\n"
                "5LiA6Kan44KS6ZaL44GE44Gm44GP44Gg44GV44GE44CCDQo=\r\n"),
           "the whole mail");
    mail.from_name = SPAN_NONE;
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_OK, "without a name");
    T_OK(memmem(bytes.p, bytes.len, "From: <notice@town.example.jp>\r\n", 32) != NULL,
         "the address alone");
    arena_destroy(&arena);
}

T_CASE(net_mail_words_are_short_and_whole)
{
    char subject[NET_MAIL_SUBJECT_MOST + 1];
    struct arena *arena = arena_of();

    /* One, two, three and four bytes a character, begun at every place in a word. */
    for (size_t n = 1; n <= NET_MAIL_SUBJECT_MOST; n++) {
        static const char *const parts[] = {"a", "\u00e9", "\u5c45", "\U0001f33b"};
        size_t len = 0;
        struct net_mail mail;
        struct span bytes, rest;

        for (size_t i = 0; len + strlen(parts[(i + n) % 4]) <= n; i++) {
            memcpy(subject + len, parts[(i + n) % 4], strlen(parts[(i + n) % 4]));
            len += strlen(parts[(i + n) % 4]);
        }
        subject[len] = '\0';
        if (len == 0)
            continue;
        mail = mail_of(subject, subject, "x");
        T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_OK, "written");
        for (rest = bytes; rest.len > 0;) {
            const uint8_t *end = memmem(rest.p, rest.len, "\r\n", 2);
            size_t line = end == NULL ? rest.len : (size_t)(end - rest.p);

            T_OK(end != NULL && line <= 90, "a line with an end, as short as it should be");
            for (size_t i = 0; i < line; i++)
                if (rest.p[i] < 0x20 || rest.p[i] > 0x7e)
                    T_OK(false, "ASCII alone");
            rest = span_from(rest, line + 2);
        }
        arena_reset(arena);
    }
    arena_destroy(&arena);
}

T_CASE(net_mail_refuses_what_would_be_a_header)
{
    static const struct {
        const char *name, *subject, *body;
        enum err want;
    } rows[] = {
        {"居場所", "お知らせ", "x\ny\n", ERR_OK},
        {"居場所\r\nBcc: all@example.jp", "お知らせ", "x", ERR_INVALID},
        {"居場所", "お知らせ\nBcc: all@example.jp", "x", ERR_INVALID},
        {"居場所", "お知らせ\rBcc: all@example.jp", "x", ERR_INVALID},
        {"居場所", "お知らせ\t", "x", ERR_INVALID},
        {"居場所", "お知らせ\x7f", "x", ERR_INVALID},
        {"居場所", "\xe5\xb1", "x", ERR_INVALID},
        {"居場所", "", "x", ERR_INVALID},
        {"居場所", "お知らせ", "", ERR_INVALID},
        {"居場所", "お知らせ", "x\r\n.\r\nMAIL FROM:<a@b.cd>", ERR_INVALID},
        {"居場所", "お知らせ", "x\x1b[2J", ERR_INVALID},
        {"居場所", "お知らせ", ".\n.\n", ERR_OK},
    };
    struct arena *arena = arena_of();
    struct net_mail mail;
    struct span bytes;
    char *large = malloc(NET_MAIL_BODY_MOST + 2);

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mail = mail_of(rows[i].name, rows[i].subject, rows[i].body);
        T_EQ(net_mail_write(&mail, arena, &bytes, NULL), rows[i].want, rows[i].subject);
        T_EQ(bytes.len > 0, rows[i].want == ERR_OK, "bytes or none");
    }
    mail = mail_of("", "s", "x");
    mail.subject = span_of("a\0b", 3);
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_INVALID, "NUL");
    mail = mail_of("", "s", "x");
    memcpy(mail.to.text, "a@b.cd\r\nBcc: x@y.zz", 20);
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_INVALID, "an address made by hand");
    mail = mail_of("", "s", "x");
    mail.to = (struct net_address){.at = 0};
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_INVALID, "no address");
    T_OK(large != NULL, "memory");
    if (large != NULL) {
        memset(large, '\n', NET_MAIL_BODY_MOST + 1);
        large[NET_MAIL_BODY_MOST + 1] = '\0';
        mail = mail_of("", "s", large);
        T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_TOO_LARGE, "one byte too many");
        large[NET_MAIL_BODY_MOST] = '\0';
        mail = mail_of("", "s", large);
        T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_OK, "the most, all line ends");
        free(large);
    }
    arena_destroy(&arena);
}

T_CASE(net_mail_carries_one_file)
{
    static const uint8_t file[] = {'P', 'K', 3, 4, 0, 255};
    struct net_mail mail = mail_of("", "s", "x");
    struct arena *arena = arena_of();
    struct span bytes;

    mail.file_name = "report.zip";
    mail.file_type = "application/zip";
    mail.file = span_of(file, sizeof file);
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_OK, "written");
    T_SPAN(bytes,
           SPAN("Date: Sun, 22 Nov 2026 15:37:03 +0900\r\n"
                "From: <notice@town.example.jp>\r\n"
                "To: <duty@example.jp>\r\n"
                "Subject: =?UTF-8?B?cw==?=\r\n"
                "Message-ID: <00010203-0405-0607-0809-0a0b0c0d0e0f@town.example.jp>\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: multipart/mixed;"
                " boundary=\"=_00010203-0405-0607-0809-0a0b0c0d0e0f\"\r\n"
                "Auto-Submitted: auto-generated\r\n"
                "X-Auto-Response-Suppress: All\r\n"
                "\r\n"
                "--=_00010203-0405-0607-0809-0a0b0c0d0e0f\r\n"
                "Content-Type: text/plain; charset=UTF-8\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "\r\n"
                "eA==\r\n"
                "--=_00010203-0405-0607-0809-0a0b0c0d0e0f\r\n"
                "Content-Type: application/zip\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "Content-Disposition: attachment; filename=\"report.zip\"\r\n"
                "\r\n"
                "UEsDBAD/\r\n"
                "--=_00010203-0405-0607-0809-0a0b0c0d0e0f--\r\n"),
           "the whole mail");
    arena_destroy(&arena);
}

T_CASE(net_mail_refuses_a_file_that_could_say_more)
{
    static const struct {
        const char *name, *type, *bytes;
        enum err want;
    } rows[] = {
        {"a.zip", "application/zip", "x", ERR_OK},
        {"a.zip", "application/zip", "", ERR_INVALID},
        {"", "application/zip", "x", ERR_INVALID},
        {"a\"\r\nBcc: x@y.zz", "application/zip", "x", ERR_INVALID},
        {"報告.zip", "application/zip", "x", ERR_INVALID},
        {"a/b", "application/zip", "x", ERR_INVALID},
        {"a.zip", "text/html; charset=x", "x", ERR_INVALID},
        {"a.zip", NULL, "x", ERR_INVALID},
    };
    struct arena *arena = arena_of();
    struct net_mail mail = mail_of("", "s", "x");
    struct span bytes;
    uint8_t *large = calloc(1, NET_MAIL_FILE_MOST + 1);

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mail.file_name = rows[i].name;
        mail.file_type = rows[i].type;
        mail.file = span_text(rows[i].bytes);
        T_EQ(net_mail_write(&mail, arena, &bytes, NULL), rows[i].want, rows[i].name);
    }
    T_OK(large != NULL, "memory");
    mail.file_name = "a.zip";
    mail.file_type = "application/zip";
    mail.file = span_of(large, NET_MAIL_FILE_MOST + 1);
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_TOO_LARGE, "one byte too many");
    mail.file.len--;
    T_EQ(net_mail_write(&mail, arena, &bytes, NULL), ERR_OK, "the most");
    free(large);
    arena_destroy(&arena);
}
