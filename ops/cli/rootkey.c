#include "ops/cli/rootkey.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h> /* PKCS8_set0_pbe */
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCRYPT_N (1u << 14) /* with r = 8: 16 MiB and some 50 ms a guess */

struct rootkey {
    EVP_PKEY *pkey;
    uint8_t public_key[FED_PUBLIC_BYTES];
};

static enum err read_public(EVP_PKEY *pkey, uint8_t public_out[FED_PUBLIC_BYTES],
                            struct fail *why)
{
    size_t len = FED_PUBLIC_BYTES;

    if (EVP_PKEY_get_id(pkey) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(pkey, public_out, &len) != 1 || len != FED_PUBLIC_BYTES)
        return fail_set(why, ERR_PROTO, "not an Ed25519 key");
    return ERR_OK;
}

/* PKCS#8, locked by scrypt: PEM's own way would be 2,048 rounds of PBKDF2, which a stolen stick
 * does not withstand. */
static bool write_locked(FILE *file, EVP_PKEY *pkey, const char *passphrase)
{
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
    X509_ALGOR *pbe = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, 8, 1);
    X509_SIG *locked = NULL;
    bool ok;

    if (plain != NULL && pbe != NULL)
        locked = PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), plain, pbe);
    if (locked == NULL)
        X509_ALGOR_free(pbe); /* else it belongs to what was made */
    ok = locked != NULL && PEM_write_PKCS8(file, locked) == 1;
    X509_SIG_free(locked);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return ok;
}

static enum err write_key(int fd, EVP_PKEY *pkey, const char *passphrase, struct fail *why)
{
    FILE *file = fdopen(fd, "w");
    bool ok;

    if (file == NULL) {
        close(fd);
        return fail_set(why, ERR_IO, "errno %d", errno);
    }
    ok = passphrase == NULL
             ? PEM_write_PKCS8PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL) == 1
             : write_locked(file, pkey, passphrase);
    ok = fflush(file) == 0 && fsync(fileno(file)) == 0 && ok;
    ok = fclose(file) == 0 && ok;
    return ok ? ERR_OK : fail_set(why, ERR_IO, "the key could not be written");
}

enum err rootkey_make(const char *path, const char *passphrase,
                      uint8_t public_out[FED_PUBLIC_BYTES], struct fail *why)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    enum err rc = pkey == NULL ? fail_set(why, ERR_INTERNAL, "no key")
                               : read_public(pkey, public_out, why);
    int fd = -1;

    if (rc == ERR_OK) {
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
            rc = fail_set(why, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "%s: errno %d", path,
                          errno);
    }
    if (rc == ERR_OK) {
        rc = write_key(fd, pkey, passphrase, why);
        if (rc != ERR_OK)
            unlink(path);
    }
    EVP_PKEY_free(pkey);
    return rc;
}

struct asked {
    struct cli *cli;
    const char *path;
    bool was_asked;
};

static int ask_passphrase(char *into, int cap, int is_writing, void *arg)
{
    struct asked *asked = arg;
    char *prompt = arena_printf(asked->cli->arena, "%s の合いことば: ", asked->path);
    char *typed = prompt == NULL ? NULL : cli_ask(asked->cli, prompt, true);
    int len;

    (void)is_writing;
    asked->was_asked = true;
    if (typed == NULL || strlen(typed) >= (size_t)cap)
        return -1;
    len = (int)strlen(typed);
    memcpy(into, typed, (size_t)len);
    OPENSSL_cleanse(typed, (size_t)len);
    return len;
}

enum err rootkey_open(struct cli *cli, const char *path, struct rootkey **key_out,
                      struct fail *why)
{
    struct asked asked = {cli, path, false};
    struct rootkey *key = calloc(1, sizeof *key);
    FILE *file = fopen(path, "re");
    enum err rc = ERR_OK;

    *key_out = NULL;
    if (key == NULL)
        rc = fail_set(why, ERR_NOMEM, "a key");
    else if (file == NULL)
        rc = fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: errno %d", path,
                      errno);
    if (key != NULL && rc == ERR_OK) {
        key->pkey = PEM_read_PrivateKey(file, NULL, ask_passphrase, &asked);
        if (key->pkey == NULL)
            rc = fail_set(why, asked.was_asked ? ERR_DENIED : ERR_PROTO, "%s", path);
        else
            rc = read_public(key->pkey, key->public_key, why);
    }
    ERR_clear_error();
    if (file != NULL)
        fclose(file);
    if (rc != ERR_OK)
        rootkey_close(&key);
    *key_out = key;
    return rc;
}

void rootkey_close(struct rootkey **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey);
    free(*key);
    *key = NULL;
}

const uint8_t *rootkey_public(const struct rootkey *key)
{
    return key->public_key;
}

enum err rootkey_sign(void *arg, const char *kid, struct span bytes,
                      uint8_t signature_out[FED_SIG_BYTES], struct fail *why)
{
    const struct rootkey *key = arg;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = FED_SIG_BYTES;
    bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestSign(ctx, signature_out, &len, bytes.p, bytes.len) == 1 &&
              len == FED_SIG_BYTES;

    EVP_MD_CTX_free(ctx);
    return ok ? ERR_OK : fail_set(why, ERR_INTERNAL, "no signature of %s", kid);
}
