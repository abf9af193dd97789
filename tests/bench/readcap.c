/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The least that a reader of captures can do: libpcap's loop, a look at each length. With
 * "buffered" it reads 128 KiB at a time, as nfclass does; libpcap alone reads 4. */

#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static char buffer[128 << 10];
	char why[PCAP_ERRBUF_SIZE] = "usage: readcap FILE [buffered]";
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	pcap_t *p = NULL;
	unsigned long packets = 0, bytes = 0;
	struct pcap_pkthdr *h;
	const u_char *data;

	if (file && argc > 2)
		(void)setvbuf(file, buffer, _IOFBF, sizeof(buffer)); /* else it is slow */
	if (file)
		p = pcap_fopen_offline(file, why);
	if (!p) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	while (pcap_next_ex(p, &h, &data) == 1) {
		packets++;
		bytes += h->len;
	}
	printf("%lu %lu\n", packets, bytes);
	pcap_close(p);
	return 0;
}
