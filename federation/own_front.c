#include "federation/own_front.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/db/hash256.h"

#define HTTPS      "https://"
#define HTTPS_PORT ":443"

bool own_front_endpoint(const char *url, char endpoint_out[FED_ENDPOINT_CAP])
{
    size_t len;

    if (strncmp(url, HTTPS, strlen(HTTPS)) != 0)
        return false;
    url += strlen(HTTPS);
    len = strcspn(url, "/");
    if (len + sizeof HTTPS_PORT > FED_ENDPOINT_CAP)
        return false;
    for (size_t i = 0; i < len; i++)
        endpoint_out[i] = (char)(url[i] >= 'A' && url[i] <= 'Z' ? url[i] - 'A' + 'a' : url[i]);
    endpoint_out[len] = '\0';
    if (strchr(endpoint_out, ':') == NULL)
        memcpy(endpoint_out + len, HTTPS_PORT, sizeof HTTPS_PORT);
    return fed_endpoint_is_good(span_text(endpoint_out));
}

/* "*" and names of all addresses include loopback, as in the doctor's look at the front. */
static int connect_to(const char *bind, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval wait = {.tv_sec = OWN_FRONT_WAIT_S};
    int fd;

    if (inet_pton(AF_INET, bind, &to.sin_addr) != 1 || to.sin_addr.s_addr == INADDR_ANY)
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Not verified: whatever is shown is what the registry will pin. */
static X509 *shown_to(int fd, char *host)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = NULL;
    X509 *certificate = NULL;

    if (ctx != NULL && SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1)
        ssl = SSL_new(ctx);
    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1 &&
        SSL_connect(ssl) == 1)
        certificate = SSL_get1_peer_certificate(ssl);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return certificate;
}

static bool pin_of(const X509 *certificate, uint8_t spki_out[FED_SPKI_BYTES])
{
    uint8_t *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

    if (len > 0) {
        const struct hash256 hash = hash256_of(span_of(der, (size_t)len));

        memcpy(spki_out, hash.b, FED_SPKI_BYTES);
    }
    OPENSSL_free(der);
    return len > 0;
}

enum err own_front_pin(const char *bind, const char *endpoint, uint8_t spki_out[FED_SPKI_BYTES],
                       struct fail *why)
{
    char host[FED_ENDPOINT_CAP];
    X509 *certificate = NULL;
    bool is_known = false;
    char *colon;
    int fd;

    snprintf(host, sizeof host, "%s", endpoint);
    colon = strrchr(host, ':');
    if (colon == NULL)
        return fail_set(why, ERR_INVALID, "an endpoint without a port");
    *colon = '\0';
    fd = connect_to(bind, (uint16_t)strtoul(colon + 1, NULL, 10));
    if (fd >= 0) {
        certificate = shown_to(fd, host);
        close(fd);
    }
    if (certificate != NULL)
        is_known = pin_of(certificate, spki_out);
    X509_free(certificate);
    return is_known ? ERR_OK
                    : fail_set(why, ERR_UNAVAILABLE, "the front shows no certificate at %s",
                               endpoint);
}
