#include "tenants/roster/byhand.h"

#include "tenants/roster/received.h"

#define KEY_NAME "blind.roster_made"

struct cell {
    const char *column;
    struct span value;
};

static enum err write_cells(enum roster_file file, const struct cell *cells, size_t n,
                            struct arena *arena, struct span *received_out, struct fail *why)
{
    struct span all[ROSTER_COLUMNS_CAP] = {{0}};

    for (size_t i = 0; i < n; i++)
        all[roster_column_find(&roster_shapes[file], cells[i].column)] = cells[i].value;
    return received_write(file, all, arena, received_out, why);
}

/* The same UUID for the same text in this municipality, and no way back from it. */
static enum err made_uuid(struct keyring *keyring, const char *use, struct span text,
                          struct arena *arena, struct span *uuid_out, struct fail *why)
{
    char *place = arena_printf(arena, "%s %.*s", use, SPAN_ARG(text));
    char *out = arena_alloc(arena, ID_TEXT_CAP);
    struct id id;
    enum err rc;

    if (place == NULL || out == NULL)
        return fail_set(why, ERR_NOMEM, "uuid");
    rc = keyring_blind(keyring, KEY_NAME, span_text(place), id.b, why);
    if (rc != ERR_OK)
        return rc;
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40); /* version 4: what the profile asks for */
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    id_text(id, out);
    *uuid_out = span_text(out);
    return ERR_OK;
}

enum err byhand_source(struct keyring *keyring, struct id id, struct arena *arena,
                       struct span *source_id_out, struct fail *why)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    return made_uuid(keyring, "source", span_text(text), arena, source_id_out, why);
}

enum err byhand_org(const struct roster_stored *org, const char *kind, struct span district,
                    struct arena *arena, struct span *received_out, struct fail *why)
{
    const struct cell cells[] = {
        {"sourcedId", org->source_id}, {"name", org->label},          {"type", span_text(kind)},
        {"identifier", org->code},     {"parentSourcedId", district},
    };

    return write_cells(FILE_ORGS, cells, sizeof cells / sizeof *cells, arena, received_out,
                       why);
}

enum err byhand_user(struct keyring *keyring, const struct byhand_person *person,
                     struct arena *arena, struct span *received_out, struct fail *why)
{
    struct span master;
    enum err rc = made_uuid(keyring, "master", person->source_id, arena, &master, why);
    const struct cell cells[] = {
        {"sourcedId", person->source_id},
        {"enabledUser", SPAN("true")},
        {"username", person->source_id},
        {"givenName", person->name.given},
        {"familyName", person->name.family},
        {"grades", person->row->grade},
        {"userMasterIdentifier", rc == ERR_OK ? master : SPAN_NONE},
        {"preferredGivenName", person->name.given},
        {"preferredFamilyName", person->name.family},
        {"primaryOrgSourcedId", person->org},
        {"metadata.jp.kanaGivenName", person->name.given_kana},
        {"metadata.jp.kanaFamilyName", person->name.family_kana},
    };

    if (rc != ERR_OK)
        return rc;
    return write_cells(FILE_USERS, cells, sizeof cells / sizeof *cells, arena, received_out,
                       why);
}

static struct span role_of(enum person_kind kind)
{
    switch (kind) {
    case PERSON_STUDENT:
        return SPAN("student");
    case PERSON_GUARDIAN:
        return SPAN("guardian");
    case PERSON_STAFF:
    case PERSON_KIND_N:
        break;
    }
    return SPAN("teacher");
}

enum err byhand_role(struct keyring *keyring, const struct byhand_person *person,
                     struct arena *arena, struct span *source_id_out, struct span *received_out,
                     struct fail *why)
{
    struct span source_id;
    enum err rc = made_uuid(keyring, "role", person->source_id, arena, &source_id, why);
    const struct cell cells[] = {
        {"sourcedId", rc == ERR_OK ? source_id : SPAN_NONE},
        {"userSourcedId", person->source_id},
        {"roleType", SPAN("primary")},
        {"role", role_of(person->row->kind)},
        {"orgSourcedId", person->org},
    };

    if (rc != ERR_OK)
        return rc;
    *source_id_out = source_id;
    return write_cells(FILE_ROLES, cells, sizeof cells / sizeof *cells, arena, received_out,
                       why);
}
