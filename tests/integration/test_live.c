/* What WebSocket commands leave in the access record, written by the real writer. */
#include "tests/integration/store_fixture.h"
#include "tests/lib/live_fixture.h"

static uint8_t room[1 << 17];
static struct live_client a;
static struct store_fixture store;

static struct span text_of(struct live_client *c)
{
    struct live_frame frame = live_client_next(c, room, false, LIVE_CLIENT_WAIT_MS);

    return frame.opcode == 1 ? frame.payload : SPAN("");
}

static void start(void)
{
    const struct live_server_conf plain = {.n_connections_cap = 0};

    store_fixture_start(&store, NULL);
    live_fixture.services = store.services;
    live_fixture_start(&plain);
}

static void stop(void)
{
    live_client_close(&a);
    live_server_stop(live_fixture.live, 1000); /* the writer may still post: it ends first */
    store_fixture_stop(&store);
    live_fixture_stop();
}

/* Records come after what they speak of, but for those an answer waits for. */
static bool wait_rows(const char *sql, int64_t n)
{
    for (int i = 0; i < 1000; i++) {
        if (store_fixture_i64(&store, sql) >= n)
            return store_fixture_i64(&store, sql) == n;
        usleep(10000);
    }
    return false;
}

T_CASE(live_answers_a_change_once_it_is_on_record)
{
    T_REQ("NI-T3-8");
    start();
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_OK(live_client_text(&a, "test.changes 4 {\"text\":\"x\"}"), "said");
    T_SPAN(text_of(&a), SPAN("{\"re\":4,\"ok\":{\"text\":\"x\"}}"), "answered");
    T_EQ(store_fixture_i64(&store, "SELECT count(*) FROM access_record WHERE route = "
                                   "'test.changes' AND role = 'student' AND action = 'change' "
                                   "AND outcome = 'ok' AND account IS NOT NULL"),
         1, "on record before the answer");
    T_OK(live_client_text(&a, "test.nothing 5 {}"), "said");
    T_SPAN(text_of(&a), SPAN("{\"re\":5,\"ok\":{}}"), "answered");
    T_EQ(store_fixture_i64(&store, "SELECT count(*) FROM access_record"), 1,
         "a row without audit class leaves none");
    stop();
}

T_CASE(live_records_a_breach_once_a_minute)
{
    static const char of_role[] =
        "SELECT count(*) FROM access_record WHERE route = 'test.staff' AND action = 'refused' "
        "AND outcome = 'role'";
    static const char of_rule[] =
        "SELECT count(*) FROM access_record WHERE route = 'test.breaks' AND action = 'refused' "
        "AND outcome = 'watch-walk'";

    T_REQ("NI-T3-8");
    start();
    live_fixture_join(&a, ROLE_STUDENT, "a");
    for (int minute = 1; minute <= 2; minute++) {
        for (int i = 0; i < 5; i++) {
            T_OK(live_client_text(&a, "test.staff 1 {}"), "said");
            T_OK(text_of(&a).len > 0, "refused");
            T_OK(live_client_text(&a, "test.breaks 2 {}"), "said");
            T_OK(text_of(&a).len > 0, "refused");
        }
        T_OK(wait_rows(of_role, minute), "a role that may not: one record");
        T_OK(wait_rows(of_rule, minute), "a rule that was broken: one record");
        clock_test_shift(61 * SECOND_US, 0);
        live_fixture_settle();
    }
    clock_test_shift(0, 0);
    stop();
}
