/* build/FLAVOUR/load - many people at once, as light as they can be played: one thread.
 *
 *   load --address unix:/path|tcp:HOST:PORT --kind ibasho|plain|colyseus --scene FILE
 *        --people N --seconds S [--targets FILE] [--origin URL] [--host NAME]
 *        [--floors a,b,...] [--rate HZ] [--join S] [--warm S] [--lobby 1] [--bye 1] [--talk S]
 *
 * targets: one line a person: of ibasho its ticket, of colyseus the address of its seat. rate:
 * how often positions are told to servers that want positions (10). join: over how many seconds
 * people come (1). bye: at the end everybody closes the line as a page does, and waits for the
 * other's close; without it all lines are cut. talk: each of ibasho's people writes a line and
 * shows a reaction every so many seconds, by turns (0: they only walk). One line of JSON comes
 * out: people asked for, entered, waiting; over the measured seconds: messages sent, frames and
 * bytes a second, ticks, the share of them that reached everybody they were for, milliseconds
 * from tick to receipt (p50, p95, p99: a tick carries the server's clock; zero is the fastest
 * receipt of any tick), errors (connections lost, refusals), cpu_s of this program. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/id.h"
#include "tests/load/scene.h"
#include "tests/load/wire.h"

#define STEP_MS    5
#define TICKS_KEPT 4096
#define BIN_US     100
#define N_BINS     50000 /* of latency: five seconds */
#define BIN_ZERO   10000 /* the first tick seen may not have been the fastest */
#define LINE_CAP   256
#define FLOORS_CAP 1000
#define TAIL_US    1000000 /* ticks of the last second may still be on their way */
#define HEAD_US    300000  /* of the first, some had come before it counted */
#define EVENTS_CAP 512
#define ENTER_S    60
#define BYE_S      10

enum kind { KIND_IBASHO, KIND_PLAIN, KIND_COLYSEUS };

struct tick {
    uint32_t ms;
    int64_t first_us;
    int n_got, n_for;
};
struct load_floor {
    const char *name;
    int n_people;
    struct tick ticks[TICKS_KEPT];
    int at;
    bool has_base;
    int64_t base_us; /* of the first tick: receipt minus the server's clock */
};
struct person {
    struct wire wire;
    struct scene_part *part;
    uint32_t number; /* of the last command */
    bool is_in, is_waiting, has_asked;
    int64_t told_us, talks_us; /* talks: when next */
    bool has_written;          /* the last was a line: a reaction is next */
};

static struct {
    const char *address, *scene_path, *targets, *origin, *host, *floors;
    enum kind kind;
    int n_people, seconds, rate_hz;
    double join_s, warm_s, talk_s;
    bool stays_in_lobby, says_bye;
} opt = {.origin = "http://localhost",
         .host = "localhost",
         .floors = "plaza",
         .rate_hz = 10,
         .join_s = 1,
         .warm_s = 2};

static struct {
    struct scene scene;
    struct person *people;
    struct scene_part *parts;
    struct load_floor *floors;
    int n_floors;
    char (*lines)[LINE_CAP];
    int epoll_fd;
    bool is_measuring;
    int64_t begin_us, end_us;
    uint64_t n_said, n_reacted;
    uint64_t n_sent, n_frames, n_bytes, n_lost, n_refused, n_ticks_in_all;
    uint64_t bins[N_BINS];
    int64_t least_us;
    struct person *reading; /* whose frames come just now */
} run;

static void die(const char *text, const struct fail *why)
{
    fprintf(stderr, "load: %s%s%s\n", text, why == NULL ? "" : ": ",
            why == NULL ? "" : why->text);
    exit(1);
}

/* ---- what comes ---- */

static void count_latency(struct load_floor *floor, uint32_t ms, int64_t now_us)
{
    int64_t raw_us = now_us - (int64_t)ms * 1000, bin;

    if (!floor->has_base) {
        floor->has_base = true;
        floor->base_us = raw_us;
    }
    raw_us -= floor->base_us;
    if (raw_us < run.least_us)
        run.least_us = raw_us;
    bin = BIN_ZERO + raw_us / BIN_US;
    run.bins[bin < 0 ? 0 : bin >= N_BINS ? N_BINS - 1 : bin]++;
}

static void count_tick(struct load_floor *floor, uint32_t ms, int64_t now_us)
{
    struct tick *tick = NULL;

    for (int i = 0; i < 64 && tick == NULL; i++) { /* late ones are some ticks old at most */
        struct tick *at = &floor->ticks[(floor->at - i + TICKS_KEPT) % TICKS_KEPT];

        if (at->n_for > 0 && at->ms == ms)
            tick = at;
    }
    if (tick == NULL) {
        floor->at = (floor->at + 1) % TICKS_KEPT;
        tick = &floor->ticks[floor->at];
        *tick = (struct tick){.ms = ms, .first_us = now_us, .n_for = floor->n_people};
    }
    tick->n_got++;
    count_latency(floor, ms, now_us);
}

static void on_text(struct person *p, struct span body)
{
    bool is_no = memmem(body.p, body.len, "\"no\":", 5) != NULL;

    if (body.len < 5 || memcmp(body.p, "{\"re\"", 5) != 0)
        return;
    if (is_no) {
        run.n_refused++;
    } else if (!p->is_in && memmem(body.p, body.len, "\"waiting\"", 9) != NULL) {
        p->is_waiting = true;
    } else if (!p->is_in && p->has_asked) {
        p->is_in = true;
        run.floors[p->part->floor].n_people++;
    }
}

static void on_frame(void *arg, const struct wire_frame *frame)
{
    struct person *p = run.reading;
    int64_t now_us = clock_mono_us();

    (void)arg;
    if (run.is_measuring)
        run.n_frames++;
    if (opt.kind == KIND_COLYSEUS) {
        static const uint8_t joined[1] = {10};

        if (frame->len > 0 && frame->body.p[0] == 10 && !p->is_in) {
            p->is_in = wire_send(&p->wire, 0x2, span_of(joined, 1), NULL) == ERR_OK;
            run.floors[0].n_people++;
        }
        return;
    }
    if (frame->opcode == 0x1) {
        on_text(p, frame->body);
    } else if (frame->len >= 8 && frame->body.p[0] == 1 && (frame->body.p[1] & 1) == 0) {
        const uint8_t *b = frame->body.p;
        uint32_t ms =
            (uint32_t)b[4] | (uint32_t)b[5] << 8 | (uint32_t)b[6] << 16 | (uint32_t)b[7] << 24;

        if (run.is_measuring && p->is_in)
            count_tick(&run.floors[p->part->floor], ms, now_us);
    } else if (frame->len == 1 && frame->body.p[0] == 0) {
        static const uint8_t beat[1] = {0};

        if (wire_send(&p->wire, 0x2, span_of(beat, 1), NULL) != ERR_OK)
            run.n_lost += p->wire.state == WIRE_OVER;
    }
}

/* ---- what goes ---- */

static void say(struct person *p, uint8_t opcode, const void *bytes, size_t n)
{
    if (p->wire.state != WIRE_OPEN)
        return;
    if (wire_send(&p->wire, opcode, span_of(bytes, n), NULL) == ERR_OK && run.is_measuring)
        run.n_sent++;
}

static void say_position(struct person *p, int64_t now_us)
{
    struct scene_part *part = p->part;
    uint8_t plain[5] = {1, (uint8_t)part->x, (uint8_t)(part->x >> 8), (uint8_t)part->y,
                        (uint8_t)(part->y >> 8)};
    uint8_t colyseus[7] = {17, 0xa1, 'm'};

    p->told_us = now_us;
    if (opt.kind == KIND_PLAIN) {
        say(p, 0x2, plain, sizeof plain);
    } else {
        memcpy(colyseus + 3, plain + 1, 4);
        say(p, 0x2, colyseus, sizeof colyseus);
    }
}

static void act_here(struct person *p, enum scene_act act)
{
    const struct scene_part *part = p->part;
    uint8_t stick[3] = {1, (uint8_t)part->dx, (uint8_t)part->dy};
    char text[96];
    int n;

    if (act == SCENE_STICK) {
        say(p, 0x2, stick, sizeof stick);
        return;
    }
    n = snprintf(text, sizeof text, "floor.walk %u {\"x\":%d,\"y\":%d}", ++p->number,
                 part->to_x, part->to_y);
    say(p, 0x1, text, (size_t)n);
}

/* A line or a reaction when it is time; everybody begins at another moment. */
static void talk(struct person *p, int index, int64_t now_us)
{
    static const char *const texts[] = {"きょうは なにを する？", "いっしょに あるこう",
                                        "おはよう", "この本 おもしろかったよ"};
    int64_t every_us = (int64_t)(opt.talk_s * 1e6);
    char text[256], line[ID_TEXT_CAP];
    int n;

    if (p->talks_us == 0)
        p->talks_us = now_us + every_us * (index % 16 + 1) / 17;
    if (now_us < p->talks_us)
        return;
    p->talks_us = now_us + every_us / 2;
    p->has_written = !p->has_written;
    p->number++;
    if (p->has_written) {
        id_text(id_new(), line);
        n = snprintf(text, sizeof text, "chat.say %u {\"line\":\"%s\",\"text\":\"%s\"}",
                     p->number, line, texts[(index + (int)p->number) % 4]);
        run.n_said++;
    } else {
        n = snprintf(text, sizeof text, "react %u {\"kind\":\"heart\"}", p->number);
        run.n_reacted++;
    }
    say(p, 0x1, text, (size_t)n);
}

static void step(int index, int64_t now_us)
{
    struct person *p = &run.people[index];
    enum scene_act act;

    if (!p->is_in || p->wire.state != WIRE_OPEN)
        return;
    act = scene_next(&run.scene, run.parts, index, now_us);
    if (opt.kind == KIND_IBASHO) {
        if (act != SCENE_NOTHING)
            act_here(p, act);
        if (opt.talk_s > 0)
            talk(p, index, now_us);
        return;
    }
    if (now_us - p->told_us >= 1000000 / opt.rate_hz && scene_position(p->part, now_us))
        say_position(p, now_us);
}

/* ---- coming in ---- */

static void ask_in(struct person *p)
{
    const char *floor = run.floors[p->part->floor].name;
    uint8_t join[3] = {2, (uint8_t)p->part->floor, (uint8_t)(p->part->floor >> 8)};
    char text[160];
    int n;

    if (p->has_asked || p->wire.state != WIRE_OPEN)
        return;
    p->has_asked = true;
    if (opt.stays_in_lobby) {
        p->is_in = true;
        return;
    }
    switch (opt.kind) {
    case KIND_IBASHO:
        n = snprintf(text, sizeof text, "place.enter %u {\"floor\":\"%s\",\"rung\":\"text\"}",
                     ++p->number, floor);
        say(p, 0x1, text, (size_t)n);
        break;
    case KIND_PLAIN:
        say(p, 0x2, join, sizeof join);
        p->is_in = true;
        run.floors[p->part->floor].n_people++;
        break;
    case KIND_COLYSEUS:
        break; /* the room says when */
    }
}

static void come(int index)
{
    struct person *p = &run.people[index];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
    struct fail why = {.code = ERR_INTERNAL};
    char protocols[LINE_CAP + 32];
    const char *line = run.lines == NULL ? "" : run.lines[index];
    enum err rc = wire_connect(opt.address, &p->wire, &why);

    snprintf(protocols, sizeof protocols, "ibasho.v1, ticket.%s", line);
    if (rc == ERR_OK)
        rc = wire_open(&p->wire,
                       opt.kind == KIND_COLYSEUS ? line
                       : opt.kind == KIND_PLAIN  ? "/"
                                                 : "/ws",
                       opt.host, opt.origin, opt.kind == KIND_IBASHO ? protocols : NULL, &why);
    if (rc != ERR_OK || epoll_ctl(run.epoll_fd, EPOLL_CTL_ADD, p->wire.fd, &event) != 0)
        die("a person cannot come", &why);
}

/* ---- the loop ---- */

static void hear(int wait_ms)
{
    struct epoll_event events[EVENTS_CAP];
    int n = epoll_wait(run.epoll_fd, events, EVENTS_CAP, wait_ms);

    for (int i = 0; i < n; i++) {
        struct person *p = events[i].data.ptr;
        uint64_t n_bytes;

        run.reading = p;
        wire_read(&p->wire, on_frame, NULL, &n_bytes);
        if (run.is_measuring)
            run.n_bytes += n_bytes;
        if (p->wire.state == WIRE_OVER) {
            run.n_lost++;
            if (run.n_lost == 1)
                fprintf(stderr, "load: a connection ended: %d\n", p->wire.close_code);
            if (p->is_in)
                run.floors[p->part->floor].n_people--;
            p->is_in = false;
            wire_close(&p->wire);
        }
    }
}

static int count_in(void)
{
    int n = 0;

    for (int i = 0; i < opt.n_people; i++)
        n += run.people[i].is_in || run.people[i].is_waiting;
    return n;
}

static void come_all(void)
{
    int64_t began_us = clock_mono_us(), until_us;
    int n_come = 0;

    while (n_come < opt.n_people) {
        double done = (double)(clock_mono_us() - began_us) / (opt.join_s * 1e6 + 1);
        int n_due = done >= 1 ? opt.n_people : (int)(done * opt.n_people);

        for (int i = 0; i < 64 && n_come < n_due; i++)
            come(n_come++);
        hear(1);
        for (int i = 0; i < n_come; i++)
            ask_in(&run.people[i]);
    }
    until_us = clock_mono_us() + (int64_t)ENTER_S * 1000000;
    while (count_in() < opt.n_people && clock_mono_us() < until_us) {
        hear(STEP_MS);
        for (int i = 0; i < opt.n_people; i++)
            ask_in(&run.people[i]);
    }
}

static void play(double seconds)
{
    int64_t until_us = clock_mono_us() + (int64_t)(seconds * 1e6), stepped_us = 0;

    for (;;) {
        int64_t now_us = clock_mono_us();

        if (now_us >= until_us)
            return;
        if (now_us - stepped_us >= STEP_MS * 1000) {
            stepped_us = now_us;
            for (int i = 0; i < opt.n_people; i++)
                step(i, now_us);
        }
        hear(STEP_MS);
    }
}

static void leave_all(void)
{
    static const uint8_t normal[2] = {1000 >> 8, 1000 & 0xff};
    int64_t until_us = clock_mono_us() + (int64_t)BYE_S * 1000000;

    for (int i = 0; i < opt.n_people; i++)
        say(&run.people[i], 0x8, normal, sizeof normal);
    while (count_in() > 0 && clock_mono_us() < until_us)
        hear(STEP_MS);
}

/* ---- what is said at the end ---- */

static double quantile_ms(double share)
{
    uint64_t n = 0, seen = 0;

    for (int i = 0; i < N_BINS; i++)
        n += run.bins[i];
    for (int i = 0; i < N_BINS; i++) {
        seen += run.bins[i];
        if (n > 0 && (double)seen >= share * (double)n)
            return ((double)(i - BIN_ZERO) * BIN_US + BIN_US - (double)run.least_us) / 1000;
    }
    return 0;
}

static double delivered(int *n_ticks_out)
{
    uint64_t n_got = 0, n_for = 0;

    *n_ticks_out = 0;
    for (int i = 0; i < run.n_floors; i++)
        for (int k = 0; k < TICKS_KEPT; k++) {
            const struct tick *tick = &run.floors[i].ticks[k];

            if (tick->n_for == 0 || tick->first_us < run.begin_us + HEAD_US ||
                tick->first_us > run.end_us - TAIL_US)
                continue;
            (*n_ticks_out)++;
            n_got += (uint64_t)tick->n_got;
            n_for += (uint64_t)tick->n_for;
        }
    return n_for == 0 ? 0 : (double)n_got / (double)n_for;
}

static void report(void)
{
    double seconds = (double)(run.end_us - run.begin_us) / 1e6;
    struct rusage used;
    int n_in = 0, n_waiting = 0, n_ticks;
    double share = delivered(&n_ticks);

    for (int i = 0; i < opt.n_people; i++) {
        n_in += run.people[i].is_in;
        n_waiting += run.people[i].is_waiting && !run.people[i].is_in;
    }
    getrusage(RUSAGE_SELF, &used);
    printf("{\"people\":%d,\"entered\":%d,\"waiting\":%d,\"seconds\":%.2f,\"sent_s\":%.0f,"
           "\"frames_s\":%.0f,\"bytes_s\":%.0f,\"ticks\":%d,\"delivered\":%.5f,\"p50_ms\":%.1f,"
           "\"p95_ms\":%.1f,\"p99_ms\":%.1f,\"lost\":%llu,\"refused\":%llu,\"said\":%llu,"
           "\"reacted\":%llu,\"cpu_s\":%.2f}\n",
           opt.n_people, n_in, n_waiting, seconds, (double)run.n_sent / seconds,
           (double)run.n_frames / seconds, (double)run.n_bytes / seconds, n_ticks, share,
           quantile_ms(0.5), quantile_ms(0.95), quantile_ms(0.99),
           (unsigned long long)run.n_lost, (unsigned long long)run.n_refused,
           (unsigned long long)run.n_said, (unsigned long long)run.n_reacted,
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    fflush(stdout);
}

/* ---- the command line ---- */

static void read_targets(void)
{
    FILE *f = opt.targets == NULL ? NULL : fopen(opt.targets, "r");

    if (opt.targets == NULL)
        return;
    run.lines = calloc((size_t)opt.n_people, sizeof *run.lines);
    if (f == NULL || run.lines == NULL)
        die(opt.targets, NULL);
    for (int i = 0; i < opt.n_people; i++) {
        if (fgets(run.lines[i], LINE_CAP, f) == NULL)
            die("fewer targets than people", NULL);
        run.lines[i][strcspn(run.lines[i], "\n")] = '\0';
    }
    fclose(f);
}

static void name_floors(void)
{
    char *names = strdup(opt.floors), *rest = NULL;
    const char *last = "plaza";

    if (names == NULL)
        die("memory", NULL);
    run.n_floors = (int)run.scene.floors;
    for (int i = 0; i < run.n_floors; i++) {
        const char *name = strtok_r(i == 0 ? names : NULL, ",", &rest);

        last = name == NULL ? last : name;
        run.floors[i].name = last;
    }
}

static const char *value_of(int argc, char **argv, int *i)
{
    if (*i + 1 >= argc)
        die("an option without its value", NULL);
    return argv[++*i];
}

static enum kind kind_of(const char *text)
{
    if (strcmp(text, "plain") == 0)
        return KIND_PLAIN;
    if (strcmp(text, "colyseus") == 0)
        return KIND_COLYSEUS;
    if (strcmp(text, "ibasho") != 0)
        die("--kind ibasho|plain|colyseus", NULL);
    return KIND_IBASHO;
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = value_of(argc, argv, &i);

        if (strcmp(name, "--address") == 0)
            opt.address = value;
        else if (strcmp(name, "--kind") == 0)
            opt.kind = kind_of(value);
        else if (strcmp(name, "--scene") == 0)
            opt.scene_path = value;
        else if (strcmp(name, "--targets") == 0)
            opt.targets = value;
        else if (strcmp(name, "--origin") == 0)
            opt.origin = value;
        else if (strcmp(name, "--host") == 0)
            opt.host = value;
        else if (strcmp(name, "--floors") == 0)
            opt.floors = value;
        else if (strcmp(name, "--people") == 0)
            opt.n_people = atoi(value);
        else if (strcmp(name, "--seconds") == 0)
            opt.seconds = atoi(value);
        else if (strcmp(name, "--rate") == 0)
            opt.rate_hz = atoi(value);
        else if (strcmp(name, "--join") == 0)
            opt.join_s = atof(value);
        else if (strcmp(name, "--warm") == 0)
            opt.warm_s = atof(value);
        else if (strcmp(name, "--talk") == 0)
            opt.talk_s = atof(value);
        else if (strcmp(name, "--lobby") == 0)
            opt.stays_in_lobby = atoi(value) != 0;
        else if (strcmp(name, "--bye") == 0)
            opt.says_bye = atoi(value) != 0;
        else
            die(name, NULL);
    }
    if (opt.address == NULL || opt.scene_path == NULL || opt.n_people <= 0 ||
        opt.seconds <= 0 || opt.rate_hz <= 0)
        die("--address, --scene, --people and --seconds are needed (see tests/load/README.md)",
            NULL);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    struct fail why = {.code = ERR_INTERNAL};

    read_options(argc, argv);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (scene_read(opt.scene_path, &run.scene, &why) != ERR_OK)
        die(opt.scene_path, &why);
    run.people = calloc((size_t)opt.n_people, sizeof *run.people);
    run.parts = calloc((size_t)opt.n_people, sizeof *run.parts);
    run.floors = calloc((size_t)run.scene.floors, sizeof *run.floors);
    run.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (run.people == NULL || run.parts == NULL || run.floors == NULL || run.epoll_fd < 0)
        die("memory", NULL);
    read_targets();
    name_floors();
    for (int i = 0; i < opt.n_people; i++) {
        run.people[i].wire.fd = -1;
        run.people[i].part = &run.parts[i];
        scene_part_init(&run.scene, i, clock_mono_us(), &run.parts[i]);
    }
    come_all();
    fprintf(stderr, "load: %d of %d are in\n", count_in(), opt.n_people);
    play(opt.warm_s);
    run.is_measuring = true;
    run.begin_us = clock_mono_us();
    fprintf(stderr, "load: measuring\n");
    play(opt.seconds);
    run.end_us = clock_mono_us();
    run.is_measuring = false;
    fprintf(stderr, "load: measured\n");
    report();
    if (opt.says_bye)
        leave_all();
    return 0;
}
