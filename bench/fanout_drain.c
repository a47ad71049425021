/* Reads what a server sends to many sockets, acknowledges it as desks do, and counts.

   drain COUNTERS RECORDS CLINIC   (descriptors of connected sockets on standard input, one a line)

   COUNTERS is a file of eight numbers of 64 bits that whoever measures maps as well:
     frames, items' sequence numbers covered, bytes of text, moment of the last frame (CLOCK_REALTIME,
     ns), records written, sockets that ended, reserved, reserved
   followed by RECORDS records {from, to: 32 bits; moment: 64 bits}, one for each `ev` frame while
   there is room. It never sleeps: waking a sleeping process is work of whoever sends to it within one
   machine, which desks on machines of their own do not cause. CLINIC is `-` where nothing is to be acknowledged. Ends when it is terminated. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 256, CHUNK = 1 << 18, AT_ONCE = 512 };
enum { ACK_EVENTS = 64, ACK_BYTES = 1 << 18 };

struct desk {
    int fd, have;            /* `have`: bytes of a frame's beginning that are in `head` */
    uint64_t left;           /* bytes of the frame that are still to be skipped */
    uint32_t to, acked;
    uint64_t unacked_bytes;
    unsigned char head[HEAD];
};
struct record { uint32_t from, to; uint64_t at; };

static volatile uint64_t *counters;
static struct record *records;
static uint64_t room;
static const char *clinic;
static unsigned char chunk[CHUNK];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void acknowledge(struct desk *desk) {
    unsigned char frame[160];
    /* Masked with a key of zeroes: whoever reads it has the same work. */
    int length = snprintf((char *)frame + 6, sizeof frame - 6,
                          "{\"t\":\"ack\",\"clinic\":\"%s\",\"to\":%u}", clinic, desk->to);
    frame[0] = 0x81;
    frame[1] = (unsigned char)(0x80 | length);
    memset(frame + 2, 0, 4);
    if (send(desk->fd, frame, (size_t)length + 6, MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
        desk->acked = desk->to;
        desk->unacked_bytes = 0;
    }
}

static void take(struct desk *desk, const char *text, uint64_t size) {
    counters[2] += size;
    if (strncmp(text, "{\"t\":\"ev\"", 9)) return;
    const char *from = strstr(text, "\"from\":"), *to = strstr(text, "\"to\":");
    if (!from || !to) return;
    uint32_t first = (uint32_t)strtoul(from + 7, NULL, 10);
    desk->to = (uint32_t)strtoul(to + 5, NULL, 10);
    if (!desk->acked) desk->acked = first;
    uint64_t moment = now();
    counters[0]++;
    counters[1] += desk->to - first;
    counters[3] = moment;
    if (counters[4] < room) {
        records[counters[4]] = (struct record){first, desk->to, moment};
        counters[4]++;
    }
    desk->unacked_bytes += size;
    if (clinic && (desk->to - desk->acked >= ACK_EVENTS || desk->unacked_bytes >= ACK_BYTES))
        acknowledge(desk);
}

/* How long the head of the frame in `head` is and what it carries; 0: more is needed. */
static int frame_head(const struct desk *desk, uint64_t *length) {
    if (desk->have < 2) return 0;
    *length = desk->head[1] & 127;
    if (*length < 126) return 2;
    int width = *length == 126 ? 2 : 8;
    if (desk->have < 2 + width) return 0;
    *length = 0;
    for (int i = 0; i < width; i++) *length = *length << 8 | desk->head[2 + i];
    return 2 + width;
}

static void feed(struct desk *desk, const unsigned char *data, uint64_t size) {
    while (size) {
        if (desk->left) {
            uint64_t skipped = desk->left < size ? desk->left : size;
            desk->left -= skipped, data += skipped, size -= skipped;
            continue;
        }
        uint64_t length;
        int head = frame_head(desk, &length);
        uint64_t wanted = 1;
        if (head) wanted = (uint64_t)head + (length < 200 ? length : 200) - (uint64_t)desk->have;
        if (!head || wanted) {
            uint64_t part = head ? (wanted < size ? wanted : size) : 1;
            memcpy(desk->head + desk->have, data, part);
            desk->have += (int)part, data += part, size -= part;
            head = frame_head(desk, &length);
            if (!head || (uint64_t)desk->have < (uint64_t)head + (length < 200 ? length : 200))
                continue;
        }
        desk->head[desk->have] = 0;
        if ((desk->head[0] & 15) <= 2) take(desk, (char *)desk->head + head, length);
        desk->left = (uint64_t)head + length - (uint64_t)desk->have;
        desk->have = 0;
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    room = strtoull(argv[2], NULL, 10);
    clinic = strcmp(argv[3], "-") ? argv[3] : NULL;
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    int file = open(argv[1], O_RDWR);
    void *shared = mmap(NULL, 64 + room * sizeof *records, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) return 3;
    counters = shared;
    records = (struct record *)((char *)shared + 64);
    int poll = epoll_create1(0), fd, count = 0;
    struct desk **desks = NULL;
    while (scanf("%d", &fd) == 1) {
        struct desk *desk = calloc(1, sizeof *desk);
        desk->fd = fd;
        desks = realloc(desks, (size_t)(count + 1) * sizeof *desks);
        desks[count++] = desk;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = desk};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) return 4;
    }
    puts("ready");
    fflush(stdout);
    uint64_t ticked = now();
    for (;;) {
        struct epoll_event events[AT_ONCE];
        int ready = epoll_wait(poll, events, AT_ONCE, 0);
        for (int i = 0; i < ready; i++) {
            struct desk *desk = events[i].data.ptr;
            ssize_t size = recv(desk->fd, chunk, CHUNK, MSG_DONTWAIT);
            if (size > 0) {
                feed(desk, chunk, (uint64_t)size);
            } else if (size == 0 || errno != EAGAIN) {
                epoll_ctl(poll, EPOLL_CTL_DEL, desk->fd, NULL);
                counters[5]++;
            }
        }
        if (clinic && now() - ticked > 1000000000u) {
            ticked = now();
            for (int i = 0; i < count; i++)
                if (desks[i]->to != desks[i]->acked) acknowledge(desks[i]);
        }
    }
}
