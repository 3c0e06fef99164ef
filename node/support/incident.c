#include "node/support/incident.h"

#include "node/db/hash256.h"
#include "node/db/seal.h"
#include "node/support/duty_store.h"
#include "node/support/support.h"
#include "node/support/support_say.h"
#include "tenants/words/words.h"

enum err incident_seal(const struct services *services, const char *table, const char *column,
                       struct id row, struct id account, struct id by, struct span text,
                       struct arena *arena, struct span *sealed_out, struct fail *why)
{
    const struct seal_place place = {table, column, row};
    struct id key = ID_NONE;
    enum err rc;

    *sealed_out = SPAN_NONE;
    if (text.len == 0)
        return ERR_OK;
    rc = keyring_find_key(services->keyring, KEY_PERSON, id_is_none(account) ? by : account,
                          NULL, &key, why);
    return rc == ERR_OK ? seal(services->keyring, key, &place, text, arena, sealed_out, why)
                        : rc;
}

enum err incident_put(const struct services *services, struct tx *tx,
                      struct incident_new *incident, struct fail *why)
{
    struct incident_row *row = &incident->row;
    const struct duty_call call = {.id = row->id,
                                   .purpose = DUTY_INCIDENT,
                                   .account = row->account,
                                   .set_utc_us = row->at_utc_us,
                                   .due_utc_us = row->at_utc_us};
    enum err rc = incident_seal(services, INCIDENT_TABLE, "text_sealed", row->id, row->account,
                                row->by, incident->text, tx_arena(tx), &row->text_sealed, why);

    if (rc == ERR_OK)
        rc = incident_seal(services, INCIDENT_TABLE, "quote_sealed", row->id, row->account,
                           row->by, incident->quote, tx_arena(tx), &row->quote_sealed, why);
    if (rc == ERR_OK)
        rc = incident_store_add(tx, row, &incident->was_there, why);
    if (rc != ERR_OK || incident->was_there || row->kind == INCIDENT_DRILL ||
        !incident_is_grave(row->urgency, row->severity))
        return rc;
    return duty_store_call_set(tx, &call, why);
}

void incident_told(const struct services *services, const struct incident_row *row)
{
    const struct support_word word = {
        .event = SUPPORT_INCIDENT_NEW,
        .to = row->account,
        .subject = row->id,
        .state = (int)row->kind,
        .urgency = (int)row->urgency,
        .severity = (int)row->severity,
        .at_utc_us = row->at_utc_us,
    };

    support_say(services, &word);
    support_wake(services->support);
}

/* ---- lines ---- */

/* One line is one incident, and its id is nobody's to choose. */
static struct id id_of_line(struct id line)
{
    struct hash256_state state;
    struct hash256 hash;
    struct id id;

    hash256_init(&state);
    hash256_put(&state, SPAN("incident of line"));
    hash256_put(&state, span_of(line.b, sizeof line.b));
    hash = hash256_end(&state);
    memcpy(id.b, hash.b, sizeof id.b);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80); /* RFC 9562: version 8, our own */
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

static struct incident_row row_of(const struct care_line *line)
{
    bool is_crisis = (line->kinds & WORDS_BIT(WORDS_CRISIS)) != 0;

    return (struct incident_row){
        .at_utc_us = line->at_utc_us,
        .account = line->author,
        .kind = is_crisis ? INCIDENT_CRISIS : INCIDENT_CONTACT,
        .urgency = is_crisis ? 3 : 2,
        .severity = is_crisis ? 3 : 1,
        .line = line->line,
        .floor = SPAN(""),
        .template = SPAN(""),
        .procedure = SPAN(""),
        .role = SPAN(""),
    };
}

enum err incident_line_put(void *arg, const struct services *services, struct tx *tx,
                           const struct care_line *line, struct fail *why)
{
    struct incident_new incident = {.row = row_of(line), .quote = line->text};

    (void)arg;
    incident.row.id = id_of_line(line->line);
    return incident_put(services, tx, &incident, why);
}

void incident_line_told(void *arg, const struct services *services,
                        const struct care_line *line)
{
    struct incident_row row = row_of(line);
    const struct support_word card = {
        .event = SUPPORT_CARD,
        .to = line->author,
        .subject = line->line,
        .title = SPAN("つらいときは、24時間いつでも電話でそうだんできます。"),
    };

    (void)arg;
    row.id = id_of_line(line->line);
    incident_told(services, &row);
    if (row.kind == INCIDENT_CRISIS)
        support_say(services, &card);
}

/* ---- lessons without who must be in them ---- */

/* As grave as a floor without staff: who is on duty gets a notice (AI-4.4-カ-ア). */
static struct incident_row row_of_gap(const struct care_gap *gap)
{
    return (struct incident_row){
        .id = gap->id,
        .at_utc_us = gap->at_utc_us,
        .kind = INCIDENT_UNSTAFFED,
        .urgency = 3,
        .severity = 1,
        .floor = gap->floor,
        .template = SPAN(""),
        .procedure = SPAN(""),
        .role = SPAN(""),
    };
}

enum err incident_gap_put(void *arg, const struct services *services, struct tx *tx,
                          const struct care_gap *gap, struct fail *why)
{
    struct incident_new incident = {.row = row_of_gap(gap)};

    (void)arg;
    return incident_put(services, tx, &incident, why);
}

void incident_gap_told(void *arg, const struct services *services, const struct care_gap *gap)
{
    const struct incident_row row = row_of_gap(gap);

    (void)arg;
    incident_told(services, &row);
}
