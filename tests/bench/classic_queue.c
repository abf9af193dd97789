/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The reader that libnetfilter_queue's documentation shows: one packet a read, copied
 * whole, one verdict each, from a callback. */

#include <arpa/inet.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	(void)sig;
	ended = 1;
}

static int on_packet(struct nfq_q_handle *q, struct nfgenmsg *msg, struct nfq_data *data,
                     void *arg)
{
	struct nfqnl_msg_packet_hdr *hdr = nfq_get_msg_packet_hdr(data);
	uint64_t *packets = arg;

	(void)msg;
	(*packets)++;
	return nfq_set_verdict(q, ntohl(hdr->packet_id), NF_ACCEPT, 0, NULL);
}

int main(int argc, char **argv)
{
	static char buf[1 << 17] __attribute__((aligned(8)));
	uint16_t number = (uint16_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 0);
	struct sigaction end = { .sa_handler = on_end };
	struct nfq_handle *h = nfq_open();
	struct nfq_q_handle *q;
	uint64_t packets = 0;

	q = h ? nfq_create_queue(h, number, on_packet, &packets) : NULL;
	if (!q || nfq_set_mode(q, NFQNL_COPY_PACKET, 0xffff) < 0) {
		perror("classic_queue");
		return 1;
	}
	(void)sigaction(SIGTERM, &end, NULL); /* cannot fail for this signal */
	while (!ended) {
		ssize_t len = recv(nfq_fd(h), buf, sizeof(buf), 0);

		if (len > 0)
			(void)nfq_handle_packet(h, buf,
			                        (int)len); /* as the sample does */
	}
	printf("%llu\n", (unsigned long long)packets);
	nfq_destroy_queue(q);
	nfq_close(h);
	return 0;
}
