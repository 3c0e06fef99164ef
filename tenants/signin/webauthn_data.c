/* The parts of WebAuthn as they come, taken apart by hand: libfido2 does not read client data
 * at all, and in authenticator data it leaves bytes behind the last part unread. */
#include "node/base/jx.h"
#include "node/base/jx_scalar.h"
#include "tenants/signin/webauthn.h"

#define FLAG_ATTESTED   0x40
#define FLAG_EXTENSIONS 0x80
#define HEAD_BYTES      37 /* hash of the relying party, flags, counter */
#define CREDENTIAL_AT   55 /* behind the maker's id and the length of the credential id */
#define CBOR_DEPTH      4  /* CTAP 2, section 6: no authenticator nests deeper */
#define CBOR_BYTES      2
#define CBOR_TEXT       3
#define CBOR_LIST       4
#define CBOR_MAP        5
#define CBOR_SIMPLE     7
#define CBOR_FALSE      20
#define CBOR_TRUE       21
#define CBOR_NULL       22

static enum err refuse(struct fail *why, const char *rule, const char *what)
{
    return fail_field(why, ERR_DENIED, rule, "passkey: %s", what);
}

/* -- client data -- */

struct member {
    struct span name, value; /* value: its text, a string with its quotation marks */
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t past_blanks(struct span json, size_t at)
{
    while (at < json.len && is_blank(json.p[at]))
        at++;
    return at;
}

/* Behind the string whose first quotation mark is at `at`. */
static size_t past_string(struct span json, size_t at)
{
    for (at++; at < json.len && json.p[at] != '"'; at++)
        if (json.p[at] == '\\')
            at++;
    return at + 1;
}

/* At the comma or bracket that ends the value at `at`. */
static size_t past_value(struct span json, size_t at)
{
    int depth = 0;

    while (at < json.len) {
        uint8_t c = json.p[at];

        if (c == '"') {
            at = past_string(json, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}'))
            break;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        at++;
    }
    return at;
}

/* The member at *at and the way to the next; false at the end. jx_check has said that the text
 * is whole, so brackets and quotation marks match. */
static bool next_member(struct span json, size_t *at, struct member *member_out)
{
    size_t name = past_blanks(json, *at), value, end;

    if (name >= json.len || json.p[name] != '"')
        return false;
    end = past_string(json, name);
    member_out->name = span_cut(json, name + 1, end - name - 2);
    value = past_blanks(json, past_blanks(json, end) + 1);
    end = past_value(json, value);
    *at = end + 1;
    while (end > value && is_blank(json.p[end - 1]))
        end--;
    member_out->value = span_cut(json, value, end - value);
    return true;
}

/* A string without escapes: what browsers write for these members. */
static bool plain_string(struct span value, struct span *text_out)
{
    if (value.len < 2 || value.p[0] != '"' || memchr(value.p, '\\', value.len) != NULL)
        return false;
    *text_out = span_cut(value, 1, value.len - 2);
    return true;
}

static enum err read_challenge(struct span value, struct arena *arena, uint8_t *challenge_out,
                               struct fail *why)
{
    struct span text, bytes;
    bool no_memory = false;

    if (!plain_string(value, &text) || text.len > jx_bytes_text_len(WEBAUTHN_CHALLENGE_BYTES))
        return refuse(why, "challenge", "no challenge of ours");
    if (!jx_bytes_parse(text, arena, &bytes, &no_memory))
        return no_memory ? fail_set(why, ERR_NOMEM, "challenge")
                         : refuse(why, "challenge", "no base64url");
    if (bytes.len != WEBAUTHN_CHALLENGE_BYTES)
        return refuse(why, "challenge", "another length than ours");
    memcpy(challenge_out, bytes.p, bytes.len);
    return ERR_OK;
}

static enum err read_member(const struct member *m, struct arena *arena,
                            struct webauthn_client *client, unsigned *seen, struct fail *why)
{
    if (span_eq(m->name, SPAN("type"))) {
        *seen |= 1;
        client->type = span_eq(m->value, SPAN("\"webauthn.create\"")) ? WEBAUTHN_CREATE
                       : span_eq(m->value, SPAN("\"webauthn.get\""))  ? WEBAUTHN_GET
                                                                      : WEBAUTHN_OTHER;
    } else if (span_eq(m->name, SPAN("challenge"))) {
        *seen |= 2;
        return read_challenge(m->value, arena, client->challenge, why);
    } else if (span_eq(m->name, SPAN("origin"))) {
        *seen |= 4;
        if (!plain_string(m->value, &client->origin))
            return refuse(why, "origin", "no plain origin");
    } else if (span_eq(m->name, SPAN("crossOrigin"))) {
        client->is_cross_origin |= !span_eq(m->value, SPAN("false"));
    } else if (span_eq(m->name, SPAN("topOrigin"))) {
        client->is_cross_origin = true; /* Level 3: only a page inside another's says it */
    }
    return ERR_OK;
}

enum err webauthn_client_read(struct span json, struct arena *arena,
                              struct webauthn_client *client_out, struct fail *why)
{
    struct webauthn_client client = {.type = WEBAUTHN_OTHER};
    struct fail defect = {.code = ERR_OK};
    struct member member;
    unsigned seen = 0;
    size_t at;
    enum err rc = ERR_OK;

    if (json.len > WEBAUTHN_CLIENT_DATA_MOST || jx_check(json, &defect) != ERR_OK)
        return refuse(why, "client-data", "client data is not JSON");
    at = past_blanks(json, 0);
    if (json.p[at] != '{')
        return refuse(why, "client-data", "client data is no object");
    at++;
    while (rc == ERR_OK && next_member(json, &at, &member))
        rc = read_member(&member, arena, &client, &seen, why);
    if (rc == ERR_OK && seen != 7)
        rc = refuse(why, "client-data", "client data lacks a member");
    if (rc == ERR_OK)
        *client_out = client;
    return rc;
}

/* -- authenticator data -- */

/* The head of a CBOR item (RFC 8949, section 3) in the shortest form: the number that comes
 * with it and where it ends; 0 when it is none. Indefinite lengths are no canonical CBOR. */
static size_t cbor_head(struct span bytes, size_t at, uint64_t *n_out)
{
    static const uint64_t least[] = {24, 256, 65536, UINT64_C(4294967296)};
    uint8_t info;
    size_t n_more;

    if (at >= bytes.len)
        return 0;
    info = bytes.p[at] & 31;
    *n_out = info;
    if (info < 24)
        return at + 1;
    if (info > 27)
        return 0;
    n_more = (size_t)1 << (info - 24);
    if (bytes.len - at - 1 < n_more)
        return 0;
    *n_out = 0;
    for (size_t i = 1; i <= n_more; i++)
        *n_out = *n_out << 8 | bytes.p[at + i];
    return *n_out < least[info - 24] ? 0 : at + 1 + n_more;
}

/* Behind the item at `at`; 0: not what an authenticator writes. */
static size_t cbor_item(struct span bytes, size_t at, int depth)
{
    uint64_t n = 0;
    int major = at < bytes.len ? bytes.p[at] >> 5 : 0;

    at = cbor_head(bytes, at, &n);
    if (at == 0 || major <= 1)
        return at;
    if (major == CBOR_BYTES || major == CBOR_TEXT)
        return n > bytes.len - at ? 0 : at + (size_t)n;
    if (major == CBOR_SIMPLE)
        return n == CBOR_FALSE || n == CBOR_TRUE || n == CBOR_NULL ? at : 0;
    if ((major != CBOR_LIST && major != CBOR_MAP) || depth == CBOR_DEPTH ||
        n > bytes.len - at) /* an item is a byte at least */
        return 0;
    for (uint64_t i = 0; i < n * (major == CBOR_MAP ? 2 : 1) && at != 0; i++)
        at = cbor_item(bytes, at, depth + 1);
    return at;
}

/* Behind the map at `at`; 0: there is none. */
static size_t cbor_map(struct span bytes, size_t at)
{
    return at < bytes.len && bytes.p[at] >> 5 == CBOR_MAP ? cbor_item(bytes, at, 1) : 0;
}

/* Behind the new credential; 0: there is none. */
static size_t read_credential(struct span bytes, struct webauthn_data *data)
{
    size_t len, end;

    if (bytes.len < CREDENTIAL_AT)
        return 0;
    len = (size_t)bytes.p[CREDENTIAL_AT - 2] << 8 | bytes.p[CREDENTIAL_AT - 1];
    if (len < WEBAUTHN_CREDENTIAL_LEAST || len > WEBAUTHN_CREDENTIAL_MOST ||
        len > bytes.len - CREDENTIAL_AT)
        return 0;
    data->credential = span_cut(bytes, CREDENTIAL_AT, len);
    end = cbor_map(bytes, CREDENTIAL_AT + len);
    if (end != 0)
        data->key = span_cut(bytes, CREDENTIAL_AT + len, end - CREDENTIAL_AT - len);
    return end;
}

enum err webauthn_data_read(struct span bytes, bool has_credential,
                            struct webauthn_data *data_out, struct fail *why)
{
    static const char rule[] = "authenticator-data";
    struct webauthn_data data = {0};
    size_t at = HEAD_BYTES;

    if (bytes.len < HEAD_BYTES || bytes.len > WEBAUTHN_DATA_MOST)
        return refuse(why, rule, "authenticator data of another length");
    data.rp_hash = span_cut(bytes, 0, 32);
    data.flags = bytes.p[32];
    data.sign_count = (uint32_t)bytes.p[33] << 24 | (uint32_t)bytes.p[34] << 16 |
                      (uint32_t)bytes.p[35] << 8 | bytes.p[36];
    if (((data.flags & FLAG_ATTESTED) != 0) != has_credential)
        return refuse(why, rule, "with or without a new credential");
    if (has_credential)
        at = read_credential(bytes, &data);
    if (at != 0 && (data.flags & FLAG_EXTENSIONS) != 0)
        at = cbor_map(bytes, at);
    if (at != bytes.len) /* never 0 here */
        return refuse(why, rule, "parts that are cut, malformed or too many");
    *data_out = data;
    return ERR_OK;
}
