#include "node/io/net.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/wholefile.h"

#define ANSWER_MOST  65536 /* bytes of an answer, head and body each; nothing of it is kept */
#define AUTH_MOST    512
#define URL_CAP      640
#define SOCKETS_MOST 4 /* two at once while it is not known which family answers */
#define SECRET_LEAST 16

const struct conf_row net_conf_rows[NET_CONF_N] = {
    {.name = "net.mail_host",
     .type = CONF_TEXT,
     .most = NET_HOST_MOST,
     .initial = "",
     .help = "mail server for notices; empty: no mail is sent"},
    {.name = "net.mail_port",
     .type = CONF_INT,
     .least = 1,
     .most = 65535,
     .initial = "587",
     .help = "its port"},
    {.name = "net.mail_tls",
     .type = CONF_ENUM,
     .choices = "starttls|tls|none",
     .initial = "starttls",
     .help = "how the line to it is encrypted; none: on this machine only"},
    {.name = "net.mail_auth_file",
     .type = CONF_PATH,
     .initial = "",
     .help = "file of two lines, user and password; empty: the server asks for none"},
    {.name = "net.mail_from",
     .type = CONF_TEXT,
     .most = NET_ADDRESS_MOST,
     .initial = "",
     .help = "address that notices come from"},
    {.name = "net.mail_name",
     .type = CONF_TEXT,
     .most = 100,
     .initial = "居場所",
     .help = "name shown beside that address"},
    {.name = "net.ca_file",
     .type = CONF_PATH,
     .initial = "",
     .help = "certificate authorities to believe; empty: those of the system"},
    {.name = "net.connect_s",
     .type = CONF_INT,
     .least = 1,
     .most = 60,
     .unit = "s",
     .initial = "10",
     .help = "time to connect to a server outside"},
    {.name = "net.timeout_s",
     .type = CONF_INT,
     .least = 2,
     .most = 120,
     .unit = "s",
     .initial = "30",
     .help = "time for one mail or webhook as a whole"},
    {.name = "net.allow_private",
     .type = CONF_BOOL,
     .initial = "false",
     .help = "webhooks may go to addresses of one's own network"},
};

enum mail_tls { MAIL_STARTTLS, MAIL_TLS, MAIL_PLAIN };

struct net {
    enum mail_tls tls;
    struct net_address from;
    struct span name;
    char mail_url[URL_CAP];                /* "smtp://HOST:PORT/OUR-DOMAIN"; "": no mail */
    char user[AUTH_MOST], word[AUTH_MOST]; /* "": none */
    const char *ca_file;
    long connect_ms, timeout_ms;
    bool allow_private;
};

static const char *const why_ids[NET_WHY_N] = {
    "none",    "off",    "resolve", "private", "connect", "tls",     "auth",
    "timeout", "sender", "busy",    "refused", "proto",   "stopped",
};

const char *net_why_id(enum net_why why)
{
    return why_ids[why];
}

bool net_why_is_general(enum net_why why)
{
    switch (why) {
    case NET_WHY_OFF:
    case NET_WHY_RESOLVE:
    case NET_WHY_CONNECT:
    case NET_WHY_TLS:
    case NET_WHY_AUTH:
    case NET_WHY_TIMEOUT:
    case NET_WHY_SENDER:
    case NET_WHY_PROTO:
        return true;
    case NET_WHY_NONE:
    case NET_WHY_PRIVATE:
    case NET_WHY_BUSY:
    case NET_WHY_REFUSED:
    case NET_WHY_STOPPED:
    case NET_WHY_N:
        return false;
    }
    return false;
}

/* ---- the configuration ---- */

/* One line into out, without its end; what follows it. False: empty, too long, or a control
 * character. */
static bool take_line(struct span *text, char out[AUTH_MOST])
{
    const uint8_t *end = text->len == 0 ? NULL : memchr(text->p, '\n', text->len);
    size_t len = end == NULL ? text->len : (size_t)(end - text->p);

    if (len == 0 || len >= AUTH_MOST)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text->p[i] < 0x20 || text->p[i] == 0x7f)
            return false;
    memcpy(out, text->p, len);
    out[len] = '\0';
    *text = span_from(*text, len + 1);
    return true;
}

static enum err read_auth(struct net *net, const char *path, struct fail *why)
{
    uint8_t bytes[2 * AUTH_MOST];
    struct span text;
    size_t len = 0;
    enum err rc;

    if (path[0] == '\0')
        return ERR_OK;
    rc = wholefile_read(path, bytes, sizeof bytes, &len, why);
    if (rc == ERR_OK) {
        text = span_of(bytes, len);
        if (!take_line(&text, net->user) || !take_line(&text, net->word) || text.len > 0)
            rc = fail_field(why, ERR_INVALID, "net.mail_auth_file",
                            "not two lines, user and password");
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

static enum err read_mail(struct net *net, const struct conf *conf, struct fail *why)
{
    const char *host = conf_text(conf, "net.mail_host");
    const char *tls = conf_text(conf, "net.mail_tls");
    int n;

    if (host[0] == '\0')
        return ERR_OK;
    if (!net_is_host(span_text(host), 1, true))
        return fail_field(why, ERR_INVALID, "net.mail_host", "not the name of a machine");
    if (net_address_read(span_text(conf_text(conf, "net.mail_from")), &net->from, NULL) !=
        ERR_OK)
        return fail_field(why, ERR_INVALID, "net.mail_from", "not a mail address");
    net->tls = strcmp(tls, "tls") == 0    ? MAIL_TLS
               : strcmp(tls, "none") == 0 ? MAIL_PLAIN
                                          : MAIL_STARTTLS;
    if (net->tls == MAIL_PLAIN && !net_is_loopback_name(host))
        return fail_field(why, ERR_INVALID, "net.mail_tls",
                          "mail leaves this machine in clear");
    net->name = span_text(conf_text(conf, "net.mail_name"));
    /* The path is what curl says in EHLO: our domain, not the name of this machine. */
    n = snprintf(net->mail_url, URL_CAP, "%s://%s:%d/%s",
                 net->tls == MAIL_TLS ? "smtps" : "smtp", host,
                 (int)conf_int(conf, "net.mail_port"), net->from.text + net->from.at + 1);
    invariant(n > 0 && n < URL_CAP, "%d", n);
    return read_auth(net, conf_text(conf, "net.mail_auth_file"), why);
}

enum err net_open(const struct conf *conf, struct net **net_out, struct fail *why)
{
    struct net *net = calloc(1, sizeof *net);
    enum err rc;

    *net_out = NULL;
    if (net == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(net);
        return fail_set(why, ERR_NOMEM, "curl");
    }
    net->ca_file = conf_text(conf, "net.ca_file");
    net->connect_ms = (long)conf_int(conf, "net.connect_s") * 1000;
    net->timeout_ms = (long)conf_int(conf, "net.timeout_s") * 1000;
    net->allow_private = conf_bool(conf, "net.allow_private");
    rc = read_mail(net, conf, why);
    if (rc != ERR_OK)
        net_close(&net);
    *net_out = net;
    return rc;
}

void net_close(struct net **net)
{
    if (*net == NULL)
        return;
    OPENSSL_cleanse(*net, sizeof **net);
    free(*net);
    *net = NULL;
    curl_global_cleanup();
}

bool net_has_mail(const struct net *net)
{
    return net->mail_url[0] != '\0';
}

const struct net_address *net_mail_from(const struct net *net)
{
    return &net->from;
}

struct span net_mail_name(const struct net *net)
{
    return net->name;
}

/* ---- one attempt ---- */

struct attempt {
    const struct net *net;
    const atomic_bool *stop;
    bool is_public_only; /* of addresses */
    bool is_loopback_only;
    bool was_private; /* one was refused */
    struct span sends;
    size_t n_sent, n_head, n_body;
    int sockets[SOCKETS_MOST]; /* open ones; 0: none (curl is given no descriptor 0) */
    char error[CURL_ERROR_SIZE];
};

static size_t on_read(char *into, size_t size, size_t n, void *arg)
{
    struct attempt *a = arg;
    struct span next = span_cut(a->sends, a->n_sent, size * n);

    if (next.len > 0)
        memcpy(into, next.p, next.len);
    a->n_sent += next.len;
    return next.len;
}

static size_t count_to(size_t *n_so_far, size_t n)
{
    *n_so_far += n;
    return *n_so_far > ANSWER_MOST ? 0 : n; /* another number than n ends the attempt */
}

static size_t on_head(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    return count_to(&((struct attempt *)arg)->n_head, size * n);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    return count_to(&((struct attempt *)arg)->n_body, size * n);
}

static int on_progress(void *arg, curl_off_t down, curl_off_t n_down, curl_off_t up,
                       curl_off_t n_up)
{
    const struct attempt *a = arg;

    (void)down;
    (void)n_down;
    (void)up;
    (void)n_up;
    if (a->stop == NULL || !atomic_load(a->stop))
        return 0;
    /* Or curl would say QUIT to a server that hangs and wait for its answer. */
    for (int i = 0; i < SOCKETS_MOST; i++)
        if (a->sockets[i] != 0)
            shutdown(a->sockets[i], SHUT_RDWR);
    return 1;
}

/* The address that is about to be connected to, whatever the name said a moment ago. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct attempt *a = arg;

    (void)purpose;
    if ((a->is_public_only && !net_is_public(&address->addr)) ||
        (a->is_loopback_only && !net_is_loopback(&address->addr))) {
        a->was_private = true;
        return CURL_SOCKET_BAD;
    }
    for (int i = 0; i < SOCKETS_MOST; i++)
        if (a->sockets[i] == 0) {
            int fd =
                socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

            a->sockets[i] = fd > 0 ? fd : 0;
            return fd > 0 ? fd : CURL_SOCKET_BAD;
        }
    return CURL_SOCKET_BAD;
}

static int on_close(void *arg, curl_socket_t fd)
{
    struct attempt *a = arg;

    for (int i = 0; i < SOCKETS_MOST; i++)
        if (a->sockets[i] == fd)
            a->sockets[i] = 0;
    return close(fd);
}

/* Every option that is not about the one protocol. False: no memory. */
static bool set_common(CURL *curl, struct attempt *a)
{
    const struct net *net = a->net;

    return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, a->error) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 0L) == CURLE_OK &&
           /* An empty list is an error of curl 7.88, so it is the narrowest there is. */
           curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
               CURLE_OK &&
           (net->ca_file[0] == '\0' ||
            (curl_easy_setopt(curl, CURLOPT_CAINFO, net->ca_file) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, net->connect_ms) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, net->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)ANSWER_MOST) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READDATA, a) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, a) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERDATA, a) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFODATA, a) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, a) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, a) == CURLE_OK;
}

/* What a failed call says of the line, before a server said anything of the matter. */
static enum net_why why_of(CURLcode done, const struct attempt *a)
{
    if (a->was_private)
        return NET_WHY_PRIVATE;
    switch ((int)done) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return NET_WHY_RESOLVE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
        return NET_WHY_TLS;
    case CURLE_LOGIN_DENIED:
        return NET_WHY_AUTH;
    case CURLE_OPERATION_TIMEDOUT:
        return NET_WHY_TIMEOUT;
    case CURLE_ABORTED_BY_CALLBACK:
        return NET_WHY_STOPPED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
        return NET_WHY_CONNECT;
    default:
        return NET_WHY_PROTO;
    }
}

static long code_of(CURL *curl)
{
    long code = 0;

    return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK ? code : 0;
}

/* ---- mail ---- */

static bool set_mail(CURL *curl, const struct attempt *a, struct curl_slist *to)
{
    const struct net *net = a->net;
    bool is_tls = net->tls == MAIL_TLS;

    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_tls ? "smtps" : "smtp") ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_URL, net->mail_url) == CURLE_OK &&
           curl_easy_setopt(
               curl, CURLOPT_USE_SSL,
               (long)(net->tls == MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL)) == CURLE_OK &&
           (net->user[0] == '\0' ||
            (curl_easy_setopt(curl, CURLOPT_USERNAME, net->user) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_PASSWORD, net->word) == CURLE_OK)) &&
           curl_easy_setopt(curl, CURLOPT_MAIL_FROM, net->from.text) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                            (a->net->timeout_ms + 999) / 1000) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)a->sends.len) ==
               CURLE_OK;
}

/* SMTP answers what it thinks of the last command (RFC 5321, 4.2.1). curl tells MAIL, RCPT and
 * DATA by CURLE_SEND_ERROR, the end of the mail by CURLE_WEIRD_SERVER_REPLY, as it does a
 * greeting that is none. Only a mailbox that is refused, or this very mail, is for ever: that
 * the server does not know us is ours to mend, so those mails wait. That MAIL was refused only
 * the text tells; should it one day tell it otherwise, a refused sender counts as a refused
 * mailbox. 530 and 535 are about encryption and password at whatever command they come. */
static struct net_result judge_mail(CURLcode done, long code, const struct attempt *a)
{
    bool is_answer = done == CURLE_SEND_ERROR ||
                     (done == CURLE_WEIRD_SERVER_REPLY && a->n_sent == a->sends.len);

    if (done == CURLE_OK)
        return (struct net_result){NET_ACCEPTED, NET_WHY_NONE, (int)code};
    if (code >= 400 && code < 500 && done != CURLE_LOGIN_DENIED && done != CURLE_USE_SSL_FAILED)
        return (struct net_result){NET_LATER, NET_WHY_BUSY, (int)code};
    if (code == 530 || code == 534 || code == 535 || code == 538)
        return (struct net_result){NET_LATER, NET_WHY_AUTH, (int)code};
    if (is_answer && code >= 500 && code < 600 && strncmp(a->error, "MAIL", 4) == 0)
        return (struct net_result){NET_LATER, NET_WHY_SENDER, (int)code};
    if (is_answer && code >= 500 && code < 600)
        return (struct net_result){NET_REFUSED, NET_WHY_REFUSED, (int)code};
    return (struct net_result){NET_LATER, why_of(done, a), (int)code};
}

enum err net_mail_send(struct net *net, const struct net_mail *mail, struct arena *arena,
                       const atomic_bool *stop, struct net_result *result_out, struct fail *why)
{
    struct attempt a = {.net = net, .stop = stop, .is_loopback_only = net->tls == MAIL_PLAIN};
    struct curl_slist *to = NULL;
    CURL *curl = NULL;
    enum err rc;

    *result_out = (struct net_result){NET_LATER, NET_WHY_OFF, 0};
    if (!net_has_mail(net))
        return ERR_OK;
    rc = net_mail_write(mail, arena, &a.sends, why);
    if (rc != ERR_OK)
        return rc;
    curl = curl_easy_init();
    to = curl_slist_append(NULL, mail->to.text);
    if (curl == NULL || to == NULL || !set_common(curl, &a) || !set_mail(curl, &a, to)) {
        rc = fail_set(why, ERR_NOMEM, "curl");
    } else {
        CURLcode done = curl_easy_perform(curl);

        if (done == CURLE_OUT_OF_MEMORY)
            rc = fail_set(why, ERR_NOMEM, "curl");
        else
            *result_out = judge_mail(done, code_of(curl), &a);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
    return rc;
}

/* ---- webhooks ---- */

/* NULL: no memory. */
static char *sign(const struct net_hook *hook, const char *stamp, const char *id,
                  struct arena *arena)
{
    static const char head[] = "Ibasho-Signature: v1=";
    const size_t head_len = strlen(stamp) + 1 + strlen(id) + 1;
    uint8_t mac[EVP_MAX_MD_SIZE], *text = arena_alloc(arena, head_len + hook->body.len + 1);
    char *line = arena_alloc(arena, sizeof head + 2 * sizeof mac);
    unsigned n = 0;

    if (text == NULL || line == NULL)
        return NULL;
    snprintf((char *)text, head_len + 1, "%s.%s.", stamp, id);
    memcpy(text + head_len, hook->body.p, hook->body.len);
    if (HMAC(EVP_sha256(), hook->secret.p, (int)hook->secret.len, text,
             head_len + hook->body.len, mac, &n) == NULL)
        return NULL;
    memcpy(line, head, sizeof head - 1);
    *hex_write(mac, n, line + sizeof head - 1) = '\0';
    return line;
}

/* The fixed lines, made of numbers and hexadecimal digits alone. NULL: no memory. */
static struct curl_slist *head_of(const struct net_hook *hook, struct arena *arena)
{
    char id[ID_TEXT_CAP], stamp[32];
    const char *lines[6] = {"Content-Type: application/json", "Expect:", "Accept:"};
    struct curl_slist *list = NULL;

    id_text(hook->id, id);
    snprintf(stamp, sizeof stamp, "%lld", (long long)(hook->now_utc_us / SECOND_US));
    lines[3] = arena_printf(arena, "Ibasho-Notice: %s", id);
    lines[4] = arena_printf(arena, "Ibasho-Timestamp: %s", stamp);
    lines[5] = sign(hook, stamp, id, arena);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct curl_slist *longer = lines[i] == NULL ? NULL : curl_slist_append(list, lines[i]);

        if (longer == NULL) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

static bool set_hook(CURL *curl, const struct net_hook *hook, struct curl_slist *head)
{
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                            hook->url.is_https ? "https" : "http") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_URL, hook->url.text) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)hook->body.len) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)hook->body.p) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "ibasho-node") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, head) == CURLE_OK;
}

/* Once a status has come, it decides, whatever became of the rest of the answer. */
static struct net_result judge_hook(CURLcode done, long code, const struct attempt *a)
{
    if (done == CURLE_ABORTED_BY_CALLBACK || code < 200)
        return (struct net_result){NET_LATER, why_of(done, a), (int)code};
    if (code < 300)
        return (struct net_result){NET_ACCEPTED, NET_WHY_NONE, (int)code};
    if (code == 408 || code == 425 || code == 429 || code >= 500)
        return (struct net_result){NET_LATER, NET_WHY_BUSY, (int)code};
    return (struct net_result){NET_REFUSED, NET_WHY_REFUSED, (int)code};
}

enum err net_hook_post(struct net *net, const struct net_hook *hook, struct arena *arena,
                       const atomic_bool *stop, struct net_result *result_out, struct fail *why)
{
    struct attempt a = {
        .net = net,
        .stop = stop,
        .is_public_only = !net->allow_private,
        .is_loopback_only = !hook->url.is_https,
    };
    struct curl_slist *head = NULL;
    CURL *curl = NULL;
    enum err rc = ERR_OK;

    *result_out = (struct net_result){NET_LATER, NET_WHY_NONE, 0};
    if (hook->url.text[0] == '\0' || hook->secret.len < SECRET_LEAST || hook->body.len == 0)
        return fail_set(why, ERR_INVALID, "a webhook without address, secret or body");
    if (hook->body.len > NET_HOOK_MOST)
        return fail_set(why, ERR_TOO_LARGE, "a webhook of %zu bytes", hook->body.len);
    head = head_of(hook, arena);
    curl = curl_easy_init();
    if (curl == NULL || head == NULL || !set_common(curl, &a) || !set_hook(curl, hook, head)) {
        rc = fail_set(why, ERR_NOMEM, "curl");
    } else {
        CURLcode done = curl_easy_perform(curl);

        if (done == CURLE_OUT_OF_MEMORY)
            rc = fail_set(why, ERR_NOMEM, "curl");
        else
            *result_out = judge_hook(done, code_of(curl), &a);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(head);
    return rc;
}
