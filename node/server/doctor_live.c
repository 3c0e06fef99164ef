/* WebSockets as a browser meets them: /ws is asked through the front without an upgrade, which
 * our realtime server refuses with a 426 of its own (ws_handshake.h). Of nothing behind it, or
 * of all places taken, the front itself says 503. */
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/conf.h"
#include "node/server/doctor.h"
#include "node/server/live.h"
#include "node/server/own.h"

#define FULL_PERCENT 90
#define LATE_PERCENT 1  /* of all ticks: a stall is 100 ms, what people feel is more of them */
#define STATUS_BYTES 12 /* "HTTP/1.1 426" */

/* Not verified, like the certificate's age: it is asked for what answers, and told nothing. */
static size_t ask_tls(int fd, struct doctor_place *place, const char *asks, char *said,
                      size_t cap)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = ctx == NULL ? NULL : SSL_new(ctx);
    size_t n = 0;

    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 ||
        SSL_set_tlsext_host_name(ssl, place->host) != 1 || SSL_connect(ssl) != 1 ||
        SSL_write(ssl, asks, (int)strlen(asks)) <= 0 || SSL_read_ex(ssl, said, cap, &n) != 1)
        n = 0;
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return n;
}

static size_t ask_plain(int fd, const char *asks, char *said, size_t cap)
{
    ssize_t n = send(fd, asks, strlen(asks), MSG_NOSIGNAL) < 0 ? -1 : recv(fd, said, cap, 0);

    return n < 0 ? 0 : (size_t)n;
}

/* The status of GET /ws; 0: no answer. */
static int ask_status(const struct conf *conf)
{
    struct doctor_place place;
    char asks[400], said[512];
    size_t n;
    int fd;

    if (!doctor_read_url(conf_text(conf, "front.public_url"), &place))
        return 0;
    fd = doctor_connect(conf_text(conf, "front.bind"), place.port);
    if (fd < 0)
        return 0;
    snprintf(asks, sizeof asks, "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
             place.host);
    n = place.is_https ? ask_tls(fd, &place, asks, said, sizeof said - 1)
                       : ask_plain(fd, asks, said, sizeof said - 1);
    close(fd);
    said[n] = '\0';
    return n < STATUS_BYTES ? 0 : (int)strtol(said + STATUS_BYTES - 3, NULL, 10);
}

void doctor_check_live(struct doctor *d)
{
    const struct conf *conf = d->req->services->conf;
    int64_t cap = conf_int(conf, "live.connections");
    int status = ask_status(conf);
    struct live_stats stats = {0};
    bool is_full, is_late;

    if (own_read()->live == NULL || (status != 426 && status != 401)) {
        doctor_add(d, "live", DOCTOR_BAD,
                   "log/front.log と log/node.log の live. で始まる行を見てください。",
                   "広場への入口（/ws）が使えません（返事は %d）。", status);
        return;
    }
    live_server_stats_read(own_read()->live, &stats);
    is_full = stats.n_open * (int64_t)100 >= cap * FULL_PERCENT;
    is_late = stats.n_ticks_late * 100 > stats.n_ticks * LATE_PERCENT;
    doctor_add(d, "live", is_full || is_late ? DOCTOR_WARN : DOCTOR_OK,
               is_full ? "live.connections と front.maxconn を大きくしてください。"
                       : "この機械に、ほかの重い仕事がないか見てください。",
               "広場への入口（/ws）は答えます。つながりは %d（上限 %" PRId64
               "）、一こま 0.1 秒の遅れは %" PRIu64 " 回のうち %" PRIu64 " 回です。",
               stats.n_open, cap, stats.n_ticks, stats.n_ticks_late);
}
