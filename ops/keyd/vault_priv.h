/* ops/keyd/vault_priv.h - what vault*.c share; nobody else includes it. */
#ifndef OPS_KEYD_VAULT_PRIV_H
#define OPS_KEYD_VAULT_PRIV_H

#include "ops/keyd/boot_key.h"
#include "ops/keyd/vault.h"

/* One generation: known from the check file, open once its node key has been derived. */
struct slot {
    struct store_check known;
    bool open;
    uint8_t nk[NK_BYTES];
    uint8_t municipality[KEYD_HALF_BYTES]; /* while open: `rotate` needs it for the next */
};

struct vault {
    struct vault_conf conf;
    struct slot current, staged;
    struct store_halves contractor;
    uint64_t n_wraps, n_unwraps, n_refused;
    /* keyd.boot = escrow */
    bool has_boot; /* the seed is there */
    bool may_ask;  /* since the start nobody opened or closed it */
    bool has_ask;
    uint8_t boot_seed[BOOT_SEED_BYTES], ask_secret[HALF_POINT_BYTES];
};

/* An answer for rc, which is logged when it is an error. */
enum keyd_answer vault_said(enum err rc, const char *event, const struct fail *why);
/* Opens the generation that the half belongs to. */
enum keyd_answer vault_unlock(struct vault *v, const uint8_t half[KEYD_HALF_BYTES],
                              uint32_t *generation_out);

/* ---- vault_boot.c: keyd.boot = escrow ---- */

bool vault_may_ask(const struct vault *v);
enum keyd_answer vault_boot_seal(struct vault *v, struct keyd_reply *reply);
enum keyd_answer vault_boot_ask(struct vault *v, struct keyd_reply *reply);
enum keyd_answer vault_boot_sign(const struct vault *v, const struct keyd_request *request,
                                 struct keyd_reply *reply);
enum keyd_answer vault_boot_open(struct vault *v, const struct keyd_request *request,
                                 uint32_t *generation_out);
enum keyd_answer vault_boot_forget(struct vault *v);

#endif
