#include "federation/roots.h"

#include "tests/t.h"
#include "tests/unit/federation/made.h"

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

static struct span invitation_signed(const struct fed_invitation *invitation,
                                     struct made_key *key, struct arena *arena)
{
    struct made_key *const keys[] = {key};
    struct span bytes;

    invariant(fed_invitation_write(invitation, arena, &bytes, NULL) == ERR_OK, "written");
    return made_whole(FED_DOC_INVITATION, bytes, keys, 1, arena);
}

T_CASE(invitation_is_signed_by_a_root_it_names)
{
    struct arena *arena = arena_new();
    struct made_key roots[FED_ROOTS_N], stranger = made_key("hinata-root-1", 9);
    struct fed_invitation from = made_join(1, arena).invitation, to;
    struct span text;

    T_REQ("CARD-11");
    made_roots(roots);
    from.has_endpoint = true;
    from.endpoint = SPAN("pref.example.jp:8443");
    memset(from.spki, 7, sizeof from.spki);
    text = invitation_signed(&from, &roots[2], arena);
    T_EQ(fed_invitation_read(text, MADE_NOW, arena, &to, NULL), ERR_OK, "read");
    T_OK(id_eq(to.id, from.id) && to.seq == 1 && to.has_endpoint &&
             memcmp(to.spki, from.spki, FED_SPKI_BYTES) == 0,
         "as written");
    T_SPAN(to.endpoint, from.endpoint, "where to");
    T_SPAN(to.guest_ja, from.guest_ja, "for whom");
    T_EQ(fed_invitation_read(text, from.until_utc_us - 1, arena, &to, NULL), ERR_OK,
         "its last instant");
    T_EQ(fed_invitation_read(text, from.until_utc_us, arena, &to, NULL), ERR_TIMEOUT, "ended");
    T_EQ(fed_invitation_read(text, MADE_NOW - FED_SKEW_MOST_US - 1, arena, &to, NULL),
         ERR_TIMEOUT, "not begun");
    T_EQ(fed_invitation_read(text, FED_ANY_TIME, arena, &to, NULL), ERR_OK, "looked at later");
    T_EQ(fed_invitation_read(invitation_signed(&from, &stranger, arena), MADE_NOW, arena, &to,
                             NULL),
         ERR_DENIED, "another key by a root's name");
    stranger = made_key("somebody-1", 9);
    T_EQ(fed_invitation_read(invitation_signed(&from, &stranger, arena), MADE_NOW, arena, &to,
                             NULL),
         ERR_DENIED, "nobody's key");
    T_EQ(fed_invitation_read(made_edit(text, "pref.", "evil.", arena), MADE_NOW, arena, &to,
                             NULL),
         ERR_DENIED, "another endpoint");
    T_EQ(fed_invitation_read(made_edit(text, "\"v\":1", "\"v\":2", arena), MADE_NOW, arena, &to,
                             NULL),
         ERR_CONFLICT, "a newer version");
    from.until_utc_us = from.issued_utc_us + FED_INVITE_MOST_US + 1;
    T_EQ(fed_invitation_read(invitation_signed(&from, &roots[0], arena), MADE_NOW, arena, &to,
                             NULL),
         ERR_PROTO, "too long");
    from = made_join(1, arena).invitation;
    from.roots[1] = from.roots[0];
    T_EQ(fed_invitation_read(invitation_signed(&from, &roots[0], arena), MADE_NOW, arena, &to,
                             NULL),
         ERR_PROTO, "a root twice");
    T_EQ(fed_invitation_read(SPAN("x"), MADE_NOW, arena, &to, NULL), ERR_PROTO, "nothing");
    arena_destroy(&arena);
}

T_CASE(join_proves_its_key_and_carries_its_invitation)
{
    struct arena *arena = arena_new();
    struct made_key roots[FED_ROOTS_N], own = made_key("town1-1", 101);
    struct made_key other = made_key("town1-1", 9), *const keys[] = {&own},
                    *const others[] = {&other};
    struct fed_join from = made_join(1, arena), to;
    struct span invitation, bytes, text;

    T_REQ("CARD-11");
    made_roots(roots);
    invitation = invitation_signed(&from.invitation, &roots[0], arena);
    from.invitation_text = invitation;
    T_EQ(fed_join_write(&from, arena, &bytes, NULL), ERR_OK, "written");
    text = made_whole(FED_DOC_JOIN, bytes, keys, 1, arena);
    T_EQ(fed_join_read(text, MADE_NOW, arena, &to, NULL), ERR_OK, "read");
    T_OK(id_eq(to.node, from.node) && id_eq(to.invitation.id, from.invitation.id) &&
             to.n_spki == 1 && memcmp(&to.key, &from.key, sizeof to.key) == 0,
         "as written");
    T_SPAN(to.code, SPAN("232017"), "code");
    T_EQ(fed_join_read(made_whole(FED_DOC_JOIN, bytes, others, 1, arena), MADE_NOW, arena, &to,
                       NULL),
         ERR_DENIED, "a key it does not hold");
    T_EQ(fed_join_read(made_whole(FED_DOC_ROTATION, bytes, keys, 1, arena), MADE_NOW, arena,
                       &to, NULL),
         ERR_DENIED, "signed as something else");
    T_EQ(fed_join_read(text, from.invitation.until_utc_us, arena, &to, NULL), ERR_TIMEOUT,
         "its invitation has ended");
    from.invitation_text = invitation_signed(&from.invitation, &other, arena);
    T_EQ(fed_join_write(&from, arena, &bytes, NULL), ERR_OK, "written");
    T_EQ(fed_join_read(made_whole(FED_DOC_JOIN, bytes, keys, 1, arena), MADE_NOW, arena, &to,
                       NULL),
         ERR_DENIED, "an invitation nobody signed");
    from.code = SPAN_NONE;
    from.invitation_text = invitation;
    T_EQ(fed_join_write(&from, arena, &bytes, NULL), ERR_OK, "without a code");
    T_EQ(fed_join_read(made_whole(FED_DOC_JOIN, bytes, keys, 1, arena), MADE_NOW, arena, &to,
                       NULL),
         ERR_OK, "a prefecture");
    T_EQ(to.code.len, 0, "has none");
    arena_destroy(&arena);
}

T_CASE(rotation_is_signed_by_the_new_key)
{
    struct arena *arena = arena_new();
    struct made_key fresh = made_key("town1-2", 501), old = made_key("town1-1", 101);
    struct made_key *const both[] = {&fresh, &old}, *const olds[] = {&old};
    struct fed_rotation from = {.node = made_node(1),
                                .federation = SPAN("hinata"),
                                .old_kid = "town1-1",
                                .key = fresh.key,
                                .asked_utc_us = MADE_NOW},
                        to;
    struct fed_sigs sigs;
    struct span bytes, text, read;

    T_REQ("CARD-11");
    T_EQ(fed_rotation_write(&from, arena, &bytes, NULL), ERR_OK, "written");
    text = made_whole(FED_DOC_ROTATION, bytes, both, 2, arena);
    T_EQ(fed_rotation_read(text, MADE_NOW, arena, &to, &sigs, &read, NULL), ERR_OK, "read");
    T_OK(strcmp(to.old_kid, "town1-1") == 0 && sigs.n == 2, "as written");
    T_SPAN(read, bytes, "the signed bytes");
    T_EQ(fed_rotation_read(made_whole(FED_DOC_ROTATION, bytes, olds, 1, arena), MADE_NOW, arena,
                           &to, &sigs, &read, NULL),
         ERR_DENIED, "not by the new key");
    T_EQ(fed_rotation_read(text, MADE_NOW + FED_INVITE_MOST_US + 1, arena, &to, &sigs, &read,
                           NULL),
         ERR_TIMEOUT, "too long ago");
    T_EQ(fed_rotation_read(text, MADE_NOW - FED_SKEW_MOST_US - 1, arena, &to, &sigs, &read,
                           NULL),
         ERR_TIMEOUT, "from the future");
    arena_destroy(&arena);
}

T_CASE(check_code_is_of_name_and_keys)
{
    struct made_key made[FED_ROOTS_N];
    struct fed_public roots[FED_ROOTS_N];
    char code[FED_CHECK_CODE_CAP], other[FED_CHECK_CODE_CAP];

    T_REQ("CARD-11");
    made_roots(made);
    for (int i = 0; i < FED_ROOTS_N; i++)
        roots[i] = made[i].key;
    fed_roots_code(SPAN("hinata"), roots, code);
    T_EQ(strlen(code), 19, "four groups");
    T_OK(code[4] == '-' && code[9] == '-' && code[14] == '-', "apart");
    fed_roots_code(SPAN("kaede"), roots, other);
    T_OK(strcmp(code, other) != 0, "another name");
    roots[2].ed25519[31] ^= 1;
    fed_roots_code(SPAN("hinata"), roots, other);
    T_OK(strcmp(code, other) != 0, "another key");
}
