/* node/support/incident.h - something staff must look at comes to be: by what a line says, by a
 * warning, by a floor without staff, by hand (AI-4.4-カ-ハ-1a, AI-4.4-カ-ハ-1b, AI-2.6-ウ).
 * What is grave (urgency or severity high) is told to the persons on duty, one after another,
 * until somebody has read it. Threads: incident_put on the writer's thread; the rest any. Owns:
 * nothing. */
#ifndef NODE_SUPPORT_INCIDENT_H
#define NODE_SUPPORT_INCIDENT_H

#include "node/base/services.h"
#include "node/io/care.h"
#include "node/support/incident_store.h"

/* row: everything but the sealed texts, which come from these. */
struct incident_new {
    struct incident_row row;
    struct span text, quote; /* plain; "" none */
    bool was_there;          /* filled: the same id had been put before, nothing was added */
};
/* In an operation's run. Texts are sealed under the key of row.account; about nobody: under
 * that of row.by. ERR_LOCKED, ERR_UNAVAILABLE: they cannot be sealed now. */
NODISCARD enum err incident_put(const struct services *services, struct tx *tx,
                                struct incident_new *incident, struct fail *why);
/* After COMMIT: staff hear of it, and whoever is on duty gets a notice now. */
void incident_told(const struct services *services, const struct incident_row *row);
/* Seals a text about somebody (ID_NONE: under by's key); "" stays "". */
NODISCARD enum err incident_seal(const struct services *services, const char *table,
                                 const char *column, struct id row, struct id account,
                                 struct id by, struct span text, struct arena *arena,
                                 struct span *sealed_out, struct fail *why);

/* The hooks of node/io/care.h. */
enum err incident_line_put(void *arg, const struct services *services, struct tx *tx,
                           const struct care_line *line, struct fail *why);
void incident_line_told(void *arg, const struct services *services,
                        const struct care_line *line);
enum err incident_gap_put(void *arg, const struct services *services, struct tx *tx,
                          const struct care_gap *gap, struct fail *why);
void incident_gap_told(void *arg, const struct services *services, const struct care_gap *gap);

#endif
