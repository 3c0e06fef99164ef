/* build/FLAVOUR/chat - people who write, as light as they can be played: one thread.
 *
 *   chat ADDRESS TARGETS ORIGIN PEOPLE SECONDS EVERY_S [WHERE]
 *
 * TARGETS: a ticket a line. Everybody comes to floor-1 (WHERE floors: to floor-1, floor-2 ...
 * by tens) and writes a line every EVERY_S seconds, each at his own time; 0: nobody writes.
 * Says "begin" when all are in, "end" SECONDS later, then one line of JSON: lines said and
 * answered between, refused, milliseconds from the sending to the answer (p50, p99, most),
 * lines heard. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "node/base/clock.h"
#include "node/base/id.h"
#include "tests/load/wire.h"

#define PEOPLE_CAP  2000
#define LINE_CAP    256
#define BIN_US      50
#define N_BINS      100000 /* five seconds */
#define STEP_MS     1
#define ENTER_US    (60 * SECOND_US)
#define SETTLE_US   (2 * SECOND_US)
#define FLOOR_OF(i) ((i) / 10 + 1)

struct person {
    struct wire wire;
    bool is_in;
    uint32_t number;
    int64_t said_us, next_us; /* said: not answered yet, else 0 */
};

static struct person people[PEOPLE_CAP];
static uint32_t bins[N_BINS];
static int64_t n_said, n_answered, n_refused, n_heard, n_in, worst_us;
static bool is_measuring, is_apart;

static const char *const texts[] = {
    "おはよう。きょうは雨だね",     "このもんだい、むずかしい",  "さっきのゲームおもしろかった",
    "お昼ごはん何たべた？",         "わたしもそう思う！",        "ちょっと休んでくるね",
    "絵をかいてるところだよ",       "明日の授業って何時から？",  "ありがとう、たすかった",
    "ねこの写真みた？かわいかった", "もう一回やってみようかな…", "先生、しつもんがあります",
};

static void fail_out(const char *what)
{
    fprintf(stderr, "chat: %s\n", what);
    exit(1);
}

static bool has(struct span body, const char *text)
{
    return memmem(body.p, body.len, text, strlen(text)) != NULL;
}

static void on_answer(struct person *p, struct span body)
{
    char head[32];
    int n = snprintf(head, sizeof head, "{\"re\":%u,", p->number);
    int64_t us = clock_mono_us() - p->said_us;

    if (!span_has_prefix(body, span_of(head, (size_t)n)))
        return;
    if (!p->is_in) {
        if (!has(body, "\"ok\""))
            fail_out("somebody did not come in");
        p->is_in = true;
        n_in++;
        return;
    }
    if (p->said_us == 0)
        return;
    p->said_us = 0;
    if (!is_measuring)
        return;
    n_answered++;
    n_refused += !has(body, "\"ok\"");
    worst_us = us > worst_us ? us : worst_us;
    bins[us / BIN_US < N_BINS ? us / BIN_US : N_BINS - 1]++;
}

static void on_frame(void *arg, const struct wire_frame *frame)
{
    struct person *p = arg;

    if (frame->opcode == 0x2 && frame->len == 1) {
        if (wire_send(&p->wire, 0x2, span_of("\0", 1), NULL) != ERR_OK)
            fail_out("a line went");
        return;
    }
    if (frame->opcode != 0x1)
        return;
    if (span_has_prefix(frame->body, SPAN("{\"re\":")))
        on_answer(p, frame->body);
    else if (is_measuring && span_has_prefix(frame->body, SPAN("{\"ev\":\"chat.lin")))
        n_heard++;
}

static void send_text(struct person *p, const char *name, const char *json)
{
    char text[512];
    int n = snprintf(text, sizeof text, "%s %u %s", name, ++p->number, json);

    if (wire_send(&p->wire, 0x1, span_of(text, (size_t)n), NULL) != ERR_OK)
        fail_out("a line went");
}

static void say(struct person *p, int i)
{
    char json[400], line[ID_TEXT_CAP];

    id_text(id_new(), line);
    snprintf(json, sizeof json, "{\"line\":\"%s\",\"text\":\"%s\"}", line,
             texts[(size_t)(i + (int)p->number) % (sizeof texts / sizeof texts[0])]);
    p->said_us = clock_mono_us();
    send_text(p, "chat.say", json);
    if (is_measuring)
        n_said++;
}

static void come(struct person *p, int i)
{
    char json[96];

    snprintf(json, sizeof json, "{\"floor\":\"floor-%d\",\"rung\":\"text\"}",
             is_apart ? FLOOR_OF(i) : 1);
    send_text(p, "place.enter", json);
}

static void turn(int epoll, int64_t every_us, int n)
{
    struct epoll_event events[256];
    int64_t now = clock_mono_us();
    int n_events;

    for (int i = 0; i < n && every_us > 0; i++)
        if (people[i].is_in && people[i].said_us == 0 && now >= people[i].next_us) {
            people[i].next_us += every_us;
            say(&people[i], i);
        }
    n_events = epoll_wait(epoll, events, 256, STEP_MS);
    for (int i = 0; i < n_events; i++) {
        struct person *p = events[i].data.ptr;
        enum wire_state before = p->wire.state;
        uint64_t bytes;

        wire_read(&p->wire, on_frame, p, &bytes);
        if (p->wire.state == WIRE_OVER)
            fail_out("a line was closed");
        if (before == WIRE_OPENING && p->wire.state == WIRE_OPEN)
            come(p, (int)(p - people));
    }
}

static void run_until(int epoll, int64_t until_us, int64_t every_us, int n)
{
    while (clock_mono_us() < until_us)
        turn(epoll, every_us, n);
}

static double at_share(double share)
{
    double left = share * (double)n_answered;

    for (size_t i = 0; i < N_BINS; i++) {
        left -= bins[i];
        if (left <= 0)
            return (double)((i + 1) * BIN_US) / 1000;
    }
    return -1;
}

static void dial_all(const char *address, const char *targets, const char *origin, int n,
                     int epoll)
{
    FILE *file = fopen(targets, "re");
    char ticket[LINE_CAP], protocols[LINE_CAP + 32];
    struct fail why = {.code = ERR_INTERNAL};

    for (int i = 0; i < n; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &people[i]};

        if (file == NULL || fgets(ticket, sizeof ticket, file) == NULL)
            fail_out("too few tickets");
        ticket[strcspn(ticket, "\n")] = '\0';
        snprintf(protocols, sizeof protocols, "ibasho.v1, ticket.%s", ticket);
        if (wire_connect(address, &people[i].wire, &why) != ERR_OK ||
            wire_open(&people[i].wire, "/ws", "localhost", origin, protocols, &why) != ERR_OK ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, people[i].wire.fd, &event) != 0)
            fail_out(why.text);
    }
    fclose(file);
}

int main(int argc, char **argv)
{
    int n = argc < 7 ? 0 : atoi(argv[4]), seconds = argc < 7 ? 0 : atoi(argv[5]);
    int64_t every_us = argc < 7 ? 0 : (int64_t)(atof(argv[6]) * SECOND_US), now;
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    if (argc < 7 || n < 1 || n > PEOPLE_CAP || epoll < 0) {
        fprintf(stderr, "usage: chat ADDRESS TARGETS ORIGIN PEOPLE SECONDS EVERY_S [floors]\n");
        return 2;
    }
    is_apart = argc > 7;
    dial_all(argv[1], argv[2], argv[3], n, epoll);
    for (int64_t until = clock_mono_us() + ENTER_US; n_in < n && clock_mono_us() < until;)
        turn(epoll, 0, n);
    if (n_in < n)
        fail_out("not everybody came in");
    now = clock_mono_us();
    for (int i = 0; i < n; i++)
        people[i].next_us = now + (int64_t)i * every_us / n;
    run_until(epoll, now + SETTLE_US, every_us, n);
    puts("begin");
    fflush(stdout);
    is_measuring = true;
    run_until(epoll, clock_mono_us() + seconds * SECOND_US, every_us, n);
    is_measuring = false;
    puts("end");
    printf("{\"said\": %lld, \"answered\": %lld, \"refused\": %lld, \"heard\": %lld, "
           "\"p50_ms\": %.2f, \"p99_ms\": %.2f, \"most_ms\": %.2f}\n",
           (long long)n_said, (long long)n_answered, (long long)n_refused, (long long)n_heard,
           at_share(0.5), at_share(0.99), (double)worst_us / 1000);
    for (int i = 0; i < n; i++)
        wire_close(&people[i].wire);
    return 0;
}
