#include "tenants/leaving/leaving_paper.h"

#include "node/base/hex.h"
#include "tenants/certificate/town_doc.h"

/* What is wrong with it, if that is theirs; else the error. */
static enum err judge(enum err rc, enum leaving_code *code_out)
{
    switch (rc) {
    case ERR_OK:
        *code_out = LEAVING_OK;
        return ERR_OK;
    case ERR_DENIED:
    case ERR_NOT_FOUND:
        *code_out = LEAVING_NOT_SIGNED;
        return ERR_OK;
    case ERR_PROTO:
    case ERR_INVALID:
    case ERR_TOO_LARGE:
        *code_out = LEAVING_NOT_A_DOCUMENT;
        return ERR_OK;
    default:
        return rc;
    }
}

enum err leaving_paper_receipt(struct span text, struct span certificate, struct arena *arena,
                               struct leaving_paper *paper_out, enum leaving_code *code_out,
                               struct fail *why)
{
    struct town_receipt receipt = {.n_files = 0};
    struct jws_key *town = NULL;
    enum err rc = jws_key_open_certificate(certificate, &town, why);

    if (rc == ERR_OK)
        rc = judge(town_receipt_open(text, town, arena, &receipt, why), code_out);
    jws_key_close(&town);
    *paper_out = (struct leaving_paper){
        .node = receipt.node,
        .contract = receipt.contract,
        .bag = receipt.bag,
        .log_root = receipt.log_root,
        .log_size = receipt.log_size,
        .n_files = receipt.n_files,
        .n_bytes = receipt.n_bytes,
    };
    return rc;
}

enum err leaving_paper_order(struct span text, struct span certificate, struct arena *arena,
                             struct leaving_paper *paper_out, enum leaving_code *code_out,
                             struct fail *why)
{
    struct town_order order = {.aggregates = 0};
    struct jws_key *town = NULL;
    enum err rc = jws_key_open_certificate(certificate, &town, why);

    if (rc == ERR_OK)
        rc = judge(town_order_open(text, town, arena, &order, why), code_out);
    jws_key_close(&town);
    *paper_out = (struct leaving_paper){.node = order.node,
                                        .contract = order.contract,
                                        .bag = order.bag,
                                        .canaries = order.canaries.at,
                                        .n_named = order.canaries.n};
    return rc;
}

enum err leaving_paper_canaries(struct span text, struct span certificate, struct arena *arena,
                                struct leaving_paper *paper_out, enum leaving_code *code_out,
                                struct fail *why)
{
    struct town_canaries list = {.commitments = {NULL, 0}};
    struct jws_key *town = NULL;
    enum err rc = jws_key_open_certificate(certificate, &town, why);

    if (rc == ERR_OK)
        rc = judge(town_canaries_open(text, town, arena, &list, why), code_out);
    jws_key_close(&town);
    *paper_out = (struct leaving_paper){.node = list.node,
                                        .contract = list.contract,
                                        .commitments = list.commitments,
                                        .n_named = list.commitments.n};
    return rc;
}

bool leaving_paper_opens(const struct leaving_paper *order, const struct leaving_paper *lists,
                         size_t n_lists)
{
    for (size_t i = 0; i < order->n_named; i++) {
        bool is_known = false;

        for (size_t l = 0; l < n_lists && !is_known; l++) {
            const struct town_canaries list = {.commitments = lists[l].commitments};

            is_known = town_canary_is_of(&order->canaries[i], &list);
        }
        if (!is_known)
            return false;
    }
    return true;
}

enum err leaving_certificate_check(struct span pem, char sha256_out[65], struct fail *why)
{
    struct jws_key *key = NULL;
    enum err rc = jws_key_open_certificate(pem, &key, why);

    if (rc == ERR_OK && jws_key_alg(key) != JWS_RS256)
        rc = fail_set(why, ERR_INVALID, "not an RSA key");
    if (rc == ERR_OK)
        *hex_write(jws_key_certificate_sha256(key), HASH256_BYTES, sha256_out) = '\0';
    jws_key_close(&key);
    return rc;
}
