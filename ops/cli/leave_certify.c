/* Step certified: the certificate of what the journal says, signed with the key of this
 * erasure, and the same on paper. */
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/wholefile.h"
#include "ops/cli/leave.h"
#include "ops/cli/leave_papers.h"
#include "tenants/certificate/certificate.h"

#define TEXT_CAP ((size_t)16 << 20)

static enum err read_file(struct leave *leave, const char *path, struct span *out,
                          struct fail *why)
{
    uint8_t *bytes = arena_alloc(leave->cli->arena, TEXT_CAP);
    size_t len = 0;
    enum err rc = bytes == NULL ? fail_set(why, ERR_NOMEM, "%s", path)
                                : wholefile_read(path, bytes, TEXT_CAP, &len, why);

    *out = span_of(bytes, len);
    return rc;
}

/* The document stands before its step does: a second run takes the one that is there, for it is
 * made at a moment. */
static enum err make(struct leave *leave, struct span *text_out, struct fail *why)
{
    struct arena *arena = leave->cli->arena;
    struct certificate_input input = {.issued_utc_us = clock_utc_us()};
    struct leave_papers papers;
    struct span body;
    enum err rc = read_file(leave, leave_path(leave, "papers.json"), &body, why);

    if (rc == ERR_OK)
        rc = leave_papers_read(body, arena, &papers, why);
    if (rc == ERR_OK)
        rc = read_file(leave, leave->journal_path, &input.journal, why);
    if (rc == ERR_OK)
        rc = jws_signer_of_private(leave->key, &input.signer, why);
    if (rc != ERR_OK)
        return rc;
    input.canaries = papers.canaries.at;
    input.n_canaries = papers.canaries.n;
    input.town_certificate = papers.certificate;
    return certificate_build(&input, arena, text_out, why);
}

enum err leave_certify(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                       struct fail *why)
{
    struct arena *arena = leave->cli->arena;
    char hex[2 * HASH256_BYTES + 1];
    struct certificate_facts facts;
    struct leaving_facts_pen pen;
    struct hash256 hash;
    struct span text;
    enum err rc = leave_plan(leave, "certificate.json", make, &text, why);

    (void)is_waiting_out;
    leave_fault(leave, "half");
    if (rc == ERR_OK)
        rc = certificate_check(text, SPAN_NONE, arena, &facts, why);
    if (rc == ERR_OK)
        rc = certificate_pdf(&facts, leave_path(leave, "certificate.pdf"), arena, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    hash = hash256_of(text);
    *hex_write(hash.b, sizeof hash.b, hex) = '\0';
    leaving_pen_text(&pen, "certificate_sha256", span_text(hex));
    return leaving_pen_close(&pen, arena, facts_out, why);
}
