/* covers: node/io/net_text.c node/io/net_mail.c */
/* Where to, as anybody may type it: any bytes. What is accepted can stand in a header or a
 * URL as it is; and a mail made of any text is lines of ASCII. */
#include "node/io/net_mail.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void address(struct span text)
{
    struct net_address out, again;

    if (net_address_read(text, &out, NULL) != ERR_OK)
        return;
    must(strlen(out.text) == text.len && out.text[out.at] == '@');
    must(strpbrk(out.text, "\r\n\t <>\"(),:;[]\\") == NULL);
    must(net_address_read(span_text(out.text), &again, NULL) == ERR_OK &&
         strcmp(again.text, out.text) == 0);
}

static void url(struct span text)
{
    struct net_url out;

    if (net_url_read(text, &out, NULL) != ERR_OK)
        return;
    must(strlen(out.text) == text.len && out.port > 0 && out.host[0] != '\0');
    must(strpbrk(out.text, "\r\n\t #\\\"<>") == NULL);
    must(out.is_https || net_is_loopback_name(out.host));
}

static void ip(struct span text)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct sockaddr_in in = {.sin_family = AF_INET};
    const struct sockaddr *six = (const struct sockaddr *)&in6;
    const struct sockaddr *four = (const struct sockaddr *)&in;

    if (text.len < 16)
        return;
    memcpy(&in6.sin6_addr, text.p, 16);
    memcpy(&in.sin_addr, text.p, 4);
    must(!(net_is_public(six) && net_is_loopback(six)));
    must(!(net_is_public(four) && net_is_loopback(four)));
    must(!net_is_public(&(struct sockaddr){.sa_family = AF_UNIX}) &&
         !net_is_loopback(&(struct sockaddr){.sa_family = AF_UNIX}));
}

/* Every byte of a mail is ASCII, every line ends as lines of mail do. */
static void lines(const struct net_mail *mail, struct arena *arena)
{
    struct span bytes;

    if (net_mail_write(mail, arena, &bytes, NULL) != ERR_OK)
        return;
    must(bytes.len > 4 && memcmp(bytes.p + bytes.len - 2, "\r\n", 2) == 0);
    for (size_t i = 0; i < bytes.len; i++) {
        must(bytes.p[i] == '\r' || bytes.p[i] == '\n' ||
             (bytes.p[i] >= 0x20 && bytes.p[i] < 0x7f));
        must((bytes.p[i] == '\n') == (i > 0 && bytes.p[i - 1] == '\r'));
    }
}

static void mail(struct span text)
{
    struct net_mail mail = {.date_utc_us = (int64_t)text.len * 86400000000};
    struct arena *arena = NULL;
    char *name;

    must(arena_create(4096, &arena, NULL) == ERR_OK);
    must(net_address_read(SPAN("a@example.jp"), &mail.from, NULL) == ERR_OK);
    mail.to = mail.from;
    mail.from_name = mail.subject = span_cut(text, 0, text.len / 2);
    mail.body = span_from(text, text.len / 2);
    lines(&mail, arena);
    /* The same as a file of a mail, and as what a file is called. */
    mail.file = text;
    mail.file_name = "report.zip";
    mail.file_type = "application/zip";
    lines(&mail, arena);
    name = arena_text(arena, text);
    must(name != NULL);
    mail.file = SPAN("x");
    mail.file_name = name;
    lines(&mail, arena);
    mail.file_name = "report.zip";
    mail.file_type = name;
    lines(&mail, arena);
    arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);

    address(text);
    url(text);
    ip(text);
    mail(text);
    return 0;
}
