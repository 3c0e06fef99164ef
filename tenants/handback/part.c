#include "tenants/handback/part.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/unconst.h"

#define RSA_LEAST_BITS 3072
#define RSA_MOST_BITS  8192
#define PATH_CAP       1024
#define WRITE_MOST     65536 /* one octet string of the content each */

struct part_town {
    X509 *certificate;
};

struct part {
    int fd;
    bool is_finished;
    CMS_ContentInfo *cms;
    BIO *file, *hash; /* hash stands on file */
    BIO *in;          /* the CMS filter on top of both; NULL once it is closed */
    int64_t n_plain_bytes;
    struct hash256_state plain;
    char path[PATH_CAP];
};

/* ---- whom it is for ---- */

enum err part_town_open(struct span pem, struct part_town **town_out, struct fail *why)
{
    struct part_town *town = calloc(1, sizeof *town);
    BIO *bio = pem.len > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.len);
    EVP_PKEY *key;
    enum err rc = ERR_OK;

    *town_out = NULL;
    if (town == NULL || bio == NULL) {
        BIO_free(bio);
        free(town);
        return fail_set(why, ERR_NOMEM, "a certificate");
    }
    town->certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    key = town->certificate == NULL ? NULL : X509_get0_pubkey(town->certificate);
    if (key == NULL)
        rc = fail_set(why, ERR_PROTO, "no certificate (one PEM block) is in it");
    else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
             EVP_PKEY_get_bits(key) < RSA_LEAST_BITS || EVP_PKEY_get_bits(key) > RSA_MOST_BITS)
        rc = fail_set(why, ERR_INVALID, "a certificate of RSA with %d to %d bits is needed",
                      RSA_LEAST_BITS, RSA_MOST_BITS);
    if (rc == ERR_OK)
        *town_out = town;
    else
        part_town_close(&town);
    return rc;
}

void part_town_close(struct part_town **town)
{
    if (*town != NULL)
        X509_free((*town)->certificate);
    free(*town);
    *town = NULL;
}

struct hash256 part_town_sha256(const struct part_town *town)
{
    struct hash256 hash = {{0}};
    unsigned len = sizeof hash.b;

    invariant(X509_digest(town->certificate, EVP_sha256(), hash.b, &len) == 1,
              "SHA-256 of a certificate");
    return hash;
}

/* ---- the file ---- */

/* PKCS#1 v1.5, the library's own choice, tells an attacker things; OAEP does not. */
static bool add_recipient(CMS_ContentInfo *cms, X509 *certificate)
{
    CMS_RecipientInfo *ri =
        CMS_add1_recipient_cert(cms, certificate, CMS_USE_KEYID | CMS_KEY_PARAM);
    EVP_PKEY_CTX *ctx = ri == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(ri);

    return ctx != NULL && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1;
}

static bool open_filters(struct part *part, X509 *certificate)
{
    part->cms =
        CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_STREAM | CMS_BINARY | CMS_PARTIAL);
    part->file = BIO_new_fd(part->fd, BIO_NOCLOSE);
    part->hash = BIO_new(BIO_f_md());
    if (part->cms == NULL || part->file == NULL || part->hash == NULL ||
        !add_recipient(part->cms, certificate) ||
        BIO_set_md(part->hash, unconst(EVP_sha256())) <= 0)
        return false;
    BIO_push(part->hash, part->file);
    part->in = BIO_new_CMS(part->hash, part->cms);
    return part->in != NULL;
}

enum err part_begin(const struct part_town *town, const char *path, struct part **part_out,
                    struct fail *why)
{
    struct part *part = calloc(1, sizeof *part);
    enum err rc = ERR_OK;

    *part_out = NULL;
    if (part == NULL)
        return fail_set(why, ERR_NOMEM, "a part");
    part->fd = -1;
    hash256_init(&part->plain);
    if ((size_t)snprintf(part->path, sizeof part->path, "%s", path) >= sizeof part->path) {
        rc = fail_set(why, ERR_INVALID, "a path of over %d bytes", PATH_CAP);
    } else {
        part->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (part->fd < 0)
            rc = fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "create %s: errno %d",
                          path, errno);
    }
    if (rc == ERR_OK && !open_filters(part, town->certificate))
        rc = fail_set(why, ERR_NOMEM, "CMS");
    if (rc == ERR_OK)
        *part_out = part;
    else
        part_destroy(&part);
    return rc;
}

static enum err write_fail(const struct part *part, struct fail *why)
{
    return fail_set(why, errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO,
                    "write %s: errno %d", part->path, errno);
}

enum err part_put(struct part *part, struct span bytes, struct fail *why)
{
    while (bytes.len > 0) {
        size_t n = bytes.len < WRITE_MOST ? bytes.len : WRITE_MOST;

        if (BIO_write(part->in, bytes.p, (int)n) != (int)n)
            return write_fail(part, why);
        hash256_put(&part->plain, span_cut(bytes, 0, n));
        part->n_plain_bytes += (int64_t)n;
        bytes = span_from(bytes, n);
    }
    return ERR_OK;
}

/* The filters that the CMS put on top, down to the hash, which is ours. */
static void close_filters(struct part *part)
{
    BIO *at = part->in;

    while (at != NULL && at != part->hash) {
        BIO *below = BIO_pop(at);

        BIO_free(at);
        at = below;
    }
    part->in = NULL;
}

enum err part_finish(struct part *part, struct part_sum *sum_out, struct fail *why)
{
    struct part_sum sum = {.n_plain_bytes = part->n_plain_bytes};
    struct stat st;
    bool is_flushed = BIO_flush(part->in) == 1; /* the tag, and the end of all lengths */

    close_filters(part);
    if (!is_flushed || fsync(part->fd) != 0 || fstat(part->fd, &st) != 0)
        return write_fail(part, why);
    sum.n_bytes = st.st_size;
    sum.plain_sha256 = hash256_end(&part->plain);
    if (BIO_gets(part->hash, (char *)sum.sha256.b, HASH256_BYTES) != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "SHA-256");
    part->is_finished = true;
    *sum_out = sum;
    return ERR_OK;
}

void part_destroy(struct part **part_in)
{
    struct part *part = *part_in;

    *part_in = NULL;
    if (part == NULL)
        return;
    close_filters(part);
    BIO_free(part->hash);
    BIO_free(part->file);
    CMS_ContentInfo_free(part->cms);
    if (part->fd >= 0) {
        close(part->fd);
        if (!part->is_finished)
            unlink(part->path);
    }
    free(part);
}
