/* Staff note in one tap that they called out to a child, or were in touch some other way
 * (AI-4.4-カ-ハ-2). What was answered counts in the rates. */
#include "node/db/seal.h"
#include "node/db/writer.h"
#include "node/support/child.h"
#include "node/support/console.h"
#include "node/support/console_rows.h"

#define AGO_MOST_US (INT64_C(31) * 86400 * 1000000)

struct contact_input {
    struct id id, child;
    int kind;
    int64_t at;
    struct span text;
    bool is_answered, has_answered, has_at, has_text;
};
static const struct jx_field input_fields[] = {
    PLACE_FIELD(JX_ID, contact_input, id, "記録のID"),
    PLACE_FIELD(JX_ID, contact_input, child, "どの児童生徒か"),
    PLACE_CHOICE(contact_input, kind, CONTACT_KINDS_NOTED, "何で"),
    PLACE_MAYBE(JX_BOOL, contact_input, is_answered, has_answered, "返事があったか"),
    PLACE_MAYBE(JX_TIME, contact_input, at, has_at, "いつ"),
    CHILD_TEXT(contact_input, text, has_text, "ひとこと"),
};
static const struct jx_shape input_shape =
    JX_SHAPE("ContactNew", struct contact_input, input_fields);

struct contact_output {
    struct id contact;
    int64_t at;
};
static const struct jx_field output_fields[] = {
    PLACE_FIELD(JX_ID, contact_output, contact, "記録のID"),
    PLACE_FIELD(JX_TIME, contact_output, at, "いつ"),
};
static const struct jx_shape output_shape =
    JX_SHAPE("ContactNoted", struct contact_output, output_fields);

struct noting {
    struct req *req;
    struct contact_row row;
    bool has_at; /* he said when it was */
};

/* The id again: it must be the same contact, or somebody believes that another was noted. */
static enum err check_same(const struct noting *n, const struct contact_row *was,
                           struct arena *arena, struct fail *why)
{
    const struct seal_place at = {CONTACT_TABLE, "text_sealed", n->row.id};
    bool is_same = false;
    enum err rc = seal_same(n->req->services->keyring, &at, was->text_sealed,
                            n->row.text_sealed, arena, &is_same, why);

    is_same = is_same && id_eq(was->other, n->row.other) && was->kind == n->row.kind &&
              was->is_answered == n->row.is_answered &&
              (!n->has_at || was->who.at_utc_us == n->row.who.at_utc_us);
    if (rc == ERR_OK && !is_same)
        rc = fail_field(why, ERR_CONFLICT, "/id", "the id stands for something else");
    return rc;
}

static enum err note_run(struct tx *tx, void *arg, struct fail *why)
{
    struct noting *n = arg;
    const struct access_entry access = access_of(n->req);
    const struct contact_row *was = NULL;
    enum err rc = contact_store_add(tx, &n->row, &was, why);

    if (rc == ERR_OK && was != NULL)
        rc = check_same(n, was, tx_arena(tx), why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void note_done(void *arg, enum err rc, const struct fail *why)
{
    const struct noting *n = arg;
    struct req *req = n->req;
    const struct contact_output out = {n->row.id, n->row.who.at_utc_us};

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    if (n->row.is_answered && req->services->console != NULL)
        contact_desk_note(console_contacts(req->services->console), n->row.child, false,
                          n->row.who.at_utc_us);
    console_touch(req->services->console);
    reply_json(req, 201, &out);
}

static struct contact_row row_of(const struct req *req, const struct contact_input *in)
{
    struct contact_row row = {
        .id = in->id,
        .child = in->child,
        .other = req->caller.account,
        .kind = (enum contact_kind)(CONTACT_KIND_NOTED_0 + in->kind),
        .is_answered = !in->has_answered || in->is_answered,
        .who = place_decider_of(req),
    };

    if (in->has_at)
        row.who.at_utc_us = in->at;
    return row;
}

static void note_contact(struct req *req)
{
    const struct contact_input *in = req->input;
    struct noting *n = req_alloc(req, sizeof *n);
    const struct writer_op op = {note_run, note_done, n};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (n == NULL)
        return;
    *n = (struct noting){req, row_of(req, in), in->has_at};
    rc = child_of(req, in->child, &why);
    if (rc == ERR_OK && (n->row.who.at_utc_us > req->now_utc_us + 60 * INT64_C(1000000) ||
                         n->row.who.at_utc_us < req->now_utc_us - AGO_MOST_US))
        rc = fail_field(&why, ERR_INVALID, "/at", "in the last month");
    if (rc == ERR_OK && in->has_text)
        rc = child_seal(req, CONTACT_TABLE, "text_sealed", in->id, in->child, in->text,
                        &n->row.text_sealed, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route contact_routes[CONTACT_ROUTES_N] = {
    {.name = "contacts.note",
     .method = HTTP_POST,
     .path = "/api/v1/contacts",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &input_shape,
     .output = &output_shape,
     .summary_ja = "児童生徒への声かけや接点を記録する",
     .handle = note_contact},
};
