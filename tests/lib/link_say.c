/* link_say: the links of one node (federation/link.h) as a program, without a database, a
 * registry or a lesson: for tests/integration/test_links.py and
 * tests/bench/link_figures.py.
 *
 *   link-say NODE SOCKET TICKETS      ids as 32 hexadecimal digits
 *
 * SOCKET is where the front brings peers to; TICKETS a unix socket where a peer's program gets
 * its tickets ("NODE ctl"), as a signed request would get them. Commands, one a line: want PEER
 * SECONDS ENDPOINT PIN TICKETS   |   allow PEER SECONDS   |   judge WHY ("" all may) flow PEER
 * ctl|rt N PER_S [AT_ONCE]  numbered frames; PER_S 0: as fast as they are taken join PEER N N
 * figures, as one frame each fault PEER   |   counts   |   status PEER   |   zero   |   end
 * What comes: "up PEER 0|1 US", "down PEER WHY US", "done PEER LANE N CPU US" of a flow (CPU:
 * microseconds of handing over), one JSON line for counts and status. Times are of
 * CLOCK_MONOTONIC, which all processes of a machine share.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <curl/curl.h>

#include "federation/frame_voice.h"
#include "federation/link.h"
#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/log.h"

#define DELAYS_MOST 200000
#define LANES_N     2
#define TEXT_CAP    512

struct lane_count {
    uint64_t next; /* expected */
    uint64_t n, lost, doubled;
    int64_t first_mono_us, last_mono_us;
    int64_t *delays_us;
    size_t n_delays;
};

struct say {
    struct links *links;
    struct id node;
    char socket[96], tickets[96], peer_endpoint[262], peer_tickets[96];
    uint8_t pin[32];
    pthread_mutex_t lock; /* what is below, and standard output */
    enum link_why judge;
    struct lane_count lanes[LANES_N];
    int64_t up_mono_us, after_up_mono_us; /* the last up; the first frame after it */
};
static struct say say = {.lock = PTHREAD_MUTEX_INITIALIZER, .judge = LINK_WHY_N};

_Noreturn static void bad(const char *what)
{
    fprintf(stderr, "link_say: %s\n", what);
    exit(2);
}

static struct id read_id(const char *hex)
{
    struct id id = ID_NONE;

    if (hex == NULL || strlen(hex) != 32 || !hex_read(span_text(hex), id.b, 16))
        bad("an id is 32 hexadecimal digits");
    return id;
}

static long read_number(const char *text)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);

    if (end == text || *end != '\0')
        bad("not a number");
    return number;
}

static void write_id(struct id id, char out[33])
{
    for (int i = 0; i < 16; i++)
        snprintf(out + (ptrdiff_t)i * 2, 3, "%02x", id.b[i]);
}

/* ---- the federation around them ---- */

static enum err door(void *arg, struct links_door *out, struct fail *why)
{
    (void)arg;
    (void)why;
    *out = (struct links_door){.uids = {getuid(), 0}, .n_uids = 2};
    snprintf(out->path, sizeof out->path, "%s", say.socket);
    return ERR_OK;
}

static enum link_why judge(void *arg, struct id peer, bool is_new)
{
    enum link_why why;

    (void)arg;
    (void)peer;
    (void)is_new;
    pthread_mutex_lock(&say.lock);
    why = say.judge;
    pthread_mutex_unlock(&say.lock);
    return why;
}

static int connect_to(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static enum err way(void *arg, struct id peer, bool is_rt, const atomic_bool *stop,
                    struct link_way *out, struct fail *why)
{
    char own[33], ask[64], answer[64] = "", tickets[sizeof say.peer_tickets];
    int fd, n;
    ssize_t got = -1;

    (void)arg;
    (void)peer;
    (void)stop;
    pthread_mutex_lock(&say.lock);
    *out = (struct link_way){.n_pins = 1};
    memcpy(out->pins[0], say.pin, sizeof say.pin);
    memcpy(out->endpoint, say.peer_endpoint, sizeof out->endpoint);
    memcpy(tickets, say.peer_tickets, sizeof tickets);
    pthread_mutex_unlock(&say.lock);
    fd = connect_to(tickets);
    write_id(say.node, own);
    n = snprintf(ask, sizeof ask, "%s %s\n", own, is_rt ? "rt" : "ctl");
    if (fd >= 0 && write(fd, ask, (size_t)n) == n)
        got = read(fd, answer, sizeof answer - 1);
    if (fd >= 0)
        close(fd);
    if (got <= 0)
        return fail_set(why, ERR_UNAVAILABLE, "no answer");
    if (strncmp(answer, "denied", 6) == 0)
        return fail_set(why, ERR_DENIED, "denied");
    if (got < 43)
        return fail_set(why, ERR_UNAVAILABLE, "no ticket");
    memcpy(out->ticket, answer, 43);
    return ERR_OK;
}

/* Answers "NODE LANE" with a ticket. */
static void *serve_tickets(void *arg)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)arg;
    snprintf(name.sun_path, sizeof name.sun_path, "%s", say.tickets);
    unlink(name.sun_path);
    if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) != 0 ||
        listen(listener, 8) != 0)
        bad("no socket for tickets");
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        char line[64] = "", text[44] = "", lane[4] = "", peer[33] = "";
        const char *answer = text;
        ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);

        if (n > 0 && sscanf(line, "%32s %3s", peer, lane) == 2) {
            enum err rc = links_ticket(say.links, read_id(peer), lane[0] == 'r', text, NULL);

            if (rc != ERR_OK)
                answer = rc == ERR_DENIED ? "denied" : "unavailable";
            if (write(fd, answer, strlen(answer)) < 0)
                fprintf(stderr, "link_say: errno %d\n", errno);
        }
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

/* ---- what comes ---- */

static void tell(const char *what, struct id peer, const char *text)
{
    char hex[33];

    write_id(peer, hex);
    printf("%s %s %s %" PRId64 "\n", what, hex, text, clock_mono_us());
    fflush(stdout);
}

static void on_up(void *arg, struct id peer, bool is_whole)
{
    (void)arg;
    pthread_mutex_lock(&say.lock);
    say.up_mono_us = clock_mono_us();
    say.after_up_mono_us = 0;
    if (!is_whole) /* the other side numbers anew, if it is a new process */
        say.lanes[0].next = 0;
    tell("up", peer, is_whole ? "1" : "0");
    pthread_mutex_unlock(&say.lock);
}

static void on_down(void *arg, struct id peer, enum link_why why)
{
    (void)arg;
    pthread_mutex_lock(&say.lock);
    tell("down", peer, link_why_name(why));
    pthread_mutex_unlock(&say.lock);
}

static void count(struct lane_count *lane, uint64_t number, int64_t sent_mono_us)
{
    const int64_t now = clock_mono_us();

    if (lane->delays_us == NULL)
        lane->delays_us = calloc(DELAYS_MOST, sizeof *lane->delays_us);
    if (lane->next != 0 && number < lane->next)
        lane->doubled++;
    else if (lane->next != 0)
        lane->lost += number - lane->next;
    if (number >= lane->next)
        lane->next = number + 1;
    lane->n++;
    if (lane->first_mono_us == 0)
        lane->first_mono_us = now;
    lane->last_mono_us = now;
    if (lane->delays_us != NULL && lane->n_delays < DELAYS_MOST)
        lane->delays_us[lane->n_delays++] = now - sent_mono_us;
    if (say.after_up_mono_us == 0)
        say.after_up_mono_us = now;
}

static void on_frame(void *arg, struct id peer, bool is_rt, const struct frame *frame)
{
    struct frame_voice voice;
    struct frame_chat chat;
    uint64_t number;

    (void)arg;
    (void)peer;
    pthread_mutex_lock(&say.lock);
    if (frame->type == FRAME_CHAT && frame_chat_read(frame, &chat, NULL) == ERR_OK) {
        char text[32] = "";

        memcpy(text, chat.text.p, chat.text.len < 31 ? chat.text.len : 31);
        count(&say.lanes[0], chat.number, strtoll(text, NULL, 10));
    } else if (frame->type == FRAME_VOICE && is_rt &&
               frame_voice_read(frame, &voice, NULL) == ERR_OK) {
        struct bytes_in in = {.rest = voice.opus};

        number = bytes_get_number(&in, 8);
        count(&say.lanes[1], number, (int64_t)bytes_get_number(&in, 8));
    }
    pthread_mutex_unlock(&say.lock);
}

/* ---- what goes out ---- */

struct flow {
    struct id peer;
    bool is_rt;
    long n, per_s, at_once; /* at_once: so many one behind the other */
};

#define OPUS_BYTES 80                     /* 20 ms of speech at 32 kbit/s */
static _Atomic uint64_t numbers[LANES_N]; /* of the last frame */

static enum err send_one(const struct flow *flow)
{
    uint8_t room[256];
    struct bytes_out out = {room, 0, sizeof room};
    struct frame frame = {.type = flow->is_rt ? FRAME_VOICE : FRAME_CHAT, .class = 1};

    if (flow->is_rt) {
        uint8_t marks[OPUS_BYTES] = {0};
        struct bytes_out in = {marks, 0, sizeof marks};
        const struct frame_voice voice = {.number = (uint16_t)numbers[1],
                                          .opus = span_of(marks, sizeof marks)};

        bytes_put_number(&in, numbers[1] + 1, 8);
        bytes_put_number(&in, (uint64_t)clock_mono_us(), 8);
        if (frame_voice_write(&voice, &out, NULL) != ERR_OK)
            bad("a packet");
    } else {
        struct frame_chat chat = {.node = say.node, .number = numbers[0] + 1, .line = say.node};
        char text[32];

        snprintf(text, sizeof text, "%" PRId64, clock_mono_us());
        chat.text = span_text(text);
        if (frame_chat_write(&chat, &out, NULL) != ERR_OK)
            bad("a line");
    }
    frame.payload = span_of(room, out.len);
    return links_send(say.links, flow->peer, flow->is_rt, &frame, NULL);
}

static int64_t own_cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *flow_main(void *arg)
{
    struct flow *flow = arg;
    int64_t next = clock_mono_us(), spent_ns = 0;
    long n_sent = 0;
    char text[64];

    while (n_sent < flow->n) {
        int64_t began_ns = own_cpu_ns();
        enum err rc = send_one(flow);

        spent_ns += own_cpu_ns() - began_ns;
        if (rc == ERR_OK) {
            numbers[flow->is_rt]++;
            n_sent++;
        } else if (rc != ERR_BUSY && rc != ERR_NOT_FOUND) {
            bad("a frame was not taken");
        }
        if (rc != ERR_OK)
            usleep(1000);
        if (flow->per_s > 0 && n_sent % flow->at_once == 0) {
            next += 1000000 * flow->at_once / flow->per_s;
            if (next > clock_mono_us())
                usleep((useconds_t)(next - clock_mono_us()));
        }
    }
    snprintf(text, sizeof text, "%s %ld %" PRId64, flow->is_rt ? "rt" : "ctl", n_sent,
             spent_ns / 1000);
    pthread_mutex_lock(&say.lock);
    tell("done", flow->peer, text);
    pthread_mutex_unlock(&say.lock);
    free(flow);
    return NULL;
}

static void flow_begin(char **words, int n_words)
{
    struct flow *flow = calloc(1, sizeof *flow);
    pthread_t thread;

    if (flow == NULL)
        bad("no memory");
    *flow = (struct flow){read_id(words[1]), words[2][0] == 'r', read_number(words[3]),
                          read_number(words[4]), n_words > 5 ? read_number(words[5]) : 1};
    if (flow->at_once < 1)
        bad("at least one at once");
    if (pthread_create(&thread, NULL, flow_main, flow) != 0)
        bad("no thread");
    pthread_detach(thread);
}

static void join(struct id peer, long n)
{
    for (long i = 0; i < n; i++) {
        struct frame_look look = {.node = say.node, .at = {100, 200}, .name = SPAN("そら")};
        uint8_t room[256];
        struct bytes_out out = {room, 0, sizeof room};
        struct frame frame = {.type = FRAME_JOIN, .class = 1};

        memcpy(frame.pseud, &i, sizeof i);
        if (frame_look_write(&look, &out, NULL) != ERR_OK)
            bad("a figure");
        frame.payload = span_of(room, out.len);
        if (links_send(say.links, peer, false, &frame, NULL) != ERR_OK)
            bad("no link");
    }
}

/* ---- what is asked ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static void tell_counts(void)
{
    printf("{\"up_us\":%" PRId64 ",\"after_up_us\":%" PRId64 ",\"lanes\":[", say.up_mono_us,
           say.after_up_mono_us);
    for (int i = 0; i < LANES_N; i++) {
        struct lane_count *lane = &say.lanes[i];
        int64_t p50 = -1, p99 = -1, most = -1;

        if (lane->n_delays > 0) {
            qsort(lane->delays_us, lane->n_delays, sizeof *lane->delays_us, by_size);
            p50 = lane->delays_us[lane->n_delays / 2];
            p99 = lane->delays_us[lane->n_delays * 99 / 100];
            most = lane->delays_us[lane->n_delays - 1];
        }
        printf("%s{\"n\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"doubled\":%" PRIu64
               ",\"p50_us\":%" PRId64 ",\"p99_us\":%" PRId64 ",\"max_us\":%" PRId64
               ",\"first_us\":%" PRId64 ",\"last_us\":%" PRId64 "}",
               i == 0 ? "" : ",", lane->n, lane->lost, lane->doubled, p50, p99, most,
               lane->first_mono_us, lane->last_mono_us);
    }
    printf("]}\n");
}

static void tell_status(struct id peer)
{
    struct link_status s;

    if (!links_status(say.links, peer, &s)) {
        printf("{}\n");
        return;
    }
    printf("{\"is_up\":%d,\"is_rt_up\":%d,\"wanted\":%d,\"allowed\":%d,\"lag_us\":%" PRId64
           ",\"waiting\":%d,\"in\":%" PRIu64 ",\"out\":%" PRIu64 ",\"bytes_in\":%" PRIu64
           ",\"bytes_out\":%" PRIu64 ",\"late\":%" PRIu64 ",\"unknown\":%" PRIu64
           ",\"resumed\":%" PRIu64 ",\"new\":%" PRIu64 ",\"faults\":%" PRIu64
           ",\"why\":\"%s\"}\n",
           s.is_up, s.is_rt_up, s.is_wanted, s.is_allowed, s.lag_us, s.n_waiting, s.n_in,
           s.n_out, s.n_bytes_in, s.n_bytes_out, s.n_late, s.n_unknown, s.n_resumed, s.n_new,
           s.n_faults, link_why_name(s.last_why));
}

static void set_judge(const char *name)
{
    say.judge = LINK_WHY_N;
    for (int i = 0; name != NULL && i < LINK_WHY_N; i++)
        if (strcmp(name, link_why_name((enum link_why)i)) == 0)
            say.judge = (enum link_why)i;
}

static int64_t until(const char *seconds)
{
    long s = read_number(seconds);

    return s == 0 ? 0 : clock_utc_us() + s * SECOND_US;
}

static void zero(void)
{
    for (int i = 0; i < LANES_N; i++) {
        free(say.lanes[i].delays_us);
        say.lanes[i] = (struct lane_count){.next = say.lanes[i].next};
    }
}

/* False: it is the end. */
static bool obey(char **words, int n)
{
    if (strcmp(words[0], "want") == 0 && n >= 3) {
        if (n == 6) {
            pthread_mutex_lock(&say.lock);
            snprintf(say.peer_endpoint, sizeof say.peer_endpoint, "%s", words[3]);
            if (!hex_read(span_text(words[4]), say.pin, sizeof say.pin))
                bad("a pin is 64 hexadecimal digits");
            snprintf(say.peer_tickets, sizeof say.peer_tickets, "%s", words[5]);
            pthread_mutex_unlock(&say.lock);
        }
        links_want(say.links, read_id(words[1]), until(words[2]));
    } else if (strcmp(words[0], "allow") == 0 && n == 3) {
        links_allow(say.links, read_id(words[1]), until(words[2]));
    } else if (strcmp(words[0], "flow") == 0 && (n == 5 || n == 6)) {
        flow_begin(words, n);
    } else if (strcmp(words[0], "join") == 0 && n == 3) {
        join(read_id(words[1]), read_number(words[2]));
    } else if (strcmp(words[0], "fault") == 0 && n == 2) {
        links_fault(say.links, read_id(words[1]), "foreign-pseud");
    } else if (strcmp(words[0], "end") == 0) {
        return false;
    } else {
        pthread_mutex_lock(&say.lock);
        if (strcmp(words[0], "judge") == 0)
            set_judge(n == 2 ? words[1] : NULL);
        else if (strcmp(words[0], "counts") == 0)
            tell_counts();
        else if (strcmp(words[0], "status") == 0 && n == 2)
            tell_status(read_id(words[1]));
        else if (strcmp(words[0], "zero") == 0)
            zero();
        else
            bad(words[0]);
        fflush(stdout);
        pthread_mutex_unlock(&say.lock);
    }
    return true;
}

static bool take_line(char *line)
{
    char *words[8], *rest = NULL;
    int n = 0;

    for (char *w = strtok_r(line, " \n", &rest); w != NULL && n < 8;
         w = strtok_r(NULL, " \n", &rest))
        words[n++] = w;
    return n == 0 || obey(words, n);
}

int main(int argc, char **argv)
{
    const struct link_feature feature = {NULL, on_up, on_frame, on_down};
    struct links_conf conf = {.allow_private = true,
                              .connect_ms = 2000,
                              .answer_ms = 3000,
                              .door = door,
                              .judge = judge,
                              .way = way};
    struct fail why = {.code = ERR_OK, .text = ""};
    pthread_t tickets;
    char line[TEXT_CAP];

    if (argc != 4)
        bad("usage: link-say NODE SOCKET TICKETS");
    log_init("link-say", LOG_INFO);
    signal(SIGPIPE, SIG_IGN);
    say.node = conf.node = read_id(argv[1]);
    snprintf(say.socket, sizeof say.socket, "%s", argv[2]);
    snprintf(say.tickets, sizeof say.tickets, "%s", argv[3]);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        links_open(&conf, &say.links, &why) != ERR_OK ||
        links_start(say.links, &feature, &why) != ERR_OK)
        bad(why.text);
    if (pthread_create(&tickets, NULL, serve_tickets, NULL) != 0)
        bad("no thread");
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL && take_line(line))
        ;
    links_stop(say.links);
    _exit(0); /* the thread that gives tickets may still look at the links */
}
