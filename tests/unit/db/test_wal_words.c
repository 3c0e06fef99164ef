#include "node/db/wal_words.h"

#include "tests/t.h"

T_CASE(a_place_of_the_log_has_one_text) /* PostgreSQL documentation, type pg_lsn */
{
    static const char *const refused[] = {"",      "/",   "0",    "0/",          "/0",
                                          "0/0/0", "0/g", "-0/0", "0/123456789", " 0/0"};
    char text[DB_WAL_TEXT_CAP];
    uint64_t at = 0;

    T_OK(db_wal_place(SPAN("0/2000028"), &at), "read");
    T_EQ(at, UINT64_C(0x2000028), "its value");
    T_OK(db_wal_place(SPAN("16/B374D848"), &at), "over 4 GiB");
    T_EQ(at, UINT64_C(0x16B374D848), "its value");
    db_wal_text(at, text);
    T_SPAN(span_text(text), SPAN("16/B374D848"), "written");
    for (size_t i = 0; i < T_COUNT(refused); i++)
        T_OK(!db_wal_place(span_text(refused[i]), &at), refused[i]);
}

T_CASE(a_message_of_replication_is_read_whole_or_not) /* chapter 55.4 */
{
    static const uint8_t log[] = {'w', 0, 0, 0, 0, 2, 0, 0, 0x28, 0, 0, 0,   0,  2,
                                  0,   1, 0, 0, 0, 0, 0, 0, 0,    0, 1, 'a', 'b'};
    static const uint8_t alive[] = {'k', 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1};
    struct db_wal_message m;

    T_EQ(db_wal_parse(span_of(log, sizeof log), &m, NULL), ERR_OK, "log");
    T_EQ(m.start, UINT64_C(0x2000028), "its place");
    T_EQ(m.server_end, UINT64_C(0x2000100), "how far the server is");
    T_EQ(m.at_utc_us, WAL_EPOCH_US + 1, "when");
    T_SPAN(m.bytes, SPAN("ab"), "its bytes");
    T_EQ(db_wal_parse(span_of(alive, sizeof alive), &m, NULL), ERR_OK, "a sign of life");
    T_OK(m.wants_answer && m.bytes.len == 0, "that wants an answer");
    T_EQ(db_wal_parse(span_of(alive, sizeof alive - 1), &m, NULL), ERR_PROTO, "cut");
    T_EQ(db_wal_parse(span_of(log, 24), &m, NULL), ERR_PROTO, "a cut head");
    T_EQ(db_wal_parse(SPAN("x"), &m, NULL), ERR_PROTO, "another");
    T_EQ(db_wal_parse(SPAN(""), &m, NULL), ERR_PROTO, "nothing");
}

T_CASE(a_piece_is_named_in_one_way)
{
    static const char good[] =
        "00000001-0000000002000000-0000000002100000-0006407d8a1c3f00.ibasho-wal";
    static const char *const refused[] = {
        "",
        "state",
        "00000001-0000000002000000-0000000002000000-0006407d8a1c3f00.ibasho-wal",
        "00000001-0000000002100000-0000000002000000-0006407d8a1c3f00.ibasho-wal",
        "00000001-0000000002000000-0000000002100000-0006407D8A1C3F00.ibasho-wal",
        "00000001-0000000002000000-0000000002100000-ffffffffffffffff.ibasho-wal",
        "00000001-0000000002000000-0000000002100000-0006407d8a1c3f00.ibasho-wal.part",
        "1-0000000002000000-0000000002100000-0006407d8a1c3f00.ibasho-wal"};
    struct piece piece = {.timeline = 0};
    char name[PIECE_NAME_CAP];

    T_OK(piece_name_read(good, &piece), "read");
    T_EQ(piece.timeline, 1, "timeline");
    T_EQ(piece.start, UINT64_C(0x2000000), "start");
    T_EQ(piece.end, UINT64_C(0x2100000), "end");
    piece_name(&piece, name);
    T_SPAN(span_text(name), span_text(good), "written");
    for (size_t i = 0; i < T_COUNT(refused); i++)
        T_OK(!piece_name_read(refused[i], &piece), refused[i]);
}
