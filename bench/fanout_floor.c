/* The least that fan-out can cost: the bytes of one frame, sent to each socket in turn.

   floor ROUNDS   (the frame's length, a newline and its bytes, then descriptors, one a line, on
                   standard input)

   Waits for a socket that takes no more, as whoever may lose nothing has to. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    long rounds = strtol(argv[1], NULL, 10);
    size_t length;
    if (scanf("%zu", &length) != 1 || getchar() != '\n') return 2;
    char *frame = malloc(length);
    if (fread(frame, 1, length, stdin) != length) return 2;
    int *fds = NULL, count = 0, fd;
    while (scanf("%d", &fd) == 1) {
        fds = realloc(fds, (size_t)(count + 1) * sizeof *fds);
        fds[count++] = fd;
    }
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            for (size_t sent = 0; sent < length;) {
                ssize_t size = send(fds[i], frame + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (size > 0) {
                    sent += (size_t)size;
                } else if (errno == EAGAIN) {
                    struct pollfd wait = {.fd = fds[i], .events = POLLOUT};
                    poll(&wait, 1, -1);
                } else {
                    return 1;
                }
            }
        }
    }
    return 0;
}
