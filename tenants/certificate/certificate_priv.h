/* tenants/certificate/certificate_priv.h - parts of certificate_check; what each refuses stands
 * in why with its place. Threads: reentrant. */
#ifndef TENANTS_CERTIFICATE_CERTIFICATE_PRIV_H
#define TENANTS_CERTIFICATE_CERTIFICATE_PRIV_H

#include "tenants/certificate/canon.h"
#include "tenants/certificate/certificate.h"

#define CERT_STEP_TYPE  "ibasho-step/1"
#define CERT_PURGE_TYPE "ibasho-purge/1"
#define CERT_N_CLAIMS   12

const char *cert_step_id(enum certificate_step step); /* "peers_purged" */
/* Each step behind the one before it, signed by the key whose turn it is; fills steps, keys and
 * *last_utc_us. */
NODISCARD enum err cert_journal_read(struct certificate_facts *facts, struct arena *arena,
                                     int64_t *last_utc_us, struct fail *why);
/* Receipt, order, canaries: all by the municipality, all about this bag. */
NODISCARD enum err cert_town_read(struct certificate_facts *facts, const struct jws_key *town,
                                  struct arena *arena, struct fail *why);
/* The receipts of other nodes. */
NODISCARD enum err cert_peers_read(struct certificate_facts *facts, struct arena *arena,
                                   struct fail *why);
/* What the certificate must claim, given its facts; returns how many. */
size_t cert_claims(const struct certificate_facts *facts,
                   struct certificate_claim claims_out[CERT_N_CLAIMS]);

#endif
