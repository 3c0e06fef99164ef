/* The published messages of RFC 5769, and what a reader of them refuses. */
#include "tests/t.h"
#include "voice/stun.h"

#include <arpa/inet.h>

#include "tests/unit/voice/stun_made.h"
#include "voice/demux.h"

/* RFC 5769 section 2.1. */
#define SAMPLE \
    "000100582112a442b7e7a701bc34d686fa87dfae80220010" \
    "5354554e207465737420636c69656e74002400046e0001ff" \
    "80290008932ff9b151263b36000600096576746a3a68367659202020" \
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
#define PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"

static const struct ice_name name = {"AAbcdefg", "a-password-of-24-letters"};

static struct way way_of(const char *ip, uint16_t port)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct way way;

    if (inet_pton(AF_INET, ip, &four.sin_addr) == 1)
        memcpy(&address, &four, sizeof four);
    else if (inet_pton(AF_INET6, ip, &six.sin6_addr) == 1)
        memcpy(&address, &six, sizeof six);
    T_OK(way_read(&address, 0, &way), ip);
    return way;
}

T_CASE(stun_reads_the_published_request) /* RFC 5769 section 2.1 */
{
    struct stun_request request;
    struct mac mac;

    T_OK(stun_read(t_hex(SAMPLE), &request), "a request");
    T_SPAN(request.ours, SPAN("evtj"), "our half of the name");
    T_SPAN(request.theirs, SPAN("h6vY"), "theirs");
    T_OK(request.is_controlled, "it says that we lead");
    T_OK(!request.is_nominating, "it nominates nothing");
    T_EQ(request.n_unknown, 0, "nothing unknown");
    mac_init(&mac, SPAN(PASSWORD));
    T_OK(stun_is_signed(&request, &mac), "signed with the password");
    mac_init(&mac, SPAN("another password"));
    T_OK(!stun_is_signed(&request, &mac), "and with no other");
}

T_CASE(stun_refuses_every_changed_byte_and_every_beginning)
{
    struct span sample = t_hex(SAMPLE);
    uint8_t bytes[MADE_CAP];
    struct stun_request request;
    int n_read = 0;

    memcpy(bytes, sample.p, sample.len);
    for (size_t i = 0; i < sample.len; i++) {
        bytes[i] ^= 0x04;
        n_read += stun_read(span_of(bytes, sample.len), &request);
        bytes[i] ^= 0x04;
        n_read += stun_read(span_of(bytes, i), &request);
    }
    T_EQ(n_read, 0, "the fingerprint sees each");
}

T_CASE(stun_refuses_what_is_no_request_of_ice)
{
    static const struct {
        const char *what;
        struct made_wish wish;
        bool is_read;
    } rows[] = {
        {"as browsers send it", {.nominates = true}, true},
        {"no fingerprint", {.lacks_fingerprint = true}, false},
        {"no signature", {.lacks_signature = true}, false},
        {"a name without a colon", {.username = "AAbcdefg"}, false},
        {"an empty name", {.username = ""}, false},
        {"two names", {.extra = 0x0006}, false},
        {"a priority of three bytes", {.extra = 0x0024}, false},
        {"USE-CANDIDATE with something in it", {.extra = 0x0025}, false},
        {"ICE-CONTROLLED of three bytes", {.extra = 0x8029}, false},
        {"a signature of three bytes", {.extra = 0x0008}, false},
        {"something else behind the signature", {.behind = 0x0025}, true},
    };
    uint8_t bytes[MADE_CAP];
    struct stun_request request;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(stun_read(made_request(&name, &rows[i].wish, bytes), &request), rows[i].is_read,
             rows[i].what);
    T_OK(!request.is_nominating, "what is not signed is not believed");
}

/* Changes a request and gives it a right fingerprint again. */
static bool is_read_with(size_t at, uint8_t byte)
{
    static const struct made_wish wish = {.nominates = true};
    uint8_t bytes[MADE_CAP];
    struct span request = made_request(&name, &wish, bytes);
    struct stun_request read;

    bytes[at] = byte;
    made_crc(bytes, request.len);
    return stun_read(request, &read);
}

T_CASE(stun_refuses_broken_heads_and_lengths_under_a_right_fingerprint)
{
    T_OK(is_read_with(8, 0xff), "another transaction");
    T_OK(!is_read_with(1, 0x11), "an indication");
    T_OK(!is_read_with(0, 0x01), "an answer");
    T_OK(!is_read_with(3, 0x10), "a length that is not so");
    T_OK(!is_read_with(4, 0x20), "another cookie");
    T_OK(!is_read_with(22, 0xff), "an attribute far beyond the end");
    T_OK(!is_read_with(23, 0xff), "one a little beyond it");
}

T_CASE(stun_answers_with_the_address_it_saw) /* RFC 5769 sections 2.2, 2.3 */
{
    static const struct {
        const char *ip, *attribute;
    } rows[] = {
        {"192.0.2.1", "002000080001a147e112a643"},
        {"2001:db8:1234:5678:11:2233:4455:6677",
         "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"},
    };
    struct stun_request request;
    uint8_t answer[STUN_ANSWER_CAP], sum[MAC_BYTES];
    struct mac mac;

    T_OK(stun_read(t_hex(SAMPLE), &request), "a request");
    mac_init(&mac, SPAN(PASSWORD));
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct way way = way_of(rows[i].ip, 32853);
        size_t len = stun_success_write(&request, &way, &mac, answer);
        struct span attribute = t_hex(rows[i].attribute);

        T_SPAN(span_of(answer, 2), t_hex("0101"), "success");
        T_EQ(answer[2] << 8 | answer[3], len - 20, "its length");
        T_SPAN(span_of(answer + 4, 16), t_hex("2112a442b7e7a701bc34d686fa87dfae"), "whose");
        T_SPAN(span_of(answer + 20, attribute.len), attribute, rows[i].ip);
        T_EQ(len, 20 + attribute.len + 24 + 8, "then signature and fingerprint");
        answer[3] = (uint8_t)(len - 20 - 8);
        mac_sum(&mac, span_of(answer, len - 32), SPAN_NONE, sum);
        T_SPAN(span_of(answer + len - 28, MAC_BYTES), span_of(sum, sizeof sum), "signed");
    }
}

T_CASE(stun_names_what_it_does_not_understand)
{
    static const struct made_wish wish = {.extra = 0x0031};
    uint8_t bytes[MADE_CAP], answer[STUN_ANSWER_CAP];
    struct stun_request request;
    struct mac mac;

    mac_init(&mac, span_text(name.password));
    T_OK(stun_read(made_request(&name, &wish, bytes), &request), "one that must be understood");
    T_EQ(request.n_unknown, 1, "one");
    T_EQ(stun_error_write(&request, STUN_UNKNOWN_ATTRIBUTE, &mac, answer), 20 + 8 + 8 + 24 + 8,
         "an answer");
    T_SPAN(span_of(answer + 20, 16), t_hex("0009000400000414000a000200310000"), "420, 0x0031");
    request.n_unknown = STUN_UNKNOWN_CAP;
    T_OK(stun_error_write(&request, STUN_UNKNOWN_ATTRIBUTE, &mac, answer) <= STUN_ANSWER_CAP,
         "the longest fits");
    T_EQ(stun_error_write(&request, STUN_ROLE_CONFLICT, &mac, answer), 20 + 8 + 24 + 8, "487");
    T_SPAN(span_of(answer + 20, 8), t_hex("0009000400000457"), "487");
}

T_CASE(way_goes_through_socket_addresses_and_back)
{
    struct sockaddr_storage address;
    struct way four = way_of("192.0.2.7", 4000), six = way_of("2001:db8::7", 4000), back;

    T_OK(way_is_ipv4(&four) && !way_is_ipv4(&six), "told apart");
    T_EQ(way_write(&four, AF_INET, &address), sizeof(struct sockaddr_in), "as IPv4");
    T_OK(way_read(&address, 0, &back) && way_is_same(&back, &four), "and back");
    T_EQ(way_write(&four, AF_INET6, &address), sizeof(struct sockaddr_in6), "mapped");
    T_OK(way_read(&address, 0, &back) && way_is_same(&back, &four), "and back");
    way_write(&six, AF_INET6, &address);
    T_OK(way_read(&address, 0, &back) && way_is_same(&back, &six), "IPv6");
    T_OK(way_read(&address, 5, &back) && !way_is_same(&back, &six), "another over TCP");
    T_OK(!way_is_same(&four, &six), "two addresses");
    address.ss_family = AF_UNIX;
    T_OK(!way_read(&address, 0, &back), "neither");
}

T_CASE(demux_by_the_first_bytes) /* RFC 7983 section 7, RFC 5761 section 4 */
{
    static const struct {
        const char *hex;
        enum demux_kind kind;
    } rows[] = {
        {"0001", DEMUX_STUN},  {"03ff", DEMUX_STUN},  {"0400", DEMUX_OTHER},
        {"13fe", DEMUX_OTHER}, {"14fe", DEMUX_DTLS},  {"3ffe", DEMUX_DTLS},
        {"40fe", DEMUX_OTHER}, {"7f6f", DEMUX_OTHER}, {"806f", DEMUX_RTP},
        {"80bf", DEMUX_RTP},   {"80c0", DEMUX_RTCP},  {"80c8", DEMUX_RTCP},
        {"bfdf", DEMUX_RTCP},  {"90e0", DEMUX_RTP},   {"c0c8", DEMUX_OTHER},
        {"80", DEMUX_OTHER},   {"", DEMUX_OTHER},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(demux_kind(t_hex(rows[i].hex)), rows[i].kind, rows[i].hex);
}
