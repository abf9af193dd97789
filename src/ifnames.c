/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ifnames.h"

#include <errno.h>
#include <libnfnetlink/libnfnetlink.h>
#include <stdlib.h>
#include <string.h>

struct ifnames {
	struct nlif_handle *nlif;
};

struct ifnames *ifnames_new(struct fault *f)
{
	struct ifnames *n = calloc(1, sizeof(*n));

	if (!n)
		goto fail;
	n->nlif = nlif_open();
	if (!n->nlif || nlif_query(n->nlif) < 0)
		goto fail;
	return n;

fail:
	fault_set(f, -errno, "names of interfaces: %s", strerror(errno));
	ifnames_free(n);
	return NULL;
}

void ifnames_free(struct ifnames *n)
{
	if (!n)
		return;
	if (n->nlif)
		nlif_close(n->nlif);
	free(n);
}

int ifnames_fd(const struct ifnames *n)
{
	return nlif_fd(n->nlif);
}

void ifnames_read(struct ifnames *n)
{
	/* A message that was lost leaves a name as it was. */
	(void)nlif_catch(n->nlif);
}

void ifnames_name(struct ifnames *n, uint32_t index, char name[static IFNAMES_SIZE])
{
	if (index == 0 || nlif_index2name(n->nlif, index, name) < 0)
		name[0] = 0;
}
