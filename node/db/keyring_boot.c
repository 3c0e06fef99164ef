/* The half at the prefecture's node: what the agent is asked for it. */
#include "node/base/log.h"
#include "node/db/keyring_priv.h"

enum err keyring_boot_seal(struct keyring *keyring, struct keyring_deposit *out,
                           struct fail *why)
{
    const struct keyd_request request = {.op = KEYD_BOOT_SEAL};
    struct keyd_reply reply;
    enum err rc = agent_call(keyring->agent, &request, &reply, why);

    if (rc != ERR_OK)
        return rc;
    out->generation = reply.generation;
    memcpy(out->boot_key, reply.bytes, sizeof out->boot_key);
    memcpy(out->box, reply.blob, sizeof out->box);
    return ERR_OK;
}

enum err keyring_boot_ask(struct keyring *keyring, uint8_t point_out[HALF_POINT_BYTES],
                          uint8_t boot_key_out[32], struct fail *why)
{
    const struct keyd_request request = {.op = KEYD_BOOT_ASK};
    struct keyd_reply reply;
    enum err rc = agent_call(keyring->agent, &request, &reply, why);

    if (rc != ERR_OK)
        return rc;
    memcpy(point_out, reply.bytes, HALF_POINT_BYTES);
    memcpy(boot_key_out, reply.peer, sizeof reply.peer);
    return ERR_OK;
}

enum err keyring_boot_sign(struct keyring *keyring, struct span bytes,
                           uint8_t signature_out[64], struct fail *why)
{
    struct keyd_request request = {.op = KEYD_BOOT_SIGN, .message_len = bytes.len};
    struct keyd_reply reply;
    enum err rc;

    if (bytes.len > sizeof request.message)
        return fail_set(why, ERR_TOO_LARGE, "%zu bytes for the boot key", bytes.len);
    if (bytes.len > 0)
        memcpy(request.message, bytes.p, bytes.len);
    rc = agent_call(keyring->agent, &request, &reply, why);
    if (rc == ERR_OK)
        memcpy(signature_out, reply.signature, sizeof reply.signature);
    return rc;
}

/* As unlocking with a sheet, but that nobody here sees the half. */
enum err keyring_boot_open(struct keyring *keyring, const uint8_t from[HALF_POINT_BYTES],
                           const uint8_t sealed[HALF_SEALED_BYTES], struct fail *why)
{
    struct keyd_request request = {.op = KEYD_BOOT_OPEN};
    struct keyd_reply reply;
    enum err rc;

    memcpy(request.peer, from, sizeof request.peer);
    memcpy(request.sealed, sealed, sizeof request.sealed);
    pthread_mutex_lock(&keyring->lock);
    rc = keyring_settle(keyring, why);
    if (rc == ERR_OK)
        rc = agent_call(keyring->agent, &request, &reply, why);
    if (rc == ERR_OK && reply.generation != keyring->store.generation)
        rc = fail_set(why, ERR_DENIED, "this half is of generation %u, the keystore of %u",
                      (unsigned)reply.generation, (unsigned)keyring->store.generation);
    pthread_mutex_unlock(&keyring->lock);
    if (rc == ERR_OK)
        log_info("keyring.unlocked", L_TEXT("by", "escrow"));
    return rc;
}

enum err keyring_boot_forget(struct keyring *keyring, struct fail *why)
{
    const struct keyd_request request = {.op = KEYD_BOOT_FORGET};
    struct keyd_reply reply;

    return agent_call(keyring->agent, &request, &reply, why);
}
