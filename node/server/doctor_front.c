/* The front's certificates as anyone outside sees them: a TLS handshake with our own front,
 * which also proves that it answers. The files themselves are the front's user's, not ours to
 * read. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/server/doctor.h"

#define WARN_DAYS 30
#define BAD_DAYS  7
#define WAIT_S    2

bool doctor_read_url(const char *url, struct doctor_place *place)
{
    char *colon, *slash;

    place->is_https = strncmp(url, "https://", 8) == 0;
    if (!place->is_https && strncmp(url, "http://", 7) != 0)
        return false;
    snprintf(place->host, sizeof place->host, "%s", url + (place->is_https ? 8 : 7));
    slash = strchr(place->host, '/');
    if (slash != NULL)
        *slash = '\0';
    colon = strrchr(place->host, ':');
    place->port = place->is_https ? 443 : 80;
    if (colon != NULL) {
        *colon = '\0';
        place->port = (uint16_t)strtol(colon + 1, NULL, 10); /* 0: connecting then fails */
    }
    return true;
}

/* The front listens on front.bind; "*" and names of all addresses include loopback. */
int doctor_connect(const char *bind, uint16_t port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval wait = {.tv_sec = WAIT_S};
    int fd;

    if (inet_pton(AF_INET, bind, &v4.sin_addr) != 1 || v4.sin_addr.s_addr == INADDR_ANY)
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0 ||
        connect(fd, (struct sockaddr *)&v4, sizeof v4) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Days until the certificate shown for this name ends. The office ends the handshake when we
 * have no certificate of our own to show, but its own has come by then. */
static bool days_left(int fd, struct doctor_place *place, int *days_out)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = ctx == NULL ? NULL : SSL_new(ctx);
    X509 *certificate = NULL;
    int seconds;
    bool is_known = false;

    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 &&
        SSL_set_tlsext_host_name(ssl, place->host) == 1) {
        (void)SSL_connect(ssl); /* not verified: expired is what we want to hear of */
        certificate = SSL_get1_peer_certificate(ssl);
    }
    if (certificate != NULL)
        is_known = ASN1_TIME_diff(days_out, &seconds, NULL, X509_get0_notAfter(certificate));
    X509_free(certificate);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return is_known;
}

static void check_listener(struct doctor *d, const char *name, const char *row)
{
    const struct conf *conf = d->req->services->conf;
    struct doctor_place place;
    int days = 0, fd;

    if (!doctor_read_url(conf_text(conf, row), &place)) {
        doctor_add(d, name, DOCTOR_BAD, "node.conf を直してください。",
                   "%s がアドレスではありません。", row);
        return;
    }
    fd = doctor_connect(conf_text(conf, "front.bind"), place.port);
    if (fd < 0) {
        doctor_add(d, name, DOCTOR_BAD,
                   "HAProxy が動いているか、log/front.log を見てください。",
                   "入口（%s、ポート %d）が答えません。", place.host, place.port);
        return;
    }
    if (!place.is_https)
        doctor_add(d, name, DOCTOR_OK, "", "入口（%s）は答えます（http）。", place.host);
    else if (!days_left(fd, &place, &days))
        doctor_add(d, name, DOCTOR_BAD, "証明書のファイルと log/front.log を見てください。",
                   "入口（%s）が証明書を見せません。", place.host);
    else
        doctor_add(d, name,
                   days <= BAD_DAYS    ? DOCTOR_BAD
                   : days <= WARN_DAYS ? DOCTOR_WARN
                                       : DOCTOR_OK,
                   "新しい証明書を入れて、入口を読み込み直してください。",
                   "入口（%s）の証明書は、あと %d 日使えます。", place.host, days);
    close(fd);
}

void doctor_check_front(struct doctor *d)
{
    check_listener(d, "front-public", "front.public_url");
    check_listener(d, "front-uploads", "front.uploads_url");
    check_listener(d, "front-office", "front.office_url");
    check_listener(d, "front-federation", "front.federation_url");
}
